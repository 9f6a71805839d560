"""A report that begins with a poster: filled in, changed, kept through the steps."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient

from tests.conftest import csrf_of
from tests.web.reporting import PHOTO, FormFile, open_tip
from tipline.domain import shops, tips
from tipline.domain.actors import SYSTEM
from tipline.domain.shops import Described, Shop
from tipline.domain.tips import Tip
from tipline.services import Services


@pytest.fixture
def shop(services: Services, beat: str) -> Shop:
    with services.database.transaction() as tx:
        return shops.add(tx, SYSTEM, Described("幸福超市", "航海路88号", beat, 34.72, 113.67))


def only_tip(services: Services) -> Tip:
    with services.database.reading() as tx:
        return tips.read_tip(tx, "T-1001")


def fields(page: str) -> dict[str, str]:
    """What the form would send if nobody changed it."""
    found = dict(re.findall(r'<input[^>]* name="(\w+)"[^>]* value="([^"]*)"', page))
    chosen = re.search(r'<option value="(\w+)" selected', page)
    return {**found, "beat": chosen[1] if chosen else ""}


def save(client: FlaskClient, page: str, **typed: str) -> int:
    form = {**fields(page), "category": "theft", "text": "偷东西", **typed}
    return client.post("/report/what", data=form).status_code


def test_place_and_beat_are_filled_in_and_come_with_the_tip(
    client: FlaskClient, services: Services, shop: Shop
) -> None:
    page = client.get(f"/?shop={shop.code.lower()}").text
    assert "幸福超市（航海路88号）" in page
    assert "(filled in by the poster)" in page

    assert save(client, page) == 303
    tip = only_tip(services)
    assert (tip.shop, tip.place, tip.beat) == (shop.code, "幸福超市（航海路88号）", shop.beat)
    assert (tip.lat, tip.lon) == (34.72, 113.67)
    # The draft keeps it, wherever the reporter goes in the meantime.
    assert fields(client.get("/report?back=1").text)["shop"] == shop.code


def test_a_place_that_is_changed_to_another_is_no_longer_the_shop(
    client: FlaskClient, services: Services, shop: Shop
) -> None:
    page = client.get(f"/?shop={shop.code}").text
    save(client, page, place="幸福超市二楼仓库")
    assert only_tip(services).shop == shop.code

    save(client, client.get("/report").text, place="对面的公交站")
    tip = only_tip(services)
    assert (tip.shop, tip.place, tip.lat) == (None, "对面的公交站", None)


@pytest.mark.parametrize("code", ["NOSUCH", "<script>", "x" * 300])
def test_an_unknown_code_is_told_kindly_and_keeps_nobody_out(
    client: FlaskClient, services: Services, code: str
) -> None:
    page = client.get("/", query_string={"shop": code}).text
    assert "not in use any more" in page
    assert "<script>" not in page

    assert save(client, page, shop=code, place="某处") == 303
    assert only_tip(services).shop is None


def test_a_poster_does_not_overwrite_a_report_that_was_begun(
    client: FlaskClient, services: Services, shop: Shop
) -> None:
    save(client, client.get("/").text, place="别处")
    page = client.get(f"/?shop={shop.code}").text
    assert fields(page)["place"] == "别处"
    assert "not in use any more" not in page

    # Beginning anew takes the poster along.
    form = {"csrf_token": csrf_of(page), "shop": shop.code}
    answer = client.post("/report/new", data=form)
    assert answer.location == f"/report?shop={shop.code}"
    assert "幸福超市（航海路88号）" in client.get(answer.location).text


def test_the_one_shot_form_and_programs_take_the_code_too(
    client: FlaskClient, services: Services, shop: Shop
) -> None:
    opened = open_tip(client, text="x", shop=f" {shop.code.lower()} ")
    sent = client.post(
        "/report",
        data={"category": "theft", "text": "y", "shop": shop.code, "f": FormFile(PHOTO, "a.jpg")},
        content_type="multipart/form-data",
    )
    assert sent.status_code == 201
    with services.database.reading() as tx:
        for reference in (opened["reference"], "T-1002"):
            tip = tips.read_tip(tx, reference)
            assert (tip.shop, tip.place, tip.lat) == (shop.code, "幸福超市（航海路88号）", 34.72)
    refused = client.post("/api/v1/public/tips", json={"category": "theft", "text": "x", "shop": "NOSUCH"})
    assert (refused.status_code, refused.json["code"]) == (422, "tip:shop-unknown")

"""Shops and their posters, as administrators and supervisors keep them."""

from __future__ import annotations

import io
import re
import zlib
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient

from tests.conftest import browser, csrf_of
from tests.web.reporting import open_tip
from tipline import printing
from tipline.domain import shops, tips
from tipline.domain.accounts import Account
from tipline.domain.custody import list_of
from tipline.domain.shops import Described, Shop
from tipline.services import Services

SignedIn = Callable[..., FlaskClient]
CODE = re.compile(r"[0-9A-HJKMNP-TV-Z]{6}")


@pytest.fixture
def shop(services: Services, people: dict[str, Account], beat: str) -> Shop:
    with services.database.transaction() as tx:
        said = Described("好邻便利店", "航海路88号", beat, 34.7209, 113.6677)
        return shops.add(tx, people["admin"].actor, said)


def send(client: FlaskClient, path: str = "", **form: Any) -> Any:
    token = csrf_of(client.get("/desk/password").text)
    return client.post(f"/desk/admin/shops{path}", data={"csrf_token": token, **form})


def pages_of(pdf: bytes) -> int:
    """Its pages, which stand in streams that are packed."""
    parts = [pdf]
    for packed in re.findall(rb"stream\r?\n(.*?)endstream", pdf, re.DOTALL):
        with suppress(zlib.error):
            parts.append(zlib.decompressobj().decompress(packed))
    return sum(len(re.findall(rb"/Type\s*/Page\b", part)) for part in parts)


def kept(services: Services) -> list[Shop]:
    with services.database.reading() as tx:
        return shops.list_shops(tx)


@pytest.mark.parametrize("role", ["admin", "supervisor"])
def test_a_shop_that_is_added_has_a_code_and_stands_in_the_log(
    signed_in: SignedIn, services: Services, beat: str, role: str
) -> None:
    client = signed_in(role)
    answer = send(client, name=" 幸福超市 ", place="南北街2号", beat=beat, lat="34.72", lon="113.66")

    assert answer.status_code == 303
    assert "幸福超市 is in the list" in client.get(answer.location).text
    (one,) = kept(services)
    assert CODE.fullmatch(one.code)
    assert (one.name, one.words, one.beat, one.lat) == ("幸福超市", "幸福超市（南北街2号）", beat, 34.72)
    with services.database.reading() as tx:
        assert [entry.action for entry in list_of(tx, subject=f"shop:{one.code}")] == ["shop:add"]


@pytest.mark.parametrize(("form", "status", "words"), [
    ({"name": ""}, 422, "Give the shop a name"),
    ({"name": "x" * 101}, 422, "Give the shop a name"),
    ({"lat": "north"}, 422, "not on the map"),
    ({"lat": "91", "lon": "1"}, 422, "not on the map"),
    ({"lat": "34.7"}, 422, "not on the map"),
    ({"beat": "nowhere"}, 422, "This beat does not exist"),
    ({"name": "好邻便利店", "place": "航海路88号"}, 409, "There is a shop of this name"),
])  # fmt: skip
def test_a_fault_is_told_and_what_was_typed_stays(
    signed_in: SignedIn, services: Services, shop: Shop, form: dict[str, str], status: int, words: str
) -> None:
    answer = send(signed_in("admin"), **{"name": "新店", "place": "某街1号", **form})

    assert answer.status_code == status
    assert words in answer.text
    assert form.get("place", "某街1号") in answer.text
    assert [one.code for one in kept(services)] == [shop.code]


def test_a_shop_is_corrected_and_keeps_its_code(signed_in: SignedIn, services: Services, shop: Shop) -> None:
    client = signed_in("supervisor")
    assert send(client, f"/{shop.code}", name="好邻便利店总店", place="航海路90号").status_code == 303
    refused = send(client, f"/{shop.code}", name="", place="航海路91号")

    assert refused.status_code == 422
    assert "航海路91号" in refused.text
    (one,) = kept(services)
    assert (one.code, one.words, one.beat, one.lat) == (shop.code, "好邻便利店总店（航海路90号）", None, None)
    assert send(client, "/NOSUCH", name="x").status_code == 404


def test_a_poster_that_is_switched_off_fills_in_nothing_and_comes_back(
    signed_in: SignedIn, app: APIFlask, services: Services, shop: Shop
) -> None:
    client, reporter = signed_in("admin"), browser(app)
    assert reporter.get(f"/api/v1/public/shops/{shop.code.lower()}").json == {
        "name": "好邻便利店", "place": "航海路88号", "beat": shop.beat,
    }  # fmt: skip

    send(client, f"/{shop.code}/off")
    assert reporter.get(f"/api/v1/public/shops/{shop.code}").json["code"] == "shop:unknown"
    assert "not in use any more" in reporter.get(f"/?shop={shop.code}").text
    assert "Switched off" in client.get("/desk/admin/shops").text
    # Whoever had the page open already loses nothing.
    opened = open_tip(reporter, text="x", shop=shop.code)
    with services.database.reading() as tx:
        assert tips.read_tip(tx, opened["reference"]).shop == shop.code

    send(client, f"/{shop.code}/on")
    assert reporter.get(f"/api/v1/public/shops/{shop.code}").status_code == 200


def test_the_list_is_searched_by_name_place_code_and_beat(signed_in: SignedIn, shop: Shop) -> None:
    client = signed_in("admin")
    send(client, name="别家", place="别处")
    for words in ("好邻", "航海路", shop.code.lower(), "北片区", "好邻 88"):
        page = client.get("/desk/admin/shops", query_string={"q": words}).text
        assert "好邻便利店" in page
        assert "别家" not in page
    assert "No shop has these words" in client.get("/desk/admin/shops?q=100%25").text


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_a_list_is_brought_in_and_brings_nothing_twice(
    signed_in: SignedIn, services: Services, shop: Shop, encoding: str
) -> None:
    lines = [
        "名称,地址,辖区,纬度,经度",
        "甲店,一街1号,北片区,34.7,113.6",
        "好邻便利店,航海路88号",
        "",
        "乙店,,nowhere",
    ]
    table = "\n".join([*lines, "=丙店,三街,north"])
    client = signed_in("admin")
    answer = send(client, "/list", table=(io.BytesIO(table.encode(encoding)), "shops.csv"))

    assert "Added: 2. In the list already: 1. Not taken: 1." in answer.text
    assert "Line 4: This beat does not exist" in answer.text
    assert {one.name: one.beat for one in kept(services)} == {
        "甲店": "north", "=丙店": "north", "好邻便利店": shop.beat,
    }  # fmt: skip
    again = send(client, "/list", lines=table)
    assert "Added: 0. In the list already: 3. Not taken: 1." in again.text


def test_a_list_may_end_its_lines_as_any_system_does(signed_in: SignedIn, services: Services) -> None:
    table = "\r".join(["name,place", "One,First Street", "Two,Second Street"])
    answer = send(signed_in("admin"), "/list", table=(io.BytesIO(table.encode()), "shops.csv"))

    assert "Added: 2." in answer.text
    assert {one.name for one in kept(services)} == {"One", "Two"}


def test_an_empty_or_broken_list_is_refused_with_a_sentence(signed_in: SignedIn) -> None:
    client = signed_in("admin")
    assert "There is no shop in this list" in send(client, "/list", lines=" ").text
    broken = send(client, "/list", table=(io.BytesIO(b"\xff\xff\xfe"), "shops.xlsx"))
    assert "could not be read" in broken.text
    endless = send(client, "/list", lines='"' + "x" * 200_000)
    assert "could not be read" in endless.text


def test_the_poster_leads_to_the_page_that_it_fills_in(
    signed_in: SignedIn, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, printed = signed_in("admin"), []
    page = client.get(f"/desk/admin/shops/{shop.code}/poster").text
    assert '<html lang="zh-CN"' in page
    for words in ("好邻便利店", "航海路88号", "航海路派出所", "110", f"/?shop={shop.code}"):
        assert words in page
    assert '<html lang="en">' in client.get(f"/desk/admin/shops/{shop.code}/poster?in=en").text
    # The desk goes on in its own language.
    assert '<html lang="en"' in client.get("/desk/admin/shops").text

    monkeypatch.setattr(printing, "pdf", lambda html: printed.append(html) or b"%PDF-")
    answer = client.get("/desk/admin/shops/posters.pdf?q=好邻")
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/pdf")
    assert "好邻便利店" in printed[0]
    assert client.get("/desk/admin/shops/posters.pdf?q=nothing").status_code == 422


def test_a_poster_comes_out_as_one_sheet_of_pdf(signed_in: SignedIn, shop: Shop) -> None:
    answer = signed_in("admin").get(f"/desk/admin/shops/{shop.code}/poster.pdf")

    assert answer.status_code == 200
    assert answer.data.startswith(b"%PDF-")
    assert f'filename="poster-{shop.code}.pdf"' in answer.headers["Content-Disposition"]
    assert pages_of(answer.data) == 1


def test_asking_for_codes_without_end_is_bounded(client: FlaskClient, shop: Shop) -> None:
    codes = {client.get("/api/v1/public/shops/AAAAAA").status_code for _ in range(70)}
    assert codes == {404, 429}

"""Staff take a tip on somebody's behalf, hand the receipt back, and send files in."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient

from tests.conftest import browser, csrf_of
from tests.web.desk_forms import log_of, now
from tests.web.reporting import PHOTO, PLAYLIST, FormFile, Tus, bearer, sha256
from tipline import printing
from tipline.domain import evidence, limits, shops, tips
from tipline.domain.accounts import Account
from tipline.domain.actors import SYSTEM
from tipline.domain.shops import Described
from tipline.domain.tips import Tip
from tipline.services import Services

SignedIn = Callable[..., FlaskClient]
CODE = re.compile(r'id="code">([0-9A-Z-]{19})<')
ACCESS = re.compile(r'data-access="([^"]+)"')
CHAT = "平安商户群\n张三 21:35\n  又有人在车棚转悠 <b>\n李四 21:36\n[图片]\n拨打 110 吧\n"


def take(client: FlaskClient, **typed: str) -> Any:
    """Fill in and send the form; the box is ticked as it stands on the page."""
    form = {"csrf_token": csrf_of(client.get("/desk/intake").text), "origin": "chat", "category": "theft"}
    return client.post("/desk/intake", data={**form, "text": CHAT, "mine": "1", **typed})


def tip_of(services: Services, answer: Any) -> Tip:
    with services.database.reading() as tx:
        return tips.read_tip(tx, answer.location.rpartition("/")[2])


def test_a_chat_is_kept_word_for_word_and_the_tip_is_at_the_desk_with_its_taker(
    signed_in: SignedIn, services: Services, people: dict[str, Account]
) -> None:
    client = signed_in("investigator")
    answer = take(client, place="南门车棚", contact="微信 zhangsan", occurred_date="2026-11-22")

    assert answer.status_code == 303
    tip, li = tip_of(services, answer), people["investigator"]
    assert tip.text == CHAT.strip()
    assert (tip.door, tip.origin, tip.taken_by_id) == ("desk", "chat", li.id)
    assert (tip.state, tip.assignee_id) == ("triage", li.id)
    assert tip.acknowledged_at
    entries = {(one.action, one.actor) for one in log_of(services, tip)}
    assert entries == {
        (action, "staff:li") for action in ("tip:create", "tip:submit", "tip:assign", "tip:acknowledge")
    }
    page = client.get(f"/desk/tips/{tip.reference}").text
    assert "From a chat group" in page
    assert "taken by li" in page
    assert "Taken down for somebody: From a chat group" in page


def test_without_the_box_it_waits_for_somebody_like_any_other(
    signed_in: SignedIn, services: Services
) -> None:
    client = signed_in("supervisor")
    form = {"csrf_token": csrf_of(client.get("/desk/intake").text), "origin": "phone", "category": "other"}
    tip = tip_of(services, client.post("/desk/intake", data={**form, "text": "有人报警"}))

    assert (tip.state, tip.assignee_id, tip.acknowledged_at) == ("received", None, None)


@pytest.mark.parametrize(("typed", "field", "words"), [
    ({"origin": ""}, "origin", "Choose how it came to you"),
    ({"origin": "pigeon"}, "origin", "Choose how it came to you"),
    ({"text": "  \n"}, "text", "Write a few words, or paste the chat"),
    ({"text": "x" * (limits.TEXT + 1)}, "text", "longer than 10000"),
    ({"category": ""}, "category", "Choose what it is about"),
    ({"occurred_date": "soon"}, "occurred_date", "The time could not be read"),
    ({"shop": "nowhere"}, "shop", "No poster in use has this code"),
    ({"place": "p" * 201}, "place", "longer than 200"),
])  # fmt: skip
def test_each_fault_stands_beside_its_field_and_nothing_typed_is_lost(
    signed_in: SignedIn, services: Services, typed: dict[str, str], field: str, words: str
) -> None:
    with services.database.transaction() as tx:
        shops.add(tx, SYSTEM, Described("幸福超市"))
    answer = take(signed_in(), contact="138 0000", **typed)

    assert answer.status_code == 422
    assert f'id="{field}-fault"' in answer.text
    assert words in answer.text
    assert "138 0000" in answer.text
    assert "张三 21:35" in answer.text or "text" in typed
    with services.database.reading() as tx:
        assert tips.find_tip(tx, "T-1001") is None


def test_a_shop_is_meant_by_its_name_or_its_code(signed_in: SignedIn, services: Services, beat: str) -> None:
    with services.database.transaction() as tx:
        shop = shops.add(tx, SYSTEM, Described("幸福超市", "航海路88号", beat, 34.7, 113.6))
        shops.add(tx, SYSTEM, Described("幸福超市二店", "学府路"))
    client = signed_in()
    for typed in ("幸福超市", shop.code.lower(), shop.words):
        tip = tip_of(services, take(client, shop=typed))
        assert (tip.shop, tip.place, tip.beat) == (shop.code, "幸福超市（航海路88号）", beat)
    assert "2 other tips of this shop" in client.get(f"/desk/tips/{tip.reference}").text


def test_the_code_is_shown_until_it_is_handed_over_and_opens_the_tip(
    app: APIFlask, signed_in: SignedIn, services: Services
) -> None:
    client = signed_in()
    answer = take(client)
    page = client.get(answer.location).text
    code = CODE.search(page)
    assert code
    assert "data:image/png;base64" in page
    slip = client.get(f"{answer.location}/slip?paper=a5").text
    assert code[1] in slip
    assert "slip-a5" in slip
    assert "127.0.0.1:8000/status" in slip

    done = client.post(f"{answer.location}/handed", data={"csrf_token": csrf_of(page)})
    assert done.location == f"/desk/tips/{tip_of(services, answer).reference}"
    for address in (answer.location, f"{answer.location}/slip", done.location):
        assert code[1] not in client.get(address).text
    # Files may still be added.
    assert ACCESS.search(client.get(answer.location).text)
    # Whoever brought the tip comes back with the code as usual.
    opened = browser(app).post("/api/v1/public/sessions", json={"receipt_code": code[1]})
    assert opened.json["reference"] == tip_of(services, answer).reference


def test_a_browser_that_has_lost_the_code_does_not_claim_it_was_handed_over(signed_in: SignedIn) -> None:
    place = take(signed_in()).location
    elsewhere = signed_in()
    for path in (place, f"{place}/slip"):
        page = elsewhere.get(path).text
        assert not CODE.search(page)
        assert "it was handed over, or you signed out or took several more tips since" in page


def test_the_signed_receipt_goes_along_and_bears_no_code(
    signed_in: SignedIn, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, printed = signed_in(), []
    monkeypatch.setattr(printing, "pdf", lambda html, **_more: printed.append(html) or b"%PDF-")
    taken = take(client)
    place = taken.location
    code = CODE.search(client.get(place).text)
    answer = client.get(f"{place}/receipt.pdf")

    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/pdf")
    assert place.rpartition("/")[2] in printed[0]
    assert code
    assert code[1] not in printed[0]
    # It was the officer who had it signed; the tip's page says so and opens as before.
    tip = tip_of(services, taken)
    assert [one.actor for one in log_of(services, tip) if one.action == "receipt:sign"] == ["staff:li"]
    assert "Receipt signed for the tip provider; files: 0" in client.get(f"/desk/tips/{tip.reference}").text


def test_the_access_of_the_counter_opens_uploads_and_nothing_else(
    app: APIFlask, signed_in: SignedIn, services: Services
) -> None:
    client = signed_in()
    answer = take(client)
    tip, access = tip_of(services, answer), ACCESS.search(client.get(answer.location).text)
    assert access
    stranger = browser(app)

    sent = Tus(stranger, access[1]).send(PHOTO, "chat.jpg")
    assert sent.headers["Tipline-Sha256"] == sha256(PHOTO)
    told = stranger.patch(
        f"/api/v1/public/evidence/{sent.headers['Tipline-Evidence']}",
        json={"sha256": sha256(PHOTO)}, headers=bearer(access[1]),
    )  # fmt: skip
    assert told.status_code == 200
    received = [one for one in log_of(services, tip) if one.action.startswith("evidence:")]
    assert {one.actor for one in received} == {"staff:li"}

    address = f"/api/v1/public/tips/{tip.reference}"
    for refused in (
        stranger.get(address, headers=bearer(access[1])),
        stranger.get(f"{address}/receipt", headers=bearer(access[1])),
        stranger.post(f"{address}/messages", json={"text": "x"}, headers=bearer(access[1])),
    ):
        assert (refused.status_code, refused.json["code"]) == (401, "receipt:expired")
    # The reporter's pages of this browser know nothing of the visit.
    assert tip.reference not in client.get("/status").text


def test_files_come_by_a_plain_form_too_and_what_is_refused_is_told(
    signed_in: SignedIn, services: Services
) -> None:
    client = signed_in()
    answer = take(client)
    tip = tip_of(services, answer)
    token = csrf_of(client.get(answer.location).text)

    def send(*files: FormFile, csrf_token: str = token) -> Any:
        data = {"csrf_token": csrf_token, "file": list(files)}
        return client.post(f"{answer.location}/files", data=data, content_type="multipart/form-data")

    assert send(FormFile(PHOTO, "群截图.jpg")).status_code == 303
    mixed = send(FormFile(PHOTO, "b.jpg"), FormFile(PLAYLIST, "cam.mp4"))
    assert mixed.status_code == 422
    assert "cam.mp4: This is not footage" in mixed.text
    assert send(FormFile(PHOTO, "c.jpg"), csrf_token="stale").status_code == 422
    assert send().status_code == 422
    with services.database.reading() as tx:
        files = evidence.list_of_tip(tx, now(services, tip))
    assert [(one.filename, one.sha256) for one in files] == [
        ("群截图.jpg", sha256(PHOTO)), ("b.jpg", sha256(PHOTO)),
    ]  # fmt: skip
    actors = {one.actor for one in log_of(services, tip) if one.action == "evidence:receive"}
    assert actors == {"staff:li"}


def test_only_whoever_took_a_tip_hands_it_back(signed_in: SignedIn, services: Services, tip: Tip) -> None:
    mine = take(signed_in("investigator")).location
    for role in ("supervisor", "admin"):
        other = signed_in(role)
        for path in (mine, f"{mine}/slip", f"/desk/intake/{tip.reference}"):
            assert other.get(path).status_code == 404
        token = csrf_of(other.get("/desk/password").text)
        assert other.post(f"{mine}/handed", data={"csrf_token": token}).status_code == 404
    assert signed_in("auditor").get("/desk/intake").status_code == 403


def test_the_codes_of_the_last_visitors_are_kept_apart(signed_in: SignedIn) -> None:
    client = signed_in()
    places = [take(client).location for _ in range(6)]
    shown = [CODE.search(client.get(place).text) for place in places]

    assert [bool(one) for one in shown] == [False, False, True, True, True, True]
    assert len({one[1] for one in shown if one}) == 4


def test_the_api_tells_how_a_tip_came(
    client: FlaskClient, signed_in: SignedIn, services: Services, headers: Callable[..., dict[str, str]]
) -> None:
    with services.database.transaction() as tx:
        shop = shops.add(tx, SYSTEM, Described("幸福超市"))
    tip = tip_of(services, take(signed_in(), shop=shop.code, origin="walk-in"))
    told = client.get(f"/api/v1/tips/{tip.reference}", headers=headers("auditor")).json

    assert (told["door"], told["origin"], told["taken_by"]) == ("desk", "walk-in", "li")
    assert told["shop"] == {"code": shop.code, "name": "幸福超市", "tips": 1}

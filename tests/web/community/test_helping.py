"""The partner's page: from the officer's form to the last press, without an account and without a script."""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.conftest import browser
from tests.web.desk_forms import log_of, now, seen_on, send
from tipline.db import Transaction
from tipline.domain import (
    accounts,
    acts,
    attached,
    beats,
    erasing,
    evidence,
    messages,
    partners,
    receipts,
    renditions,
    room,
    tips,
    undoing,
    unread,
)
from tipline.domain.accounts import Account
from tipline.domain.actors import SYSTEM
from tipline.domain.evidence import Evidence
from tipline.domain.messages import Message
from tipline.domain.partners import Described, Partner
from tipline.domain.tips import Tip
from tipline.services import Services
from tipline.web.community import helping

Headers = Callable[..., dict[str, str]]
LINK = re.compile(r"/refer/[a-z0-9]{26}")


@pytest.fixture
def lift(services: Services) -> Partner:
    with services.database.transaction() as tx:
        partners.add(tx, SYSTEM, Described("public", "12345 热线", "12345"))
        return partners.add(tx, SYSTEM, Described("lift", "江南电梯维保", "0571-8765 4321"))


@pytest.fixture
def link(client: FlaskClient, services: Services, tip: Tip, headers: Headers, lift: Partner) -> str:
    """The address that the officer sends."""
    fields = {"partner": str(lift.id), "words": "请速到", "shown": "words", "hours": "24"}
    sent = send(client, tip, "referrals", headers(), **fields)
    found = LINK.search(client.get(sent.location, headers=headers()).text)
    assert found
    return found[0]


JPEG = b"\xff\xd8\xff\xe0" + bytes(2_000)
PICTURE = b"drawn by us"


def _photo(name: str = "IMG_1.jpg", more: bytes = b"") -> tuple[io.BytesIO, str]:
    return io.BytesIO(JPEG + more), name


def _token(services: Services, tip: Tip) -> str:
    with services.database.transaction() as tx:
        return receipts.open_access(tx, services.key, tips.read_tip(tx, tip.reference))


def _files(services: Services, tip: Tip) -> list[Evidence]:
    with services.database.reading() as tx:
        return evidence.list_of_tip(tx, tip)


def _replies(services: Services) -> list[Message]:
    with services.database.reading() as tx:
        return messages.list_of_referrals(tx, [1])


def _draw(tx: Transaction, services: Services, file: Evidence) -> None:
    """As a worker does once it has looked at the photo."""
    made = renditions.keep(
        tx, file.id, name="preview-0.webp", provenance={}, kind=renditions.PREVIEW, mime="image/webp",
        size=len(PICTURE), sha256=hashlib.sha256(PICTURE).hexdigest(), width=4, height=3, t=None,
    )  # fmt: skip
    services.store.put(made.key, PICTURE, content_type=made.mime)


def _told(services: Services, tip: Tip) -> list[str]:
    return [one.action for one in log_of(services, tip)]


def test_a_partner_sees_what_was_ticked_and_one_tap_is_told_at_once(
    app: Any, services: Services, tip: Tip, link: str
) -> None:
    phone = browser(app)
    page = phone.get(link)
    assert page.status_code == 200
    assert (page.headers["Cache-Control"], page.headers["Referrer-Policy"]) == ("no-store", "no-referrer")
    assert "noindex" in page.text
    assert 'href="tel:110"' in page.text
    assert tip.text in page.text
    assert tip.reference not in page.text
    phone.get(link)
    assert _told(services, tip).count("referral:open") == 1

    answer = phone.post(link, data={"step": "come", "minutes": "10"})
    browser(app).post(link, data={"step": "come", "minutes": "10"})

    assert answer.status_code == 303
    assert "You said that you will be there by" in phone.get(answer.location).text
    assert _told(services, tip).count("referral:come") == 1

    phone.post(f"{link}/reply", data={"words": "门锁故障"})
    phone.post(link, data={"step": "done"})
    over = phone.get(link)
    assert over.status_code == 410
    assert "nothing more is needed here" in over.text
    assert "门锁故障" in over.text
    with services.database.reading() as tx:
        assert [one.kind for one in messages.list_all(tx, now(services, tip))] == ["partner"]
        assert messages.list_public(tx, tip) == []


def test_the_desk_opens_the_tip_and_reads_that_the_partner_is_on_the_way(
    app: Any, client: FlaskClient, tip: Tip, headers: Headers, link: str
) -> None:
    """At once, without having pressed before that it is taken on, and once more with another time."""
    phone = browser(app)
    for minutes in ("10", "20"):
        phone.post(link, data={"step": "come", "minutes": minutes})

        page = client.get(f"/desk/tips/{tip.reference}", headers=headers())

        assert page.status_code == 200
        assert f"is on the way, there in {minutes} minutes" in page.text
        assert "there by" in page.text
    assert phone.post(link, data={"step": "come", "other_minutes": "bald"}).status_code == 422


def test_what_was_typed_wrongly_is_said_beside_its_field_and_nothing_is_lost(app: Any, link: str) -> None:
    phone = browser(app)

    late = phone.post(link, data={"step": "come", "other_minutes": "bald"})
    why = phone.post(link, data={"step": "decline", "words": " "})
    odd = phone.post(link, data={"step": "fly"})

    assert late.status_code == why.status_code == odd.status_code == 422
    assert "in how many minutes you will be there, from 1 to 240" in late.text
    assert 'value="bald"' in late.text
    assert "why it cannot be done" in why.text
    wrong = phone.get("/refer/" + "0" * 26)
    assert wrong.status_code == 404
    assert "Open it again from the message" in wrong.text


def test_the_desk_reads_the_reply_passes_it_on_reminds_and_withdraws(
    app: Any, client: FlaskClient, services: Services, tip: Tip, headers: Headers, link: str
) -> None:
    phone = browser(app)
    phone.post(f"{link}/reply", data={"words": "在路上"})
    page = client.get(f"/desk/tips/{tip.reference}", headers=headers()).text
    assert "在路上" in page
    assert "Asked" in page
    number = re.search(r"replies/(\d+)/pass-on", page)
    assert number

    send(client, tip, f"replies/{number[1]}/pass-on", headers())
    send(client, tip, "referrals/1/remind", headers())

    with services.database.reading() as tx:
        assert "在路上" in messages.list_public(tx, tip)[0].text
    assert "The officer asked once more" in phone.get(link).text
    assert send(client, tip, "referrals/1/remind", headers()).status_code == 409
    send(client, tip, "referrals/1/withdraw", headers())
    gone = phone.post(link, data={"step": "accept"})
    assert gone.status_code == 410
    assert "The officer withdrew this" in gone.text


def test_a_photo_with_a_reply_is_kept_for_officers_until_one_passes_it_on(
    app: Any, client: FlaskClient, services: Services, tip: Tip, headers: Headers, link: str
) -> None:
    """Whoever reported sees a picture of ours, and only when an officer says so."""
    phone, reporter = browser(app), {"Authorization": f"Bearer {_token(services, tip)}"}

    sent = phone.post(f"{link}/reply", data={"words": "门锁已换", "photo": _photo()})

    assert sent.status_code == 303
    page = phone.get(sent.location).text
    assert "1 photo or film received" in page
    assert "IMG_1.jpg" not in page
    (file,) = _files(services, tip)
    assert (file.state, file.purpose, file.number) == ("received", "partner", 1)
    (entry,) = [one for one in log_of(services, tip) if one.action == "evidence:receive"]
    assert entry.actor == "referral:江南电梯维保"
    told = client.get(f"/api/v1/public/tips/{tip.reference}", headers=reporter).json
    assert (told["evidence"], told["messages"]) == ([], [])
    assert not [one for one in told["timeline"] if one["code"].startswith("evidence:")]

    with services.database.transaction() as tx:
        _draw(tx, services, file)
    desk = client.get(f"/desk/tips/{tip.reference}", headers=headers()).text
    assert "R-1" in desk
    assert f'name="picture" value="{file.id}"' in desk
    number = re.search(r"replies/(\d+)/pass-on", desk)
    assert number
    wrong = client.post(
        f"/api/v1/tips/{tip.reference}/replies/{number[1]}/pass-on", headers=headers(),
        json={"pictures": ["0" * 26]},
    )  # fmt: skip
    assert wrong.json["code"] == "referral:picture-gone"

    send(client, tip, f"replies/{number[1]}/pass-on", headers(), picture=file.id)

    (message,) = client.get(f"/api/v1/public/tips/{tip.reference}", headers=reporter).json["messages"]
    assert "门锁已换" in message["text"]
    (picture,) = message["pictures"]
    assert client.get(picture["url"], headers=reporter).data == PICTURE
    assert client.get(picture["url"] + "0", headers=reporter).status_code == 404
    passed = [one.facts() for one in log_of(services, tip) if one.action == "referral:pass-on"]
    assert passed[-1]["pictures"][0]["file"] == 1
    with services.database.transaction() as tx:
        undoing.undo(tx, accounts.read_account(tx, "li").actor, acts.list_latest(tx, 1)[0].id)
    assert client.get(picture["url"], headers=reporter).status_code == 404
    with services.database.transaction() as tx:
        erasing.wipe(tx, tips.read_tip(tx, tip.reference))
        assert attached.of_messages(tx, [int(number[1])]) == {}


def test_what_a_partner_cannot_send_is_said_and_the_rest_arrives(
    app: Any, services: Services, tip: Tip, link: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    phone = browser(app)
    monkeypatch.setattr(helping, "LARGEST", 60_000)
    monkeypatch.setattr(room, "LINK_FILES", 2)
    program = (io.BytesIO(b"MZ" + b"x" * 900), "IMG_2.jpg")
    large = (io.BytesIO(JPEG + b"x" * 70_000), "IMG_3.jpg")
    both = {"words": "请看", "photo": [_photo(), program, large]}

    mixed = phone.post(f"{link}/reply", data=both)

    assert mixed.status_code == 415
    assert "IMG_2.jpg: This is neither a photo nor a film" in mixed.text
    assert "IMG_3.jpg: The file is over 58.6 KB" in mixed.text
    assert "1 file was sent." in mixed.text
    assert [one.filename for one in _files(services, tip)] == ["IMG_1.jpg"]
    assert [one.text for one in _replies(services)] == ["请看"]
    nothing = phone.post(f"{link}/reply", data={"words": " "})
    assert "Write something or choose a photo first" in nothing.text
    phone.post(f"{link}/reply", data={"photo": _photo(more=b"2")})
    full = phone.post(f"{link}/reply", data={"words": "还有", "photo": _photo(more=b"3")})
    assert "With one link 2 photos and films can be sent" in full.text
    assert [one.text for one in _replies(services)] == ["请看", "", "还有"]
    monkeypatch.setattr(helping, "FILES", helping.FILES._replace(most=1))
    often = phone.post(f"{link}/reply", data={"words": "再来", "photo": _photo()})
    assert (often.status_code, ">再来</textarea>" in often.text) == (429, True)

    phone.post(link, data={"step": "done"})
    late = phone.post(f"{link}/reply", data={"words": "还漏了一句", "photo": _photo()})
    assert late.status_code == 410
    assert len(_files(services, tip)) == 2
    for page in (late, phone.post(f"{link}/reply", data={"words": "还漏了一句"})):
        assert "What you wrote was not sent" in page.text
        assert "readonly>\n还漏了一句</textarea>" in page.text


def test_what_is_sent_again_after_a_cut_line_stands_once_and_only_what_is_new_is_added(
    app: Any, client: FlaskClient, services: Services, tip: Tip, link: str
) -> None:
    """The answer was lost, so the whole form comes again: with the same photo, and one that had not come."""
    phone, reporter = browser(app), {"Authorization": f"Bearer {_token(services, tip)}"}
    phone.post(f"{link}/reply", data={"words": "门锁已换", "photo": _photo()})
    before = [one.id for one in _files(services, tip)]

    same = phone.post(f"{link}/reply", data={"words": "门锁已换", "photo": [_photo("2.jpg"), _photo()]})
    alone = phone.post(f"{link}/reply", data={"photo": _photo("3.jpg")})

    assert [one.status_code for one in (same, alone)] == [303, 303]
    assert (
        "Sent. The officer reads it at the desk. 2 files were here already" in phone.get(same.location).text
    )
    assert [one.id for one in _files(services, tip)] == before
    with services.store.open(_files(services, tip)[0].key) as reader:
        assert reader.read() == JPEG
    assert [one.text for one in _replies(services)] == ["门锁已换"]

    for _ in range(2):
        phone.post(f"{link}/reply", data={"words": "门锁已换", "photo": [_photo(), _photo("4.jpg", b"4")]})

    assert [one.filename for one in _files(services, tip)] == ["IMG_1.jpg", "4.jpg"]
    assert [one.text for one in _replies(services)] == ["门锁已换", ""]
    with services.database.reading() as tx:
        under = attached.of_messages(tx, [one.id for one in _replies(services)])
    assert [[one.file.number for one in many] for many in under.values()] == [[1], [2]]
    again = [one for one in log_of(services, tip) if one.action == "evidence:again"]
    assert [one.facts()["number"] for one in again] == [1, 1, 1, 1, 1, 2]
    assert again[0].subject == f"evidence:{before[0]}"
    told = client.get(f"/api/v1/public/tips/{tip.reference}", headers=reporter).json
    assert not [one for one in told["timeline"] if one["code"].startswith("evidence:")]


def test_a_photo_that_stood_under_no_message_yet_goes_with_the_words_that_are_sent_again(
    app: Any, services: Services, tip: Tip, link: str
) -> None:
    phone = browser(app)
    phone.post(f"{link}/reply", data={"words": "长" * 5001, "photo": _photo()})

    phone.post(f"{link}/reply", data={"words": "短一些", "photo": _photo()})

    assert len(_files(services, tip)) == 1
    (message,) = _replies(services)
    with services.database.reading() as tx:
        assert len(attached.of_messages(tx, [message.id])[message.id]) == 1


def test_a_file_that_the_store_has_damaged_is_taken_again(
    app: Any, services: Services, tip: Tip, link: str
) -> None:
    phone = browser(app)
    phone.post(f"{link}/reply", data={"photo": _photo()})
    with services.database.transaction() as tx:
        tx.get_one(Evidence, _files(services, tip)[0].id).scrub_fault = "store:altered"

    phone.post(f"{link}/reply", data={"photo": _photo()})

    assert len(_files(services, tip)) == 2


def test_files_that_came_are_told_when_the_words_are_refused(
    app: Any, services: Services, tip: Tip, link: str
) -> None:
    program = (io.BytesIO(b"MZ" + b"x" * 900), "IMG_2.jpg")
    typed = {"words": "长" * 5001, "photo": [_photo(), program]}

    page = browser(app).post(f"{link}/reply", data=typed)

    assert page.status_code == 422
    assert "IMG_2.jpg: This is neither a photo nor a film" in page.text
    assert "is longer than" in page.text
    assert "1 file was sent." in page.text
    assert len(_files(services, tip)) == 1


def test_a_colleague_another_beat_and_another_service_from_the_page(
    client: FlaskClient, services: Services, make_tip: Callable[..., Tip], people: dict[str, Account],
    headers: Headers, beat: str, lift: Partner,
) -> None:  # fmt: skip
    one, other, third = make_tip(), make_tip(), make_tip()
    refused = send(client, one, "delegate", headers(), to="wang", words="")
    assert refused.status_code == 422
    assert "Write a line for whoever takes over" in refused.text
    assert "Choose the colleague" in send(client, one, "delegate", headers(), words="x").text
    send(client, one, "delegate", headers(), to="wang", words="请跟进")
    send(client, other, "transfer", headers(), beat=beat, words="在那边")
    send(client, third, "send-on", headers(), service="1", words="祝好")

    with services.database.reading() as tx:
        wang = accounts.read_account(tx, "wang")
        assert now(services, one).assignee_id == wang.id
        assert unread.list_unread(tx, wang.id, [one.id]) == {one.id}
        assert now(services, other).beat == beats.read_beat(tx, beat).code
        told = messages.list_public(tx, third)[0].text
    assert now(services, third).state == "closed"
    assert "12345" in told
    assert told.endswith("祝好")


def test_somebody_who_decided_on_an_older_state_hears_of_it(
    client: FlaskClient, services: Services, tip: Tip, headers: Headers
) -> None:
    seen = seen_on(client, tip.reference, headers())
    send(client, tip, "delegate", headers("supervisor"), to="li", words="请看")

    late = send(client, tip, "delegate", headers(), to="wang", words="请看", seen=seen)

    assert late.status_code == 412


def test_the_directory_takes_adds_corrects_and_switches_off(
    signed_in: Callable[..., FlaskClient], services: Services, beat: str
) -> None:
    from tests.conftest import csrf_of

    desk = signed_in("supervisor")
    page = desk.get("/desk/partners").text
    token = {"csrf_token": csrf_of(page)}
    assert "No partners yet" in page
    said = {"kind": "property", "name": "幸福里物业", "phone": "6611 2233", "beat": beat, "words": ""}

    added = desk.post("/desk/partners", data={**token, **said})
    bad = desk.post("/desk/partners", data={**token, **said, "name": "", "phone": "打我"})
    brought = desk.post("/desk/partners/list", data={**token, "lines": "热线,12345,12345\n什么,坏,1"})
    desk.post("/desk/partners/1", data={**token, **said, "phone": "6611 2244"})
    desk.post("/desk/partners/1/off", data=token)

    assert added.status_code == 303
    assert "is in the directory" in desk.get(added.location).text
    assert bad.status_code == 422
    assert "up to 60 characters" in bad.text
    assert "This is no phone number" in bad.text
    assert "Added: 1. In the list already: 0. Not taken: 1." in brought.text
    with services.database.reading() as tx:
        one = partners.read_partner(tx, 1)
        assert (one.phone, one.active) == ("6611 2244", False)
    assert signed_in().get("/desk/partners").status_code == 403


def test_a_program_of_the_desk_asks_a_partner_follows_and_withdraws(
    app: Any, client: FlaskClient, tip: Tip, headers: Headers, lift: Partner, beat: str
) -> None:
    base = f"/api/v1/tips/{tip.reference}"
    assert len(client.get("/api/v1/partners", headers=headers()).json["items"]) == 2
    asked = {"partner": lift.id, "words": "请速到", "shown": ["time", "contact"]}
    made = client.post(f"{base}/referrals", headers=headers(), json=asked)
    assert made.status_code == 201
    assert made.json["shown"] == ["time"]
    link = LINK.search(made.json["link"])
    assert link
    browser(app).post(link[0], data={"step": "accept"})

    (listed,) = client.get(f"{base}/referrals", headers=headers()).json["items"]
    assert (listed["state"], listed["partner"]["kind"]) == ("accepted", "lift")
    reminded = [client.post(f"{base}/referrals/{listed['id']}/remind", headers=headers()) for _ in range(2)]
    assert [one.status_code for one in reminded] == [200, 409]
    assert reminded[0].json["state"] == "accepted"
    gone = client.post(f"{base}/referrals/{listed['id']}/withdraw", headers=headers())
    assert (gone.json["state"], gone.json["link"]) == ("withdrawn", None)

    moved = client.post(f"{base}/transfer", headers=headers(), json={"beat": beat, "note": "在那边"})
    assert moved.json["beat"] == beat
    given = client.post(f"{base}/delegate", headers=headers(), json={"to": "wang", "note": "请跟进"})
    assert given.json["assignee"] == "wang"


def test_a_program_of_the_desk_closes_what_is_not_for_the_police(
    client: FlaskClient, services: Services, make_tip: Callable[..., Tip], headers: Headers, lift: Partner
) -> None:
    one, other = make_tip(), make_tip()
    listed = client.get("/api/v1/partners", headers=headers()).json["items"]
    (hotline,) = [entry["id"] for entry in listed if entry["kind"] == "public"]

    def ask(tip: Tip, **body: object) -> Any:
        return client.post(f"/api/v1/tips/{tip.reference}/send-on", headers=headers(), json=body)

    nobody, wrong = ask(one), ask(one, service=lift.id)
    assert (nobody.status_code, nobody.json["code"]) == (422, "handover:service-needed")
    assert (wrong.status_code, wrong.json["fields"].keys()) == (404, {"service"})
    assert send(client, one, "send-on", headers(), service=str(lift.id)).status_code == 404

    told = ask(one, service=hotline, words="祝好").json
    ask(other, name="街道 综治办")
    again = ask(one, service=hotline)

    assert (told["reference"], told["state"]) == (one.reference, "closed")
    assert "12345" in told["told"]
    assert told["told"].endswith("祝好")
    assert again.json["code"] == "tip:closed"
    with services.database.reading() as tx:
        assert "街道 综治办" in messages.list_public(tx, now(services, other))[0].text

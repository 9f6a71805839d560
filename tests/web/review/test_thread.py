"""The thread: templates, a look at it as the reporter reads it, officers named in notes, what was read."""

from __future__ import annotations

import html
import re
from collections.abc import Callable

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient

from tests.conftest import browser
from tests.web.desk_forms import send, undo_of
from tipline.domain import accounts, mentions, messages, receipts, replies, tips
from tipline.domain.accounts import Account
from tipline.domain.actors import SYSTEM
from tipline.domain.tips import Tip
from tipline.errors import TiplineError
from tipline.services import Services

Headers = Callable[..., dict[str, str]]


def page_of(client: FlaskClient, tip: Tip, headers: dict[str, str], query: str = "") -> str:
    return html.unescape(client.get(f"/desk/tips/{tip.reference}{query}", headers=headers).text)


# --- templates


def test_templates_stand_ready_in_the_reporters_language_and_are_filled_in(
    client: FlaskClient, tip: Tip, headers: Headers
) -> None:
    page = page_of(client, tip, headers())
    assert f"谢谢您提供线索 {tip.reference}。" in page
    assert "幸福超市" in page
    assert "Thank you for tip" not in page
    link = re.search(r'href="([^"]*template=\d+)#reply-text"', page)
    assert link
    chosen = html.unescape(client.get(link[1], headers=headers()).text)
    assert f"谢谢您提供线索 {tip.reference}。我们正在查看，有进展会在这里告诉您。</textarea>" in chosen
    for wrong in ("999", "x", "9" * 40):
        assert "Send message" in page_of(client, tip, headers(), f"?template={wrong}")


def test_a_gap_is_not_sent(
    client: FlaskClient, services: Services, make_tip: Callable[..., Tip], headers: Headers
) -> None:
    tip = make_tip(place="")
    assert replies.fill("去{place}，{unknown}", {"place": ""}) == f"去{replies.GAP}，{{unknown}}"
    for text in ("请到 ____ 来", "请到 {place} 来"):
        answer = send(client, tip, "messages", headers(), kind="message", text=text)
        assert answer.status_code == 422
        assert "still to be filled in" in answer.text
    assert send(client, tip, "messages", headers(), kind="note", text="请到 ____ 来").status_code == 303


def test_templates_are_kept_by_supervisors_and_each_act_is_taken_back(
    client: FlaskClient, services: Services, headers: Headers
) -> None:
    boss, url = headers("supervisor"), "/desk/admin/replies"
    assert client.get(url, headers=headers()).status_code == 403

    def titles() -> list[str]:
        with services.database.reading() as tx:
            return [one.title for one in replies.list_of(tx, "en")]

    before = titles()
    form = {"title": "Come by", "text": "Please come to {station}.", "language": "en", "kind": "message"}
    assert client.post(url, headers=boss, data={**form, "text": "Call {phone}"}).status_code == 422
    assert "for {phone}" in client.post(url, headers=boss, data={**form, "text": "Call {phone}"}).text
    answer = client.post(url, headers=boss, data=form)
    assert titles() == [*before, "Come by"]
    with services.database.reading() as tx:
        row = replies.list_of(tx, "en")[-1]
    client.post(f"{url}/{row.id}", headers=boss, data={"move": "up"})
    assert titles()[-2] == "Come by"
    client.post(f"{url}/{row.id}", headers=boss, data={**form, "title": "Visit"})
    assert titles()[-2] == "Visit"
    answer = client.post(f"{url}/{row.id}", headers=boss, data={"remove": "1"})
    assert titles() == before
    address, fields = undo_of(client.get(answer.location, headers=boss).text)
    client.post(address, headers=boss, data=fields)
    assert titles()[-2] == "Visit"
    assert client.post(f"{url}/{row.id}", headers=boss, data={**form, "title": ""}).status_code == 422
    assert client.post(f"{url}/9999", headers=boss, data=form).status_code == 404


# --- preview


@pytest.mark.parametrize(
    ("language", "officer", "word"), [("en", "Officer", "You"), ("zh_Hans_CN", "民警", "您")]
)
def test_a_preview_is_what_the_reporter_reads_in_his_own_language(
    client: FlaskClient,
    services: Services,
    tip: Tip,
    headers: Headers,
    language: str,
    officer: str,
    word: str,
) -> None:
    with services.database.transaction() as tx:
        tips.read_tip(tx, tip.reference).language = language
        messages.write(tx, SYSTEM, tips.read_tip(tx, tip.reference), "核对车牌", kind="note")
    script = headers(**{"HX-Request": "true"})
    said = client.post(
        f"/desk/tips/{tip.reference}/preview", headers=script, data={"kind": "question", "text": "<b>几点？"}
    ).text
    assert "As the tip provider reads it" in said
    assert f"{officer} ·" in said
    assert "&lt;b&gt;几点？" in said
    assert "核对车牌" not in said
    note = client.post(
        f"/desk/tips/{tip.reference}/preview", headers=script, data={"kind": "note", "text": "内部"}
    ).text
    assert "does not see an internal note" in note
    assert "内部" not in note
    assert "<html" in client.post(f"/desk/tips/{tip.reference}/preview", headers=headers()).text
    with services.database.reading() as tx:
        assert messages.list_public(tx, tip) == []


# --- officers named in a note


def test_a_named_officer_is_told_until_he_opens_the_tip(
    client: FlaskClient, tip: Tip, headers: Headers
) -> None:
    answer = send(client, tip, "messages", headers(), kind="note", text="＠wang 请看车牌，@li 我自己")
    assert "Told: wang." in client.get(answer.location, headers=headers()).text
    boss = headers("supervisor")
    assert '<span class="bar-count">1</span>' in client.get("/desk/queue", headers=boss).text
    page = client.get("/desk/mentions", headers=boss).text
    assert "请看车牌" in page
    assert "is-unseen" in page
    client.get(f"/desk/tips/{tip.reference}", headers=boss)
    assert "bar-count" not in client.get("/desk/queue", headers=boss).text
    assert "is-unseen" not in client.get("/desk/mentions", headers=boss).text
    assert "Nobody has named you yet" in client.get("/desk/mentions", headers=headers("auditor")).text


def test_a_message_to_the_reporter_and_a_withdrawn_note_name_nobody(
    client: FlaskClient, tip: Tip, headers: Headers
) -> None:
    send(client, tip, "messages", headers(), kind="message", text="@wang 您好")
    answer = send(client, tip, "messages", headers(), kind="note", text="@wang 看看")
    address, fields = undo_of(client.get(answer.location, headers=headers()).text)
    boss = headers("supervisor")
    assert "bar-count" in client.get("/desk/queue", headers=boss).text
    client.post(address, headers=headers(), data=fields)
    assert "bar-count" not in client.get("/desk/queue", headers=boss).text


def test_all_are_marked_as_seen_at_once(client: FlaskClient, tip: Tip, headers: Headers) -> None:
    send(client, tip, "messages", headers(), kind="note", text="@wang")
    client.post("/desk/mentions/seen", headers=headers("supervisor"))
    assert "bar-count" not in client.get("/desk/queue", headers=headers("supervisor")).text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("@李明看一下", ["liming"]),
        ("@李明明看一下", ["lmm"]),
        ("@lina and @LI.", ["lina", "li"]),
        ("mail a@b.cn, @nobody", []),
        ("@gone", []),
        ("@李明@李明", ["liming"]),
    ],
)
def test_names_are_found_as_people_write_them(
    services: Services, password_hash: str, text: str, expected: list[str]
) -> None:
    with services.database.transaction() as tx:
        for name, shown in (
            ("liming", "李明"),
            ("lmm", "李明明"),
            ("li", "li"),
            ("lina", "Lina"),
            ("gone", ""),
        ):
            accounts.add(
                tx, SYSTEM, name, role="investigator", password_hash=password_hash, display_name=shown
            )
        accounts.set_active(tx, SYSTEM, accounts.read_account(tx, "gone"), False)
        assert [one.username for one in mentions.find(text, mentions.list_people(tx))] == expected


# --- what was read, what is withdrawn


def test_the_desk_knows_whether_a_message_was_read_before_it_was_withdrawn(
    app: APIFlask, client: FlaskClient, services: Services, tip: Tip, headers: Headers
) -> None:
    send(client, tip, "messages", headers(), kind="message", text="第一条")
    assert "not read yet" in page_of(client, tip, headers())
    with services.database.transaction() as tx:
        code = receipts.open_access(tx, services.key, tips.read_tip(tx, tip.reference))
    phone = browser(app)
    told = phone.get(f"/api/v1/public/tips/{tip.reference}", headers={"Authorization": f"Bearer {code}"})
    assert told.json["messages"][0]["text"] == "第一条"
    page = page_of(client, tip, headers())
    assert "not read yet" not in page
    act = re.search(r'class="message-foot">.*?action="(/desk/acts/\d+/undo)"', page, re.DOTALL)
    assert act
    answer = client.post(act[1], headers=headers(), data={"here": f"/desk/tips/{tip.reference}"})
    assert "had read it at" in client.get(answer.location, headers=headers()).text
    told = phone.get(f"/api/v1/public/tips/{tip.reference}", headers={"Authorization": f"Bearer {code}"})
    assert told.json["messages"][0]["text"] == ""
    assert told.json["messages"][0]["withdrawn_at"]


def test_a_colleagues_message_is_not_mine_to_withdraw_from_the_thread(
    client: FlaskClient, tip: Tip, people: dict[str, Account], headers: Headers
) -> None:
    send(client, tip, "messages", headers(), kind="message", text="第一条")
    assert "Withdraw" in page_of(client, tip, headers())
    assert "Withdraw</button>" not in page_of(client, tip, headers("supervisor"))


def test_an_unknown_template_says_so(services: Services) -> None:
    with services.database.reading() as tx, pytest.raises(TiplineError) as fault:
        replies.read_reply(tx, 9999)
    assert fault.value.code == "reply:not-found"

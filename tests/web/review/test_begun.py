"""Texts begun and not sent: kept for their officer alone, offered again, gone once they are sent."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy.exc import OperationalError

from tests.web.desk_forms import send
from tipline.domain import clock, unsent
from tipline.domain.accounts import Account
from tipline.domain.cases import Case
from tipline.domain.tips import Tip
from tipline.services import Services

Headers = Callable[..., dict[str, str]]


def keep(client: FlaskClient, headers: dict[str, str], field: str, text: str) -> int:
    return client.post("/desk/unsent", headers=headers, data={"field": field, "text": text}).status_code


def offers(page: str) -> list[tuple[str, str]]:
    return re.findall(r'data-begun="([^"]+)".*?<textarea hidden disabled>\n(.*?)</textarea>', page, re.DOTALL)


def test_any_form_of_a_case_keeps_what_was_typed_until_it_is_accepted(
    client: FlaskClient, case: Case, headers: Headers
) -> None:
    url = f"/desk/cases/{case.number}/tasks"
    assert keep(client, headers(), f"{url}#text", "调取门口录像") == 204
    assert keep(client, headers(), f"{url}/7/change#text", "另一件") == 204
    refused = client.post(url, data={"text": " "}, headers=headers())

    assert refused.status_code == 422
    assert len(offers(client.get(url, headers=headers()).text)) == 2
    assert offers(client.get(url, headers=headers("supervisor")).text) == []
    assert offers(client.get("/desk/queue", headers=headers()).text) == []

    client.post(url, data={"text": "调取门口录像"}, headers=headers())
    assert offers(client.get(url, headers=headers()).text) == [(f"{url}/7/change#text", "另一件")]


def test_choices_of_a_form_are_offered_in_words_and_go_with_what_was_sent(
    client: FlaskClient, case: Case, headers: Headers
) -> None:
    url = f"/desk/cases/{case.number}/tasks"
    choices = "李 · 2031-02-03\nassignee=li&due=2031-02-03"
    assert keep(client, headers(), f"{url}#choices", choices) == 204
    page = client.get(url, headers=headers()).text
    assert offers(page) == [(f"{url}#choices", choices.replace("&", "&amp;"))]
    assert "<q>李 · 2031-02-03</q>" in page

    client.post(url, data={"text": "调取门口录像"}, headers=headers())
    assert offers(client.get(url, headers=headers()).text) == []


def test_a_list_offers_nothing_of_its_cases_and_a_case_nothing_of_another(
    client: FlaskClient, case: Case, headers: Headers
) -> None:
    for field in (f"/desk/cases/{case.number}0/tasks#text", "/desk/cases#title"):
        assert keep(client, headers(), field, "x") == 204
    assert offers(client.get("/desk/cases", headers=headers()).text) == [("/desk/cases#title", "x")]
    assert offers(client.get(f"/desk/cases/{case.number}", headers=headers()).text) == []


def test_what_was_done_is_answered_as_done_though_its_draft_cannot_be_forgotten(
    client: FlaskClient, case: Case, headers: Headers, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*_: object) -> None:
        raise OperationalError("SELECT", {}, Exception("database is locked"))

    monkeypatch.setattr(unsent, "list_under", gone)
    answer = client.post(f"/desk/cases/{case.number}/tasks", data={"text": "调取"}, headers=headers())
    assert answer.status_code == 303


@pytest.mark.parametrize(
    "field",
    [
        "/desk/account#password",
        "/desk/../x#y",
        "/other#text",
        "/desk/cases#" + "a" * 60,
        # Sent from the page of a tip, but offered on none and erased with none.
        "/desk/incidents#title",
        "/desk/partners#name",
        "/desk/filters#name",
        "/desk/tipsters#name",
    ],
)
def test_only_fields_of_pages_that_offer_them_are_kept(
    field: str, client: FlaskClient, headers: Headers
) -> None:
    assert keep(client, headers(), field, "x") == 422


def test_what_was_begun_is_offered_to_its_officer_alone_until_it_is_sent(
    client: FlaskClient, tip: Tip, headers: Headers
) -> None:
    url, field = f"/desk/tips/{tip.reference}", f"tip:{tip.reference}/messages:note"
    assert keep(client, headers(), field, "核对车牌，") == 204
    assert keep(client, headers(), field, "核对车牌，尾号") == 204
    assert keep(client, headers(), f"tip:{tip.reference}/state", "画面") == 204

    page = client.get(url, headers=headers()).text
    assert sorted(offers(page)) == [(field, "核对车牌，尾号"), (f"tip:{tip.reference}/state", "画面")]
    assert offers(client.get(url, headers=headers("supervisor")).text) == []

    # Another kind of text was sent: the note is still open.
    send(client, tip, "messages", headers(), kind="message", text="收到")
    assert len(offers(client.get(url, headers=headers()).text)) == 2
    send(client, tip, "messages", headers(), kind="note", text="核对车牌，尾号 7")
    assert [one[0] for one in offers(client.get(url, headers=headers()).text)] == [
        f"tip:{tip.reference}/state"
    ]
    assert keep(client, headers(), f"tip:{tip.reference}/state", " ") == 204
    assert offers(client.get(url, headers=headers()).text) == []


def test_a_refused_form_keeps_what_was_begun(client: FlaskClient, tip: Tip, headers: Headers) -> None:
    keep(client, headers(), f"tip:{tip.reference}/link", "同款外套")
    assert send(client, tip, "links", headers(), reason="同款外套").status_code == 422
    assert len(offers(client.get(f"/desk/tips/{tip.reference}", headers=headers()).text)) == 1


def test_what_was_begun_for_an_incident_a_topic_or_a_bulletin_is_offered_until_it_is_sent(
    client: FlaskClient, tip: Tip, headers: Headers
) -> None:
    about = {"tip": tip.reference, "title": "电梯困人"}
    incident = client.post("/desk/incidents", data=about, headers=headers()).location
    topic = client.post("/desk/topics", data={"title": "毕业生落户"}, headers=headers()).location
    sent = {
        f"{incident}/progress": (incident, {"text": "维修人员已到"}),
        f"{incident}/close": (incident, {"words": "已修好", "outcome": "settled"}),
        topic: (topic, {"title": "毕业生落户", "answer": "请预约", "papers": "毕业证"}),
        "/desk/topics": ("/desk/topics", {"title": "居住证"}),
        "/desk/topics/tips": ("/desk/topics/tips", {"words": "请看", "tips": tip.reference}),
        "/desk/bulletins": ("/desk/bulletins/new", {"title": "防盗", "text": "锁好车", "kind": "advice"}),
    }
    for action, (page, form) in sent.items():
        (name, text), field = next(iter(form.items())), f"{action}#{next(iter(form))}"
        assert keep(client, headers(), field, text) == 204, field
        assert (field, text) in offers(client.get(page, headers=headers()).text)
        assert offers(client.get(page, headers=headers("supervisor")).text) == []
        answer = client.post(action, data=form, headers=headers())
        left = (field, text) in offers(client.get(page, headers=headers()).text)
        # No topic is open that could answer the tip: what was refused stays.
        assert left is (answer.status_code >= 400), (field, name)
        assert left is (action == "/desk/topics/tips")
    leads_back = "You began a bulletin and did not keep it"
    for text, is_said in (("防盗", True), ("", False)):
        keep(client, headers(), "/desk/bulletins#title", text)
        assert (leads_back in client.get("/desk/bulletins", headers=headers()).text) is is_said


def test_a_look_at_a_topic_carries_nothing_out_so_its_words_stay_begun(
    client: FlaskClient, headers: Headers
) -> None:
    topic = client.post("/desk/topics", data={"title": "居住证"}, headers=headers()).location
    begun = (f"{topic}#answer", "请先预约")
    keep(client, headers(), *begun)

    looked = client.post(
        topic, data={"title": "居住证", "answer": "请先预约", "do": "preview"}, headers=headers()
    )

    assert "Not saved yet" in looked.text
    assert "data-typed" in looked.text
    assert offers(client.get(topic, headers=headers()).text) == [begun]
    client.post(topic, data={"title": "居住证", "answer": "请先预约", "do": "save"}, headers=headers())
    assert offers(client.get(topic, headers=headers()).text) == []


def test_words_for_an_incident_or_a_topic_begun_on_a_tip_are_that_tips_own(
    client: FlaskClient, make_tip: Callable[..., Tip], headers: Headers
) -> None:
    tip, other = (make_tip("毕业生怎么落户？", category="question") for _ in range(2))
    topic = client.post("/desk/topics", data={"title": "落户"}, headers=headers()).location
    client.post(topic, data={"title": "落户", "answer": "请预约。", "do": "open"}, headers=headers())
    fields = {f"tip:{tip.reference}/{place}" for place in ("incident", "topic")}
    for field in fields:
        keep(client, headers(), field, "写到一半")
    page = client.get(f"/desk/tips/{tip.reference}", headers=headers()).text
    assert {one for one, _ in offers(page)} == fields
    assert all(f'data-unsent="{one}"' in page for one in fields)
    assert offers(client.get(f"/desk/tips/{other.reference}", headers=headers()).text) == []

    client.post("/desk/incidents", data={"tip": tip.reference, "title": "落户"}, headers=headers())
    form = {"tips": tip.reference, "topic": topic.rpartition("/")[2], "words": "请看", "back": "1"}
    client.post("/desk/topics/tips", data=form, headers=headers())

    assert offers(client.get(f"/desk/tips/{tip.reference}", headers=headers()).text) == []


def test_the_summary_of_a_case_is_kept_too(client: FlaskClient, case: Case, headers: Headers) -> None:
    keep(client, headers(), f"case:{case.number}/change", "一段很长的概况")
    page = client.get(f"/desk/cases/{case.number}", headers=headers()).text
    assert offers(page) == [(f"case:{case.number}/change", "一段很长的概况")]


@pytest.mark.parametrize(
    ("field", "text"),
    [("", "x"), ("tip:T-1/../x", "x"), ("tip:T-1001/state", "长" * 10_001), ("t" * 90, "x")],
)
def test_a_field_nobody_knows_and_a_text_without_end_are_refused(
    client: FlaskClient, headers: Headers, field: str, text: str
) -> None:
    assert keep(client, headers(), field, text) == 422
    assert client.post("/desk/unsent", headers=headers("auditor"), data={}).status_code == 403


def test_old_ones_and_the_oldest_of_very_many_are_forgotten(
    services: Services, people: dict[str, Account]
) -> None:
    me = people["investigator"].id
    with services.database.transaction() as tx:
        with clock.frozen(clock.now() - unsent.KEPT - timedelta(minutes=1)):
            unsent.keep(tx, me, "tip:T-1/state", "vor langer Zeit")
        assert unsent.list_under(tx, me, "tip:T-1/") == []
        for number in range(unsent.MOST + 3):
            unsent.keep(tx, me, f"tip:T-{number}/state", "x")
        tx.flush()
        assert unsent.list_under(tx, me, "tip:T-2/") == []
        left = unsent.list_under(tx, me, f"tip:T-{unsent.MOST}/")
        assert [one.place for one in left] == ["state"]

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
        "/desk/topics/tips#words",
        "/desk/incidents#title",
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
        assert unsent.list_of(tx, me, "tip:T-1") == {}
        for number in range(unsent.MOST + 3):
            unsent.keep(tx, me, f"tip:T-{number}/state", "x")
        tx.flush()
        assert unsent.list_of(tx, me, "tip:T-2") == {}
        assert list(unsent.list_of(tx, me, f"tip:T-{unsent.MOST}")) == ["state"]

"""Linking a tip to a case from its page."""

from __future__ import annotations

from collections.abc import Callable

from flask.testing import FlaskClient

from tests.web.desk_forms import log_of, now, send, undo_of
from tipline.domain import cases, links, merging
from tipline.domain.accounts import Account
from tipline.domain.cases import Case
from tipline.domain.tips import Tip
from tipline.services import Services

Headers = Callable[..., dict[str, str]]


def linked_to(services: Services, tip: Tip) -> list[str]:
    with services.database.reading() as tx:
        return [one.number for _link, one in links.list_cases_of(tx, tip)]


def test_linking_and_taking_it_back(
    client: FlaskClient, services: Services, tip: Tip, case: Case, headers: Headers
) -> None:
    answer = send(client, tip, "links", headers(), case=case.number, reason="同款外套")
    page = client.get(answer.location, headers=headers()).text
    assert (linked_to(services, tip), now(services, tip).state) == ([case.number], "linked")
    for words in (case.number, "同款外套", f"Linked to {case.number}."):
        assert words in page
    address, fields = undo_of(page)
    answer = client.post(address, headers=headers(), data=fields)
    page = client.get(answer.location, headers=headers()).text
    assert (linked_to(services, tip), now(services, tip).state) == ([], "received")
    assert "Taken back: linked to a case (done by li)" in page
    assert [one.action for one in log_of(services, tip)][-1] == "act:undo"


def test_a_link_needs_a_reason_and_a_case(
    client: FlaskClient, services: Services, tip: Tip, case: Case, headers: Headers
) -> None:
    no_reason = send(client, tip, "links", headers(), case=case.number, reason=" ")
    assert no_reason.status_code == 422
    assert f'value="{case.number}" checked' in no_reason.text
    no_case = send(client, tip, "links", headers(), reason="同款外套")
    assert no_case.status_code == 422
    assert "Choose a case" in no_case.text
    assert "同款外套</textarea>" in no_case.text
    assert send(client, tip, "links", headers(), number="A-1999-9", reason="x").status_code == 404
    assert linked_to(services, tip) == []


def test_a_number_can_be_typed_instead_of_chosen(
    client: FlaskClient, services: Services, tip: Tip, case: Case, headers: Headers
) -> None:
    send(client, tip, "links", headers(), number=case.number.lower(), reason="同款外套")
    assert linked_to(services, tip) == [case.number]


def test_a_case_can_be_opened_on_the_way(
    client: FlaskClient, services: Services, tip: Tip, people: dict[str, Account], headers: Headers
) -> None:
    untitled = send(client, tip, "links", headers(), case="new", title="", reason="首起")
    assert untitled.status_code == 422
    refused = send(client, tip, "links", headers(), case="new", title="超市盗窃", reason="")
    assert refused.status_code == 422
    assert 'value="超市盗窃"' in refused.text
    with services.database.reading() as tx:
        assert cases.list_cases(tx) == []  # a refused link opens no case either
    send(client, tip, "links", headers(), case="new", title="超市盗窃", reason="首起")
    with services.database.reading() as tx:
        (made,) = cases.list_cases(tx)
    assert (made.title, made.lead_id) == ("超市盗窃", people["investigator"].id)
    assert linked_to(services, tip) == [made.number]


def test_a_closed_case_and_a_second_link_are_refused(
    client: FlaskClient,
    services: Services,
    tip: Tip,
    case: Case,
    people: dict[str, Account],
    headers: Headers,
) -> None:
    send(client, tip, "links", headers(), case=case.number, reason="x")
    twice = send(client, tip, "links", headers(), case=case.number, reason="x")
    assert twice.status_code == 409
    assert "linked to the case already" in twice.text
    with services.database.transaction() as tx:
        actor = people["investigator"].actor
        other = cases.open_case(tx, actor, "旧案", year=2026)
        cases.change(tx, actor, other, state="closed")
    assert send(client, tip, "links", headers(), case=other.number, reason="x").status_code == 409


def test_unlinking_asks_for_a_reason(
    client: FlaskClient, services: Services, tip: Tip, case: Case, headers: Headers
) -> None:
    send(client, tip, "links", headers(), case=case.number, reason="同款外套")
    assert send(client, tip, f"links/{case.number}/end", headers(), reason="").status_code == 422
    assert linked_to(services, tip) == [case.number]
    send(client, tip, f"links/{case.number}/end", headers(), reason="误关联")
    assert linked_to(services, tip) == []


def test_open_cases_are_found_by_number_and_words(
    client: FlaskClient, services: Services, case: Case, people: dict[str, Account], headers: Headers
) -> None:
    with services.database.transaction() as tx:
        cases.open_case(tx, people["investigator"].actor, "100%_饭店", year=2026)
    found = {
        words: client.get("/desk/case-choices", query_string={"number": words}, headers=headers()).text
        for words in ("便利", "A-2026-2", "%", "_", "不存在")
    }
    assert case.number in found["便利"]
    assert "A-2026-2" not in found["便利"]
    assert "A-2026-2" in found["A-2026-2"]
    for sign in ("%", "_"):
        assert case.number not in found[sign]
    assert "No open case fits" in found["不存在"]


def test_a_case_closed_a_second_ago_leaves_what_was_typed_and_two_ways_on(
    client: FlaskClient,
    services: Services,
    tip: Tip,
    case: Case,
    people: dict[str, Account],
    headers: Headers,
) -> None:
    with services.database.transaction() as tx:
        row = cases.read_case(tx, case.number)
        cases.change(tx, people["supervisor"].actor, row, state="closed", outcome="solved")
    refused = send(client, tip, "links", headers(), case=case.number, reason="同款外套")
    assert refused.status_code == 409
    for words in ("This case is closed.", "同款外套</textarea>", f'name="reopen" value="{case.number}"'):
        assert words in refused.text, words
    answer = send(client, tip, "links", headers(), reopen=case.number, reason="同款外套")
    page = client.get(answer.location, headers=headers()).text
    assert linked_to(services, tip) == [case.number]
    address, fields = undo_of(page)
    client.post(address, headers=headers(), data=fields)
    assert linked_to(services, tip) == []
    with services.database.reading() as tx:
        assert cases.read_case(tx, case.number).state == "closed"


def test_a_case_merged_a_second_ago_leads_to_where_it_goes_on(
    client: FlaskClient,
    services: Services,
    tip: Tip,
    case: Case,
    people: dict[str, Account],
    headers: Headers,
) -> None:
    with services.database.transaction() as tx:
        actor = people["supervisor"].actor
        into = cases.open_case(tx, actor, "南北街盗窃", year=2026)
        merging.merge(tx, actor, cases.read_case(tx, case.number), into, "同一人")
    refused = send(client, tip, "links", headers(), number=case.number, reason="同款外套")
    assert refused.status_code == 409
    for words in (into.number, "同款外套</textarea>", f'name="follow" value="{case.number}"'):
        assert words in refused.text, words
    send(client, tip, "links", headers(), follow=case.number, reason="同款外套")
    assert linked_to(services, tip) == [into.number]

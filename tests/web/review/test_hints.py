"""Hints on the page of a tip, and the answers to them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from tests.web.desk_forms import counted, log_of, now, send, undo_of
from tipline.domain import cases, hints, links
from tipline.domain.accounts import Account
from tipline.domain.cases import Case
from tipline.domain.evidence import Evidence
from tipline.domain.hints import FILE, SERIES, Found, Hint
from tipline.domain.tips import Tip
from tipline.services import Services

Headers = Callable[..., dict[str, str]]
NEAR = [
    {"code": "series:place", "bits": 2.8, "values": {"km": 0.4}},
    {"code": "series:days", "bits": 1.8, "values": {"days": 5.0}},
    {"code": "series:method", "bits": 4.0, "values": {"tags": ["booking"]}},
    {"code": "series:hour", "bits": -0.9, "values": {"hours": 9.0}},
]
SAME = [{"code": "file:same", "bits": 40.0, "values": {}, "mine": {"evidence": "e2", "number": 2},
         "theirs": {"evidence": "e1", "number": 1}}]  # fmt: skip


@pytest.fixture
def pair(make_tip: Callable[..., Tip]) -> tuple[Tip, Tip]:
    return make_tip("要订包间的人拿走了现金"), make_tip("又来订包间，手机没了")


def hint(services: Services, pair: tuple[Tip, Tip], kind: str = SERIES) -> Hint:
    earlier, later = pair
    found = Found(earlier.id, kind, 9.6 if kind == SERIES else 40.0, NEAR if kind == SERIES else SAME)
    with services.database.transaction() as tx:
        hints.keep(tx, later.id, [found], [kind])
        return hints.list_of(tx, later.id)[-1]


def page(client: FlaskClient, tip: Tip, headers: dict[str, str]) -> str:
    return client.get(f"/desk/tips/{tip.reference}", headers=headers).text


def state_of(services: Services, row: Hint) -> tuple[str, str | None]:
    with services.database.reading() as tx:
        again = tx.get_one(Hint, row.id)
        return again.state, again.decided_reason


def linked(services: Services, tip: Tip, case: Case, people: dict[str, Account]) -> None:
    with services.database.transaction() as tx:
        links.link(tx, people["investigator"].actor, tx.merge(case), tx.get_one(Tip, tip.id), "首起")


def test_a_likely_series_is_folded_and_says_what_speaks_for_and_against(
    client: FlaskClient, services: Services, pair: tuple[Tip, Tip], headers: Headers
) -> None:
    hint(services, pair)
    shown = page(client, pair[1], headers())
    series = shown[shown.index('<details class="hint-series"') :]
    assert "1 possible link" in series
    assert shown.index('id="decisions"') < shown.index('id="hints"')
    for words in (
        pair[0].reference,
        "400 m apart",
        "5 days apart",
        "“订包间”",
        "Another time of day: 9 h apart",
    ):
        assert words in series
    assert '<details class="hint-series" open' not in shown
    assert "came later" in page(client, pair[0], headers())


def test_the_same_file_stands_open_on_both_tips(
    client: FlaskClient, services: Services, pair: tuple[Tip, Tip], headers: Headers
) -> None:
    hint(services, pair, FILE)
    assert "File 2 here is, byte for byte, file 1 there" in page(client, pair[1], headers())
    assert "File 1 here is, byte for byte, file 2 there" in page(client, pair[0], headers())
    assert "hint-series" not in page(client, pair[1], headers())


def test_not_related_is_said_why_logged_and_undone(
    client: FlaskClient, services: Services, pair: tuple[Tip, Tip], headers: Headers
) -> None:
    row = hint(services, pair)
    answer = send(client, pair[1], f"hints/{row.id}/answer", headers(), answer="other-method")
    shown = client.get(answer.location, headers=headers()).text
    assert state_of(services, row) == ("dismissed", "other-method")
    assert "1 answered" in shown
    assert "not related: done another way" in shown
    assert log_of(services, pair[1])[-1].facts()["answer"] == "other-method"
    address, fields = undo_of(shown)
    client.post(address, headers=headers(), data=fields)
    assert state_of(services, row) == ("open", None)


def test_an_answer_nobody_knows_is_refused_with_a_sentence(
    client: FlaskClient, services: Services, pair: tuple[Tip, Tip], headers: Headers
) -> None:
    row = hint(services, pair)
    answer = send(client, pair[1], f"hints/{row.id}/answer", headers(), answer="whatever")
    assert answer.status_code == 422
    assert "Say why the two do not belong together" in answer.text
    assert send(client, pair[1], "hints/999/answer", headers(), answer="cannot-tell").status_code == 404


def test_linking_from_a_hint_links_and_answers_and_both_are_undone_at_once(
    client: FlaskClient, services: Services, pair: tuple[Tip, Tip], case: Case, people: dict[str, Account],
    headers: Headers,
) -> None:  # fmt: skip
    linked(services, pair[0], case, people)
    row = hint(services, pair)
    shown = page(client, pair[1], headers())
    assert f"Link to {case.number}" in shown
    assert f"Possible series ({pair[0].reference}); 400 m apart" in shown
    answer = send(client, pair[1], f"hints/{row.id}/link", headers(), case=case.number, reason="同一手法")
    assert (now(services, pair[1]).state, state_of(services, row)) == ("linked", ("accepted", "linked"))
    address, fields = undo_of(client.get(answer.location, headers=headers()).text)
    client.post(address, headers=headers(), data=fields)
    assert (now(services, pair[1]).state, state_of(services, row)) == ("received", ("open", None))


def test_a_tip_that_stands_in_a_case_not_the_readers_is_no_part_of_a_card(
    client: FlaskClient,
    services: Services,
    pair: tuple[Tip, Tip],
    people: dict[str, Account],
    headers: Headers,
) -> None:
    lead = people["supervisor"].actor
    with services.database.transaction() as tx:
        hidden = cases.open_case(tx, lead, "内部案件", year=2026)
        hidden.access = cases.MEMBERS
        links.link(tx, lead, hidden, tx.get_one(Tip, pair[0].id), "首起")
    row = hint(services, pair)
    shown = page(client, pair[1], headers())
    assert pair[0].reference not in shown
    assert hidden.number not in shown
    answer = send(client, pair[1], f"hints/{row.id}/link", headers(), case=hidden.number, reason="x")
    assert answer.status_code == 404


def test_the_later_tip_becomes_the_duplicate_whichever_page_says_so(
    client: FlaskClient, services: Services, pair: tuple[Tip, Tip], headers: Headers
) -> None:
    earlier, later = pair
    row = hint(services, pair, FILE)
    answer = send(client, earlier, f"hints/{row.id}/duplicate", headers())
    assert (now(services, later).state, now(services, later).duplicate_of_id) == ("duplicate", earlier.id)
    shown = client.get(answer.location, headers=headers()).text
    assert "Duplicates of this tip:" in shown
    assert "Duplicate of" in page(client, later, headers())
    assert f"Marked as a duplicate of {earlier.reference}" in page(client, later, headers())
    address, fields = undo_of(shown)
    client.post(address, headers=headers(), data=fields)
    assert (now(services, later).state, now(services, later).duplicate_of_id) == ("received", None)
    assert state_of(services, row) == ("open", None)


def test_a_duplicate_is_marked_by_typing_its_target(
    client: FlaskClient, services: Services, pair: tuple[Tip, Tip], headers: Headers
) -> None:
    earlier, later = pair
    number = earlier.reference.removeprefix("T-")
    send(client, later, "state", headers(), state="duplicate", of=number)
    assert now(services, later).duplicate_of_id == earlier.id
    for typed, sentence in (("T-999999", "There is no such tip"), (later.reference, "duplicate of itself")):
        answer = send(client, later, "state", headers(), state="duplicate", of=typed)
        assert answer.status_code == 422
        assert sentence in answer.text
        assert f'value="{typed}"' in answer.text
    answer = send(client, earlier, "state", headers(), state="duplicate", of=later.reference)
    assert answer.status_code == 409
    assert "is itself marked as a duplicate of this one" in answer.text


def test_whoever_may_only_look_answers_nothing(
    client: FlaskClient, services: Services, pair: tuple[Tip, Tip], headers: Headers
) -> None:
    row = hint(services, pair)
    shown = page(client, pair[1], headers("auditor"))
    assert "1 possible link" in shown
    assert "Not related" not in shown
    address = f"/desk/tips/{pair[1].reference}/hints/{row.id}/answer"
    assert client.post(address, headers=headers("auditor"), data={"answer": "cannot-tell"}).status_code == 403


def test_the_page_asks_as_often_for_many_hints_as_for_one(
    client: FlaskClient, services: Services, make_tip: Callable[..., Tip], headers: Headers,
) -> None:  # fmt: skip
    many = [make_tip() for _ in range(6)]
    page(client, many[-1], headers())  # that somebody has looked is written down once
    asked = []
    for number in (1, 5):
        with services.database.transaction() as tx:
            found = [Found(one.id, SERIES, 9.6, NEAR) for one in many[:number]]
            hints.keep(tx, many[-1].id, found)
        with counted(services) as sent:
            page(client, many[-1], headers())
        asked.append(len(sent))
    assert asked[0] == asked[1]


def test_a_file_that_came_twice_in_one_tip_is_said_at_both(
    client: FlaskClient, tip: Tip, add_file: Callable[..., Evidence], headers: Headers
) -> None:
    for data in (
        b"\xff\xd8\xff\xe0" + bytes(400),
        b"\xff\xd8\xff\xe0" + bytes(500),
        b"\xff\xd8\xff\xe0" + bytes(400),
    ):
        add_file(tip, data)
    shown = page(client, tip, headers())
    assert shown.count("the very same as file") == 2
    assert "the very same as file 1" in shown
    assert "the very same as file 3" in shown

"""When tips fall due, and what a legal hold covers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from tests.domain.conftest import EVENING, sent
from tipline.db import Transaction
from tipline.domain import cases, contacts, due, duplicates, holds, links, retention, tips, unread
from tipline.domain.actors import Actor
from tipline.domain.cases import Case
from tipline.domain.tips import Tip
from tipline.errors import TiplineError

DAY = timedelta(days=1)
At = Callable[[datetime], None]


@contextmanager
def refused(code: str) -> Iterator[None]:
    with pytest.raises(TiplineError) as fault:
        yield
    assert fault.value.code == code


@pytest.fixture(autouse=True)
def rules(tx: Transaction, officer: Actor, at: At) -> None:
    at(EVENING)
    retention.save(tx, officer, {"theft": 30, "other": None}, reason="station's decision")


def over(tx: Transaction, by: datetime) -> list[str]:
    rules = retention.rules_of(tx)
    return list(tx.scalars(select(Tip.reference).where(due.falls_due(rules, by)).order_by(Tip.id)))


def test_days_are_counted_from_the_day_a_tip_ended_and_not_from_its_last_change(
    tx: Transaction, tip: Tip, officer: Actor, at: At
) -> None:
    assert due.of(tx, tip).state == "open"
    at(EVENING + 10 * DAY)
    tips.move(tx, officer, tip, "closed")
    at(EVENING + 20 * DAY)
    tips.assign(tx, officer, tip, officer.user_id, officer.name)

    assert due.of(tx, tip).at == EVENING + 40 * DAY
    assert over(tx, EVENING + 40 * DAY - timedelta(seconds=1)) == []
    assert over(tx, EVENING + 40 * DAY) == [tip.reference]


def test_a_category_without_a_rule_is_kept_until_somebody_acts(tx: Transaction, officer: Actor) -> None:
    other = sent(tx, category="other")
    tips.move(tx, officer, other, "closed")

    assert due.of(tx, other).state == "kept"
    assert over(tx, EVENING + 9999 * DAY) == []


def test_nothing_is_in_force_before_an_administrator_decided(tx: Transaction, officer: Actor) -> None:
    seen = sent(tx, category="footage")
    tips.move(tx, officer, seen, "closed")

    assert due.of(tx, seen) == due.Due("kept", None, None, seen=False)


def test_a_tip_of_an_open_case_never_falls_due_and_its_closing_counts(
    tx: Transaction, tip: Tip, case: Case, officer: Actor, at: At
) -> None:
    links.link(tx, officer, case, tip, "same man")
    tips.move(tx, officer, tip, "closed")
    assert due.of(tx, tip).state == "linked"
    assert over(tx, EVENING + 9999 * DAY) == []

    at(EVENING + 100 * DAY)
    cases.change(tx, officer, case, state="closed", outcome="solved")

    assert due.of(tx, tip).at == EVENING + 130 * DAY
    assert over(tx, EVENING + 129 * DAY) == []
    assert over(tx, EVENING + 130 * DAY) == [tip.reference]


def test_a_tip_that_ended_by_its_case_alone_falls_due_with_it(
    tx: Transaction, tip: Tip, case: Case, officer: Actor
) -> None:
    links.link(tx, officer, case, tip, "same man")
    cases.change(tx, officer, case, state="closed", outcome="solved")

    assert tip.state == "linked"
    assert over(tx, EVENING + 30 * DAY) == [tip.reference]


def test_a_duplicate_is_kept_as_long_as_the_tip_that_it_repeats(
    tx: Transaction, tip: Tip, officer: Actor, at: At
) -> None:
    again = sent(tx, "the same again")
    duplicates.mark(tx, officer, again, tip, "")

    assert due.of(tx, again).state == "repeats"
    assert over(tx, EVENING + 9999 * DAY) == []

    at(EVENING + 50 * DAY)
    tips.move(tx, officer, tip, "closed")
    assert due.of(tx, again).at == EVENING + 80 * DAY
    assert over(tx, EVENING + 80 * DAY) == [tip.reference, again.reference]


def test_seen_is_what_somebody_had_open(tx: Transaction, tip: Tip, officer: Actor) -> None:
    assert not due.of(tx, tip).seen
    unread.look(tx, officer.user_id or 0, tip)
    assert due.of(tx, tip).seen


@pytest.mark.parametrize("typed", ["0", "6", "-3", "1.5", "a week", "²", "99999999", "36501"])
def test_days_that_mean_nothing_are_refused(typed: str) -> None:
    with refused("retention:days-unclear"):
        retention.read_days(typed)


# --- holds


def test_a_hold_beats_the_rule_until_it_is_ended_with_a_reason(
    tx: Transaction, tip: Tip, officer: Actor
) -> None:
    tips.move(tx, officer, tip, "closed")
    hold = holds.set_on_tip(tx, officer, tip.id, " court wants it ")

    assert hold.reason == "court wants it"
    assert due.of(tx, tip).state == "held"
    with refused("hold:stands"):
        holds.require_free(tx, tip.id)
    with refused("hold:exists"):
        holds.set_on_tip(tx, officer, tip.id, "again")
    with refused("hold:reason-needed"):
        holds.end(tx, officer, hold, "  ")

    holds.end(tx, officer, hold, "the court has decided")
    holds.require_free(tx, tip.id)
    with refused("hold:ended"):
        holds.end(tx, officer, hold, "twice")


def test_a_hold_on_a_case_covers_tips_linked_later_and_those_taken_out_since(
    tx: Transaction, tip: Tip, case: Case, officer: Actor, at: At
) -> None:
    before = sent(tx, "taken out before")
    links.link(tx, officer, case, before, "perhaps")
    links.unlink(tx, officer, case, before, "no")
    at(EVENING + DAY)
    hold = holds.set_on_case(tx, officer, case.id, "court wants it")
    assert holds.held_of(tx, [tip.id, before.id]) == set()

    links.link(tx, officer, case, tip, "same man")
    assert holds.held_of(tx, [tip.id, before.id]) == {tip.id}
    links.unlink(tx, officer, case, tip, "no way around")
    assert holds.is_held(tx, tip.id)
    assert holds.list_over_tip(tx, tip.id) == [hold]

    holds.end(tx, officer, hold, "over")
    assert not holds.is_held(tx, tip.id)


def test_a_hold_goes_along_when_its_case_goes_on_in_another(
    tx: Transaction, tip: Tip, case: Case, officer: Actor
) -> None:
    holds.set_on_case(tx, officer, case.id, "court wants it")
    into = cases.open_case(tx, officer, "the larger one", year=2026)
    holds.carry(tx, officer, case.id, into.id)
    holds.carry(tx, officer, case.id, into.id)
    links.link(tx, officer, into, tip, "same man")

    assert [one.reason for one in holds.list_of_case(tx, into.id)] == ["court wants it"]
    assert holds.is_held(tx, tip.id)


def test_a_held_tip_loses_neither_its_contact_nor_an_upload_that_was_not_finished(
    tx: Transaction, officer: Actor
) -> None:
    tip = sent(tx, contact="13800000000")
    hold = holds.set_on_tip(tx, officer, tip.id, "court wants it")
    with refused("hold:stands"):
        contacts.withdraw(tx, officer, tip.id, tip.reference)
    holds.end(tx, officer, hold, "over")

    assert contacts.withdraw(tx, officer, tip.id, tip.reference)

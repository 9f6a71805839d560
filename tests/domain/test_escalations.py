"""The response clock and its ladder: `tipline.domain.response`, `escalations`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.domain.conftest import EVENING, Ring, sent
from tipline.db import Transaction
from tipline.domain import (
    accounts,
    acts,
    clock,
    custody,
    escalations,
    ladder,
    messages,
    response,
    targets,
    tips,
    undoing,
)
from tipline.domain.actors import SYSTEM, Actor, reporter
from tipline.domain.duties import Duty
from tipline.domain.ladder import Ladder
from tipline.domain.tips import Tip
from tipline.errors import TiplineError

ZONE = ZoneInfo("Asia/Shanghai")
MINUTE = timedelta(minutes=1)
At = Callable[[datetime], None]


@pytest.fixture(autouse=True)
def evening(at: At) -> None:
    at(EVENING)


@pytest.fixture
def station(tx: Transaction, evening: None) -> dict[str, int]:
    """Somebody for every step, around the clock."""
    found = {}
    for part, name, role in (
        ("officer", "chen", "investigator"), ("deputy", "zhou", "investigator"),
        ("on_call", "wu", "investigator"), ("supervisor", "wang", "supervisor"),
    ):  # fmt: skip
        found[part] = accounts.add(tx, SYSTEM, name, role=role, password_hash="x").id
    tx.add(Duty(beat=None, account_id=found["on_call"], part="on_call", created_at=clock.now()))
    return found


def told(tx: Transaction, tip: Tip) -> list[tuple[str, int | None]]:
    return [(one.step, one.account_id) for one in escalations.list_of(tx, tip)]


def climb(tx: Transaction, tip: Tip) -> list[str]:
    return [one.step for one in escalations.climb(tx, tip.id, ZONE)]


def test_the_clock_starts_when_the_tip_is_handed_in_with_the_target_of_its_kind(
    tx: Transaction, officer: Actor, at: At
) -> None:
    targets.set_target(tx, officer, "theft", 7, 2)
    tip, other = sent(tx), sent(tx, category="other")

    assert (tip.target_minutes, tip.ack_due_at) == (7, EVENING + 7 * MINUTE)
    assert (other.target_minutes, other.ack_due_at) == (2, EVENING + 2 * MINUTE)
    at(EVENING + 3 * MINUTE)
    assert response.read(tip).left == 4 * MINUTE
    assert response.read(other) == ("over", other.ack_due_at, -MINUTE, 3 * MINUTE)


def test_a_changed_target_leaves_the_promises_that_were_made(tx: Transaction, officer: Actor) -> None:
    tip = sent(tx)
    targets.set_target(tx, officer, "theft", 30, 2)

    assert tip.ack_due_at == EVENING + 2 * MINUTE
    assert sent(tx, "wieder").ack_due_at == EVENING + 30 * MINUTE


def test_step_by_step_somebody_is_told_and_then_nobody_any_more(
    tx: Transaction, station: dict[str, int], at: At
) -> None:
    tip = sent(tx)
    seen = []
    for seconds in range(0, 500, 30):
        at(EVENING + timedelta(seconds=seconds))
        seen += [(seconds, one) for one in climb(tx, tip)]

    assert seen == [(0, "officer"), (60, "reminder"), (120, "deputy"), (240, "on_call"), (360, "supervisor")]
    call = station["on_call"]
    assert told(tx, tip) == [
        ("officer", call), ("reminder", call), ("deputy", call), ("on_call", call),
        ("supervisor", station["supervisor"]),
    ]  # fmt: skip
    assert tip.escalates_at is None
    entries = custody.list_of(tx, tip=tip.reference, actions=["tip:escalate"])
    assert [one.facts()["told"] for one in entries] == [["wu"], ["wu"], ["wu"], ["wu"], ["wang"]]


def test_the_ladder_that_a_station_sets_is_climbed_by_the_tips_that_come_after(
    tx: Transaction, officer: Actor, station: dict[str, int], at: At
) -> None:
    before = sent(tx)
    assert ladder.set_ladder(tx, officer, Ladder(25, 50, 100, 500))
    after = sent(tx, "danach")
    assert not ladder.set_ladder(tx, officer, Ladder(25, 50, 100, 500)), "twice is once"
    seen = []
    for seconds in range(0, 630, 30):
        at(EVENING + timedelta(seconds=seconds))
        seen += [(seconds, one) for one in climb(tx, after)]

    assert seen == [(0, "officer"), (30, "reminder"), (60, "deputy"), (120, "on_call"), (600, "supervisor")]
    assert response.next_at(before) == EVENING
    assert ladder.read_written(before.ladder) == ladder.USUAL


def test_a_changed_ladder_stands_in_the_log_and_is_taken_back_unless_it_changed_again(
    tx: Transaction, officer: Actor
) -> None:
    ladder.set_ladder(tx, officer, Ladder(40, 80, 160, 320))
    act = acts.recorded(tx)
    assert act
    entry = custody.list_of(tx, subject=ladder.SUBJECT)[-1]
    assert entry.action == "ladder:set"
    assert [entry.facts()[one]["deputy"] for one in ("was", "ladder")] == [100, 80]

    ladder.set_ladder(tx, officer, Ladder(50, 90, 160, 320))
    with pytest.raises(TiplineError) as fault:
        ladder.take_back(tx, officer, act)
    assert fault.value.code == "act:superseded"
    ladder.set_ladder(tx, officer, Ladder(40, 80, 160, 320))
    ladder.take_back(tx, officer, act)
    assert (ladder.now(tx), ladder.find_row(tx)) == (ladder.USUAL, None)


def test_after_an_outage_all_steps_that_were_due_are_taken_at_once_without_a_needless_reminder(
    tx: Transaction, station: dict[str, int], at: At
) -> None:
    tip = sent(tx)
    at(EVENING + 60 * MINUTE)

    assert climb(tx, tip) == ["officer", "deputy", "on_call", "supervisor"]
    assert climb(tx, tip) == []


def test_an_acknowledged_tip_is_quiet_and_one_taken_back_goes_on(
    tx: Transaction, station: dict[str, int], officer: Actor, at: At
) -> None:
    tip = sent(tx)
    climb(tx, tip)
    tips.acknowledge(tx, officer, tip)
    assert tip.escalates_at is None
    at(EVENING + 90 * MINUTE)
    assert climb(tx, tip) == []

    act = undoing.find_last(tx, officer.user_id or 0, since=EVENING)
    assert act is not None
    undoing.undo(tx, officer, act.id)
    assert climb(tx, tip) == ["reminder", "deputy", "on_call", "supervisor"]


@pytest.mark.parametrize("state", ["closed", "snoozed", "not_used", "linked"])
def test_a_tip_that_is_settled_is_quiet(
    tx: Transaction, officer: Actor, station: dict[str, int], at: At, state: str
) -> None:
    tip = sent(tx)
    tips.follow(tx, officer, tip, state)
    at(EVENING + 90 * MINUTE)

    assert climb(tx, tip) == []
    assert not escalations.list_due(tx, most=5)


def test_while_a_question_waits_for_the_reporter_the_clock_stands_still(
    tx: Transaction, station: dict[str, int], officer: Actor, at: At
) -> None:
    tip = sent(tx)
    climb(tx, tip)
    at(EVENING + timedelta(seconds=30))
    messages.write(tx, officer, tip, "哪一层？", kind="question")
    at(EVENING + 20 * MINUTE)
    standing = response.read(tip)
    assert (standing.state, standing.left) == ("paused", timedelta(seconds=90))
    assert climb(tx, tip) == []

    messages.write(tx, reporter(tip.reference), tip, "五层")
    assert response.read(tip) == (
        "running",
        EVENING + timedelta(seconds=21 * 60 + 30),
        standing.left,
        standing.taken,
    )
    assert tip.ack_due_at == EVENING + timedelta(seconds=21 * 60 + 30)
    at(EVENING + timedelta(seconds=20 * 60 + 29))
    assert climb(tx, tip) == []
    at(EVENING + timedelta(seconds=20 * 60 + 30))
    assert climb(tx, tip) == ["reminder"]


def test_acknowledging_while_the_clock_stands_still_is_in_time(
    tx: Transaction, officer: Actor, at: At
) -> None:
    tip = sent(tx)
    messages.write(tx, officer, tip, "哪一层？", kind="question")
    at(EVENING + 20 * MINUTE)
    tips.acknowledge(tx, officer, tip)

    assert response.read(tip).state == "done"
    assert response.read(tip).taken == timedelta()


def test_the_second_of_two_officers_reads_who_was_first(tx: Transaction, officer: Actor, tip: Tip) -> None:
    tips.acknowledge(tx, officer, tip)
    other = accounts.add(tx, SYSTEM, "zhou", role="investigator", password_hash="x").actor

    with pytest.raises(TiplineError) as fault:
        tips.acknowledge(tx, other, tip)
    assert fault.value.code == "tip:already-acknowledged"
    assert fault.value.values == {"name": "li", "at": EVENING}


def test_a_system_clock_that_was_set_back_shows_no_more_than_the_promise(
    tx: Transaction, tip: Tip, at: At
) -> None:
    at(EVENING - 60 * MINUTE)

    assert response.read(tip).left == 2 * MINUTE
    assert response.read(tip).taken == timedelta()


def test_what_waits_for_somebody_is_counted_once_and_gone_when_it_is_acknowledged(
    tx: Transaction, station: dict[str, int], officer: Actor, at: At
) -> None:
    first, second = sent(tx, "eins"), sent(tx, "zwei")
    at(EVENING + 2 * MINUTE)
    climb(tx, first)
    climb(tx, second)
    call = station["on_call"]

    assert escalations.count_waiting(tx, call) == 2
    assert [(one.tip.id, one.step, one.is_seen) for one in escalations.list_waiting(tx, call)] == [
        (first.id, "deputy", False), (second.id, "deputy", False),
    ]  # fmt: skip
    escalations.see(tx, call)
    assert all(one.is_seen for one in escalations.list_waiting(tx, call))
    tips.acknowledge(tx, officer, first)
    assert escalations.count_waiting(tx, call) == 1


def test_one_ring_is_enough_for_all_that_is_due(tx: Transaction, ring: Ring) -> None:
    sent(tx, "eins")
    sent(tx, "zwei")

    assert escalations.ask_due(tx, ring)
    assert not escalations.ask_due(tx, ring)


def test_a_target_is_whole_minutes_of_a_week_and_can_be_taken_back(tx: Transaction, officer: Actor) -> None:
    for wrong in (0, -1, 10_081):
        with pytest.raises(TiplineError) as fault:
            targets.set_target(tx, officer, "theft", wrong, 2)
        assert fault.value.code == "target:minutes-unclear"
    boss = accounts.add(tx, SYSTEM, "zhao", role="admin", password_hash="x").actor
    assert targets.set_target(tx, boss, "theft", 5, 2)
    assert not targets.set_target(tx, boss, "theft", 5, 2)
    act = undoing.find_last(tx, boss.user_id or 0, since=EVENING)
    assert act is not None
    undoing.undo(tx, boss, act.id)

    assert targets.minutes_for(tx, "theft", 2) == 2

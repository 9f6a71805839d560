"""Whatever happens in whatever order, the response clock keeps its promises: told once, in order, in time.

A small station lives through drawn events (waiting, questions, answers, snoozing, acknowledging, taking back,
restarts, a system clock set back); after each the laws below are asked.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tipline.domain import clock, ladder, response
from tipline.domain.ladder import STEPS, USUAL, Ladder
from tipline.domain.tips import Tip
from tipline.errors import TiplineError

# Across the hour that summer time takes away, and the one it gives back.
STARTS = (
    datetime(2026, 3, 29, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
    datetime(2026, 11, 22, 14, 56, tzinfo=UTC),
)  # fmt: skip
EVENTS = (
    "wait",
    "question",
    "answer",
    "snooze",
    "wake",
    "close",
    "reopen",
    "acknowledge",
    "undo",
    "set-back",
)


# Whatever a station may set: each step later than the one before it.
LADDERS = (
    st.sets(st.integers(ladder.LEAST, ladder.MOST), min_size=4, max_size=4).map(sorted).map(Ladder._make)
)


def opened(at: datetime, minutes: int, steps: Ladder = USUAL) -> Tip:
    tip = Tip(reference="T-1", state="received", category="noise", text="", received_at=at)
    tip.target_minutes, tip.ack_due_at = minutes, at + timedelta(minutes=minutes)
    tip.paused_s, tip.escalates_at, tip.ladder = 0.0, at, ladder.written(steps)
    return tip


class Story:
    """One tip, the moment it is, and what was told."""

    def __init__(self, start: datetime, minutes: int, steps: Ladder) -> None:
        self.now, self.tip, self.told = start, opened(start, minutes, steps), list[str]()
        self.promised = timedelta(minutes=minutes)

    def do(self, event: str, seconds: int) -> None:
        tip = self.tip
        self.now += timedelta(seconds=-seconds if event == "set-back" else seconds)
        with clock.frozen(self.now):
            before = (tip.state, response.read(tip).left)
            match event:
                case "question" if tip.state in response.RUNNING:
                    tip.state = "need_info"
                case "answer" if tip.state == "need_info":
                    tip.state = "triage"
                case "snooze" if tip.state in response.RUNNING:
                    tip.state = "snoozed"
                case "wake" if tip.state == "snoozed":
                    tip.state = "triage"
                case "close":
                    tip.state = "closed"
                case "reopen" if tip.state == "closed":
                    tip.state = "triage"
                case "acknowledge":
                    tip.acknowledged_at = tip.acknowledged_at or self.now
                case "undo":
                    tip.acknowledged_at = None
            response.settle(tip)
            if event in ("question", "answer") and tip.acknowledged_at is None and before[0] != "closed":
                assert response.read(tip).left == before[1], "asking and answering cost nobody any time"
            self.climb()

    def climb(self) -> None:
        """What escalations.climb does, without its rows."""
        tip = self.tip
        due = tip.escalates_at is not None and tip.escalates_at <= self.now
        while due and (rung := response.next_rung(tip)):
            at = response.rung_at(tip, rung)
            if at is None or at > self.now:
                break
            assert response.is_running(tip), "nobody is told of what is acknowledged, closed or waits"
            assert self.now - tip_start(tip) >= rung.percent / 100 * self.promised
            self.told.append(rung.step)
            tip.escalation = rung.step
        response.settle(tip)


def tip_start(tip: Tip) -> datetime:
    assert tip.ack_due_at
    return tip.ack_due_at - timedelta(minutes=tip.target_minutes or 0)


@settings(max_examples=120)
@given(
    start=st.sampled_from(STARTS),
    minutes=st.sampled_from([1, 2, 7, 60, 10_080]),
    steps=LADDERS,
    events=st.lists(st.tuples(st.sampled_from(EVENTS), st.integers(0, 4000)), max_size=14),
)
def test_the_clock_keeps_its_laws(
    start: datetime, minutes: int, steps: Ladder, events: list[tuple[str, int]]
) -> None:
    story = Story(start, minutes, steps)
    for event, seconds in events:
        due_before, stood_before = story.tip.ack_due_at, story.tip.paused_s
        story.do(event, seconds)
        with clock.frozen(story.now):
            reading = response.read(story.tip)
        assert reading.taken >= timedelta()
        assert reading.left <= story.promised
        assert story.tip.ack_due_at >= due_before, "a promise never ends sooner than it was told"
        assert story.tip.paused_s >= stood_before >= 0
        assert story.told == [one for one in STEPS if one in story.told], "each step once, in order"
        if story.tip.acknowledged_at or story.tip.state not in response.RUNNING:
            assert story.tip.escalates_at is None
        elif story.tip.escalation != STEPS[-1]:
            # The columns alone say when the next step is due: a restart changes nothing.
            rung = response.next_rung(story.tip)
            assert rung is not None
            assert story.tip.escalates_at == response.rung_at(story.tip, rung)


@given(steps=LADDERS, minutes=st.sampled_from([1, 2, 7, 60, 10_080]))
def test_whatever_a_station_sets_its_steps_come_in_their_order(steps: Ladder, minutes: int) -> None:
    ladder.require_order(steps)
    tip = opened(STARTS[2], minutes, ladder.read_written(ladder.written(steps)))
    due = [response.rung_at(tip, rung) for rung in ladder.rungs(steps)]

    assert due[0] == STARTS[2], "the officer on duty is told at once"
    assert all(at and later and at < later for at, later in pairwise(due))


@given(percents=st.lists(st.integers(-5, 2100), min_size=4, max_size=4))
def test_what_would_break_their_order_is_refused_beside_its_step(percents: list[int]) -> None:
    steps = Ladder._make(percents)
    wrong = {name for name, one in steps._asdict().items() if not ladder.LEAST <= one <= ladder.MOST}
    early = {
        name for name, (one, next_one) in zip(STEPS[2:], pairwise(steps), strict=True) if next_one <= one
    }
    if not wrong and not early:
        ladder.require_order(steps)
        return
    with pytest.raises(TiplineError) as fault:
        ladder.require_order(steps)
    assert set(fault.value.fields) == (wrong or early)


@given(start=st.sampled_from(STARTS), zone=st.sampled_from(["Europe/Berlin", "Asia/Shanghai"]))
def test_two_hours_are_two_hours_whatever_the_clock_on_the_wall_does(start: datetime, zone: str) -> None:
    tip = opened(start, 120)
    for rung in ladder.rungs(USUAL):
        shown = (response.rung_at(tip, rung) or start).astimezone(ZoneInfo(zone))
        assert shown.astimezone(UTC) - start == rung.percent / 100 * timedelta(minutes=120)
    with clock.frozen((start + timedelta(minutes=90)).astimezone(ZoneInfo(zone))):
        assert response.read(tip).left == timedelta(minutes=30)

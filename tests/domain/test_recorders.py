"""How far a recorder's clock is off, and when it writes over what it holds: `tipline.domain.recorders`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.domain.conftest import EVENING, draft, file_of
from tipline.db import Transaction
from tipline.domain import clock, custody, evidence, recorders, timeline, tips
from tipline.domain.actors import reporter
from tipline.domain.evidence import Evidence
from tipline.domain.recorders import Reading
from tipline.domain.reports import Report
from tipline.domain.tips import Tip
from tipline.errors import TiplineError

At = Callable[[datetime], None]
SHANGHAI = ZoneInfo("Asia/Shanghai")
NOON = datetime(2026, 11, 22, 12, 0, 20, tzinfo=SHANGHAI)


def tip_of(tx: Transaction) -> Tip:
    tip = draft(tx, "店里被盗")
    tips.submit(tx, tip, reporter(tip.reference), ack_minutes=2)
    return tip


def say_days(tx: Transaction, tip: Tip, days: int | None) -> None:
    recorders.tell_overwriting(tx, reporter(tip.reference), tip, days)


def awaited(tx: Transaction, tip: Tip) -> bool:
    return recorders.is_awaited(tip, evidence.list_of_tip(tx, tip))


def actions(tx: Transaction, tip: Tip) -> list[str]:
    return [one.action for one in custody.list_of(tx, tip=tip.reference)]


def arrive(tx: Transaction, tip: Tip, *, purpose: str = "footage", kind: str = "video") -> Evidence:
    return coming(tx, tip, purpose=purpose, kind=kind, state="received", received_at=clock.now())


def coming(tx: Transaction, tip: Tip, **values: Any) -> Evidence:
    number = len(evidence.list_of_tip(tx, tip)) + 1
    return file_of(tx, tip, number=number, **{"state": "uploading", "kind": "other", **values})


# --- the clock


@pytest.mark.parametrize(
    ("shown", "has_seconds", "offset"),
    [
        (datetime(2026, 11, 22, 12, 3, 40), True, 200.0),
        (datetime(2026, 11, 22, 11, 59, 20), True, -60.0),
        (datetime(2026, 11, 22, 12, 0), False, 0.0),
        (datetime(2026, 11, 22, 12, 3), False, 180.0),
        (datetime(2026, 11, 22, 11, 58), False, -120.0),
        (datetime(2024, 11, 22, 12, 0, 20), True, -730 * 86_400.0),
    ],
)
def test_a_reading_tells_the_offset(shown: datetime, has_seconds: bool, offset: float) -> None:
    reading = Reading(shown.replace(tzinfo=SHANGHAI), NOON, has_seconds)

    assert reading.offset_s == offset


def test_a_reading_is_kept_as_it_was_and_when(tx: Transaction) -> None:
    tip = tip_of(tx)
    reading = Reading(datetime(2026, 11, 22, 12, 3, 40, tzinfo=SHANGHAI), NOON)

    recorders.tell_clock(tx, reporter(tip.reference), tip, reading.offset_s, "reading", reading=reading.text)

    assert (tip.clock_offset_s, tip.clock_source) == (200.0, "reading")
    assert tip.clock_reading == "2026-11-22T12:03:40/2026-11-22T12:00:20+08:00"
    entry = custody.list_of(tx, tip=tip.reference)[-1]
    assert (entry.action, entry.facts()["before"], entry.facts()["clock_offset_s"]) == (
        "tip:clock",
        None,
        200.0,
    )


def test_saying_the_same_again_writes_nothing(tx: Transaction) -> None:
    tip = tip_of(tx)
    for _ in range(2):
        recorders.tell_clock(tx, reporter(tip.reference), tip, 60.0, "minutes")

    assert actions(tx, tip).count("tip:clock") == 1


@pytest.mark.parametrize("offset", [11 * 366 * 86_400.0, float("nan")])
def test_a_clock_cannot_be_off_by_more_than_ten_years(tx: Transaction, offset: float) -> None:
    tip = tip_of(tx)
    with pytest.raises(TiplineError) as caught:
        recorders.tell_clock(tx, reporter(tip.reference), tip, offset, "reading")

    assert caught.value.code == "tip:offset-unclear"
    assert tip.clock_offset_s is None


def test_a_correction_by_the_desk_is_the_desks(tx: Transaction) -> None:
    tip = tip_of(tx)
    recorders.tell_clock(tx, reporter(tip.reference), tip, 60.0, "reading", reading="x/y")

    tips.change(tx, reporter("x"), tip, clock_offset_s=90.0)
    assert (tip.clock_source, tip.clock_reading) == ("desk", "x/y")
    tips.change(tx, reporter("x"), tip, clock_offset_s=None)
    assert tip.clock_source is None


def test_correcting_the_report_leaves_the_clock_as_it_was_told(tx: Transaction) -> None:
    tip = draft(tx, "x")
    recorders.tell_clock(tx, reporter(tip.reference), tip, 200.0, "reading", reading="x/y")

    tips.rewrite(tx, tip, Report(category="theft", text="y"))

    assert (tip.clock_offset_s, tip.clock_source, tip.clock_reading) == (200.0, "reading", "x/y")


def test_an_ended_tip_is_told_nothing_more(tx: Transaction) -> None:
    tip = tip_of(tx)
    tips.move(tx, reporter("x"), tip, "closed")

    for tell in (
        lambda: recorders.tell_clock(tx, reporter(tip.reference), tip, 1.0, "minutes"),
        lambda: say_days(tx, tip, 3),
    ):
        with pytest.raises(TiplineError) as caught:
            tell()
        assert caught.value.code == "tip:closed"


# --- writing over


@pytest.mark.parametrize("days", [0, -1, 367])
def test_days_that_cannot_be_are_refused(tx: Transaction, days: int) -> None:
    tip = tip_of(tx)
    with pytest.raises(TiplineError) as caught:
        say_days(tx, tip, days)

    assert caught.value.fields == {"overwrite_days": "tip:days-unclear"}
    assert tip.overwrites_at is None


def test_footage_is_awaited_until_a_film_has_come_since(tx: Transaction, at: At) -> None:
    at(EVENING)
    tip = tip_of(tx)
    arrive(tx, tip)
    assert not awaited(tx, tip)

    at(EVENING + timedelta(minutes=1))
    say_days(tx, tip, 7)
    assert tip.overwrites_at == EVENING + timedelta(days=7, minutes=1)
    assert awaited(tx, tip), "what came before was said is not what is still in the recorder"

    arrive(tx, tip, purpose="clock", kind="photo")
    arrive(tx, tip, kind="photo")
    assert awaited(tx, tip), "photos are not the recorder's footage"

    half = coming(tx, tip)
    arrive(tx, tip)
    assert awaited(tx, tip), "one of the files is still on its way"
    half.state = "expired"
    tx.flush()
    assert not awaited(tx, tip)


def test_that_it_matters_no_more_can_be_said(tx: Transaction) -> None:
    tip = tip_of(tx)
    say_days(tx, tip, 7)
    say_days(tx, tip, None)

    assert (tip.overwrites_at, tip.overwrites_said_at) == (None, None)
    assert actions(tx, tip).count("tip:overwrite") == 2


@pytest.mark.parametrize(("days", "quiet"), [(7, timedelta(days=5)), (2, timedelta(days=1))])
def test_one_reminder_comes_two_days_ahead_or_after_half_of_the_time(
    tx: Transaction, at: At, days: int, quiet: timedelta
) -> None:
    at(EVENING)
    tip = tip_of(tx)
    say_days(tx, tip, days)

    at(EVENING + quiet - timedelta(seconds=1))
    assert recorders.remind(tx) == []
    at(EVENING + quiet + timedelta(seconds=1))
    assert recorders.remind(tx) == [tip]
    assert recorders.remind(tx) == []

    assert actions(tx, tip).count("tip:overwrite-reminder") == 1
    assert [one.code for one in timeline.steps(tx, tip)][-1] == "tip:overwrite-reminder"


def test_a_new_term_is_reminded_of_anew(tx: Transaction, at: At) -> None:
    at(EVENING)
    tip = tip_of(tx)
    say_days(tx, tip, 2)
    at(EVENING + timedelta(days=1, seconds=1))
    recorders.remind(tx)
    say_days(tx, tip, 4)

    at(EVENING + timedelta(days=4))
    assert recorders.remind(tx) == [tip]


def test_nobody_is_reminded_without_need(tx: Transaction, at: At) -> None:
    at(EVENING)
    came, closed, past, unknown = (tip_of(tx) for _ in range(4))
    for tip in (came, closed):
        say_days(tx, tip, 3)
    say_days(tx, past, 1)
    at(EVENING + timedelta(hours=1))
    arrive(tx, came)
    tips.move(tx, reporter("x"), closed, "closed")

    at(EVENING + timedelta(days=2))
    assert recorders.remind(tx) == []
    assert unknown.overwrites_at is None

    # What was begun afterwards is still in the recorder.
    coming(tx, came)
    assert recorders.remind(tx) == [came]

"""The response clock of a tip: what was promised, how much of it is left, and when somebody is told next.

It starts when the tip is handed in and stops when an officer acknowledges it. While the tip waits for its
reporter, or was snoozed, it stands still and its end moves on by as much. Everything here follows from the
tip's own columns, in UTC: nothing lives in a process, so nothing is lost with one; a summer time moves
nothing, and a system clock that was set back shows no more than the whole promise.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from tipline.db import Transaction
from tipline.domain import accounts, acts, clock, ladder, targets
from tipline.domain.ladder import STEPS, Rung
from tipline.domain.tip_table import Tip
from tipline.errors import TiplineError

RUNNING = ("received", "triage")
# The station can do nothing, or has put it off on purpose.
HELD = ("need_info", "snoozed")
NOTHING = timedelta()


class Reading(NamedTuple):
    """`state` is none, running, over, paused, done or late; `left` is negative once the time is over."""

    state: str
    due_at: datetime | None
    left: timedelta
    taken: timedelta


def start(tx: Transaction, tip: Tip, default_minutes: int) -> None:
    """Now, with the target of its kind and the station's ladder; whoever is on duty is told at once."""
    now = clock.now()
    tip.target_minutes = targets.minutes_for(tx, tip.category, default_minutes)
    tip.ack_due_at = now + timedelta(minutes=tip.target_minutes)
    tip.paused_at, tip.paused_s = None, 0.0
    tip.ladder = ladder.written(ladder.now(tx))
    tip.escalation, tip.escalates_at = None, now


def settle(tip: Tip) -> None:
    """After whatever was decided on the tip: its clock runs, stands still or is over as its state says."""
    is_open = tip.acknowledged_at is None and tip.ack_due_at is not None
    if is_open and tip.state in HELD:
        tip.paused_at = tip.paused_at or clock.now()
    elif is_open and tip.paused_at is not None:
        stood = _stood(tip)
        tip.ack_due_at = _moved(tip.ack_due_at, stood)
        tip.paused_at, tip.paused_s = None, tip.paused_s + stood.total_seconds()
    tip.escalates_at = next_at(tip) if is_running(tip) else None


def is_running(tip: Tip) -> bool:
    """Whether somebody waits for the station just now."""
    return tip.acknowledged_at is None and tip.state in RUNNING and tip.ack_due_at is not None


def due_at(tip: Tip) -> datetime | None:
    """Until when it should be acknowledged; while the clock stands still this moves on."""
    return _moved(tip.ack_due_at, _stood(tip))


def next_at(tip: Tip) -> datetime | None:
    """When the next step of the ladder is due; None after the last one."""
    following = next_rung(tip)
    return rung_at(tip, following) if following else None


def next_rung(tip: Tip) -> Rung | None:
    """The step of the tip's ladder that comes next; None after the last one."""
    at = STEPS.index(tip.escalation) + 1 if tip.escalation in STEPS else 0
    return next(iter(ladder.rungs(ladder.read_written(tip.ladder))[at:]), None)


def rung_at(tip: Tip, rung: Rung) -> datetime | None:
    """When a step is due, as far as the clock has not stood still meanwhile."""
    if tip.ack_due_at is None or tip.target_minutes is None:
        return None
    return tip.ack_due_at + timedelta(minutes=tip.target_minutes) * (rung.percent - 100) / 100


def read(tip: Tip) -> Reading:
    """How the clock stands now. Never negative, and never more is left than was promised."""
    due, now = due_at(tip), clock.now()
    if due is None:
        return Reading("none", None, NOTHING, NOTHING)
    whole = timedelta(minutes=tip.target_minutes) if tip.target_minutes else None
    until = tip.acknowledged_at or now
    left = due - until if whole is None else min(due - until, whole)
    taken = max(whole - left, NOTHING) if whole else NOTHING
    if tip.acknowledged_at:
        return Reading("late" if left < NOTHING else "done", due, left, taken)
    if tip.state in HELD:
        return Reading("paused", due, left, taken)
    if tip.state not in RUNNING:
        return Reading("none", due, left, taken)
    return Reading("over" if left < NOTHING else "running", due, left, taken)


def is_late(tip: Tip) -> bool:
    """Whether the promise was broken, by now or when somebody took note."""
    return read(tip).state in ("over", "late")


def refuse_second(tx: Transaction, tip: Tip) -> TiplineError:
    """Two officers acknowledge at once: the second reads who was first, and when."""
    act = acts.find_standing(tx, "tip:acknowledge", tip.id)
    who = accounts.names(tx, {act.account_id}).get(act.account_id) if act else None
    name = who.display_name if who else "Tipline"
    return TiplineError("tip:already-acknowledged", name=name, at=tip.acknowledged_at)


def _stood(tip: Tip) -> timedelta:
    """For how long the clock has been standing still, if it is."""
    if tip.paused_at is None:
        return NOTHING
    return max((tip.acknowledged_at or clock.now()) - tip.paused_at, NOTHING)


def _moved(moment: datetime | None, by: timedelta) -> datetime | None:
    return moment + by if moment else None

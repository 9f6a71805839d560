"""Shifts by weekday and wall clock, as stretches of true time: also where the clock is put forward or back.

A shift begins at the first moment at which the wall clock shows its time or, if that time is left out, would
have passed it. Beginnings and ends are found the same way, so that of two shifts that meet on paper one ends
just when the other begins, in every zone and on every day.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import NamedTuple, Protocol

DAY = timedelta(days=1)
_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
_DAYS = re.compile(r"[1-7]{1,7}")


class Shift(Protocol):
    """`weekdays` are ISO days, Monday is 1. `ends` at or before `starts` means the next day."""

    @property
    def weekdays(self) -> str: ...
    @property
    def starts(self) -> str: ...
    @property
    def ends(self) -> str: ...
    @property
    def since(self) -> date | None: ...
    @property
    def until(self) -> date | None: ...


class Stretch(NamedTuple):
    """From `begins` to just before `ends`, in UTC."""

    begins: datetime
    ends: datetime


def is_time(text: str) -> bool:
    return bool(_TIME.fullmatch(text))


def is_days(text: str) -> bool:
    """Whether it names weekdays, each once."""
    return bool(_DAYS.fullmatch(text)) and len(set(text)) == len(text)


def is_on(shift: Shift, at: datetime, zone: tzinfo) -> bool:
    """Whether the shift runs at this moment."""
    today = at.astimezone(zone).date()
    return any(one.begins <= at < one.ends for one in stretches(shift, today, today, zone))


def stretches(shift: Shift, first: date, last: date, zone: tzinfo) -> Iterator[Stretch]:
    """When it runs on these days, in order; what began the day before and runs into them is among it."""
    day = first - DAY
    while day <= last:
        if _holds(shift, day):
            yield _stretch(shift, day, zone)
        day += DAY


def moment(day: date, wall: str, zone: tzinfo) -> datetime:
    """The first moment of the day at which its clock has reached this time, in UTC."""
    told = datetime.combine(day, time.fromisoformat(wall), zone)
    early, late = sorted(told.replace(fold=fold).astimezone(UTC) for fold in (0, 1))
    if _wall(early, zone) == told.replace(tzinfo=None):
        return early
    # The clock is put forward over this time: that is when it has been reached.
    while late - early > timedelta(seconds=1):
        middle = early + (late - early) / 2
        early, late = (early, middle) if _wall(middle, zone) > told.replace(tzinfo=None) else (middle, late)
    return late.replace(microsecond=0)


def _wall(at: datetime, zone: tzinfo) -> datetime:
    return at.astimezone(zone).replace(tzinfo=None)


def _holds(shift: Shift, day: date) -> bool:
    is_bound = (shift.since is not None and day < shift.since) or (
        shift.until is not None and day > shift.until
    )
    return str(day.isoweekday()) in shift.weekdays and not is_bound


def _stretch(shift: Shift, day: date, zone: tzinfo) -> Stretch:
    end = day if shift.starts < shift.ends else day + DAY
    return Stretch(moment(day, shift.starts, zone), moment(end, shift.ends, zone))

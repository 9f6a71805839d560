"""A grid of new slots: days, hours and length, in the wall clock of the station."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from tipline.domain import limits
from tipline.errors import TiplineError

MOST_CAPACITY, MOST_DAYS = 99, 92
SHORTEST, LONGEST = 5, 480  # minutes


@dataclass(frozen=True)
class Grid:
    """What somebody wants planned, unchecked. `weekdays`: Monday is 1."""

    first_day: date
    last_day: date
    weekdays: frozenset[int]
    starts: time
    ends: time
    minutes: int
    capacity: int = 1
    place: str = ""


def require_sound(grid: Grid) -> None:
    """Raises slot:grid with each field that does not fit."""
    faults = {
        "last_day": not grid.first_day <= grid.last_day <= grid.first_day + timedelta(days=MOST_DAYS),
        "weekdays": not grid.weekdays,
        "minutes": not SHORTEST <= grid.minutes <= LONGEST,
        "ends": _minutes(grid.ends) - _minutes(grid.starts) < grid.minutes,
        "capacity": not 1 <= grid.capacity <= MOST_CAPACITY,
        "place": len(grid.place) > limits.SHORT,
    }
    wrong = [name for name, is_wrong in faults.items() if is_wrong]
    if wrong:
        raise TiplineError("slot:grid", fields=dict.fromkeys(wrong, "slot:grid"))


def _minutes(of: time) -> int:
    return of.hour * 60 + of.minute


def spans(grid: Grid, zone: ZoneInfo) -> list[tuple[datetime, datetime]]:
    """In UTC. An hour that the clock leaves out in spring has no slot."""
    found, day = [], grid.first_day
    while day <= grid.last_day:
        at = _minutes(grid.starts)
        while day.isoweekday() in grid.weekdays and at + grid.minutes <= _minutes(grid.ends):
            wall = datetime.combine(day, time(at // 60, at % 60), zone)
            begin = wall.astimezone(UTC)
            if begin.astimezone(zone).replace(tzinfo=None) == wall.replace(tzinfo=None):
                found.append((begin, begin + timedelta(minutes=grid.minutes)))
            at += grid.minutes
        day += timedelta(days=1)
    return found

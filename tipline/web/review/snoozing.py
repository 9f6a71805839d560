"""Until when a tip may rest: mornings at the station, chosen from a few or typed as a day."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import NamedTuple

from tipline.domain import clock, tips
from tipline.errors import N_, TiplineError
from tipline.web import current

MORNING = time(8)
# Days ahead → what people call it.
OFFERED = ((1, N_("Tomorrow")), (3, N_("In 3 days")), (7, N_("In a week")), (30, N_("In a month")))


class Choice(NamedTuple):
    day: str
    words: str


def choices() -> list[Choice]:
    """Days somebody may choose without counting."""
    today = current.local(clock.now()).date()
    return [Choice((today + timedelta(days=ahead)).isoformat(), words) for ahead, words in OFFERED]


def morning_of(day: str) -> datetime:
    """The morning of a day in the station's zone; raises tip:snooze-day if that is no time to wait for."""
    try:
        morning = datetime.combine(datetime.fromisoformat(day.strip()).date(), MORNING, current.zone())
        ahead = morning - clock.now()
    except (ValueError, OverflowError):
        ahead = timedelta(0)
    if not timedelta(0) < ahead < tips.LONGEST_SNOOZE:
        raise TiplineError("tip:snooze-day", fields={"until": "tip:snooze-day"})
    return morning

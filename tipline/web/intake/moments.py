"""Times as people and programs write them, read as moments. What bears no zone is in the station's."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from tipline.errors import TiplineError
from tipline.web import current

_DATE = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?")
_TIME = re.compile(r"(\d{1,2})\s*[:：点时]\s*(\d{1,2})?分?(?::\d{2})?")
# What a clock shows, also without signs between: 21:30:05, 21点30分, 2130, 213005.
_SHOWN = re.compile(r"(\d{1,2})[\s:：.点时]+(\d{1,2})(?:[\s:：.分]+(\d{1,2}))?\s*[分秒]?|(\d\d)(\d\d)(\d\d)?")
# The last minute of a day when only the day is known.
_REST_OF_DAY = timedelta(hours=23, minutes=59)


def read(text: str | None, field: str) -> datetime | None:
    """RFC 3339, or what a date picker sends; raises tip:time-unclear for the field."""
    text = (text or "").strip()
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = _written(text, field)
    return _placed(moment, field)


def read_parts(date: str, time: str) -> tuple[datetime | None, datetime | None]:
    """A day, and an hour of it if known: beginning and end. A day alone may be any minute of it."""
    date, time = date.strip(), time.strip()
    if not date and not time:
        return None, None
    day = _DATE.fullmatch(date)
    if not day:
        raise unclear("occurred_date")
    hour = _TIME.fullmatch(time)
    if time and not hour:
        raise unclear("occurred_time")
    begin = _placed(_moment(day, hour, "occurred_time"), "occurred_date")
    return begin, None if hour else begin + _REST_OF_DAY


def read_shown(date: str, time: str) -> tuple[datetime, bool]:
    """What a clock shows, and whether it showed seconds; faults stand at `clock_date` and `clock_time`."""
    day, hour = _DATE.fullmatch(date.strip()), _SHOWN.fullmatch(time.strip())
    if not day:
        raise unclear("clock_date")
    if not hour:
        raise _unread()
    hours, minutes, seconds = hour.groups()[:3] if hour[1] else hour.groups()[3:]
    try:
        shown = datetime(int(day[1]), int(day[2]), int(day[3]), int(hours), int(minutes), int(seconds or 0))
    except ValueError:
        raise _unread() from None
    return _placed(shown, "clock_date"), seconds is not None


def unclear(field: str) -> TiplineError:
    return TiplineError("tip:time-unclear", fields={field: "tip:time-unclear"})


def _unread() -> TiplineError:
    """The day has a field of its own: to ask for it here would be wrong."""
    return TiplineError("tip:reading-unclear", fields={"clock_time": "tip:reading-unclear"})


def _written(text: str, field: str) -> datetime:
    day = _DATE.match(text)
    if not day:
        raise unclear(field)
    rest = text[day.end() :].strip().lstrip("T").strip()
    hour = _TIME.fullmatch(rest)
    if rest and not hour:
        raise unclear(field)
    return _moment(day, hour, field)


def _moment(day: re.Match[str], hour: re.Match[str] | None, field: str) -> datetime:
    hours, minutes = (int(hour[1]), int(hour[2] or 0)) if hour else (0, 0)
    try:
        return datetime(int(day[1]), int(day[2]), int(day[3]), hours, minutes)
    except ValueError:
        raise unclear(field) from None


def _placed(moment: datetime, field: str) -> datetime:
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=current.zone())
    try:
        # A year 1 or 9999 lies outside what can be turned into UTC.
        return current.local(moment)
    except (OverflowError, ValueError):
        raise unclear(field) from None

"""Times as files write them, each kept under the name of its source; none replaces another.

What was written and cannot be a date (a clock that was never set says 0000, 1904 or 1970) is kept as "no
date".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from workers.media import tags

Time = dict[str, Any]

MOST = 40
NO_DATE, UTC_BY_STANDARD, CHANGED = "no-date", "utc-by-standard", "changed"
LOOKS_LIKE_A_DATE = re.compile(r"^\s*[0\d ]{4}[-:][\d ]{2}[-:][\d ]{2}")
DAY_ONLY = re.compile(r"^\s*\d{4}[-:]\d{2}[-:]\d{2}\s*$")


def told(
    source: str, value: Any, *, offset: Any = None, fraction: Any = None, note: str | None = None
) -> list[Time]:
    """One time in a list, or an empty list where nothing like a time was written."""
    text = tags.clean(value, 60) if value is not None else ""
    # An offset that is none costs the zone, not the date.
    moment = tags.stamp(text, offset) or (tags.stamp(text) if offset else None)
    if moment is None:
        is_day = DAY_ONLY.match(text) and not text.strip().startswith(("0000", "1904", "1970"))
        if LOOKS_LIKE_A_DATE.match(text) and not is_day:
            return [{"source": source, "value": None, "zone": "none", "note": NO_DATE}]
        return []
    part = _fraction(fraction) or _fraction(_after_the_point(text))
    return [_dated(source, datetime.fromisoformat(moment) + part, note)]


def at(source: str, moment: datetime, note: str | None = None) -> list[Time]:
    """A time that was put together from numbers."""
    if not tags.EARLIEST <= moment.year <= tags.LATEST:
        return [{"source": source, "value": None, "zone": "none", "note": NO_DATE}]
    return [_dated(source, moment, note)]


def of_tags(container: str, raw: Mapping[str, str], streams: Iterable[Mapping[str, str]] = ()) -> list[Time]:
    """The times in a film's tags."""
    found = told("quicktime:creationdate", raw.get("com.apple.quicktime.creationdate"))
    if container == "avi":
        found += told("riff:IDIT", raw.get("creation_time") or raw.get("date"))
    else:
        found += _creation("container:creation_time", raw.get("creation_time"), container)
        found += told("container:date", raw.get("date"))
    for stream in streams:
        inside = _creation("track:creation_time", stream.get("creation_time"), container)
        if inside and all(one["value"] != inside[0]["value"] for one in found):
            found += inside
    return found[:MOST]


def of_recorder(start_us: int | None) -> list[Time]:
    """In a recorder's DHAV file packet times are its wall clock, without a zone."""
    seconds = (start_us or 0) / 1e6
    if not 5e8 < seconds < 4e9:
        return []
    return at("dhav:start", datetime.fromtimestamp(int(seconds), UTC).replace(tzinfo=None))


def _creation(source: str, value: str | None, container: str) -> list[Time]:
    """QuickTime counts in UTC by its standard; many recorders write the clock on their wall instead."""
    return told(source, value, note=UTC_BY_STANDARD if container == "mov" else None)


def _dated(source: str, moment: datetime, note: str | None) -> Time:
    zone = "known" if moment.tzinfo else "none"
    return {"source": source, "value": moment.isoformat(), "zone": zone} | ({"note": note} if note else {})


def _after_the_point(text: str) -> str:
    match = re.search(r":\d{2}\.(\d{1,6})", text)
    return match[1] if match else ""


def _fraction(digits: Any) -> timedelta:
    text = tags.clean(digits, 20) if digits is not None else ""
    return (
        timedelta(microseconds=int(text[:6].ljust(6, "0")))
        if text.isdecimal() and text.isascii()
        else timedelta()
    )

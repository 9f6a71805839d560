"""When a file says it was made: every source under its own name, the best of them, and what disagrees.

Nothing is overwritten: each time stays as its source wrote it. A time without a zone is the wall clock of
the place where it was taken. `captured_at` is the first of ORDER that holds a date; the order is by who
would have to be wrong: first the camera's own words with a zone, then without, then the container's, at
last the name of the file.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

Time = Mapping[str, Any]  # {source, value: ISO 8601 or None, zone: "known" | "none", note?}

# When the picture was taken, by its camera. Other sources are shown and never taken for it.
ORDER = (
    "quicktime:creationdate",
    "exif:DateTimeOriginal",
    "exif:DateTimeDigitized",
    "dhav:start",
    "picture:clock",
    "avchd:MDPM",
    "riff:IDIT",
    "reconyx:DateTimeOriginal",
    "xmp:DateTimeOriginal",
    "xmp:DateTimeDigitized",
    "xmp:DateCreated",
    "iptc:DateCreated",
    "iptc:DigitalCreationDate",
    "exiftool:DateTimeOriginal",
    "exif:GPSDateTime",
    "xmp:GPSDateTime",
    "xmp:CreateDate",
    "container:creation_time",
    "container:date",
    "exiftool:CreateDate",
    "name:recorder",
    "name:phone",
    "name:wx_camera",
    "name:date",
)
# When a program last wrote the file, or an app saved it: later than capture, by however much.
CHANGED = frozenset({"exif:DateTime", "xmp:ModifyDate", "exiftool:ModifyDate"})
SAVED = frozenset({"name:saved"})
NO_DATE, UTC_BY_STANDARD = "no-date", "utc-by-standard"
APART = timedelta(minutes=2)
QUARTER, WEST, EAST = timedelta(minutes=15), timedelta(hours=-12), timedelta(hours=14)


class Contradiction(NamedTuple):
    """`code` is apart, local-as-utc, changed or future; `by` how far the second lies after the first."""

    code: str
    first: str
    second: str
    by: timedelta


def merge(*told: Iterable[Time]) -> list[dict[str, Any]]:
    """Every time once; what was told first of a source stays."""
    kept: dict[tuple[str, Any], dict[str, Any]] = {}
    for times in told:
        for one in times:
            kept.setdefault((one["source"], one["value"]), dict(one))
    return sorted(kept.values(), key=lambda one: _rank(one["source"]))


def of_picture(clock: Mapping[str, Any] | None) -> list[dict[str, Any]]:
    """What the clock in the picture showed at the beginning, if enough readings agree and it never jumped."""
    if not clock or clock.get("offset_s") is None or clock.get("jumps") or not clock.get("started_at"):
        return []
    return [{"source": "picture:clock", "value": clock["started_at"], "zone": "none"}]


def best(times: Iterable[Time]) -> tuple[str | None, str | None]:
    """The time of capture, to the second, and its source."""
    dated = [one for one in times if one["source"] in ORDER and read(one) is not None]
    if not dated:
        return None, None
    first = min(dated, key=lambda one: _rank(one["source"]))
    moment = read(first)
    return moment.isoformat(timespec="seconds") if moment else None, str(first["source"])


def read(time: Time) -> datetime | None:
    """As a moment: with its zone where one is known, without where none is."""
    try:
        return datetime.fromisoformat(time["value"])
    except (TypeError, ValueError):
        return None


def has_zone(time: Time) -> bool:
    """Whether it names its zone."""
    moment = read(time)
    return moment is not None and moment.tzinfo is not None


def contradictions(
    times: Iterable[Time], *, length_s: float | None = None, arrived: datetime | None = None
) -> list[Contradiction]:
    """What cannot be true together, each beside the best one. ``length_s``: some date a film by its end."""
    told = [one for one in times if read(one) is not None]
    _, name = best(told)
    first = next((one for one in told if one["source"] == name), None)
    if first is None:
        return []
    slack = APART + timedelta(seconds=min(max(length_s or 0.0, 0.0), 86_400.0))
    found = [_between(first, one, slack) for one in told if one is not first]
    if arrived is not None:
        found.append(_future(first, arrived))
    return [one for one in found if one is not None]


def to_the_hour(moment: datetime) -> datetime:
    """As much of a moment as leaves the house where nobody shall find a reporter by the second."""
    return moment.replace(minute=0, second=0, microsecond=0)


def _rank(source: str) -> int:
    return ORDER.index(source) if source in ORDER else len(ORDER)


def _between(first: Time, second: Time, slack: timedelta) -> Contradiction | None:
    one, other = read(first), read(second)
    if one is None or other is None or second["source"] in SAVED:
        return None
    names = first["source"], second["source"]
    if (one.tzinfo is None) != (other.tzinfo is None):
        if _is_local_as_utc(first, second, one, other, slack):
            return Contradiction("local-as-utc", *names, timedelta())
        by = _apart_across_zones(one, other, slack)
    else:
        by = other - one
    if second["source"] in CHANGED:
        return Contradiction("changed", *names, by) if by > slack else None
    return Contradiction("apart", *names, by) if abs(by) > slack else None


def _is_local_as_utc(first: Time, second: Time, one: datetime, other: datetime, slack: timedelta) -> bool:
    """A time that must be UTC and yet reads like the clock on the wall."""
    notes = first.get("note") if one.tzinfo else second.get("note")
    same = abs(one.replace(tzinfo=None) - other.replace(tzinfo=None)) <= slack
    return notes == UTC_BY_STANDARD and same


def _apart_across_zones(one: datetime, other: datetime, slack: timedelta) -> timedelta:
    """How far apart a time with a zone and one without must be, whatever zone the latter was in."""
    wall = other.replace(tzinfo=None) - one.replace(tzinfo=None)
    if abs(wall) <= slack:
        return timedelta()
    known, bare = (one, other) if one.tzinfo else (other, one)
    offset = bare - known.astimezone(UTC).replace(tzinfo=None)
    whole = min(max(round(offset / QUARTER) * QUARTER, WEST), EAST)
    rest = offset - whole
    return rest if other is bare else -rest


def _future(first: Time, arrived: datetime) -> Contradiction | None:
    """Captured after it arrived here; without a zone, even the easternmost place does not explain it."""
    moment = read(first)
    if moment is None:
        return None
    by = moment - arrived if moment.tzinfo else moment - EAST - arrived.astimezone(UTC).replace(tzinfo=None)
    return Contradiction("future", first["source"], "", by) if by > APART else None

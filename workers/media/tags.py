"""Tags that files carry: bounded, cleaned, and read for time of capture and device.

Every time keeps the name of its source. A time with a zone is written with its offset; one without is
written without, and means the wall clock of the place where it was taken.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from typing import Any

MOST, KEY_CHARACTERS, VALUE_CHARACTERS = 120, 64, 500
# Of all of them, as they cross the wall: a letter that is not Latin takes six bytes there, or twelve.
MOST_BYTES = 128 * 1024
UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")
STAMP = re.compile(
    r"^(\d{4})[-:](\d{2})[-:](\d{2})[ T](\d{2}):(\d{2})(?::(\d{2}))?(?:\.\d+)?\s*(Z|[+-]\d{2}:?\d{2})?"
)
EARLIEST, LATEST = 1980, 2100  # 1904 and 1970 are what clocks say that were never set
MAKE_TAGS = ("com.apple.quicktime.make", "make", "com.android.manufacturer")
MODEL_TAGS = ("com.apple.quicktime.model", "model", "com.android.model")
SOFTWARE_TAGS = ("com.apple.quicktime.software", "software", "encoder", "com.android.version")


def clean(value: Any, most: int = VALUE_CHARACTERS) -> str:
    """One line of printable text."""
    return UNPRINTABLE.sub(" ", str(value)[: most * 4]).strip()[:most]


def bounded(raw: Mapping[str, Any]) -> dict[str, str]:
    """All tags, as far as there is room for them."""
    kept: dict[str, str] = {}
    room = MOST_BYTES
    for name, value in raw.items():
        key, text = clean(name, KEY_CHARACTERS), clean(value)
        takes = len(json.dumps({key: text}))
        if key and text and len(kept) < MOST and takes <= room:
            kept[key], room = text, room - takes
    return kept


def device(raw: Mapping[str, Any]) -> dict[str, str] | None:
    """Make, model and software, as far as they are told."""
    found = {"make": _first(raw, MAKE_TAGS), "model": _first(raw, MODEL_TAGS)}
    found["software"] = _first(raw, SOFTWARE_TAGS)
    return {key: text for key, text in found.items() if text} or None


def stamp(value: Any, offset: Any = None) -> str | None:
    """A time as ISO 8601, with an offset if one is known; None for what is no date."""
    match = STAMP.match(clean(value)) if value else None
    if match is None:
        return None
    year, month, day, hour, minute, second, zone = match.groups()
    try:
        moment = datetime(int(year), int(month), int(day), int(hour), int(minute), int(second or 0))
        return (
            moment.replace(tzinfo=_zone(zone or clean(offset or ""))).isoformat() if _sane(moment) else None
        )
    except ValueError:
        return None


def _sane(moment: datetime) -> bool:
    return EARLIEST <= moment.year <= LATEST


def _zone(text: str) -> timezone | None:
    match = re.match(r"^(?:Z|([+-])(\d{2}):?(\d{2}))$", text)
    if match is None:
        return None
    sign, hours, minutes = match.groups()
    if sign is None:
        return timezone.utc  # noqa: UP017 - the same value; the annotation names its class
    ahead = timedelta(hours=int(hours), minutes=int(minutes))
    return timezone(-ahead if sign == "-" else ahead)


def _first(raw: Mapping[str, Any], names: tuple[str, ...]) -> str:
    return next((text for name in names if (text := clean(raw.get(name, ""), 120))), "")

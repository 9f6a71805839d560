"""The dates of IPTC, which news desks and scanners write beside or instead of EXIF."""

from __future__ import annotations

from typing import Any

from PIL import Image, IptcImagePlugin

from workers.media import times

DATES = (((2, 55), (2, 60), "iptc:DateCreated"), ((2, 62), (2, 63), "iptc:DigitalCreationDate"))


def dated(image: Image.Image) -> list[times.Time]:
    """`20240309` and `211400+0800`; a day without a clock is no time. Broken ones raise as Pillow does."""
    if image.format not in ("JPEG", "TIFF"):
        return []
    found: dict[Any, Any] = dict(IptcImagePlugin.getiptcinfo(image) or {})  # type: ignore[arg-type]
    return [
        time
        for day, clock, source in DATES
        for time in _time(source, _digits(found.get(day), 8), _digits(found.get(clock), 11))
    ]


def _time(source: str, day: str, clock: str) -> list[times.Time]:
    if len(day) != 8 or len(clock) < 6:
        return []
    text = f"{day[:4]}-{day[4:6]}-{day[6:]} {clock[:2]}:{clock[2:4]}:{clock[4:6]}"
    return times.told(source, text, offset=f"{clock[6:9]}:{clock[9:11]}" if len(clock) == 11 else None)


def _digits(value: Any, most: int) -> str:
    first = value[0] if isinstance(value, list) and value else value
    return first[:most].decode("ascii", "replace") if isinstance(first, bytes) else ""

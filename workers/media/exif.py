"""Reads the EXIF of a photo: time, place, device, orientation, and the raw tags, bounded.

Broken EXIF never costs the picture: what cannot be read is left out and a warning says so.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from PIL import ExifTags, Image

from workers.media import codes, places, reconyx, tags, times
from workers.media.report import Report

# Date, its offset, its fraction of a second. DateTime is when the file was last changed, by whatever program.
DATES = (
    (36867, 36881, 37521, "exif:DateTimeOriginal", None),
    (36868, 36882, 37522, "exif:DateTimeDigitized", None),
    (306, 36880, 37520, "exif:DateTime", times.CHANGED),
)
GPS_TIME, GPS_DATE, MAKER_NOTE = 7, 29, 37500
MAKE, MODEL, SOFTWARE, ORIENTATION = 271, 272, 305, 274
CLOCKWISE = {1: 0, 2: 0, 3: 180, 4: 180, 5: 90, 6: 90, 7: 270, 8: 270}
LONGEST_BYTES = 64  # longer binary values (maker notes, thumbnails) are not text
BROKEN = (OSError, ValueError, SyntaxError, KeyError, IndexError, TypeError, ZeroDivisionError, OverflowError)


def read(image: Image.Image, report: Report) -> None:
    """Fill in what the EXIF tells."""
    try:
        _fill(image, report)
    except (*BROKEN, AttributeError):
        report.warn(codes.METADATA_DAMAGED)


def _fill(image: Image.Image, report: Report) -> None:
    media = report.media
    book = image.getexif()
    base, detail, gps = (
        dict(book),
        _part(book, ExifTags.IFD.Exif, report),
        _part(book, ExifTags.IFD.GPSInfo, report),
    )
    everything = {**base, **detail}
    # The HEIF reader turns the picture itself and tells the original orientation apart.
    turned = image.info.get("original_orientation") or base.get(ORIENTATION, 1)
    media["rotation"] = CLOCKWISE.get(turned if isinstance(turned, int) else 1, 0)
    names = {"make": MAKE, "model": MODEL, "software": SOFTWARE}
    told = {name: tags.clean(everything.get(number, ""), 120) for name, number in names.items()}
    media["device"] = {name: text for name, text in told.items() if text} or None
    media["gps"] = places.from_exif(gps)
    media["times"] = _times(everything, gps)
    media["tags"] = tags.bounded(dict(_named(everything, gps)))


def _part(book: Image.Exif, which: int, report: Report) -> dict[int, Any]:
    try:
        return dict(book.get_ifd(which))
    except BROKEN:
        report.warn(codes.METADATA_DAMAGED)
        return {}


def _times(everything: dict[int, Any], gps: dict[int, Any]) -> list[times.Time]:
    """Every time of the EXIF, that of satellites, and what a wildlife camera hides in its maker note."""
    found = [
        time
        for number, zone, part, source, note in DATES
        for time in times.told(
            source,
            everything.get(number),
            offset=everything.get(zone),
            fraction=everything.get(part),
            note=note,
        )
    ]
    return [*found, *_of_satellites(gps), *reconyx.clock(everything.get(MAKER_NOTE))]


def _of_satellites(gps: dict[int, Any]) -> list[times.Time]:
    clock, day = gps.get(GPS_TIME), gps.get(GPS_DATE)
    if not isinstance(clock, tuple) or len(clock) != 3 or not day:
        return []
    parts = [places.number(one) for one in clock]
    if any(one is None or not 0 <= one < 61 for one in parts):
        return []
    hour, minute, second = (int(one or 0) for one in parts)
    return times.told(
        "exif:GPSDateTime", f"{tags.clean(day, 10)} {hour:02}:{minute:02}:{second:02}", offset="Z"
    )


def _named(everything: dict[int, Any], gps: dict[int, Any]) -> Iterator[tuple[str, str]]:
    for names, values in ((ExifTags.TAGS, everything), (ExifTags.GPSTAGS, gps)):
        for number, value in values.items():
            text = _text(value)
            if text:
                yield names.get(number, f"tag {number}"), text


def _text(value: Any) -> str:
    if isinstance(value, bytes):
        return value.decode("latin-1") if len(value) <= LONGEST_BYTES else ""
    if isinstance(value, dict):
        return ""
    try:
        return str(value)[: tags.VALUE_CHARACTERS]
    except BROKEN:
        return ""

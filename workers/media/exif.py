"""Reads the EXIF of a photo: time, place, device, orientation, and the raw tags, bounded.

Broken EXIF never costs the picture: what cannot be read is left out and a warning says so.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from PIL import ExifTags, Image

from workers.media import codes, places, tags
from workers.media.report import Report

# DateTime (306) is left out: it is when the file was last changed, by whatever program.
CAPTURE = (
    (36867, 36881, "exif:DateTimeOriginal"),
    (36868, 36882, "exif:DateTimeDigitized"),
)
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
    media["captured_at"], media["captured_at_source"] = _captured(everything)
    media["tags"] = tags.bounded(dict(_named(everything, gps)))


def _part(book: Image.Exif, which: int, report: Report) -> dict[int, Any]:
    try:
        return dict(book.get_ifd(which))
    except BROKEN:
        report.warn(codes.METADATA_DAMAGED)
        return {}


def _captured(everything: dict[int, Any]) -> tuple[str | None, str | None]:
    for number, zone, source in CAPTURE:
        moment = tags.stamp(everything.get(number), everything.get(zone))
        if moment:
            return moment, source
    return None, None


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

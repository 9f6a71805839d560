"""Where a picture was taken, out of what phones write: ISO 6709 text in films, EXIF numbers in photos.

The point 0, 0 in the sea is what a phone writes when it does not know. NaN and wild numbers are absent too.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

ISO6709 = re.compile(r"^([+-]\d{2}(?:\.\d{1,12})?)([+-]\d{3}(?:\.\d{1,12})?)([+-]\d{1,6}(?:\.\d{1,6})?)?")
TAGS = ("com.apple.quicktime.location.ISO6709", "location", "location-eng")
NEAR_ZERO = 1e-6
HIGHEST_M = 100_000.0

Place = dict[str, float]


def checked(lat: float, lon: float, alt: float | None = None) -> Place | None:
    """The place if it can be one."""
    if not (math.isfinite(lat) and math.isfinite(lon)) or abs(lat) > 90 or abs(lon) > 180:
        return None
    if abs(lat) < NEAR_ZERO and abs(lon) < NEAR_ZERO:
        return None
    place = {"lat": round(lat, 7), "lon": round(lon, 7)}
    if alt is not None and math.isfinite(alt) and abs(alt) < HIGHEST_M:
        place["alt"] = round(alt, 2)
    return place


def from_tags(raw: Mapping[str, str]) -> Place | None:
    """The place in a film's tags."""
    for name in TAGS:
        match = ISO6709.match(raw.get(name, "").strip())
        if match:
            lat, lon, alt = match.groups()
            return checked(float(lat), float(lon), float(alt) if alt else None)
    return None


def from_exif(gps: Mapping[int, Any]) -> Place | None:
    """The place in the GPS part of a photo's EXIF."""
    lat, lon = _degrees(gps.get(2)), _degrees(gps.get(4))
    if lat is None or lon is None:
        return None
    south = str(gps.get(1, "")).strip("\x00 ").upper().startswith("S")
    west = str(gps.get(3, "")).strip("\x00 ").upper().startswith("W")
    alt = number(gps.get(6))
    below = gps.get(5) in (1, b"\x01")
    return checked(-lat if south else lat, -lon if west else lon, -alt if alt is not None and below else alt)


def _degrees(value: Any) -> float | None:
    """Degrees, minutes, seconds to degrees."""
    if not isinstance(value, tuple) or not 1 <= len(value) <= 3:
        return None
    parts = [number(part) for part in value]
    if any(part is None for part in parts):
        return None
    return float(sum((part or 0.0) / 60.0**at for at, part in enumerate(parts)))


def number(value: Any) -> float | None:
    """A finite number out of whatever EXIF holds, or None."""
    try:
        number = float(value)
    except (TypeError, ValueError, ZeroDivisionError, OverflowError):
        return None
    return number if math.isfinite(number) else None

"""Positions on the map, and the two shifted systems of Chinese maps. What is kept is WGS-84, always.

GCJ-02 shifts WGS-84 by some hundred metres within China; BD-09 shifts that again. The first formula was never
published by its makers: it is the one found and printed many times over since 2010, on the ellipsoid of
Krasovsky; the way back is found by approaching it. Our pages use the package gcoord, with which a test
compares these functions.
"""

from __future__ import annotations

import math
import re
from typing import NamedTuple

from tipline.errors import TiplineError

WGS84, GCJ02, BD09 = SYSTEMS = ("wgs84", "gcj02", "bd09")
EARTH_M = 6_371_008.8
_AXIS, _FLATTENING = 6_378_245.0, 0.006693421622965823
_BAIDU = math.pi * 3000 / 180
_CLOSE = 1e-9
_STEPS = 30
# A number, its minutes and seconds if it is written so, and the letter of its direction.
_PART = re.compile(
    r"([-+]?\d{1,3}(?:\.\d{1,15})?)\s*°?\s*(?:(\d{1,2}(?:\.\d{1,9})?)\s*['′]\s*)?"
    r"(?:(\d{1,2}(?:\.\d{1,9})?)\s*(?:\"|″|'')\s*)?\s*([NSEWnsew])?"
)
_BETWEEN = re.compile(r"[\s,，;；/]*")
LONGEST_TYPED = 80


class Position(NamedTuple):
    """In degrees."""

    lat: float
    lon: float


def read_typed(typed: str, system: str = WGS84) -> Position:
    """A position as people paste it, in WGS-84; raises place:unclear, tip:place-unclear or place:system.

    Either order is understood where only one can be meant: a latitude is never more than 90.
    """
    if system not in SYSTEMS:
        raise TiplineError("place:system", fields={"system": "place:system"})
    lat, lon = _two_numbers(typed.strip())
    if abs(lat) > 90 and abs(lon) <= 90:
        lat, lon = lon, lat
    if not (abs(lat) <= 90 and abs(lon) <= 180):
        raise TiplineError("tip:place-unclear", fields={"position": "tip:place-unclear"})
    found = to_wgs84(Position(lat, lon), system)
    return Position(round(found.lat, 6), round(found.lon, 6))


def _two_numbers(typed: str) -> tuple[float, float]:
    fault = TiplineError("place:unclear", fields={"position": "place:unclear"})
    first = _PART.match(typed) if len(typed) <= LONGEST_TYPED else None
    if first is None:
        raise fault
    gap = _BETWEEN.match(typed, first.end())
    second = _PART.fullmatch(typed, gap.end()) if gap else None
    if second is None:
        raise fault
    letters = [(one[4] or "").upper() for one in (first, second)]
    values = [_degrees(one) for one in (first, second)]
    if letters[0] in ("E", "W") or letters[1] in ("N", "S"):
        values.reverse()
    return values[0], values[1]


def _degrees(part: re.Match[str]) -> float:
    value = float(part[1])
    size = abs(value) + float(part[2] or 0) / 60 + float(part[3] or 0) / 3600
    is_below = part[1].startswith("-") or (part[4] or "").upper() in ("S", "W")
    return -size if is_below else size


def to_wgs84(position: Position, system: str) -> Position:
    """From a map of this system."""
    if system == BD09:
        position = _from_baidu(position)
    return position if system == WGS84 else _unshift(position)


def from_wgs84(position: Position, system: str) -> Position:
    """For a map of this system."""
    if system == WGS84:
        return position
    shifted = _shift(position)
    return _to_baidu(shifted) if system == BD09 else shifted


def metres(one: Position, other: Position) -> float:
    """Along the ground as the crow flies."""
    a, b = math.radians(one.lat), math.radians(other.lat)
    across = math.radians(other.lon - one.lon)
    half = math.sin((b - a) / 2) ** 2 + math.cos(a) * math.cos(b) * math.sin(across / 2) ** 2
    return 2 * EARTH_M * math.asin(min(1.0, math.sqrt(half)))


def _is_in_china(position: Position) -> bool:
    """Roughly: outside, the shift is none."""
    return 0.8293 <= position.lat <= 55.8271 and 72.004 <= position.lon <= 137.8347


def _shift(position: Position) -> Position:
    if not _is_in_china(position):
        return position
    x, y = position.lon - 105, position.lat - 35
    sine = math.sin(math.radians(position.lat))
    bend = 1 - _FLATTENING * sine * sine
    root = math.sqrt(bend)
    up = math.degrees(_northward(x, y) / (_AXIS * (1 - _FLATTENING) / (bend * root)))
    across = math.degrees(_eastward(x, y) / (_AXIS / root * math.cos(math.radians(position.lat))))
    return Position(position.lat + up, position.lon + across)


def _unshift(shifted: Position) -> Position:
    if not _is_in_china(shifted):
        return shifted
    found = shifted
    for _step in range(_STEPS):
        tried = _shift(found)
        up, across = tried.lat - shifted.lat, tried.lon - shifted.lon
        if abs(up) < _CLOSE and abs(across) < _CLOSE:
            break
        found = Position(found.lat - up, found.lon - across)
    return found


def _waves(x: float) -> float:
    return (20 * math.sin(6 * x * math.pi) + 20 * math.sin(2 * x * math.pi)) * 2 / 3


def _northward(x: float, y: float) -> float:
    plain = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * math.sqrt(abs(x))
    near = (20 * math.sin(y * math.pi) + 40 * math.sin(y / 3 * math.pi)) * 2 / 3
    far = (160 * math.sin(y / 12 * math.pi) + 320 * math.sin(y * math.pi / 30)) * 2 / 3
    return plain + _waves(x) + near + far


def _eastward(x: float, y: float) -> float:
    plain = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * math.sqrt(abs(x))
    near = (20 * math.sin(x * math.pi) + 40 * math.sin(x / 3 * math.pi)) * 2 / 3
    far = (150 * math.sin(x / 12 * math.pi) + 300 * math.sin(x / 30 * math.pi)) * 2 / 3
    return plain + _waves(x) + near + far


def _to_baidu(position: Position) -> Position:
    x, y = position.lon, position.lat
    reach = math.hypot(x, y) + 0.00002 * math.sin(y * _BAIDU)
    angle = math.atan2(y, x) + 0.000003 * math.cos(x * _BAIDU)
    return Position(reach * math.sin(angle) + 0.006, reach * math.cos(angle) + 0.0065)


def _from_baidu(position: Position) -> Position:
    x, y = position.lon - 0.0065, position.lat - 0.006
    reach = math.hypot(x, y) - 0.00002 * math.sin(y * _BAIDU)
    angle = math.atan2(y, x) - 0.000003 * math.cos(x * _BAIDU)
    return Position(reach * math.sin(angle), reach * math.cos(angle))

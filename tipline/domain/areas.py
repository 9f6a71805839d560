"""Areas as GeoJSON tells them: read from a file nobody has checked, and asked what lies inside.

Rings are kept closed, in WGS-84, rounded to a tenth of a metre. A fault names the feature it is in.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, NamedTuple

from tipline.domain import positions
from tipline.domain.positions import Position
from tipline.errors import TiplineError

MOST_POINTS = 15_000
DIGITS = 6
MOST_ABREAST = 150  # edges that stand side by side, on average; more are no border
MOST_AREAS = 500  # of one file: nobody has as many beats
Point = tuple[float, float]  # longitude first, as GeoJSON writes
Ring = list[Point]
Rings = list[Ring]


class Frame(NamedTuple):
    """The smallest upright box around an area."""

    west: float
    south: float
    east: float
    north: float


@dataclass(frozen=True)
class Area:
    """One feature: what it says of itself, and its polygons, each of an outer ring and holes."""

    code: str
    name: str
    polygons: list[Rings]

    @property
    def shape(self) -> str:
        """As a beat keeps it: a GeoJSON geometry."""
        if len(self.polygons) == 1:
            return json.dumps({"type": "Polygon", "coordinates": self.polygons[0]}, separators=(",", ":"))
        return json.dumps({"type": "MultiPolygon", "coordinates": self.polygons}, separators=(",", ":"))

    @property
    def title(self) -> str:
        return self.name or self.code


def read_collection(untrusted_data: bytes, system: str = positions.WGS84) -> list[Area]:
    """The areas of a FeatureCollection (or of one Feature); raises beat:shape-…."""
    if system not in positions.SYSTEMS:
        raise TiplineError("place:system", fields={"system": "place:system"})
    features = _features(untrusted_data)
    if len(features) > MOST_AREAS:
        raise _fault("beat:shape-many", limit=MOST_AREAS)
    left = MOST_POINTS
    areas = []
    for number, one in enumerate(features, 1):
        area = _area(one, number, system, left)
        left -= sum(len(ring) for polygon in area.polygons for ring in polygon)
        areas.append(area)
    return areas


def read_shape(shape: str) -> list[Rings]:
    """The polygons of a kept shape."""
    told = json.loads(shape)
    found: list[Rings] = [told["coordinates"]] if told["type"] == "Polygon" else told["coordinates"]
    return found


def _features(untrusted_data: bytes) -> list[dict[str, Any]]:
    try:
        told = json.loads(untrusted_data.decode("utf-8-sig"), parse_constant=_no_number, parse_int=_whole)
    except (ValueError, RecursionError):
        raise _fault("beat:shape-unreadable") from None
    if not isinstance(told, dict):
        raise _fault("beat:shape-unreadable")
    features = [told] if told.get("type") == "Feature" else told.get("features")
    if told.get("type") not in ("Feature", "FeatureCollection") or not isinstance(features, list):
        raise _fault("beat:shape-empty")
    found = [one for one in features if isinstance(one, dict)]
    if not found:
        raise _fault("beat:shape-empty")
    return found


def _no_number(_word: str) -> float:
    raise ValueError("no number")


def _whole(digits: str) -> float:
    """Longer ones are beyond every map, and beyond what can be compared with one."""
    return int(digits) if len(digits) < 16 else float(digits)


def _area(feature: dict[str, Any], number: int, system: str, most: int) -> Area:
    about = feature.get("properties")
    about = about if isinstance(about, dict) else {}
    code, name = (_word(about.get(key)) for key in ("code", "name"))
    title = name or code or f"#{number}"
    geometry = feature.get("geometry")
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    if kind not in ("Polygon", "MultiPolygon") or not isinstance(geometry, dict):
        raise _fault("beat:shape-kind", name=title, kind=_word(kind) or "–")
    told: Any = geometry.get("coordinates")
    told = [told] if kind == "Polygon" else told
    if not _is_filled(told):
        raise _fault("beat:shape-damaged", name=title)
    polygons = []
    for polygon in told:
        if not _is_filled(polygon):
            raise _fault("beat:shape-damaged", name=title)
        rings = []
        for ring in polygon:
            most -= len(ring) if isinstance(ring, list) else 0
            if most < 0:
                raise _fault("beat:shape-too-much", limit=MOST_POINTS)
            rings.append(_ring(ring, title, system))
        polygons.append(rings)
    return Area(code, name, polygons)


def _is_filled(told: Any) -> bool:
    return isinstance(told, list) and len(told) > 0


def _word(told: Any) -> str:
    return str(told).strip()[:200] if isinstance(told, str | int) and not isinstance(told, bool) else ""


def _ring(told: Any, title: str, system: str) -> Ring:
    if not isinstance(told, list):
        raise _fault("beat:shape-damaged", name=title)
    ring: Ring = []
    for point in told:
        made = _point(point, title, system)
        if not ring or ring[-1] != made:
            ring.append(made)
    if ring and ring[0] != ring[-1]:
        ring.append(ring[0])
    crossing = _crossing(ring, title)
    if crossing:
        raise _fault("beat:shape-crossing", name=title, place=_written(crossing))
    if len(ring) < 4 or not size_of(ring):
        raise _fault("beat:shape-flat", name=title)
    return ring


def _point(told: Any, title: str, system: str) -> Point:
    if not (isinstance(told, list) and 2 <= len(told) <= 4):
        raise _fault("beat:shape-damaged", name=title)
    lon, lat = told[:2]
    for one in (lon, lat):
        if isinstance(one, bool) or not isinstance(one, int | float):
            raise _fault("beat:shape-damaged", name=title)
    if abs(lat) > 90 >= abs(lon) and abs(lat) <= 180:
        raise _fault("beat:shape-swapped", name=title)
    if not (abs(lat) <= 90 and abs(lon) <= 180):
        raise _fault("beat:shape-outside", name=title, place=f"{float(lon):.9g}, {float(lat):.9g}")
    found = positions.to_wgs84(Position(float(lat), float(lon)), system)
    return round(found.lon, DIGITS), round(found.lat, DIGITS)


def _fault(code: str, **values: object) -> TiplineError:
    return TiplineError(code, fields={"file": code}, **values)


def _written(point: Point) -> str:
    return f"{point[1]:.5f}, {point[0]:.5f}"


# --- geometry on plain degrees: beats are small


def size_of(ring: Ring) -> float:
    """In square degrees, whichever way round it runs."""
    return abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise(ring))) / 2


def _crossing(ring: Ring, title: str) -> Point | None:
    """Where two edges cross. They wait in the order of their left ends: only near ones are compared."""
    edges = sorted(((min(a, b), max(a, b)) for a, b in pairwise(ring)), key=lambda edge: edge[0][0])
    near: list[tuple[Point, Point]] = []
    left = MOST_ABREAST * len(edges)
    for edge in edges:
        near = [one for one in near if one[1][0] >= edge[0][0]]
        left -= len(near)
        if left < 0:
            raise _fault("beat:shape-tangled", name=title)
        for one in near:
            if _cross(*one, *edge):
                return _meeting(*one, *edge)
        near.append(edge)
    return None


def _cross(a: Point, b: Point, c: Point, d: Point) -> bool:
    """Whether two edges cross; that they touch is no crossing."""
    return _side(a, b, c) * _side(a, b, d) < 0 and _side(c, d, a) * _side(c, d, b) < 0


def _meeting(a: Point, b: Point, c: Point, d: Point) -> Point:
    """Where two edges that cross do so."""
    one, other = _side(a, b, c), _side(a, b, d)
    part = one / (one - other)
    return c[0] + part * (d[0] - c[0]), c[1] + part * (d[1] - c[1])


def _side(a: Point, b: Point, c: Point) -> float:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def holds(polygons: list[Rings], place: Position) -> bool:
    """Whether the place lies inside."""
    return any(west <= place.lon < east for rings in polygons for west, east in stretches(rings, place.lat))


def stretches(rings: Rings, y: float) -> Iterator[tuple[float, float]]:
    """Where a line from west to east runs inside, in its order."""
    cuts = _cuts(rings, y)
    return zip(cuts[::2], cuts[1::2], strict=False)


def _cuts(rings: Rings, y: float) -> list[float]:
    """Where a line from west to east meets the borders, in its order."""
    found = []
    for ring in rings:
        for a, b in pairwise(ring):
            if (a[1] > y) != (b[1] > y):
                found.append(a[0] + (y - a[1]) * (b[0] - a[0]) / (b[1] - a[1]))
    return sorted(found)


def frame_of(polygons: list[Rings]) -> Frame:
    corners = [point for rings in polygons for point in rings[0]]
    lons, lats = [lon for lon, _ in corners], [lat for _, lat in corners]
    return Frame(min(lons), min(lats), max(lons), max(lats))


def middle(polygons: list[Rings]) -> tuple[Position, float]:
    """The middle of all, and how many metres from it to the farthest corner of its frame."""
    frame = frame_of(polygons)
    centre = Position((frame.south + frame.north) / 2, (frame.west + frame.east) / 2)
    return centre, positions.metres(centre, Position(frame.north, frame.east))

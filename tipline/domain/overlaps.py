"""Which areas lie over each other, how much of them and where: compared along a number of lines.

A file of a few hundred kilobytes can hold borders whose comparison would take hours: thousands of areas in
one place, combs, areas of a thousand parts. So each line is walked once through both, areas whose frames lie
apart cost nothing, and one comparison looks at so many points and then gives up with a sentence.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from tipline.domain import areas
from tipline.domain.areas import Frame, Rings
from tipline.domain.positions import Position
from tipline.errors import TiplineError

ROWS = 48  # lines along which two areas are compared
# Points looked at in one comparison, and what a pair costs besides: some seconds.
MOST_COMPARED, A_PAIR = 250_000, 30


class Outline(NamedTuple):
    """An area as it is compared again and again; `size` counts parts that lie over each other once."""

    polygons: list[Rings]
    frame: Frame
    points: int
    size: float

    @classmethod
    def of(cls, polygons: list[Rings]) -> Outline:
        points = sum(len(ring) for rings in polygons for ring in rings)
        frame = areas.frame_of(polygons)
        rows, step = _rows(frame, frame)
        size = sum(east - west for y in rows for west, east in _joined(polygons, y)) * step
        return cls(polygons, frame, points, size or 1.0)


class Patience:
    """How much of one comparison is left; `field` of the form is told when nothing is."""

    def __init__(self, field: str = "file") -> None:
        self._left, self._field = MOST_COMPARED, field

    def share(self, one: Outline, other: Outline) -> float:
        """How much of the smaller area lies in the other, 0 to 1; raises beat:shape-stacked."""
        rows, step = _rows(one.frame, other.frame)
        if not rows:
            return 0.0
        self._left -= one.points + other.points + A_PAIR
        if self._left < 0:
            raise TiplineError("beat:shape-stacked", fields={self._field: "beat:shape-stacked"})
        shared = sum(east - west for y in rows for west, east in _shared(one, other, y)) * step
        return min(1.0, shared / min(one.size, other.size))


def shared_place(one: Outline, other: Outline) -> Position | None:
    """A place that lies in both: the middle of the widest stretch they share."""
    rows, _step = _rows(one.frame, other.frame)
    found = [(east - west, y, (west + east) / 2) for y in rows for west, east in _shared(one, other, y)]
    return Position(*max(found)[1:]) if found else None


def _rows(one: Frame, other: Frame) -> tuple[list[float], float]:
    """The lines, and how far apart they are; none where the frames do not meet."""
    low, high = max(one.south, other.south), min(one.north, other.north)
    if low >= high or max(one.west, other.west) >= min(one.east, other.east):
        return [], 0.0
    step = (high - low) / ROWS
    return [low + (row + 0.5) * step for row in range(ROWS)], step


def _shared(one: Outline, other: Outline, y: float) -> Iterator[tuple[float, float]]:
    """What both have of one line."""
    mine, theirs = _joined(one.polygons, y), _joined(other.polygons, y)
    a = b = 0
    while a < len(mine) and b < len(theirs):
        west, east = max(mine[a][0], theirs[b][0]), min(mine[a][1], theirs[b][1])
        if west < east:
            yield west, east
        if mine[a][1] <= theirs[b][1]:
            a += 1
        else:
            b += 1


def _joined(polygons: list[Rings], y: float) -> list[tuple[float, float]]:
    """All of the area on this line, in order; parts of it that lie over each other are one."""
    joined: list[tuple[float, float]] = []
    for west, east in sorted(pair for rings in polygons for pair in areas.stretches(rings, y)):
        if joined and west <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], east))
        else:
            joined.append((west, east))
    return joined

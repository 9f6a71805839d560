"""Where the marks of a drawing stand. Pure: a table goes in, numbers of an SVG come out."""

from __future__ import annotations

from typing import NamedTuple

from tipline.web.overview.tables import Cell, Table

WIDTH, HEIGHT = 720.0, 132.0  # of one drawing, in its own units
NARROW = 300.0  # the same on a phone, where letters may not shrink with it
GAP = 0.28  # of a column's room, left between columns
ROOM_OF_LABEL = 60.0


class Column(NamedTuple):
    """One bar: what it stands for, where it begins, its height from the ground, and what it says."""

    label: str
    number: int
    x: float
    width: float
    y: float
    height: float
    is_labelled: bool


class Line(NamedTuple):
    """Points of one percentile; where nobody was answered the line has a gap."""

    name: str
    parts: list[str]
    dots: list[tuple[float, float, str, float]]


class Drawing(NamedTuple):
    width: float
    columns: list[Column]
    lines: list[Line]
    most: int  # the height of the bars' scale
    most_minutes: float


def columns(table: Table, width: float = WIDTH) -> Drawing:
    """Bars for the numbers of tips; lines for the times that half and 90 % were answered within."""
    room = width / max(1, len(table.rows))
    most = nice(table.most)
    bars, every = [], -(-len(table.rows) // int(width / ROOM_OF_LABEL))
    for place, row in enumerate(table.rows):
        number = int(row[1] or 0)
        height, x = HEIGHT * number / most, place * room + room * GAP / 2
        x, wide, y, height = (round(one, 1) for one in (x, room * (1 - GAP), HEIGHT - height, height))
        bars.append(Column(_short(str(row[0])), number, x, wide, y, height, place % every == 0))
    minutes = [float(one) for row in table.rows for one in row[2:4] if isinstance(one, int | float)]
    top = nice_minutes(max(minutes, default=0))
    lines = [_line(table, column, room, top) for column in (2, 3)]
    return Drawing(width, bars, lines, most, top)


def nice(most: float) -> int:
    """The next round number a scale may end at."""
    for power in (1, 10, 100, 1_000, 10_000, 100_000, 1_000_000):
        for step in (1, 2, 5):
            if most <= step * power:
                return step * power
    return int(most)


def nice_minutes(most: float) -> float:
    """The same for minutes, which people count by quarters and hours."""
    for one in (1, 2, 5, 10, 15, 30, 60, 120, 240, 480, 1440, 2880, 7200, 14400):
        if most <= one:
            return float(one)
    return most


def _line(table: Table, column: int, room: float, top: float) -> Line:
    parts: list[list[str]] = [[]]
    dots: list[tuple[float, float, str, float]] = []
    for place, row in enumerate(table.rows):
        value: Cell = row[column]
        if not isinstance(value, int | float):
            parts.append([])
            continue
        x, y = round((place + 0.5) * room, 1), round(HEIGHT * (1 - min(float(value) / top, 1.0)), 1)
        parts[-1].append(f"{x},{y}")
        dots.append((x, y, str(row[0]), float(value)))
    return Line(table.head[column], [" ".join(one) for one in parts if len(one) > 1], dots)


def _short(label: str) -> str:
    """A day without its year."""
    return label[5:] if len(label) == 10 and label[4] == "-" else label

"""A list that somebody brings in: lines of a CSV table, each taken by itself."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Generic, NamedTuple, TypeVar

from tipline.errors import TiplineError

# Chinese tables on Windows are saved in either.
ENCODINGS = ("utf-8-sig", "gb18030")
Said = dict[str, str]
T = TypeVar("T")


class Shape(NamedTuple):
    """How a table of one noun looks: its first line may be one of `heads`, over `most` lines are too many."""

    columns: tuple[str, ...]
    heads: Collection[str]
    most: int
    too_many: str  # codes
    exists: str


@dataclass
class Brought(Generic[T]):
    """What came of it: rows added, names that were there already, and why lines were not taken."""

    added: list[T] = field(default_factory=list)
    known: list[str] = field(default_factory=list)
    refused: list[tuple[int, TiplineError]] = field(default_factory=list)


def decode(data: bytes) -> str:
    """The text of a table as spreadsheets save it; raises shop:list-unreadable."""
    for encoding in ENCODINGS:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise TiplineError("shop:list-unreadable", fields={"table": "shop:list-unreadable"})


def bring_in(table: str, shape: Shape, take: Callable[[Said], T]) -> Brought[T]:
    """`take` adds one line. A line that cannot be taken does not keep the others out; a table that cannot be
    read raises shop:list-unreadable."""
    brought: Brought[T] = Brought()
    rows = [row for row in _rows(table) if any(map(str.strip, row))]
    if len(rows) > shape.most:
        raise TiplineError(shape.too_many, fields={"table": shape.too_many}, limit=shape.most)
    for number, row in enumerate(rows, 1):
        said = dict(zip(shape.columns, map(str.strip, row), strict=False))
        if number == 1 and said.get(shape.columns[0], "").lower() in shape.heads:
            continue
        try:
            brought.added.append(take(said))
        except TiplineError as fault:
            if fault.code == shape.exists:
                brought.known.append(said.get("name", ""))
            else:
                brought.refused.append((number, fault))
    return brought


def _rows(table: str) -> list[list[str]]:
    """Lines may end as on any system, old Macs included."""
    try:
        return list(csv.reader(io.StringIO(table.removeprefix("\ufeff"), newline=None)))
    except csv.Error as fault:
        raise TiplineError("shop:list-unreadable", fields={"table": "shop:list-unreadable"}) from fault

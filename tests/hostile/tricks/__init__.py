"""Files made to trick or to exhaust a reader, each drawn by a function; `python -m tests.hostile` shows them.

Every trick of the threat table in SECURITY.md has one here. What must become of it is said much as in the
shared set: `reject` (refused, a sentence), `accept` (kept and shown), `cannot` (kept and marked), `either`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

REJECT, ACCEPT, CANNOT, EITHER = "reject", "accept", "cannot", "either"


@dataclass(frozen=True)
class Trick:
    """A file that is drawn into a path, and what must become of it."""

    name: str
    row: int  # of the threat table
    must: str
    draw: Callable[[Path], object]


def every() -> list[Trick]:
    """All tricks, by the row of the threat table they belong to."""
    from tests.hostile.tricks import bombs, boxes, disguises, lists, sinks

    found = [*lists.TRICKS, *boxes.TRICKS, *bombs.TRICKS, *sinks.TRICKS, *disguises.TRICKS]
    assert len({one.name for one in found}) == len(found)
    return sorted(found, key=lambda one: (one.row, one.name))

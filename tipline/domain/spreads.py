"""How long tips waited for an answer: the middle and the slow end, of all of a span or part by part.

The span is read once, row by row, and ranked here for every part: asked for each part, a database reads and
sorts all of it each time, which took five times as long. A percentile is that of the nearest rank: the
smallest time within which at least so many were answered.
"""

from __future__ import annotations

import math
from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, Literal, NamedTuple, TypeAlias

from sqlalchemy import ColumnElement, case, func, select

from tipline.db import Seconds, Transaction
from tipline.domain.tips import Tip

P50, P90, P95 = RANKS = (0.50, 0.90, 0.95)
PAGE = 5_000  # rows taken from the database at a time
Part = Literal["day", "hour", "kind", "beat"]
Waited: TypeAlias = "array[float]"  # seconds


class Spread(NamedTuple):
    """Seconds from a tip's arrival to its acknowledgement, without the time it waited for its reporter."""

    number: int
    p50: float
    p90: float
    p95: float


def waited() -> ColumnElement[float]:
    """What an acknowledged tip waited, in seconds; while its clock stood still nobody waited."""
    # Acknowledged while the reporter was being asked, its clock still stands in the row.
    stands = case((Tip.paused_at.is_(None), 0.0), else_=Seconds(Tip.paused_at, Tip.acknowledged_at))
    return Seconds(Tip.received_at, Tip.acknowledged_at) - func.coalesce(Tip.paused_s, 0.0) - stands


def count_over(tx: Transaction, which: list[ColumnElement[bool]], minutes: int) -> tuple[int, int]:
    """How many were acknowledged, and how many of those waited longer than so many minutes."""
    over = func.sum(case((waited() > minutes * 60, 1), else_=0))
    noted = (Tip.acknowledged_at.is_not(None), Tip.received_at.is_not(None))
    number, late = tx.execute(select(func.count(), over).where(*which, *noted)).one()
    return int(number), int(late or 0)


class Waits:
    """Waits of a span as one pass over it found them; two numbers of eight bytes a tip, whatever is asked."""

    def __init__(self) -> None:
        self.numbers = Counter[str]()  # hour of the wall → tips, answered or not
        self._by_hour = defaultdict[str, Waited](_none)
        self._by_group = defaultdict[tuple[str, str], Waited](_none)

    def add(self, rows: Iterable[Sequence[Any]]) -> None:
        """Tips as they lie in the database: hour, kind, beat, and what they waited if they were answered."""
        for hour, kind, beat, seconds in rows:
            self.numbers[hour] += 1
            if seconds is not None:
                self._by_hour[hour].append(seconds)
                self._by_group[kind, beat].append(seconds)

    def of_all(self) -> Spread | None:
        """None if nothing was answered."""
        return _joined([("", one) for one in self._by_hour.values()]).get("")

    def by(self, part: Part) -> dict[str, Spread]:
        """Part → its spread; what nobody answered has none."""
        if part in ("day", "hour"):
            cut = slice(0, 10) if part == "day" else slice(11, 13)
            return _joined([(hour[cut], one) for hour, one in self._by_hour.items()])
        place = ("kind", "beat").index(part)
        return _joined([(group[place], one) for group, one in self._by_group.items()])


def read(tx: Transaction, which: list[ColumnElement[bool]], hour: ColumnElement[str]) -> Waits:
    """Those of these tips, `hour` being that of the wall they came at."""
    query = select(hour, Tip.category, func.coalesce(Tip.beat, ""), waited()).where(*which)
    found = Waits()
    found.add(tx.execute(query.execution_options(yield_per=PAGE)))
    return found


def _joined(parts: Iterable[tuple[str, Waited]]) -> dict[str, Spread]:
    """Waits of the same name together, ranked."""
    found = defaultdict[str, Waited](_none)
    for name, some in parts:
        found[name].extend(some)
    return {name: _ranked(some) for name, some in found.items()}


def _ranked(some: Waited) -> Spread:
    ordered = sorted(some)
    reached = (ordered[math.ceil(len(ordered) * share) - 1] for share in RANKS)
    return Spread(len(ordered), *(max(0.0, one) for one in reached))


def _none() -> Waited:
    return array("d")

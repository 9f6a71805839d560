"""How long tips waited for an answer: the middle and the slow end, of all of a span or part by part.

The database ranks and picks: no more rows leave it than there are parts, however many tips there are. A
percentile is that of the nearest rank: the smallest time within which at least so many were answered.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Float, SQLColumnExpression, case, cast, func, literal, select

from tipline.db import Seconds, Transaction
from tipline.domain.tips import Tip

P50, P90, P95 = RANKS = (0.50, 0.90, 0.95)


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


def measure(
    tx: Transaction, which: list[ColumnElement[bool]], *parts: SQLColumnExpression[Any]
) -> dict[Any, Spread]:
    """Part → its spread; without parts the one of all under None. What nobody answered has none."""
    by = parts or (literal(1),)
    rank = func.row_number().over(partition_by=by, order_by=waited())
    whole = func.count().over(partition_by=by)
    named: list[ColumnElement[Any]] = [one.label(f"part_{place}") for place, one in enumerate(by)]
    ranked = (
        select(*named, waited().label("waited"), rank.label("rank"), whole.label("whole"))
        .where(*which, Tip.acknowledged_at.is_not(None), Tip.received_at.is_not(None))
        .subquery()
    )
    # The smallest time whose rank reaches the share.
    columns = [ranked.c[one.name] for one in named]
    reached = [
        func.min(case((cast(ranked.c.rank, Float) >= ranked.c.whole * share, ranked.c.waited)))
        for share in RANKS
    ]
    query = select(*columns, func.max(ranked.c.whole), *reached).group_by(*columns)
    found = {}
    for *part, number, p50, p90, p95 in tx.execute(query):
        key = None if not parts else part[0] if len(part) == 1 else tuple(part)
        found[key] = Spread(number, *(max(0.0, float(one)) for one in (p50, p90, p95)))
    return found

"""How fast tips are acknowledged: percentiles over a span of time, for beats, kinds and hours of the day.

The database sorts and counts, in one statement on either kind of it; no row of a tip is loaded. Time in
which the clock stood still is not counted. A percentile is the smallest time that so many in a hundred tips
needed at most, so each is a time that a reporter has really waited.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, ColumnElement, case, cast, extract, func, literal, select

from tipline.db import Transaction
from tipline.domain.tips import Tip

BEAT, CATEGORY, HOUR, ALL = KEYS = ("beat", "category", "hour", "all")
PERCENT = (50, 90, 95)


class Figures(NamedTuple):
    """Of one beat, kind or hour: how many were acknowledged, how many of them late; times in seconds."""

    key: str | int | None
    number: int
    late: int
    p50: int
    p90: int
    p95: int


class Span(NamedTuple):
    """Tips that came from `since` until just before `until`; of one beat or kind, if named."""

    since: datetime
    until: datetime
    beat: str = ""
    category: str = ""


def percentiles(tx: Transaction, key: str, span: Span, zone: tzinfo) -> list[Figures]:
    """One row for each value of the key that has any, in its order; hours are the station's."""
    taken = _taken()
    keyed = _key(key, span, zone).label("key")
    rows = (
        select(
            keyed,
            taken.label("taken"),
            case((taken > Tip.target_minutes * 60, 1), else_=0).label("late"),
            func.row_number().over(partition_by=keyed, order_by=taken).label("at"),
            func.count().over(partition_by=keyed).label("number"),
        )
        .where(*_within(span), Tip.acknowledged_at.is_not(None))
        .subquery()
    )
    found = [func.min(case((rows.c.at * 100 >= one * rows.c.number, rows.c.taken))) for one in PERCENT]
    query = select(rows.c.key, func.count(), func.sum(rows.c.late), *found)
    return [
        Figures(name, number, int(late or 0), *(int(one) for one in times))
        for name, number, late, *times in tx.execute(query.group_by(rows.c.key).order_by(rows.c.key))
    ]


def count_over(tx: Transaction, span: Span, minutes: int) -> tuple[int, int]:
    """How many were acknowledged, and how many of them would have been late with such a target."""
    over = func.sum(case((_taken() > minutes * 60, 1), else_=0))
    row = tx.execute(select(func.count(), over).where(*_within(span), Tip.acknowledged_at.is_not(None))).one()
    return int(row[0]), int(row[1] or 0)


def count_waiting(tx: Transaction, span: Span) -> int:
    """Those of the span that nobody has acknowledged yet, though somebody still should."""
    waits = (Tip.acknowledged_at.is_(None), Tip.state.in_(("received", "triage", "need_info")))
    return tx.scalar(select(func.count()).select_from(Tip).where(*_within(span), *waits)) or 0


def _within(span: Span) -> list[ColumnElement[bool]]:
    found = [Tip.received_at >= span.since, Tip.received_at < span.until]
    if span.beat:
        found.append(Tip.beat == span.beat)
    if span.category:
        found.append(Tip.category == span.category)
    return found


def _epoch(column: Any) -> ColumnElement[int]:
    return cast(extract("epoch", column), BigInteger)


def _taken() -> ColumnElement[int]:
    """Seconds on the clock until it was stopped, what it stood still not counted; never negative."""
    standing = case((Tip.paused_at.is_(None), 0), else_=_epoch(Tip.acknowledged_at) - _epoch(Tip.paused_at))
    whole = _epoch(Tip.acknowledged_at) - _epoch(Tip.received_at) - cast(Tip.paused_s, BigInteger) - standing
    return case((whole > 0, whole), else_=0)


def _key(key: str, span: Span, zone: tzinfo) -> ColumnElement[Any]:
    if key == BEAT:
        return func.coalesce(Tip.beat, "")
    if key == CATEGORY:
        return Tip.category.expression
    return _hour(span, zone) if key == HOUR else literal("all")


def _hour(span: Span, zone: tzinfo) -> ColumnElement[int]:
    """Of the wall clock: within the span it may have been put forward or back."""
    turns = [(Tip.received_at < at, offset) for at, offset in _turns(span, zone)]
    last = _offset(span.until, zone)
    offset = case(*turns, else_=last) if turns else literal(last)
    return ((_epoch(Tip.received_at) + cast(offset, BigInteger)) // 3600) % 24


def _turns(span: Span, zone: tzinfo) -> Iterator[tuple[datetime, int]]:
    """When the wall clock was changed, and by how many seconds it was ahead of UTC before."""
    at, end = span.since.astimezone(UTC), span.until.astimezone(UTC)
    while at < end:
        then = min(at + timedelta(days=1), end)
        if _offset(at, zone) != _offset(then, zone):
            yield _turn(at, then, zone), _offset(at, zone)
        at = then


def _turn(before: datetime, after: datetime, zone: tzinfo) -> datetime:
    while after - before > timedelta(seconds=1):
        middle = before + (after - before) / 2
        before, after = (
            (middle, after) if _offset(middle, zone) == _offset(before, zone) else (before, middle)
        )
    return after.replace(microsecond=0)


def _offset(at: datetime, zone: tzinfo) -> int:
    return int((at.astimezone(zone).utcoffset() or timedelta()).total_seconds())

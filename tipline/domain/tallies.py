"""How many tips stand under each filter: for all tabs in one query, and counted no further than shown.

Nobody reads an exact number of thousands, but everybody would wait for it: counting ends at `ENOUGH`.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, Select, func, literal, select, union_all

from tipline.db import Transaction
from tipline.domain import filters, orders
from tipline.domain.filters import Filter
from tipline.domain.orders import Place
from tipline.domain.tips import Tip

ENOUGH = 1000


def count_each(tx: Transaction, wanted: dict[str, Filter]) -> dict[str, int]:
    """Name → how many tips its filter shows."""
    counts = [_counted(name, one) for name, one in wanted.items()]
    return {name: number for name, number in tx.execute(union_all(*counts))} if counts else {}


def count(tx: Transaction, wanted: Filter, *more: ColumnElement[bool]) -> int:
    """How many tips this filter shows."""
    inner = filters.narrow(select(Tip.id), wanted).where(*more).limit(ENOUGH).subquery()
    return tx.scalar(select(func.count()).select_from(inner)) or 0


def count_unshown(tx: Transaction, wanted: Filter, shown: Collection[str], floor: Place | None) -> int:
    """How many tips belong on the first page and are not on it: above its last row, if there are more."""
    more: list[ColumnElement[bool]] = [Tip.reference.not_in(shown)]
    if floor:
        more.append(orders.is_above(wanted.order, floor))
    return count(tx, wanted, *more)


def count_newer(tx: Transaction, wanted: Filter, since: datetime) -> int:
    """How many tips came in under this filter since a page was shown."""
    return count(tx, wanted, Tip.received_at > since)


def _counted(name: str, wanted: Filter) -> Select[str, int]:
    inner = filters.narrow(select(Tip.id), wanted).limit(ENOUGH).subquery()
    return select(literal(name), func.count()).select_from(inner)


def count_by_state(tx: Transaction) -> dict[str, int]:
    rows = tx.execute(select(Tip.state, func.count()).group_by(Tip.state))
    return {state: number for state, number in rows}

"""How many tips stand under each filter: for all tabs in one query, and counted no further than shown.

Nobody reads an exact number of thousands, but everybody would wait for it: counting ends at `ENOUGH`.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from functools import lru_cache

from sqlalchemy import ColumnElement, CompoundSelect, Select, func, literal, select, union_all

from tipline.db import Transaction
from tipline.domain import filters, orders
from tipline.domain.filters import Filter
from tipline.domain.orders import Place
from tipline.domain.tips import Tip

ENOUGH = 1000
_Asked = tuple[tuple[str, Filter, bool], ...]  # name, filter, and whether that folds incidents


def count_each(tx: Transaction, wanted: dict[str, Filter]) -> dict[str, int]:
    """Name → how many tips its filter shows."""
    if not wanted:
        return {}
    asked = tuple((name, one, one.folded) for name, one in wanted.items())  # which is no part of being equal
    is_lasting = all(filters.is_lasting(one) for one in wanted.values())
    return {name: number for name, number in tx.execute(_kept(asked) if is_lasting else _all(asked))}


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


@lru_cache(128)
def _kept(wanted: _Asked) -> CompoundSelect[str, int]:
    """The question alone: to put it together anew took a tenth of the time of the queue's page. Who sees
    which tip is added each time that it is asked (policy)."""
    return _all(wanted)


def _all(wanted: _Asked) -> CompoundSelect[str, int]:
    return union_all(*(_counted(name, one) for name, one, _folded in wanted))


def _counted(name: str, wanted: Filter) -> Select[str, int]:
    inner = filters.narrow(select(Tip.id), wanted).limit(ENOUGH).subquery()
    return select(literal(name), func.count()).select_from(inner)


def count_by_state(tx: Transaction) -> dict[str, int]:
    rows = tx.execute(select(Tip.state, func.count()).group_by(Tip.state))
    return {state: number for state, number in rows}

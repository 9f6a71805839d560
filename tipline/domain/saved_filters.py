"""Filters of the queue that an officer keeps under a name, in an order of his own."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column

from tipline.db import Base, SafeText, Transaction, UtcTime
from tipline.domain import acts, clock
from tipline.domain.actors import Actor
from tipline.domain.acts import Act
from tipline.errors import TiplineError

MOST = 12
LONGEST_NAME = 30


class SavedFilter(Base):
    """`query` is what stands in the address of the queue, in the order of its fields."""

    __tablename__ = "saved_filter"
    __table_args__ = (UniqueConstraint("account_id", "name", name="uq_saved_filter"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    name: Mapped[str] = mapped_column(SafeText)
    query: Mapped[str] = mapped_column(SafeText)
    position: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(UtcTime)


def list_of(tx: Transaction, account_id: int) -> list[SavedFilter]:
    """In the order their owner gave them."""
    query = select(SavedFilter).where(SavedFilter.account_id == account_id)
    return list(tx.scalars(query.order_by(SavedFilter.position, SavedFilter.id)))


def keep(tx: Transaction, account_id: int, name: str, query: str) -> SavedFilter:
    """Keep a filter under a name; under a name that is taken the new one replaces the old."""
    name, kept = _name(name), list_of(tx, account_id)
    for one in kept:
        if one.name == name:
            one.query = query
            return one
    if len(kept) >= MOST:
        raise TiplineError("filter:too-many", limit=MOST)
    position = max((one.position for one in kept), default=0) + 1
    row = SavedFilter(
        account_id=account_id, name=name, query=query, position=position, created_at=clock.now()
    )
    tx.add(row)
    tx.flush()
    return row


def read_filter(tx: Transaction, account_id: int, filter_id: int) -> SavedFilter:
    """One of somebody's own."""
    row = tx.get(SavedFilter, filter_id)
    if row is None or row.account_id != account_id:
        raise TiplineError("filter:not-found")
    return row


def rename(tx: Transaction, row: SavedFilter, name: str) -> None:
    """Raises filter:exists if another one has that name."""
    name = _name(name)
    if any(one.name == name and one is not row for one in list_of(tx, row.account_id)):
        raise TiplineError("filter:exists", fields={"name": "filter:exists"})
    row.name = name


def move(tx: Transaction, row: SavedFilter, step: int) -> None:
    """Further to the front (-1) or to the back (1)."""
    order = list_of(tx, row.account_id)
    here = order.index(row)
    there = min(max(here + step, 0), len(order) - 1)
    order.insert(there, order.pop(here))
    for position, one in enumerate(order):
        one.position = position


def remove(tx: Transaction, actor: Actor, row: SavedFilter) -> None:
    """The owner may take it back, as every act."""
    acts.record(tx, actor, "filter:remove", before=acts.held(row, "name", "query", "position"))
    tx.delete(row)
    tx.flush()


def bring_back(tx: Transaction, actor: Actor, act: Act) -> None:
    """One's own that was deleted, under its name again; raises act:superseded if that is taken by now."""
    if act.account_id != actor.user_id:
        raise TiplineError("act:not-found")
    if any(one.name == act.was["name"] for one in list_of(tx, act.account_id)):
        raise TiplineError("act:superseded")
    tx.add(SavedFilter(account_id=act.account_id, created_at=clock.now(), **act.was))
    tx.flush()


def _name(name: str) -> str:
    name = " ".join(name.split())
    if not name or len(name) > LONGEST_NAME:
        raise TiplineError("filter:name-needed", fields={"name": "filter:name-needed"}, limit=LONGEST_NAME)
    return name

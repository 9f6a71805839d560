"""What each officer has not seen yet: a tip is unread while its newest news is younger than the last look.

News is what comes from outside: the tip itself, a file, a word of the reporter. What colleagues do is none.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, ForeignKey, and_, delete, select
from sqlalchemy.orm import Mapped, mapped_column

from tipline.db import Base, Transaction, UtcTime
from tipline.domain import clock, tips
from tipline.domain.tips import Tip


class Look(Base):
    """When somebody last had the tip open."""

    __tablename__ = "look"

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True)
    tip_id: Mapped[int] = mapped_column(ForeignKey("tip.id"), primary_key=True, index=True)
    at: Mapped[datetime] = mapped_column(UtcTime)


def bring_news(tip: Tip) -> None:
    """Something came from outside: whoever has seen the tip has not seen this."""
    tips.touch(tip)
    tip.news_at = tip.changed_at


def look(tx: Transaction, account_id: int, tip: Tip) -> None:
    """Somebody sees all there is."""
    row = tx.get(Look, (account_id, tip.id))
    if row is None:
        tx.add(Look(account_id=account_id, tip_id=tip.id, at=clock.now()))
    else:
        row.at = clock.now()
    tx.flush()


def forget(tx: Transaction, account_id: int, tip: Tip) -> None:
    """Make the tip unread again, to come back to it."""
    tx.execute(delete(Look).where(Look.account_id == account_id, Look.tip_id == tip.id))


def list_unread(tx: Transaction, account_id: int, tip_ids: Collection[int]) -> set[int]:
    """Which of these tips somebody has not seen as they are now."""
    return set(tx.scalars(select(Tip.id).where(Tip.id.in_(tip_ids), is_unread(account_id))))


def is_unread(account_id: int) -> ColumnElement[bool]:
    """The same as part of a query on tips."""
    seen = select(Look.tip_id).where(
        Look.account_id == account_id, Look.tip_id == Tip.id, Look.at >= Tip.news_at
    )
    return and_(Tip.news_at.is_not(None), ~seen.exists())

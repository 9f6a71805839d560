"""Who has a page of the desk open right now, so that two do not answer the same tip."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, String, delete, select
from sqlalchemy.orm import Mapped, mapped_column

from tipline.db import Base, Transaction, UtcTime
from tipline.domain import clock
from tipline.domain.accounts import Account

# A page says so this often, and counts as left when it has been silent for so long.
SAID_EVERY = timedelta(seconds=20)
LEFT_AFTER = timedelta(seconds=50)


class Presence(Base):
    """`subject` is `tip:T-1001` or `case:A-2026-1`."""

    __tablename__ = "presence"

    subject: Mapped[str] = mapped_column(String(40), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True)
    seen_at: Mapped[datetime] = mapped_column(UtcTime, index=True)


def list_here(tx: Transaction, account_id: int, *, subject: str | None = None) -> dict[str, list[Account]]:
    """Subject → who else looks at it; of all subjects there are as many as open pages of the desk."""
    query = (
        select(Presence.subject, Account)
        .join(Account, Account.id == Presence.account_id)
        .where(Presence.seen_at > clock.now() - LEFT_AFTER, Presence.account_id != account_id)
        .order_by(Presence.subject, Account.id)
    )
    if subject:
        query = query.where(Presence.subject == subject)
    found: dict[str, list[Account]] = {}
    for one, account in tx.execute(query):
        found.setdefault(one, []).append(account)
    return found


def is_due(tx: Transaction, account_id: int, subject: str) -> bool:
    """Whether it is time to say again that somebody is here."""
    row = tx.get(Presence, (subject, account_id))
    return row is None or clock.now() - row.seen_at >= SAID_EVERY


def say(tx: Transaction, account_id: int, subject: str) -> None:
    """Somebody has this open. What the same person left long ago goes."""
    gone = clock.now() - LEFT_AFTER
    tx.execute(delete(Presence).where(Presence.account_id == account_id, Presence.seen_at < gone))
    row = tx.get(Presence, (subject, account_id))
    if row is None:
        tx.add(Presence(subject=subject, account_id=account_id, seen_at=clock.now()))
    else:
        row.seen_at = clock.now()
    tx.flush()

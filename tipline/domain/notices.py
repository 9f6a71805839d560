"""Notices: what has to be told outside the house, written with its cause, sent by the desk's queue.

A row is its own outbox: `due_at` is when somebody may try, and while somebody does it lies as far ahead as a
try may last, so that one who died is followed by another. So a notice may arrive twice, and is never lost.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import UTC, datetime
from functools import partial

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from tipline.db import Base, SafeText, Transaction, UtcTime

JOB = "notice.send"


class Notice(Base):
    """One event for one receiver: a channel, a reporter's channel (`tip_id` alone), or a webhook."""

    __tablename__ = "notice"
    __table_args__ = (Index("ix_notice_due", "state", "due_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event: Mapped[str] = mapped_column(String(40))
    tip_id: Mapped[int | None] = mapped_column(ForeignKey("tip.id"), index=True)
    channel_id: Mapped[int | None] = mapped_column(ForeignKey("channel.id"), index=True)
    webhook_id: Mapped[int | None] = mapped_column(ForeignKey("webhook.id"), index=True)
    values: Mapped[str] = mapped_column(
        SafeText, default="{}"
    )  # JSON: numbers and codes, never words of tips
    state: Mapped[str] = mapped_column(String(12), default="waiting")  # waiting sent failed dropped
    attempts: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime] = mapped_column(UtcTime)
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    sent_at: Mapped[datetime | None] = mapped_column(UtcTime)
    failure: Mapped[str | None] = mapped_column(String(60))

    @property
    def receiver(self) -> tuple[str, int]:
        """Who it goes to. All reporters are one, for they are reached by the same server."""
        if self.channel_id is not None:
            return "channel", self.channel_id
        return ("webhook", self.webhook_id) if self.webhook_id is not None else ("reporters", 0)


def end_of_digest(now: datetime, minutes: int) -> datetime:
    """When a digest of so many minutes that holds this moment is sent: all of it at the same time."""
    if not minutes:
        return now
    period = minutes * 60
    return datetime.fromtimestamp((int(now.timestamp()) // period + 1) * period, UTC)


def ring_for(tx: Transaction, written: Collection[Notice]) -> None:
    """Ring once for each receiver of what is due now; the sweep finds the rest, and what nobody heard."""
    now = max((one.created_at for one in written), default=None)
    first = {one.receiver: one.id for one in written if now and one.due_at <= now}
    for number in first.values():
        tx.after_commit.append(_later(tx.ring, number))


def _later(ring: Callable[[str, int], None], number: int) -> Callable[[], None]:
    return partial(ring, JOB, number)

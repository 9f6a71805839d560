"""Notices: what has to be told outside the house, written with its cause, sent by the desk's queue.

A row is its own outbox: `due_at` is when somebody may try, and while somebody does it lies as far ahead as a
try may last, so that one who died is followed by another. So a notice may arrive twice, and is never lost.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from functools import partial

from sqlalchemy import ColumnElement, ForeignKey, Index, String, delete, func, select, update
from sqlalchemy.orm import Mapped, mapped_column

from tipline.db import Base, SafeText, Transaction, UtcTime
from tipline.domain import clock

JOB = "notice.send"
# A trial of one channel or webhook, by its button: told to that one alone.
TEST = "channel:test"
REPORTERS = "reporters"
_RUNG = "notices-rung"
KEPT, FAILED_KEPT = timedelta(days=7), timedelta(days=30)


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
        return receiver_of(self.channel_id, self.webhook_id)


def receiver_of(channel_id: int | None, webhook_id: int | None) -> tuple[str, int]:
    if channel_id is not None:
        return "channel", channel_id
    return ("webhook", webhook_id) if webhook_id is not None else (REPORTERS, 0)


# Of the station's own server and not of one reporter's address: whoever comes next would wait for the same.
OF_THE_SERVER = frozenset({"notice:unreachable", "notice:hung", "notice:unset"})
# One reporter's address that is wrong keeps no other reporter waiting; their server does.
FAILED_AS_A_WHOLE = Notice.failure.is_not(None) & (
    Notice.channel_id.is_not(None) | Notice.webhook_id.is_not(None) | Notice.failure.in_(OF_THE_SERVER)
)


def end_of_digest(now: datetime, minutes: int) -> datetime:
    """When a digest of so many minutes that holds this moment is sent: all of it at the same time."""
    if not minutes:
        return now
    period = minutes * 60
    return datetime.fromtimestamp((int(now.timestamp()) // period + 1) * period, UTC)


def ring_for(tx: Transaction, written: Collection[Notice], *, is_urgent: bool = False) -> None:
    """Ring once for all that is due now, unless everybody it is for rests: the sweep rings when that is over,
    and for what nobody heard."""
    if _RUNG in tx.info:
        return  # the same job sends this, too
    due = [one for one in written if one.due_at <= one.created_at]
    resting = at_rest(tx) | (set() if is_urgent else _put_off(tx)) if due else set()
    wanted = [one for one in due if one.event == TEST or one.receiver not in resting]
    if wanted:
        tx.info[_RUNG] = True
        tx.after_commit.append(partial(tx.ring, JOB, wanted[0].id))


def at_rest(tx: Transaction) -> set[tuple[str, int]]:
    """Who failed and is left in peace for a while, or is tried once more right now: their newer notices wait
    with the older ones."""
    return _receivers(
        tx, Notice.state == "waiting", Notice.due_at > clock.now(), Notice.attempts > 0, FAILED_AS_A_WHOLE
    )


def failing(tx: Transaction) -> set[tuple[str, int]]:
    """Whose last try failed, and who has something waiting since."""
    return _receivers(tx, Notice.state == "waiting", Notice.attempts > 0, FAILED_AS_A_WHOLE)


def _put_off(tx: Transaction) -> set[tuple[str, int]]:
    """Channels that hear nothing now for another reason: the hour, or so many messages just before."""
    is_channel = Notice.channel_id.is_not(None)
    return _receivers(
        tx, Notice.state == "waiting", Notice.due_at > clock.now(), Notice.attempts == 0, is_channel,
        Notice.event != TEST,
    )  # fmt: skip


def _receivers(tx: Transaction, *which: ColumnElement[bool]) -> set[tuple[str, int]]:
    query = select(Notice.channel_id, Notice.webhook_id).where(*which).distinct()
    return {receiver_of(channel, webhook) for channel, webhook in tx.execute(query)}


def try_out(tx: Transaction, kind: str, receiver: int) -> Notice:
    """A trial: sent at once, whatever the hour."""
    now = clock.now()
    row = Notice(event=TEST, due_at=now, created_at=now)
    row.channel_id, row.webhook_id = (receiver, None) if kind == "channel" else (None, receiver)
    tx.add(row)
    tx.flush()
    ring_for(tx, [row])
    return row


def newest_test(tx: Transaction, kind: str, receiver: int) -> Notice | None:
    """The last trial somebody asked for."""
    query = select(Notice).where(of(kind, receiver), Notice.event == TEST)
    return tx.scalar(query.order_by(Notice.id.desc()).limit(1))


def retry(tx: Transaction, kind: str, receiver: int) -> int:
    """All that was given up for this receiver is tried once more, for another day; how many."""
    now = clock.now()
    again = list(tx.scalars(select(Notice).where(of(kind, receiver), Notice.state == "failed")))
    for row in again:
        row.state, row.due_at, row.created_at, row.attempts, row.failure = "waiting", now, now, 0, None
    tx.flush()
    ring_for(tx, again)
    return len(again)


def end_waiting(tx: Transaction, kind: str, receiver: int, fault: str) -> None:
    """The receiver is paused: what waits for it is over, and can be seen to be."""
    waiting = of(kind, receiver) & (Notice.state == "waiting")
    tx.execute(update(Notice).where(waiting).values(state="failed", failure=fault))


def drop_waiting(tx: Transaction, kind: str, receiver: int) -> None:
    """The receiver is gone: nobody hears of what waits for it."""
    waiting = of(kind, receiver) & (Notice.state == "waiting")
    tx.execute(update(Notice).where(waiting).values(state="dropped"))


def forget_of(tx: Transaction, kind: str, receiver: int) -> None:
    tx.execute(delete(Notice).where(of(kind, receiver)))


def forget_old(tx: Transaction) -> int:
    """Drop what was sent a week ago, and what failed a month ago; how many."""
    now = clock.now()
    over = Notice.state.in_(("sent", "dropped")) & (Notice.created_at < now - KEPT)
    old = (Notice.state == "failed") & (Notice.created_at < now - FAILED_KEPT)
    found = list(tx.scalars(select(Notice.id).where(over | old).limit(500)))
    tx.execute(delete(Notice).where(Notice.id.in_(found)))
    return len(found)


def counts(tx: Transaction, kind: str) -> dict[int, dict[str, int]]:
    """Receiver → state → how many."""
    column = Notice.channel_id if kind == "channel" else Notice.webhook_id
    by_state = select(column, Notice.state, func.count()).where(column.is_not(None))
    found: dict[int, dict[str, int]] = {}
    for number, state, many in tx.execute(by_state.group_by(column, Notice.state)):
        found.setdefault(number or 0, {})[state] = many
    return found


def of(kind: str, receiver: int) -> ColumnElement[bool]:
    """The notices of one receiver."""
    if kind == "channel":
        return Notice.channel_id == receiver
    if kind == "webhook":
        return Notice.webhook_id == receiver
    return Notice.channel_id.is_(None) & Notice.webhook_id.is_(None)

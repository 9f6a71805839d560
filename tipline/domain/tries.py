"""One try to send what is due for one receiver: begun, and how it ended.

The row is the lock. Who begins a try puts `due_at` as far ahead as a try may last and counts it; that count
is the fence: whoever finds another number there was overtaken, and changes nothing. After kill -9 the time
comes, and somebody tries again.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection
from datetime import datetime, timedelta
from functools import partial
from typing import Any, NamedTuple

from sqlalchemy import func, literal_column, select, update

from tipline.db import Transaction
from tipline.domain import clock
from tipline.domain.notices import (
    FAILED_AS_A_WHOLE,
    JOB,
    REPORTERS,
    TEST,
    Notice,
    at_rest,
    of,
    receiver_of,
)

LEASE = timedelta(seconds=60)  # longer than any try lasts
WITHIN_S = 30.0  # after it a try of many begins no other: with the one that runs it ends before the lease
LONGEST = timedelta(hours=1)
GIVEN_UP_AFTER = timedelta(days=1)
MOST_AT_ONCE = 40
MOST_IN_A_TEXT = 500  # of a channel, whose message names some and counts the rest


class Batch(NamedTuple):
    """All that is due for one receiver, up to a bound."""

    kind: str
    number: int
    rows: list[Notice]


def take(tx: Transaction, number: int) -> Batch | None:
    """Begin a try; None if there is nothing to do, or somebody is at it, or the receiver is left in peace
    after a failure: then its newer notices wait with the older ones."""
    rung, now = tx.get(Notice, number), clock.now()
    if rung is None or rung.state != "waiting":
        return None
    kind, receiver = rung.receiver
    mine = of(kind, receiver) & (Notice.state == "waiting")
    if rung.event == TEST:
        mine &= Notice.event == TEST  # somebody waits before the screen
    else:
        resting = select(Notice.id).where(mine, Notice.attempts > 0, Notice.due_at > now)
        if kind == REPORTERS:
            resting = resting.where(FAILED_AS_A_WHOLE)
        if tx.scalar(resting.limit(1)) is not None:
            return None
    due = select(Notice).where(mine, Notice.due_at <= now).order_by(Notice.id)
    rows = list(tx.scalars(due.limit(MOST_IN_A_TEXT if kind == "channel" else MOST_AT_ONCE)))
    for row in rows:
        row.attempts, row.due_at = row.attempts + 1, now + LEASE
    tx.flush()
    return Batch(kind, receiver, rows) if rows else None


def due(tx: Transaction) -> list[int]:
    """A notice of each receiver for whom something may be sent now, and of each trial. Those that failed come
    last, so that nobody waits behind them."""
    # As a constant: PostgreSQL takes two parameters for two things to group by.
    resting, is_trial = at_rest(tx), Notice.event == literal_column(f"'{TEST}'")
    query = select(func.min(Notice.id), Notice.channel_id, Notice.webhook_id, is_trial)
    query = query.where(Notice.state == "waiting", Notice.due_at <= clock.now())
    query = query.group_by(Notice.channel_id, Notice.webhook_id, is_trial)
    order = func.max(Notice.attempts), func.min(Notice.due_at), func.min(Notice.id)
    found = tx.execute(query.order_by(*order))
    return [
        number for number, channel, webhook, trial in found
        if trial or receiver_of(channel, webhook) not in resting
    ]  # fmt: skip


def ring_due(tx: Transaction) -> int:
    """Ring once if something is due, for whomever: one job sends all of it; for how many that is."""
    waiting = due(tx)
    if waiting:
        tx.after_commit.append(partial(tx.ring, JOB, waiting[0]))
    return len(waiting)


def sent(tx: Transaction, rows: Collection[Notice]) -> None:
    _settle(tx, rows, state="sent", sent_at=clock.now(), failure=None)


def drop(tx: Transaction, rows: Collection[Notice]) -> None:
    """Nobody is to hear of it any more: the tip was erased or closed to them, the account is gone."""
    _settle(tx, rows, state="dropped", failure=None)


def wait_until(tx: Transaction, rows: Collection[Notice], until: datetime) -> None:
    """Not now: quiet hours, or so many went there just before. It was no try."""
    for row in rows:
        _settle(tx, [row], due_at=until, attempts=row.attempts - 1)


def failed(
    tx: Transaction, rows: Collection[Notice], fault: str, *, for_good: bool, longest: timedelta = LONGEST
) -> None:
    """Another try later, each pause twice as long; or the end of trying, at the latest after a day."""
    now = clock.now()
    for row in rows:
        if for_good or now - row.created_at >= GIVEN_UP_AFTER:
            _settle(tx, [row], state="failed", failure=fault)
        else:
            _settle(tx, [row], due_at=now + pause_after(row.attempts, longest), failure=fault)


def pause_after(attempts: int, longest: timedelta = LONGEST) -> timedelta:
    """Half a minute, then twice that each time up to the longest; never quite the same, so that what failed
    together does not come back together."""
    seconds = min(30.0 * 2 ** min(max(attempts - 1, 0), 10), longest.total_seconds())
    return timedelta(seconds=seconds * (0.8 + secrets.randbelow(400) / 1000))


def sent_lately(tx: Transaction, channel_id: int, within: timedelta) -> list[datetime]:
    """When messages went to this channel lately, oldest first; what went together is one."""
    since = clock.now() - within
    query = select(Notice.sent_at).where(Notice.channel_id == channel_id, Notice.sent_at > since).distinct()
    return sorted(one for one in tx.scalars(query) if one is not None)


def _settle(tx: Transaction, rows: Collection[Notice], **values: Any) -> None:
    for row in rows:
        mine = (Notice.id == row.id) & (Notice.state == "waiting") & (Notice.attempts == row.attempts)
        tx.execute(update(Notice).where(mine).values(**values))

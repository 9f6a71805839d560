"""Work that must happen, written in the same transaction as its cause. The queue is only a doorbell.

A worker takes a row by a conditional UPDATE and holds it under a lease; whoever lost the lease can no longer
finish it. Rows that nobody rang for, or whose worker died, are found by the sweep and rung again.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import String, and_, delete, func, or_, select, true, update
from sqlalchemy.orm import Mapped, aliased, mapped_column

from tipline.db import Base, Transaction, UtcTime
from tipline.domain import clock, ids

Ring = Callable[[str, int], None]
MAX_ATTEMPTS = 3
LEASE = timedelta(seconds=90)
RING_AGAIN = timedelta(seconds=20)
KEPT = timedelta(days=7)
NO_ROOM = "service:disk-full"  # what a job is marked with that waits until there is room for what it makes
TURNS_COUNT = timedelta(minutes=10)  # a job done longer ago is no turn that a tip has had


class Outbox(Base):
    """One job: `kind` is its name in tipline.jobs, `subject` the id of the row it works on."""

    __tablename__ = "outbox"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str] = mapped_column(String(40), index=True)
    state: Mapped[str] = mapped_column(String(12), default="queued", index=True)  # queued running done dead
    attempt: Mapped[int] = mapped_column(default=0)
    token: Mapped[str | None] = mapped_column(String(40))
    lease_until: Mapped[datetime | None] = mapped_column(UtcTime)
    rung_at: Mapped[datetime | None] = mapped_column(UtcTime)
    failure: Mapped[str | None] = mapped_column(String(60))
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcTime)
    tip_id: Mapped[int | None]  # whose it is, so that one tip does not keep the others waiting


def add(tx: Transaction, ring: Ring, kind: str, subject: str, *, tip_id: int | None = None) -> Outbox:
    """Write the job; the bell is rung after the commit. A bell that fails is the sweep's business."""
    now = clock.now()
    row = Outbox(kind=kind, subject=subject, rung_at=now, created_at=now, tip_id=tip_id)
    tx.add(row)
    tx.flush()
    tx.after_commit.append(lambda: ring(kind, row.id))
    return row


def is_pending(tx: Transaction, kind: str, subject: str) -> bool:
    """Whether such a job waits or runs."""
    query = select(Outbox.id).where(
        Outbox.subject == subject, Outbox.kind == kind, Outbox.state.in_(("queued", "running"))
    )
    return tx.scalar(query.limit(1)) is not None


def count_pending(tx: Transaction, kind: str, tip_id: int) -> int:
    """How many such jobs of a tip wait or run."""
    query = select(func.count()).where(
        Outbox.kind == kind, Outbox.tip_id == tip_id, Outbox.state.in_(("queued", "running"))
    )
    return tx.scalar(query) or 0


def take(tx: Transaction, outbox_id: int) -> Outbox | None:
    """Begin the job and hold it under a lease; None if it is done, dead, or in another's hands."""
    now = clock.now()
    token = ids.new_id()
    taken = tx.execute(
        update(Outbox)
        .where(
            Outbox.id == outbox_id,
            or_(Outbox.state == "queued", (Outbox.state == "running") & (Outbox.lease_until < now)),
            Outbox.attempt < MAX_ATTEMPTS,
        )
        .values(state="running", token=token, lease_until=now + LEASE, attempt=Outbox.attempt + 1)
    )
    if _count(taken) == 0:
        return None
    return tx.get_one(Outbox, outbox_id, populate_existing=True)


def fairest(tx: Transaction, outbox_id: int) -> int:
    """The job to begin when the bell rings for this one: of all that wait for the same kind of work the one
    whose tip had the fewest before it. A tip with forty files, or a film cut into forty spans, takes turns.

    Each ring begins one job, so that whoever gives way here is begun at another's ring.
    """
    rung = tx.get(Outbox, outbox_id, populate_existing=True)
    if rung is None or (rung.state == "queued" and (rung.failure or rung.tip_id is None)):
        return outbox_id
    if rung.state == "running" and rung.lease_until is not None and rung.lease_until < clock.now():
        return outbox_id  # its worker died: it had its turn, and nobody else's ring begins it
    kind = rung.kind
    # What came back after a fault waits for its own ring. Of each tip only the oldest can be the one, for its
    # others have more before them: one count a tip, however many jobs wait.
    waits = (
        select(Outbox.tip_id, func.min(Outbox.id).label("id"))
        .where(
            Outbox.kind == kind,
            Outbox.state == "queued",
            Outbox.failure.is_(None),
            Outbox.tip_id.is_not(None),
        )
        .group_by(Outbox.tip_id)
        .subquery()
    )
    earlier = aliased(Outbox)
    counts = and_(
        earlier.kind == kind,
        earlier.tip_id == waits.c.tip_id,
        earlier.id < waits.c.id,
        or_(earlier.finished_at.is_(None), earlier.finished_at > clock.now() - TURNS_COUNT),
    )
    query = select(waits.c.id).outerjoin(earlier, counts).group_by(waits.c.id)
    return tx.scalar(query.order_by(func.count(earlier.id), waits.c.id).limit(1)) or outbox_id


def renew(tx: Transaction, outbox_id: int, token: str) -> bool:
    """Lengthen the lease; False if it was lost, then the work must stop and change nothing."""
    changed = tx.execute(
        update(Outbox)
        .where(Outbox.id == outbox_id, Outbox.token == token, Outbox.state == "running")
        .values(lease_until=clock.now() + LEASE)
    )
    return _count(changed) == 1


def finish(tx: Transaction, outbox_id: int, token: str, failure: str | None = None) -> bool:
    """Mark done in the transaction that holds the results; False: roll back, another worker has it.

    With a `failure` it is done all the same, and nobody has to hear of it.
    """
    return _settle(tx, outbox_id, token, state="done", finished_at=clock.now(), failure=failure)


def has_failed(tx: Transaction, kind: str, subject: str) -> bool:
    """Whether such a job has ended badly."""
    query = select(Outbox.id).where(
        Outbox.subject == subject, Outbox.kind == kind, Outbox.failure.is_not(None)
    )
    return tx.scalar(query.limit(1)) is not None


def give_up(tx: Transaction, outbox_id: int, token: str, failure: str) -> bool:
    """Mark dead with a code; only a person starts it again."""
    return _settle(tx, outbox_id, token, state="dead", finished_at=clock.now(), failure=failure)


def put_back(tx: Transaction, outbox_id: int, token: str, failure: str) -> bool:
    """A passing fault: free the row for another try by the sweep, or mark dead after the last one."""
    row = tx.get_one(Outbox, outbox_id, populate_existing=True)
    if row.attempt >= MAX_ATTEMPTS:
        return give_up(tx, outbox_id, token, failure)
    return _settle(tx, outbox_id, token, state="queued", failure=failure, lease_until=None)


def release(tx: Transaction, outbox_id: int, token: str) -> bool:
    """Hand the job back untouched, as when the worker host stops; it does not count as a try."""
    return _settle(
        tx, outbox_id, token, state="queued", lease_until=None, attempt=Outbox.attempt - 1, rung_at=None
    )


def wait(tx: Transaction, outbox_id: int, token: str, failure: str) -> bool:
    """Something the job needs is down: hand it back, rung again in a while for as long as that lasts."""
    return _settle(
        tx, outbox_id, token, state="queued", lease_until=None, attempt=Outbox.attempt - 1,
        rung_at=clock.now(), failure=failure,
    )  # fmt: skip


def ring_stuck(
    tx: Transaction, ring: Ring, *, limit: int = 100, kinds: Collection[str] | None = None
) -> list[Outbox]:
    """Ring again for rows that wait too long or whose worker died; returns those that died for good."""
    now = clock.now()
    stuck = list(
        tx.scalars(
            select(Outbox)
            .where(
                or_(Outbox.state == "queued", (Outbox.state == "running") & (Outbox.lease_until < now)),
                or_(Outbox.rung_at.is_(None), Outbox.rung_at < now - RING_AGAIN),
                true() if kinds is None else Outbox.kind.in_(kinds),
            )
            .order_by(Outbox.rung_at.nulls_first(), Outbox.id)
            .limit(limit)
        )
    )
    dead = []
    for row in stuck:
        if row.state == "running" and row.attempt >= MAX_ATTEMPTS:
            row.state, row.failure, row.finished_at = "dead", "media:crashed", now
            dead.append(row)
            continue
        row.rung_at = now
        tx.after_commit.append(_later(ring, row.kind, row.id))
    return dead


def let_go(tx: Transaction, kinds: Collection[str], subjects: Collection[str]) -> None:
    """Jobs about what is no more: nobody has to do them, or to hear that they failed."""
    tx.execute(
        update(Outbox)
        .where(Outbox.kind.in_(kinds), Outbox.subject.in_(subjects), Outbox.state.in_(("queued", "dead")))
        .values(state="done", finished_at=clock.now())
    )


def forget_done(tx: Transaction, *, limit: int = 500) -> int:
    """Drop jobs done a week ago; how many. One that took the place of a dead job says so, and stays."""
    older = aliased(Outbox)
    replaces = (
        select(older.id)
        .where(
            older.kind == Outbox.kind,
            older.subject == Outbox.subject,
            older.id < Outbox.id,
            older.state == "dead",
        )
        .exists()
    )
    done = select(Outbox.id).where(Outbox.state == "done", Outbox.finished_at < clock.now() - KEPT, ~replaces)
    found = list(tx.scalars(done.order_by(Outbox.id).limit(limit)))
    tx.execute(delete(Outbox).where(Outbox.id.in_(found)))
    return len(found)


def exists(tx: Transaction, kind: str, subject: str) -> bool:
    """Whether such a job was ever asked for."""
    query = select(Outbox.id).where(Outbox.kind == kind, Outbox.subject == subject)
    return tx.scalar(query.limit(1)) is not None


def list_dead(tx: Transaction, *, limit: int = 100) -> list[Outbox]:
    """Jobs that have died for good and were not begun anew, newest first."""
    newer = aliased(Outbox)
    begun_anew = (
        select(newer.id)
        .where(newer.kind == Outbox.kind, newer.subject == Outbox.subject, newer.id > Outbox.id)
        .exists()
    )
    query = select(Outbox).where(Outbox.state == "dead", ~begun_anew)
    return list(tx.scalars(query.order_by(Outbox.id.desc()).limit(limit)))


def counts(tx: Transaction) -> dict[str, int]:
    """State → number of rows not yet done, for health and metrics."""
    rows = tx.execute(select(Outbox.state, func.count()).where(Outbox.state != "done").group_by(Outbox.state))
    return {state: number for state, number in rows}


def _later(ring: Ring, kind: str, outbox_id: int) -> Callable[[], None]:
    return lambda: ring(kind, outbox_id)


def _settle(tx: Transaction, outbox_id: int, token: str, **values: Any) -> bool:
    changed = tx.execute(
        update(Outbox)
        .where(Outbox.id == outbox_id, Outbox.token == token, Outbox.state == "running")
        .values(**values)
    )
    return _count(changed) == 1


def _count(result: Any) -> int:
    return int(result.rowcount)

"""Tips that are to be compared with the others, now or once more. Knows not what comparing means.

Many causes come at once (each file, each step) and nobody waits for it within a second: so a tip is noted
down once, and a moment later the sweep asks for the work.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, func, select
from sqlalchemy.orm import Mapped, mapped_column

from tipline.db import Base, Transaction, UtcTime
from tipline.domain import clock, outbox
from tipline.domain.outbox import Outbox

MATCH = "tip.match"
REST = timedelta(seconds=4)


class Rematch(Base):
    """`at` is when the first cause came."""

    __tablename__ = "rematch"

    tip_id: Mapped[int] = mapped_column(ForeignKey("tip.id"), primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(UtcTime, index=True)


def want(tx: Transaction, tip_id: int) -> None:
    """Something was learned of this tip that others may share."""
    if tx.get(Rematch, tip_id) is None:
        tx.add(Rematch(tip_id=tip_id, at=clock.now()))
        tx.flush()


def ask_due(tx: Transaction, ring: outbox.Ring, *, most: int) -> int:
    """Have those compared that were noted down a moment ago, the oldest first; how many. No more than `most`
    wait for a worker at a time: of a whole station that is brought up to date the rest waits here."""
    due = select(Rematch).where(Rematch.at < clock.now() - REST).order_by(Rematch.at, Rematch.tip_id)
    rows = list(tx.scalars(due.limit(most)))
    if rows:
        waits = select(func.count()).where(Outbox.kind == MATCH, Outbox.state == "queued")
        rows = rows[: max(0, most - (tx.scalar(waits) or 0))]
    for row in rows:
        tx.delete(row)
        outbox.add(tx, ring, MATCH, str(row.tip_id), tip_id=row.tip_id)
    return len(rows)

"""Moments of a film that an officer marked, with a word why."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, mapped_column

from tipline.db import Base, SafeText, Transaction, UtcTime
from tipline.domain import acts, clock, custody, tips
from tipline.domain.actors import Actor
from tipline.domain.evidence import Evidence
from tipline.domain.tips import Tip
from tipline.errors import TiplineError

ADDED, REMOVED = "mark:add", "mark:remove"
LONGEST_TEXT, MOST, FARTHEST_S = 200, 200, 1e7


class Mark(Base):
    """`t` and `until` in seconds of the film; `frame` where the player was sure of it."""

    __tablename__ = "mark"

    id: Mapped[int] = mapped_column(primary_key=True)
    evidence_id: Mapped[str] = mapped_column(ForeignKey("evidence.id"), index=True)
    t: Mapped[float]
    until: Mapped[float | None]
    frame: Mapped[int | None]
    text: Mapped[str] = mapped_column(SafeText, default="")
    author_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    at: Mapped[datetime] = mapped_column(UtcTime)
    removed_at: Mapped[datetime | None] = mapped_column(UtcTime)


def add(
    tx: Transaction, actor: Actor, file: Evidence, *, t: float | None, until: float | None = None,
    frame: int | None = None, text: str = "",
) -> Mark:  # fmt: skip
    """Mark a moment, or the stretch up to `until`. The word never reaches a reporter."""
    until = t if until is None else until
    if t is None or until is None or not _is_near(t) or not _is_near(until) or actor.user_id is None:
        raise TiplineError("mark:moment-needed", fields={"t": "mark:moment-needed"})
    text = " ".join(text.split())
    if len(text) > LONGEST_TEXT:
        raise TiplineError("mark:text-too-long", limit=LONGEST_TEXT, fields={"text": "mark:text-too-long"})
    if len(list_of_many(tx, [file.id])[file.id]) >= MOST:
        raise TiplineError("mark:too-many", limit=MOST)
    row = Mark(
        evidence_id=file.id, t=t, until=until if until > t else None, frame=frame,
        text=text, author_id=actor.user_id, at=clock.now(),
    )  # fmt: skip
    tx.add(row)
    tx.flush()
    tip = _record(tx, actor, ADDED, row, file)
    acts.record(tx, actor, ADDED, tip=tip, subject=f"mark:{row.id}", after={"text": text})
    return row


def remove(tx: Transaction, actor: Actor, row: Mark) -> None:
    """Take a mark off the film; doing it twice does nothing."""
    if row.removed_at is not None:
        return
    row.removed_at = clock.now()
    tip = _record(tx, actor, REMOVED, row, tx.get_one(Evidence, row.evidence_id))
    acts.record(tx, actor, REMOVED, tip=tip, subject=f"mark:{row.id}", before={"text": row.text})


def _is_near(t: float) -> bool:
    return math.isfinite(t) and abs(t) <= FARTHEST_S


def take_off(row: Mark) -> None:
    """The way back from adding one."""
    if row.removed_at is not None:
        raise TiplineError("act:superseded")
    row.removed_at = clock.now()


def put_back(row: Mark) -> None:
    """The way back from removing one."""
    if row.removed_at is None:
        raise TiplineError("act:superseded")
    row.removed_at = None


def read_mark(tx: Transaction, evidence_id: str, number: int) -> Mark:
    """One of this file that was not removed."""
    row = tx.get(Mark, number) if 0 < number < 2**31 else None
    if row is None or row.evidence_id != evidence_id or row.removed_at is not None:
        raise TiplineError("mark:not-found")
    return row


def list_of_many(tx: Transaction, evidence_ids: Iterable[str]) -> dict[str, list[Mark]]:
    """Evidence id → its marks in the order of the film, in one query."""
    found: dict[str, list[Mark]] = {one: [] for one in evidence_ids}
    if not found:
        return found
    query = select(Mark).where(Mark.evidence_id.in_(list(found)), Mark.removed_at.is_(None))
    for row in tx.scalars(query.order_by(Mark.t, Mark.id)):
        found[row.evidence_id].append(row)
    return found


def _record(tx: Transaction, actor: Actor, action: str, row: Mark, file: Evidence) -> Tip:
    tip = tx.get_one(Tip, file.tip_id)
    # The log proves the words; it does not hold what may have to be erased.
    frame: dict[str, Any] = {} if row.frame is None else {"frame": row.frame}
    custody.append(
        tx, actor, action, f"evidence:{file.id}", tip=tip.reference, number=file.number, mark=row.id,
        t=round(row.t, 3), words=hashlib.sha256(row.text.encode()).hexdigest(), **frame,
    )  # fmt: skip
    tips.touch(tip)
    return tip

"""The custody log: append-only, one entry per act, each entry holding the hash of the one before.

An entry is written in the same transaction as the act it tells of, so neither can exist without the other.
The chain shows any later edit, deletion in the middle, insertion or reordering; it cannot by itself show a
chain that was recomputed as a whole or cut at its end. Triggers in the database refuse UPDATE and DELETE.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Select, String, select
from sqlalchemy.orm import Mapped, mapped_column

from tipline.db import Base, SafeText, Transaction, UtcTime, safe_text
from tipline.domain import clock
from tipline.domain.actors import Actor
from tipline.errors import N_

START = "0" * 64


class Custody(Base):
    """One act."""

    __tablename__ = "custody"

    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(UtcTime)
    actor: Mapped[str] = mapped_column(String(120), index=True)
    action: Mapped[str] = mapped_column(String(60))
    subject: Mapped[str] = mapped_column(String(120), index=True)
    tip: Mapped[str | None] = mapped_column(String(20), index=True)
    reason: Mapped[str | None] = mapped_column(SafeText)
    detail: Mapped[str] = mapped_column(SafeText)
    previous: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))

    def facts(self) -> dict[str, Any]:
        """What the act changed, as it was written."""
        facts: dict[str, Any] = json.loads(self.detail)
        return facts


class Fault(NamedTuple):
    """The first entry that does not stand where and as it was written; `what` is a phrase to translate."""

    seq: int
    what: str


def append(
    tx: Transaction,
    actor: Actor,
    action: str,
    subject: str,
    *,
    tip: str | None = None,
    reason: str | None = None,
    **detail: Any,
) -> Custody:
    """Write one entry. `subject` is `noun:name`; `tip` is the reference of the tip it belongs to.

    Entries cannot race for a place in the chain: writers wait for each other (see tipline.db).
    """
    last, previous = head(tx)
    seq = last + 1
    entry = Custody(
        seq=seq,
        at=clock.now(),
        actor=actor.label,
        action=action,
        subject=subject,
        tip=tip,
        reason=None if reason is None else safe_text(reason),
        detail=json.dumps(detail, ensure_ascii=True, sort_keys=True, separators=(",", ":")),
        previous=previous,
        hash="",
    )
    entry.hash = digest(entry)
    tx.add(entry)
    tx.flush()
    return entry


def digest(entry: Custody) -> str:
    """SHA-256 over the entry's canonical JSON, previous hash included."""
    body = {
        "seq": entry.seq,
        "at": clock.stamp(entry.at),
        "actor": entry.actor,
        "action": entry.action,
        "subject": entry.subject,
        "tip": entry.tip,
        "reason": entry.reason,
        "detail": entry.detail,
        "previous": entry.previous,
    }
    canonical = json.dumps(body, ensure_ascii=True, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def verify(tx: Transaction) -> Fault | None:
    """The first broken entry of the whole log, or None."""
    expected, previous = 1, START
    for entry in _all(tx):
        if entry.seq != expected:
            return Fault(expected, N_("missing or out of order"))
        if entry.previous != previous:
            return Fault(entry.seq, N_("does not follow the entry before it"))
        if digest(entry) != entry.hash:
            return Fault(entry.seq, N_("was changed after it was written"))
        expected, previous = entry.seq + 1, entry.hash
    return None


def _all(tx: Transaction) -> Iterator[Custody]:
    yield from tx.scalars(select(Custody).order_by(Custody.seq).execution_options(yield_per=1000))


def list_of(
    tx: Transaction,
    *,
    subject: str | None = None,
    tip: str | None = None,
    actions: Collection[str] | None = None,
    after: int = 0,
    limit: int = 100,
    without: Select[str] | None = None,
) -> list[Custody]:
    """Entries in the order they were written, beginning behind `after`; of these `actions` alone if given.

    `without` selects subjects that whoever asks may not meet.
    """
    query = select(Custody).where(Custody.seq > after).order_by(Custody.seq).limit(limit)
    if actions is not None:
        query = query.where(Custody.action.in_(actions))
    if subject:
        query = query.where(Custody.subject == subject)
    if tip:
        query = query.where(Custody.tip == tip)
    if without is not None:
        query = query.where(Custody.subject.not_in(without))
    return list(tx.scalars(query))


def list_latest(
    tx: Transaction, *, about: str = "", before: int | None = None, limit: int = 100,
    without: Select[str] | None = None,
) -> list[Custody]:  # fmt: skip
    """Newest first. `about` is a subject, an actor, or the reference of a tip; `without` as above."""
    query = select(Custody).order_by(Custody.seq.desc()).limit(limit)
    if before:
        query = query.where(Custody.seq < before)
    if about:
        names = (Custody.subject == about) | (Custody.actor == about) | (Custody.tip == about.upper())
        query = query.where(names)
    if without is not None:
        query = query.where(Custody.subject.not_in(without))
    return list(tx.scalars(query))


def head(tx: Transaction) -> tuple[int, str]:
    """Number and hash of the last entry."""
    last = tx.execute(select(Custody.seq, Custody.hash).order_by(Custody.seq.desc()).limit(1)).first()
    return (last.seq, last.hash) if last else (0, START)


def size(tx: Transaction) -> int:
    """Number of entries."""
    return tx.scalar(select(Custody.seq).order_by(Custody.seq.desc()).limit(1)) or 0

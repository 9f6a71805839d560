"""The custody log: append-only, one entry per act, each entry holding the hash of the one before.

An entry is written in the same transaction as the act it tells of, so neither can exist without the other.
The chain shows any later edit, deletion in the middle, insertion or reordering; it cannot by itself show a
chain that was recomputed as a whole or cut at its end. Triggers in the database refuse UPDATE and DELETE.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, String, func, or_, select
from sqlalchemy.orm import Mapped, mapped_column

from tipline.db import Base, SafeText, Transaction, UtcTime, safe_text
from tipline.domain import chain, clock
from tipline.domain.actors import SYSTEM, Actor
from tipline.domain.chain import START, Fault

__all__ = ["START", "Custody", "Fault"]


# What entries about the clock itself are about.
CLOCK = "clock:station"
# What entries about the log as a whole are about.
LOG = "log:custody"
# What bears a name that people know, and is asked for by it alone.
NOUNS = (
    "tip", "evidence", "case", "incident", "topic", "bulletin", "package", "share", "beat", "shop", "account",
)  # fmt: skip


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


_LAST = select(Custody.seq, Custody.hash, Custody.at).order_by(Custody.seq.desc()).limit(1)
# Every act pays for this one: it goes to the driver as it stands, at half of what it takes to make it anew.
_COLUMNS = "seq, at, actor, action, subject, tip, reason, detail, previous, hash"
_INSERT = {
    dialect: f"INSERT INTO custody ({_COLUMNS}) VALUES ({', '.join([place] * 10)})"  # noqa: S608 - names of ours
    for dialect, place in (("sqlite", "?"), ("postgresql", "%s"))
}
_facts = json.JSONEncoder(ensure_ascii=True, sort_keys=True, separators=(",", ":")).encode
_HEAD = "custody:head"  # what a transaction carries along


class Head(NamedTuple):
    """The last entry as the next one needs it."""

    seq: int
    hash: str
    at: datetime


class Line(NamedTuple):
    """One entry of an act on many: what it is about, whose tip, and what it says more."""

    subject: str
    tip: str | None
    detail: dict[str, Any]


def append(
    tx: Transaction,
    actor: Actor,
    action: str,
    subject: str,
    *,
    tip: str | None = None,
    reason: str | None = None,
    **detail: Any,
) -> None:
    """Write one entry. `subject` is `noun:name`; `tip` is the reference of the tip it belongs to.

    Entries cannot race for a place in the chain: writers wait for each other (see tipline.db). Therefore a
    transaction asks once where the chain ends; that it does, the database checks at each entry.
    """
    append_each(tx, actor, action, [Line(subject, tip, detail)], reason=reason)


def append_each(
    tx: Transaction, actor: Actor, action: str, lines: Collection[Line], *, reason: str | None = None
) -> None:
    """The same act on many: an entry for each, as if written one by one, and one statement for all."""
    if not lines:
        return
    last, at = _end(tx), clock.now()
    if last and last.at - at > chain.TOLERANCE and not clock.is_told():
        last = _write(tx, last, at, SYSTEM, chain.CLOCK_BACK, [_set_back_from(last)])
    _write(tx, last, at, actor, action, lines, reason)


def tell_set_back(tx: Transaction) -> None:
    """Say that time goes back from here, if it does. An invented story says it once, where it begins: the log
    to which it is told has entries of today."""
    last = _last(tx)
    if last and last.at - clock.now() > chain.TOLERANCE:
        _write(tx, last, clock.now(), SYSTEM, chain.CLOCK_BACK, [_set_back_from(last)])


def _set_back_from(last: Head) -> Line:
    return Line(CLOCK, None, {"newest": clock.stamp(last.at)})


def _end(tx: Transaction) -> Head | None:
    """What was written last; asked anew after a part of the transaction was taken back, or may have been."""
    within, head = tx.info.get(_HEAD, (None, None))
    return head if head and within is tx.get_nested_transaction() else _last(tx)


def _last(tx: Transaction) -> Head | None:
    row = tx.connection().execute(_LAST).first()
    return Head(*row) if row else None


def _write(
    tx: Transaction, last: Head | None, at: datetime, actor: Actor, action: str, lines: Iterable[Line],
    reason: str | None = None,
) -> Head:  # fmt: skip
    connection, label, stored = tx.connection(), actor.label, chain.stored_time(at)
    dialect = connection.dialect.name
    # As each driver takes a moment: SQLite keeps the very text that is hashed.
    kept_at = stored if dialect == "sqlite" else at
    reason = None if reason is None else safe_text(reason)
    seq, previous = (last.seq, last.hash) if last else (0, START)
    rows = list[tuple[Any, ...]]()
    for subject, tip, detail in lines:
        seq += 1
        told = (label, action, subject, tip, reason, _facts(detail), previous)
        previous = chain.digest((seq, stored, *told))
        rows.append((seq, kept_at, *told, previous))
    connection.exec_driver_sql(_INSERT[dialect], rows if len(rows) > 1 else rows[0])
    head = Head(seq, previous, at)
    tx.info[_HEAD] = (tx.get_nested_transaction(), head)
    # Whoever wrote a new row may go on with its number. What was changed waits: it is often changed again.
    if tx.new:
        tx.flush()
    return head


def digest(entry: Custody) -> str:
    """SHA-256 over the entry's canonical JSON, previous hash included."""
    return chain.digest(row_of(entry))


def row_of(entry: Custody) -> chain.Row:
    """The entry as it is hashed."""
    return (
        entry.seq, chain.stored_time(entry.at), entry.actor, entry.action, entry.subject, entry.tip,
        entry.reason, entry.detail, entry.previous, entry.hash,
    )  # fmt: skip


def verify(tx: Transaction) -> Fault | None:
    """The first entry of the whole log that is broken in itself, or None; see `auditing` for all else."""
    end = size(tx)
    block = chain.check_block(chain.read_rows(tx, 0, end), 0)
    return chain.fault_of(block, 0, end, START) if end else None


def list_of(
    tx: Transaction,
    *,
    subject: str | None = None,
    tip: str | None = None,
    actions: Collection[str] | None = None,
    after: int = 0,
    limit: int = 100,
    without: ColumnElement[bool] | None = None,
    closed: Select[str] | None = None,
) -> list[Custody]:
    """Entries in the order they were written, beginning behind `after`; of these `actions` alone if given.

    `without` tells which entries whoever asks may not meet, `closed` selects references of such tips.
    """
    query = select(Custody).where(Custody.seq > after).order_by(Custody.seq).limit(limit)
    if actions is not None:
        query = query.where(Custody.action.in_(actions))
    if subject:
        query = query.where(Custody.subject.in_(subjects_of(subject)))
    if tip:
        query = query.where(Custody.tip == tip)
    if without is not None:
        query = query.where(~without)
    if closed is not None:
        query = query.where(or_(Custody.tip.is_(None), Custody.tip.not_in(closed)))
    return list(tx.scalars(query))


def subjects_of(name: str) -> list[str]:
    """`case:A-2026-1` is itself; `A-2026-1` alone is whatever bears that name, so that nobody takes a log for
    empty who left out the noun. `beats` is a subject as it stands."""
    if ":" in name:
        return [name]
    spelt = dict.fromkeys((name, name.upper()))
    return [name, *(f"{noun}:{one}" for noun in NOUNS for one in spelt)]


def did(
    tx: Transaction, actor: Actor, action: str, subject: str, *, since: datetime, containing: str = ""
) -> bool:
    """Whether this person did that lately; `containing` stands in what the entry says more."""
    mine = (Custody.subject == subject) & (Custody.action == action) & (Custody.actor == actor.label)
    lately = select(Custody.seq).where(mine, Custody.at >= since)
    said = lately.where(Custody.detail.contains(containing, autoescape=True)) if containing else lately
    return tx.scalar(said.limit(1)) is not None


def count(tx: Transaction, actor: Actor, action: str, subject: str) -> int:
    """How often this one did that."""
    query = select(func.count()).where(Custody.subject == subject, Custody.action == action)
    return tx.scalar(query.where(Custody.actor == actor.label)) or 0


def list_latest(
    tx: Transaction, *, about: str = "", before: int | None = None, limit: int = 100,
    without: ColumnElement[bool] | None = None, closed: Select[str] | None = None,
) -> list[Custody]:  # fmt: skip
    """Newest first. `about` is a subject, an actor, or the reference of a tip; the rest as above."""
    query = select(Custody).order_by(Custody.seq.desc()).limit(limit)
    if before:
        query = query.where(Custody.seq < before)
    if about:
        names = (Custody.subject == about) | (Custody.actor == about) | (Custody.tip == about.upper())
        query = query.where(names)
    if without is not None:
        query = query.where(~without)
    if closed is not None:
        query = query.where(or_(Custody.tip.is_(None), Custody.tip.not_in(closed)))
    return list(tx.scalars(query))


def head(tx: Transaction) -> tuple[int, str]:
    """Number and hash of the last entry."""
    last = tx.execute(select(Custody.seq, Custody.hash).order_by(Custody.seq.desc()).limit(1)).first()
    return (last.seq, last.hash) if last else (0, START)


def size(tx: Transaction) -> int:
    """Number of entries."""
    return tx.scalar(select(Custody.seq).order_by(Custody.seq.desc()).limit(1)) or 0

"""Legal holds: while one stands, no rule and no hand erases what it covers.

A hold on a case covers every tip that is linked to it while the hold stands, also one linked later or
taken out again: taking a tip out of its case must be no way around. Whatever deletes something of a tip asks
`require_free` first, in the transaction that deletes.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, ForeignKey, SQLColumnExpression, column, or_, select, table
from sqlalchemy.orm import Mapped, mapped_column

from tipline.db import Base, SafeText, Transaction, UtcTime
from tipline.domain import clock, custody, limits
from tipline.domain.actors import Actor
from tipline.errors import TiplineError

# Tips and links ask here, so their modules cannot be imported; only these columns are read.
_LINK = table("link", column("tip_id"), column("case_id"), column("ended_at", UtcTime))
_TIP = table("tip", column("id"), column("reference"), column("erased_at", UtcTime))
_CASE = table("case_file", column("id"), column("number"))
_ERASURE = table("erasure", column("tip_id"), column("state"))


class Hold(Base):
    """On one tip, or on a case and with it on all tips linked to it."""

    __tablename__ = "hold"

    id: Mapped[int] = mapped_column(primary_key=True)
    tip_id: Mapped[int | None] = mapped_column(ForeignKey("tip.id"), index=True)
    case_id: Mapped[int | None] = mapped_column(ForeignKey("case_file.id"), index=True)
    reason: Mapped[str] = mapped_column(SafeText)
    author: Mapped[str] = mapped_column(SafeText)
    at: Mapped[datetime] = mapped_column(UtcTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcTime)
    ended_by: Mapped[str | None] = mapped_column(SafeText)
    end_reason: Mapped[str | None] = mapped_column(SafeText)


def set_on_tip(tx: Transaction, actor: Actor, tip_id: int, reason: str) -> Hold:
    """Hold one tip; raises hold:exists, and hold:too-late once its erasure has begun."""
    row = tx.execute(select(_TIP).where(_TIP.c.id == tip_id)).one()
    running = select(_ERASURE.c.tip_id).where(_ERASURE.c.tip_id == tip_id, _ERASURE.c.state == "running")
    if row.erased_at is not None or tx.scalar(running.limit(1)) is not None:
        raise TiplineError("hold:too-late")
    return _set(tx, actor, f"tip:{row.reference}", row.reference, reason, tip_id=tip_id)


def set_on_case(tx: Transaction, actor: Actor, case_id: int, reason: str) -> Hold:
    """Hold a case with all its tips; raises hold:exists."""
    number = tx.scalar(select(_CASE.c.number).where(_CASE.c.id == case_id))
    return _set(tx, actor, f"case:{number}", None, reason, case_id=case_id)


def _set(tx: Transaction, actor: Actor, subject: str, reference: str | None, reason: str, **on: int) -> Hold:
    words = checked_reason(reason)
    if tx.scalar(select(Hold.id).filter_by(ended_at=None, **on).limit(1)) is not None:
        raise TiplineError("hold:exists")
    hold = Hold(reason=words, author=actor.name, at=clock.now(), **on)
    tx.add(hold)
    tx.flush()
    custody.append(tx, actor, "hold:set", subject, tip=reference, reason=words, hold=hold.id)
    return hold


def end(tx: Transaction, actor: Actor, hold: Hold, reason: str) -> None:
    """From now on the hold covers nothing any more; raises hold:ended."""
    words = checked_reason(reason)
    if hold.ended_at is not None:
        raise TiplineError("hold:ended", name=hold.ended_by or "–", at=hold.ended_at)
    hold.ended_at, hold.ended_by, hold.end_reason = clock.now(), actor.name, words
    tx.flush()
    subject, reference = _subject(tx, hold)
    custody.append(tx, actor, "hold:end", subject, tip=reference, reason=words, hold=hold.id)


def carry(tx: Transaction, actor: Actor, from_case: int, into_case: int) -> None:
    """A case goes on in another one: what held it holds that one too, until a person ends it."""
    here = select(Hold.id).where(Hold.case_id == into_case, Hold.ended_at.is_(None))
    standing = select(Hold).where(Hold.case_id == from_case, Hold.ended_at.is_(None))
    if tx.scalar(here.limit(1)) is None and (hold := tx.scalar(standing.limit(1))):
        set_on_case(tx, actor, into_case, hold.reason)


def checked_reason(reason: str) -> str:
    """Why something is held, set free or erased; raises hold:reason-needed."""
    words = reason.strip()
    if not words:
        raise TiplineError("hold:reason-needed", fields={"reason": "hold:reason-needed"})
    if len(words) > limits.REASON:
        raise TiplineError("tip:field-too-long", fields={"reason": "tip:field-too-long"}, limit=limits.REASON)
    return words


def require_free(tx: Transaction, tip_id: int) -> None:
    """Raise hold:stands while anything holds this tip. Asked by whatever deletes something of it."""
    if is_held(tx, tip_id):
        raise TiplineError("hold:stands")


def is_held(tx: Transaction, tip_id: int) -> bool:
    return bool(held_of(tx, [tip_id]))


def held_of(tx: Transaction, tip_ids: Collection[int]) -> set[int]:
    """Which of these tips are held, in one query."""
    if not tip_ids:
        return set()
    return set(tx.scalars(select(_TIP.c.id).where(_TIP.c.id.in_(tip_ids), covers(_TIP.c.id))))


def covers(tip_id: SQLColumnExpression[Any]) -> ColumnElement[bool]:
    """Whether a hold stands over this tip, as part of a query."""
    of_case = select(Hold.id).join(_LINK, _LINK.c.case_id == Hold.case_id)
    of_case = of_case.where(Hold.ended_at.is_(None), _LINK.c.tip_id == tip_id, _during(Hold.at))
    of_tip = select(Hold.id).where(Hold.ended_at.is_(None), Hold.tip_id == tip_id)
    return or_(of_tip.exists(), of_case.exists())


def list_over_tip(tx: Transaction, tip_id: int) -> list[Hold]:
    """All that hold this tip, or did: its own and those of its cases, the first ones first."""
    cases = select(_LINK.c.case_id).where(_LINK.c.tip_id == tip_id, _during(Hold.at))
    query = select(Hold).where(or_(Hold.tip_id == tip_id, Hold.case_id.in_(cases)))
    return list(tx.scalars(query.order_by(Hold.id)))


def list_of_case(tx: Transaction, case_id: int) -> list[Hold]:
    return list(tx.scalars(select(Hold).where(Hold.case_id == case_id).order_by(Hold.id)))


def list_all(tx: Transaction, *, limit: int = 500) -> list[Hold]:
    """Those that stand first, then the ended ones; of each the newest first."""
    order = Hold.ended_at.is_not(None), Hold.id.desc()
    return list(tx.scalars(select(Hold).order_by(*order).limit(limit)))


def read_hold(tx: Transaction, hold_id: int) -> Hold:
    hold = tx.get(Hold, hold_id)
    if hold is None:
        raise TiplineError("hold:not-found")
    return hold


def names(tx: Transaction, holds: Collection[Hold]) -> dict[int, str]:
    """Hold id → the reference or number of what it is on."""
    return {one.id: _subject(tx, one)[0].partition(":")[2] for one in holds}


def _during(since: Any) -> ColumnElement[bool]:
    """A link that stood at some moment of the hold; one that had ended before does not count."""
    return or_(_LINK.c.ended_at.is_(None), _LINK.c.ended_at >= since)


def _subject(tx: Transaction, hold: Hold) -> tuple[str, str | None]:
    if hold.tip_id is not None:
        reference = tx.scalar(select(_TIP.c.reference).where(_TIP.c.id == hold.tip_id))
        return f"tip:{reference}", reference
    return f"case:{tx.scalar(select(_CASE.c.number).where(_CASE.c.id == hold.case_id))}", None

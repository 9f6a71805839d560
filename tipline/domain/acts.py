"""What staff did at the desk, kept so that it can be taken back for a while. Custody tells of both.

`before` and `after` hold only what the act changed: an act is taken back only while `after` still stands, so
that nobody undoes a later decision of somebody else. `tipline.domain.undoing` knows how, a kind at a time.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, NamedTuple, Protocol

from sqlalchemy import ForeignKey, String, insert, select
from sqlalchemy.orm import Mapped, mapped_column

from tipline.db import Base, SafeText, Transaction, UtcTime
from tipline.domain import clock, ids
from tipline.domain.actors import Actor
from tipline.errors import TiplineError

LASTS = timedelta(hours=12)  # a shift: what was done yesterday is corrected by a new act
_BATCH, _RECORDED = "acts:batch", "acts:recorded"  # what a transaction carries along


class Numbered(Protocol):
    """A tip or a case; tips and cases record acts, so their modules cannot be asked here."""

    @property
    def id(self) -> int: ...


class Change(NamedTuple):
    """What an act on many changed of one of them."""

    tip: Numbered
    before: dict[str, Any]
    after: dict[str, Any]


class Act(Base):
    """`batch` joins the acts of one command on many tips; `subject` names the row beside tip and case."""

    __tablename__ = "act"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    at: Mapped[datetime] = mapped_column(UtcTime)
    kind: Mapped[str] = mapped_column(String(20))
    tip_id: Mapped[int | None] = mapped_column(ForeignKey("tip.id"), index=True)
    case_id: Mapped[int | None] = mapped_column(ForeignKey("case_file.id"), index=True)
    subject: Mapped[str] = mapped_column(String(40), default="")
    before: Mapped[str] = mapped_column(SafeText, default="{}")
    after: Mapped[str] = mapped_column(SafeText, default="{}")
    batch: Mapped[str | None] = mapped_column(String(26), index=True)
    undone_at: Mapped[datetime | None] = mapped_column(UtcTime)
    undone_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))

    @property
    def was(self) -> dict[str, Any]:
        """What stood before."""
        was: dict[str, Any] = json.loads(self.before)
        return was

    @property
    def became(self) -> dict[str, Any]:
        """What the act put in its place."""
        became: dict[str, Any] = json.loads(self.after)
        return became


def record(
    tx: Transaction, actor: Actor, kind: str, *, tip: Numbered | None = None, case: Numbered | None = None,
    subject: str = "", before: dict[str, Any] | None = None, after: dict[str, Any] | None = None,
    batch: str | None = None,
) -> Act | None:  # fmt: skip
    """Keep what was done, in the act's own transaction. None for an actor without an account."""
    if actor.user_id is None:
        return None
    act = Act(
        account_id=actor.user_id, at=clock.now(), kind=kind, tip_id=tip.id if tip else None,
        case_id=case.id if case else None, subject=subject, before=_json(before), after=_json(after),
        batch=batch or tx.info.get(_BATCH),
    )  # fmt: skip
    _keep(tx, act)
    return act


def record_each(tx: Transaction, actor: Actor, kind: str, changes: Collection[Change]) -> None:
    """The same act on many tips, an act for each, kept at once; within `together` they are one command."""
    if actor.user_id is None or not changes:
        return
    shared = {"account_id": actor.user_id, "at": clock.now(), "kind": kind, "batch": tx.info.get(_BATCH)}
    found = [
        {**shared, "tip_id": tip.id, "before": _json(before), "after": _json(after)}
        for tip, before, after in changes
    ]
    # One statement leaves no numbers behind; only the last act is asked for its own.
    if found[:-1]:
        tx.execute(insert(Act), found[:-1])
    _keep(tx, Act(**found[-1]))


def _keep(tx: Transaction, act: Act) -> None:
    tx.add(act)
    tx.flush()
    tx.info[_RECORDED] = act


@contextmanager
def together(tx: Transaction) -> Iterator[str]:
    """Acts recorded within are one command: taken back together; one inside another is part of it."""
    if outer := tx.info.get(_BATCH):
        yield outer
        return
    tx.info[_BATCH] = batch = ids.new_id()
    try:
        yield batch
    finally:
        del tx.info[_BATCH]


def recorded(tx: Transaction) -> Act | None:
    """The last act of this transaction; those of its batch are taken back with it."""
    act: Act | None = tx.info.get(_RECORDED)
    return act


def held(row: object, *names: str) -> dict[str, Any]:
    """Columns of a row as an act keeps them."""
    return {name: _plain(getattr(row, name)) for name in names}


def is_standing(row: object, act: Act) -> bool:
    """Whether what the act put there is still there."""
    return held(row, *act.became) == act.became


def put_back(row: Base, act: Act) -> None:
    """Columns as they were before the act; raises act:superseded if something else stands there now."""
    if not is_standing(row, act):
        raise TiplineError("act:superseded")
    for name, value in act.was.items():
        is_time = isinstance(row.__table__.c[name].type, UtcTime)
        setattr(row, name, datetime.fromisoformat(value) if is_time and value else value)


def read_act(tx: Transaction, act_id: int) -> Act:
    act = tx.get(Act, act_id)
    if act is None:
        raise TiplineError("act:not-found")
    return act


def list_batch(tx: Transaction, act: Act) -> list[Act]:
    """What was done by the same command, the last first."""
    if act.batch is None:
        return [act]
    return list(tx.scalars(select(Act).where(Act.batch == act.batch).order_by(Act.id.desc())))


def list_latest(tx: Transaction, account_id: int, *, limit: int = 50) -> list[Act]:
    """Somebody's acts, the last first."""
    query = select(Act).where(Act.account_id == account_id).order_by(Act.id.desc())
    return list(tx.scalars(query.limit(limit)))


def list_of_kind(tx: Transaction, kind: str, *, tip_id: int, account_id: int) -> list[Act]:
    """Somebody's standing acts of a kind on one tip."""
    mine = (Act.kind == kind, Act.tip_id == tip_id, Act.account_id == account_id, Act.undone_at.is_(None))
    return list(tx.scalars(select(Act).where(*mine, Act.at > clock.now() - LASTS)))


def find_standing(tx: Transaction, kind: str, tip_id: int) -> Act | None:
    """The last act of a kind on a tip that nobody took back."""
    query = select(Act).where(Act.kind == kind, Act.tip_id == tip_id, Act.undone_at.is_(None))
    return tx.scalar(query.order_by(Act.id.desc()).limit(1))


def find_last(
    tx: Transaction, account_id: int, *, since: datetime, kinds: Collection[str], tip_id: int | None = None
) -> Act | None:
    """Somebody's last act of these kinds that still stands, on one tip or wherever, unless it is older."""
    query = select(Act).where(Act.account_id == account_id, Act.undone_at.is_(None), Act.at >= since)
    query = query.where(Act.kind.in_(kinds))
    if tip_id is not None:
        query = query.where(Act.tip_id == tip_id)
    return tx.scalar(query.order_by(Act.id.desc()).limit(1))


def _plain(value: Any) -> Any:
    return clock.stamp(value) if isinstance(value, datetime) else value


def _json(values: dict[str, Any] | None) -> str:
    return json.dumps(values or {}, ensure_ascii=False, sort_keys=True)

"""Erasures: asked for by a rule or a person, decided by another, carried out after some days.

    asked ──► approved ──► running ──► done          by hand, or asked for by the reporter
      └► refused  └► cancelled ◄── a hold, an open case, a rule that holds no longer; or somebody calls it off

By a rule an erasure is `approved` from its first day, and waits in the list of what is about to go. Until
it is `running` nothing has been deleted, so calling it off restores everything. From the moment it runs the
tip is erased for everybody, and only goes on: `tipline.domain.erasing` says what is deleted.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ForeignKey, Select, String, select
from sqlalchemy.orm import Mapped, mapped_column

from tipline.db import Base, Database, SafeText, Transaction, UtcTime
from tipline.domain import clock, custody, due, evidence, holds, limits, retention, tips
from tipline.domain.accounts import Account
from tipline.domain.actors import SYSTEM, Actor
from tipline.domain.tips import Tip
from tipline.errors import TiplineError

STATES = ("asked", "approved", "running", "done", "cancelled", "refused")
OPEN = ("asked", "approved", "running")
WINDOW = timedelta(days=7)  # between a decision, or a rule, and the deed
SPARED = timedelta(days=30)  # what somebody called off is not listed again by a rule before
MOST_A_ROUND = 500


class Erasure(Base):
    """`tombstone` is what stays: number, times, digests and sizes of the files, who and why."""

    __tablename__ = "erasure"

    id: Mapped[int] = mapped_column(primary_key=True)
    tip_id: Mapped[int] = mapped_column(ForeignKey("tip.id"), index=True)
    rule: Mapped[str | None] = mapped_column(String(40))  # None: by hand
    state: Mapped[str] = mapped_column(String(10), default="asked", index=True)
    reason: Mapped[str] = mapped_column(SafeText)
    asked_by: Mapped[str] = mapped_column(SafeText)
    asked_at: Mapped[datetime] = mapped_column(UtcTime)
    approved_by: Mapped[str | None] = mapped_column(SafeText)
    approved_at: Mapped[datetime | None] = mapped_column(UtcTime)
    due_at: Mapped[datetime | None] = mapped_column(UtcTime)  # until then it can be called off
    ended_by: Mapped[str | None] = mapped_column(SafeText)
    ended_at: Mapped[datetime | None] = mapped_column(UtcTime)
    tombstone: Mapped[str] = mapped_column(SafeText, default="{}")

    @property
    def kept(self) -> dict[str, Any]:
        """The tombstone, read."""
        kept: dict[str, Any] = json.loads(self.tombstone)
        return kept

    @property
    def is_of_reporter(self) -> bool:
        return self.asked_by.startswith("reporter:")

    @property
    def days(self) -> int | None:
        """The days of the rule that it follows."""
        return int(self.rule.rpartition(":")[2]) if self.rule else None


def ask(tx: Transaction, actor: Actor, tip: Tip, reason: str) -> Erasure:
    """Ask for one by hand, or as its reporter; another person decides. Staff are told at once what stands
    against it: hold:stands, erasure:linked. A reporter may always ask, and gets an answer."""
    by_reporter = actor.kind == "reporter"
    words = reason.strip()[: limits.REASON] if by_reporter else holds.checked_reason(reason)
    if tip.state == "draft":
        raise TiplineError("tip:not-found")
    if find_open(tx, tip.id) is not None:
        raise TiplineError("erasure:exists")
    if not by_reporter:
        require_possible(tx, tip)
    row = Erasure(tip_id=tip.id, reason=words, asked_by=actor.label, asked_at=clock.now())
    tx.add(row)
    tx.flush()
    tips.touch(tip)
    action = "erasure:request" if row.is_of_reporter else "erasure:ask"
    # A reporter's words are the reporter's: they must be able to go, so the log does not hold them.
    _tell(tx, actor, action, tip, row, reason=None if row.is_of_reporter else words)
    return row


def approve(tx: Transaction, actor: Actor, row: Erasure) -> None:
    """The second person agrees. From now on it waits, and can be called off."""
    tip = _open_tip(tx, row, "asked")
    if actor.label == row.asked_by or (row.is_of_reporter and tip.taken_by_id == actor.user_id):
        raise TiplineError("erasure:second-person")
    require_possible(tx, tip)
    now = clock.now()
    row.state, row.approved_by, row.approved_at, row.due_at = "approved", actor.label, now, now + WINDOW
    tips.touch(tip)
    _tell(tx, actor, "erasure:approve", tip, row, due=clock.stamp(row.due_at))


def refuse(tx: Transaction, actor: Actor, row: Erasure, reason: str) -> None:
    """The second person does not agree."""
    words = holds.checked_reason(reason)
    _end(tx, actor, row, _open_tip(tx, row, "asked"), "refused", reason=words)


def call_off(tx: Transaction, actor: Actor, row: Erasure, reason: str) -> None:
    """Before the deed: everything stays as it is."""
    words = holds.checked_reason(reason)
    _end(tx, actor, row, _open_tip(tx, row, "asked", "approved"), "cancelled", reason=words)


def list_due(tx: Transaction, *, by: datetime | None = None, limit: int = MOST_A_ROUND) -> list[Tip]:
    """Tips that a rule would erase now, oldest first: not held, seen by somebody, not listed already."""
    rules, by = retention.rules_of(tx), by or clock.now()
    query = select(Tip).where(
        due.falls_due(rules, by), ~holds.covers(Tip.id), due.is_seen(Tip), Tip.id.not_in(_spared())
    )
    return list(tx.scalars(query.order_by(Tip.id).limit(limit)))


def propose(tx: Transaction, tip: Tip) -> Erasure:
    """A rule lists a tip as about to go."""
    now, days = clock.now(), retention.rules_of(tx)[tip.category]
    row = Erasure(
        tip_id=tip.id, rule=f"{tip.category}:{days}", state="approved", reason="", asked_by=SYSTEM.label,
        asked_at=now, approved_by=SYSTEM.label, approved_at=now, due_at=now + WINDOW,
    )  # fmt: skip
    tx.add(row)
    tx.flush()
    tips.touch(tip)
    _tell(tx, SYSTEM, "erasure:list", tip, row, rule=row.rule, due=clock.stamp(now + WINDOW))
    return row


def wait_anew(tx: Transaction) -> int:
    """The clock leapt: whatever waits waits as long as on its first day; how many."""
    found = list_in(tx, "approved")
    for row in found:
        row.due_at = clock.now() + WINDOW
    return len(found)


def stop_impossible(tx: Transaction, actor: Actor = SYSTEM) -> list[Erasure]:
    """Call off what a hold, an open case or a changed rule has come in the way of since."""
    stopped = []
    for row in list_in(tx, "approved"):
        tip = tx.get_one(Tip, row.tip_id)
        if cause := _in_the_way(tx, row, tip):
            _end(tx, actor, row, tip, "cancelled", cause=cause)
            stopped.append(row)
    return stopped


def begin(tx: Transaction, erasure_id: int) -> Erasure | None:
    """Take the last step back from which there is a way: None if something is in the way, or it is not due.

    One that runs already goes on. A hold that is set at the same moment comes before this, and wins, or after
    it, and is told that it is too late: writers wait for each other.
    """
    row = tx.get_one(Erasure, erasure_id, populate_existing=True)
    if row.state == "running":
        return row
    if row.state != "approved" or row.due_at is None or row.due_at > clock.now():
        return None
    tip = tx.get_one(Tip, row.tip_id, populate_existing=True)
    if cause := _in_the_way(tx, row, tip):
        _end(tx, SYSTEM, row, tip, "cancelled", cause=cause)
        return None
    row.state, row.tombstone = "running", json.dumps(_tombstone(tx, tip), ensure_ascii=False)
    tips.touch(tip)
    tip.erased_at = clock.now()
    _tell(tx, SYSTEM, "erasure:begin", tip, row)
    return row


def erase_again(tx: Transaction, tip: Tip, at: str) -> Erasure:
    """A backup brought back what had been erased since it was made: it is erased from this moment on.

    Nothing stands in the way of it, for it was decided and done before; `at` is when.
    """
    now = clock.now()
    row = Erasure(
        tip_id=tip.id, state="running", reason="", asked_by=SYSTEM.label, asked_at=now,
        approved_by=SYSTEM.label, approved_at=now, due_at=now,
        tombstone=json.dumps(_tombstone(tx, tip), ensure_ascii=False),
    )  # fmt: skip
    tx.add(row)
    tx.flush()
    tips.touch(tip)
    tip.erased_at = now
    _tell(tx, SYSTEM, "erasure:again", tip, row, erased=at)
    return row


def finish(tx: Transaction, row: Erasure, tip: Tip) -> None:
    """Nothing is left but the tombstone."""
    row.state, row.ended_by, row.ended_at = "done", SYSTEM.label, clock.now()
    if row.is_of_reporter:
        row.reason = ""
    _tell(
        tx, SYSTEM, "erasure:done", tip, row, rule=row.rule, asked_by=row.asked_by,
        approved_by=row.approved_by, files=row.kept["files"],
    )  # fmt: skip


def require_possible(tx: Transaction, tip: Tip) -> None:
    """Raise what stands against erasing this tip: tip:erased, hold:stands, erasure:linked."""
    if tip.erased_at is not None:
        raise TiplineError("tip:erased")
    holds.require_free(tx, tip.id)
    if due.is_in_open_case(tx, tip):
        raise TiplineError("erasure:linked")


@contextmanager
def told_when_held(database: Database, actor: Actor, reference: str) -> Iterator[None]:
    """Within: that somebody wanted to erase what is held stands in the log, though it was refused."""
    try:
        yield
    except TiplineError as fault:
        if fault.code == "hold:stands":
            with database.transaction() as tx:
                custody.append(tx, actor, "erasure:held", f"tip:{reference}", tip=reference)
        raise


def find_open(tx: Transaction, tip_id: int) -> Erasure | None:
    """What is asked for, waits or runs for this tip."""
    query = select(Erasure).where(Erasure.tip_id == tip_id, Erasure.state.in_(OPEN))
    return tx.scalar(query.order_by(Erasure.id.desc()).limit(1))


def find_last(tx: Transaction, tip_id: int) -> Erasure | None:
    query = select(Erasure).where(Erasure.tip_id == tip_id)
    return tx.scalar(query.order_by(Erasure.id.desc()).limit(1))


def read_erasure(tx: Transaction, erasure_id: int) -> Erasure:
    row = tx.get(Erasure, erasure_id)
    if row is None:
        raise TiplineError("erasure:not-found")
    return row


def list_in(tx: Transaction, *states: str, limit: int = 2000) -> list[Erasure]:
    """Those in these states; what comes first stands first."""
    order = Erasure.due_at, Erasure.id
    return list(tx.scalars(select(Erasure).where(Erasure.state.in_(states)).order_by(*order).limit(limit)))


def list_latest(tx: Transaction, states: Collection[str], *, limit: int = 100) -> list[Erasure]:
    query = select(Erasure).where(Erasure.state.in_(states)).order_by(Erasure.id.desc())
    return list(tx.scalars(query.limit(limit)))


def list_to_carry_out(tx: Transaction) -> list[int]:
    """What is due now, and what was begun and broke off."""
    late = (Erasure.state == "approved") & (Erasure.due_at <= clock.now())
    query = select(Erasure.id).where((Erasure.state == "running") | late)
    return list(tx.scalars(query.order_by(Erasure.id).limit(MOST_A_ROUND)))


def _spared() -> Select[int]:
    """Tips that are listed, and those that somebody lately called off."""
    called_off = (Erasure.state == "cancelled") & Erasure.ended_by.startswith("staff:")
    recent = called_off & (Erasure.ended_at > clock.now() - SPARED)
    return select(Erasure.tip_id).where(Erasure.state.in_(OPEN) | recent)


def _in_the_way(tx: Transaction, row: Erasure, tip: Tip) -> str | None:
    if holds.is_held(tx, tip.id):
        return "hold"
    if due.is_in_open_case(tx, tip):
        return "case"
    if row.rule is None:
        return None
    there = select(Tip.id).where(Tip.id == tip.id, due.falls_due(retention.rules_of(tx), clock.now()))
    return None if tx.scalar(there) is not None else "rule"


def _open_tip(tx: Transaction, row: Erasure, *states: str) -> Tip:
    """Its tip, if it is still in one of these states; two who decide at once do not both."""
    tx.refresh(row)
    if row.state not in states:
        raise TiplineError("erasure:begun" if row.state in ("running", "done") else "erasure:decided")
    return tx.get_one(Tip, row.tip_id, populate_existing=True)


def _end(tx: Transaction, actor: Actor, row: Erasure, tip: Tip, state: str, **told: Any) -> None:
    row.state, row.ended_by, row.ended_at = state, actor.label, clock.now()
    tips.touch(tip)
    _tell(tx, actor, "erasure:refuse" if state == "refused" else "erasure:cancel", tip, row, **told)


def _tell(tx: Transaction, actor: Actor, action: str, tip: Tip, row: Erasure, **told: Any) -> None:
    tx.flush()
    custody.append(tx, actor, action, f"tip:{tip.reference}", tip=tip.reference, erasure=row.id, **told)


def _tombstone(tx: Transaction, tip: Tip) -> dict[str, Any]:
    files = [one for one in evidence.list_of_tip(tx, tip) if one.arrived]
    return {
        "reference": tip.reference, "category": tip.category, "state": tip.state,
        "created_at": clock.stamp(tip.created_at),
        "received_at": clock.stamp(tip.received_at) if tip.received_at else None,
        "files": [
            {
                "number": one.number, "kind": one.kind, "size": one.size, "sha256": one.sha256,
                "received_at": clock.stamp(one.received_at) if one.received_at else None,
            }
            for one in files
        ],
    }  # fmt: skip


def names(tx: Transaction, labels: Collection[str]) -> dict[str, str]:
    """`staff:li` → how li is called; of others nothing."""
    users = {one.partition(":")[2] for one in labels if one.startswith("staff:")}
    found = tx.scalars(select(Account).where(Account.username.in_(users)))
    return {f"staff:{one.username}": one.display_name for one in found}

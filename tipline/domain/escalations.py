"""Steps up the ladder while nobody acknowledges: officer, deputy, on call, supervisor.

A tip's `escalates_at` says when its next step is due; that column is the truth, whoever reads it. A step is
taken in one transaction under the writers' lock, so that it happens once however many hosts are at it, and
one that was killed half way has not happened.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta, tzinfo
from typing import NamedTuple

from sqlalchemy import ColumnElement, ForeignKey, String, func, select, update
from sqlalchemy.orm import Mapped, mapped_column

from tipline.db import Base, Transaction, UtcTime
from tipline.domain import accounts, clock, custody, duties, events, outbox, response, rights, tips
from tipline.domain.accounts import Account
from tipline.domain.actors import SYSTEM
from tipline.domain.ladder import DEPUTY, OFFICER, ON_CALL, REMINDER, Rung
from tipline.domain.tips import Tip

ESCALATE, STATION = "tip.escalate", "ladder"
# So late nobody has heard the bell: whoever sweeps takes the step by himself.
UNHEARD = timedelta(seconds=8)


class Escalation(Base):
    """One person was told of one tip at one step of the ladder; without a person there was nobody to tell."""

    __tablename__ = "escalation"

    id: Mapped[int] = mapped_column(primary_key=True)
    tip_id: Mapped[int] = mapped_column(ForeignKey("tip.id"), index=True)
    step: Mapped[str] = mapped_column(String(12))  # officer reminder deputy on_call supervisor
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)
    at: Mapped[datetime] = mapped_column(UtcTime)
    seen_at: Mapped[datetime | None] = mapped_column(UtcTime)


class Waiting(NamedTuple):
    """A tip that waits for somebody who was told of it: by which step last, and whether that was seen."""

    tip: Tip
    step: str
    at: datetime
    is_seen: bool


def ask_due(tx: Transaction, ring: outbox.Ring) -> bool:
    """Ring for the steps that are due; one job takes all of them, however many tips came at once."""
    if not list_due(tx, most=1) or outbox.is_pending(tx, ESCALATE, STATION):
        return False
    outbox.add(tx, ring, ESCALATE, STATION)
    return True


def list_due(tx: Transaction, *, most: int, since: timedelta = timedelta()) -> list[int]:
    """Tips a step of which is due, and has been for this long, the longest due first."""
    query = select(Tip.id).where(Tip.escalates_at.is_not(None), Tip.escalates_at <= clock.now() - since)
    return list(tx.scalars(query.order_by(Tip.escalates_at, Tip.id).limit(most)))


def climb(tx: Transaction, tip_id: int, zone: tzinfo) -> list[Escalation]:
    """Take all steps of a tip that are due; whoever comes second finds nothing to do."""
    tip = tx.get(Tip, tip_id, populate_existing=True)
    if tip is None or tip.escalates_at is None:
        return []
    told: list[Escalation] = []
    if response.is_running(tip):
        now = clock.now()
        while (rung := response.next_rung(tip)) and _is_due(tip, rung, now):
            told += _take(tx, tip, rung.step, now, zone)
            tip.escalation = rung.step
    response.settle(tip)
    if told:
        tips.touch(tip)
    tx.flush()
    return told


def list_waiting(tx: Transaction, account_id: int, *, limit: int = 100) -> list[Waiting]:
    """Tips of which somebody was told and that nobody has acknowledged yet, the latest due first."""
    query = select(Escalation, Tip).join(Tip, Tip.id == Escalation.tip_id).where(*_mine(account_id))
    found: dict[int, Waiting] = {}
    for row, tip in tx.execute(query.order_by(Escalation.id)):
        before = found.get(tip.id)
        is_seen = row.seen_at is not None and (before is None or before.is_seen)
        found[tip.id] = Waiting(tip, row.step, row.at, is_seen)
    return sorted(found.values(), key=lambda one: (one.tip.ack_due_at or one.at, one.tip.id))[:limit]


def count_waiting(tx: Transaction, account_id: int) -> int:
    """How many tips wait for this person."""
    query = select(func.count(Escalation.tip_id.distinct())).join(Tip, Tip.id == Escalation.tip_id)
    return tx.scalar(query.where(*_mine(account_id))) or 0


def see(tx: Transaction, account_id: int, tip: Tip | None = None) -> None:
    """Somebody has the list before him, or a tip."""
    query = update(Escalation).where(Escalation.account_id == account_id, Escalation.seen_at.is_(None))
    if tip is not None:
        query = query.where(Escalation.tip_id == tip.id)
    tx.execute(query.values(seen_at=clock.now()))


def list_of(tx: Transaction, tip: Tip) -> list[Escalation]:
    """Who was told, in order."""
    return list(tx.scalars(select(Escalation).where(Escalation.tip_id == tip.id).order_by(Escalation.id)))


def _mine(account_id: int) -> tuple[ColumnElement[bool], ...]:
    return (
        Escalation.account_id == account_id,
        Tip.acknowledged_at.is_(None),
        Tip.state.in_(response.RUNNING),
    )


def _is_due(tip: Tip, rung: Rung, now: datetime) -> bool:
    at = response.rung_at(tip, rung)
    return at is not None and at <= now


def _take(tx: Transaction, tip: Tip, step: str, now: datetime, zone: tzinfo) -> list[Escalation]:
    """Tell each person of the step once, in the log too; a reminder is for those who were told before."""
    earlier = list_of(tx, tip)
    people = _reminded(tx, earlier, now) if step == REMINDER else _whom(tx, tip, step, now, zone)
    told = {one.account_id for one in earlier if one.step == step}
    fresh: list[int | None] = [one for one in dict.fromkeys(people) if one not in told]
    if not fresh and (told or step == REMINDER):
        return []
    rows = [Escalation(tip_id=tip.id, step=step, account_id=one, at=now) for one in fresh or [None]]
    tx.add_all(rows)
    tx.flush()
    names = accounts.names(tx, {one for one in fresh if one is not None})
    custody.append(
        tx, SYSTEM, "tip:escalate", f"tip:{tip.reference}", tip=tip.reference, step=step,
        told=[names[one].username for one in fresh if one in names],
    )  # fmt: skip
    events.tell(tx, "tip:escalated", tip=tip, to=list(names), step=step)
    return rows


def _reminded(tx: Transaction, earlier: list[Escalation], now: datetime) -> list[int]:
    """Nobody is reminded of what he was told a moment ago, as after a station stood still."""
    old = [one.account_id for one in earlier if one.step == OFFICER and one.at < now]
    return _able(tx, (one for one in old if one is not None))


def _whom(tx: Transaction, tip: Tip, step: str, now: datetime, zone: tzinfo) -> list[int]:
    """Account ids; where a step has nobody, those of the next one hear of it sooner."""
    if step == OFFICER and tip.assignee_id:
        return _able(tx, [tip.assignee_id])
    chain = duties.chain(tx, tip.beat, now, zone)
    if step == OFFICER:
        return list(chain.officers or chain.deputies or chain.on_call)
    if step == DEPUTY:
        return list(chain.deputies or chain.on_call)
    return list(chain.on_call) if step == ON_CALL else _supervisors(tx)


def _supervisors(tx: Transaction) -> list[int]:
    """All of them; the administrators of a station that has none."""
    for role in (rights.SUPERVISOR, rights.ADMIN):
        query = select(Account.id).where(Account.role == role, Account.active).order_by(Account.id)
        if found := list(tx.scalars(query)):
            return found
    return []


def _able(tx: Transaction, people: Iterable[int]) -> list[int]:
    """Those who can still act on a tip, in their order."""
    wanted = list(people)
    able = {
        one.id for one in accounts.names(tx, set(wanted)).values()
        if one.active and rights.may(one.actor, "tip:act")
    }  # fmt: skip
    return [one for one in wanted if one in able]

"""What rules of retention would do, and what supervisors should know before anything goes."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, func, select

from tipline.db import Transaction
from tipline.domain import clock, due, erasures, holds, leaps, retention
from tipline.domain.erasures import Erasure
from tipline.domain.retention import Rules
from tipline.domain.tips import Tip

FIRST = 8
# How long before nobody's tip falls due somebody is told of it.
WARNED = (timedelta(days=7), timedelta(days=30))


class Forecast(NamedTuple):
    """What would fall due at once: `goes` is listed the next night, `held` and `unseen` stay."""

    goes: int
    first: list[Tip]
    held: int
    unseen: int
    by_category: dict[str, int]
    soon: int  # what falls due within the 30 days after


class Warnings(NamedTuple):
    """`unseen` is what nobody of the staff ever opened and what falls due within 7 and within 30 days, as far
    as the list of them goes.
    """

    asked: int
    going: int
    first_at: datetime | None
    unseen: tuple[int, int]
    leapt: bool
    undecided: bool  # no administrator has put any rule in force

    @property
    def is_quiet(self) -> bool:
        return not (self.asked or self.going or self.unseen[1] or self.leapt)


def forecast(tx: Transaction, rules: Rules) -> Forecast:
    """What these rules would do now, whether they are in force or not."""
    now = clock.now()
    over = due.falls_due(rules, now)
    is_held, is_seen = holds.covers(Tip.id).label("held"), due.is_seen(Tip).label("seen")
    counted = select(Tip.category, is_held, is_seen, func.count()).where(over)
    groups: list[tuple[str, bool, bool, int]] = [
        (kind, bool(held), bool(seen), number)
        for kind, held, seen, number in tx.execute(counted.group_by(Tip.category, "held", "seen"))
    ]
    goes = over & ~holds.covers(Tip.id) & due.is_seen(Tip)
    by_category = {kind: number for kind, held, seen, number in groups if seen and not held}
    return Forecast(
        sum(by_category.values()),
        list(tx.scalars(select(Tip).where(goes).order_by(Tip.id).limit(FIRST))),
        sum(number for _kind, held, _seen, number in groups if held),
        sum(number for _kind, held, seen, number in groups if not held and not seen),
        by_category,
        _count(tx, due.falls_due(rules, now + due.SOON)) - sum(one[3] for one in groups),
    )


def list_unseen(tx: Transaction, *, within: timedelta = due.SOON, limit: int = 100) -> list[Tip]:
    """Tips that fall due and that nobody ever opened; no rule erases them before somebody has."""
    query = select(Tip).where(_unseen(retention.rules_of(tx), within))
    return list(tx.scalars(query.order_by(Tip.id).limit(limit)))


def warnings(tx: Transaction) -> Warnings:
    """Counted anew each time: who asks often keeps the answer for a minute."""
    rules = retention.rules_of(tx)
    states = {
        state: (number, first)
        for state, number, first in tx.execute(
            select(Erasure.state, func.count(), func.min(Erasure.due_at))
            .where(Erasure.state.in_(erasures.OPEN))
            .group_by(Erasure.state)
        )
    }
    going, first_at = states.get("approved", (0, None))
    unseen = [len(list_unseen(tx, within=one)) if any(rules.values()) else 0 for one in WARNED]
    return Warnings(
        states.get("asked", (0, None))[0], going, first_at, (unseen[0], unseen[1]),
        leaps.find_open(tx) is not None, not retention.is_decided(tx),
    )  # fmt: skip


def _unseen(rules: Rules, within: timedelta) -> ColumnElement[bool]:
    # What few tips are is asked first; most were seen, and the log need not be asked about those.
    return ~due.is_seen(Tip) & due.falls_due(rules, clock.now() + within) & ~holds.covers(Tip.id)


def _count(tx: Transaction, wanted: ColumnElement[bool]) -> int:
    return tx.scalar(select(func.count(Tip.id)).where(wanted)) or 0

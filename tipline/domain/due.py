"""When tips fall due: the one place that works out from which day a tip need not be kept any longer.

Days are counted from the day a tip ended. One that belongs to an open case never falls due; the closing of
its last case counts when that came later. A duplicate is kept as long as the tip that it repeats.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, false, func, or_, select
from sqlalchemy.orm import aliased

from tipline.db import Transaction
from tipline.domain import clock, holds, retention
from tipline.domain.cases import Case
from tipline.domain.custody import Custody
from tipline.domain.links import Link
from tipline.domain.retention import Rules
from tipline.domain.tips import Tip
from tipline.domain.unread import Look

# States in which a tip has ended by itself; a linked one ends with its cases.
ENDED = ("closed", "not_used", "withdrawn", "duplicate")
ENDINGS = tuple(f"tip:{state.replace('_', '-')}" for state in ENDED)
SOON = timedelta(days=30)


class Due(NamedTuple):
    """How long a tip is kept: `state` is erased, held, open, linked, repeats, kept or due; of `due` the day.

    `days` is the rule of its category, `seen` whether anybody of the staff ever had it open.
    """

    state: str
    at: datetime | None
    days: int | None
    seen: bool

    @property
    def is_over(self) -> bool:
        return self.state == "due" and self.at is not None and self.at <= clock.now()


def of(tx: Transaction, tip: Tip) -> Due:
    """For one tip, with the reason in its state."""
    days = retention.rules_of(tx).get(tip.category)
    asked = select(is_seen(Tip), holds.covers(Tip.id), _has_open_case(Tip)).where(Tip.id == tip.id)
    seen, is_held, is_linked = (bool(one) for one in tx.execute(asked).one())
    if tip.erased_at is not None:
        return Due("erased", tip.erased_at, days, seen)
    if is_held:
        return Due("held", None, days, seen)
    if is_linked:
        return Due("linked", None, days, seen)
    ended = ended_at(tx, tip)
    if ended is None:
        return Due("open", None, days, seen)
    if days is None:
        return Due("kept", None, None, seen)
    at = ended + timedelta(days=days)
    first = tx.get(Tip, tip.duplicate_of_id) if tip.duplicate_of_id else None
    if first is not None and first.erased_at is None:
        above = of(tx, first)
        if above.state != "due" or above.at is None:
            return Due("repeats", None, days, seen)
        at = max(at, above.at)
    return Due("due", at, days, seen)


def ended_at(tx: Transaction, tip: Tip) -> datetime | None:
    """When the tip ended, and the last of its cases; None while either goes on."""
    if tip.state not in (*ENDED, "linked"):
        return None
    own, closing = tx.execute(select(_ended(Tip), _closing(Tip)).where(Tip.id == tip.id)).one()
    known = [one for one in (own if tip.state in ENDED else None, closing) if one is not None]
    return max(known) if known else None


def falls_due(rules: Rules, by: datetime) -> ColumnElement[bool]:
    """Which tips fall due by then under these rules, held ones and unseen ones among them."""
    first = aliased(Tip)
    gone = select(first.id).where(or_(first.erased_at.is_not(None), _is_over(first, rules, by)))
    return and_(_is_over(Tip, rules, by), or_(Tip.duplicate_of_id.is_(None), Tip.duplicate_of_id.in_(gone)))


def is_seen(tip: Any) -> ColumnElement[bool]:
    """Whether anybody of the staff ever had it open, took note of it, or took it from the reporter."""
    looked = select(Look.tip_id).where(Look.tip_id == tip.id).exists()
    return or_(looked, tip.acknowledged_at.is_not(None), tip.origin.is_not(None))


def _is_over(tip: Any, rules: Rules, by: datetime) -> ColumnElement[bool]:
    each = [
        and_(tip.category == category, _ended_before(tip, by - timedelta(days=days)))
        for category, days in rules.items()
        if days is not None
    ]
    return and_(tip.erased_at.is_(None), tip.state.in_((*ENDED, "linked")), or_(false(), *each))


def _ended_before(tip: Any, cut: datetime) -> ColumnElement[bool]:
    # Received later than that: it cannot have ended before, and the log need not be asked.
    return and_(
        tip.received_at <= cut,
        ~_has_open_case(tip),
        or_(
            and_(tip.state == "linked", _closing(tip) <= cut),
            and_(
                tip.state != "linked", _ended(tip) <= cut, or_(_closing(tip).is_(None), _closing(tip) <= cut)
            ),
        ),
    )


def _ended(tip: Any) -> Any:
    """The last time it was ended, as the log tells; columns of a tip change with anything."""
    told = select(func.max(Custody.at)).where(Custody.tip == tip.reference, Custody.action.in_(ENDINGS))
    return func.coalesce(told.correlate(tip).scalar_subquery(), tip.changed_at)


def _standing(tip: Any) -> ColumnElement[bool]:
    return and_(Link.tip_id == tip.id, Link.ended_at.is_(None))


def _closing(tip: Any) -> Any:
    closed = select(func.max(Case.closed_at)).join(Link, Link.case_id == Case.id).where(_standing(tip))
    return closed.correlate(tip).scalar_subquery()


def _has_open_case(tip: Any) -> ColumnElement[bool]:
    open_case = select(Link.id).join(Case, Case.id == Link.case_id)
    return open_case.where(_standing(tip), Case.state == "open").correlate(tip).exists()


def is_in_open_case(tx: Transaction, tip: Tip) -> bool:
    return tx.scalar(select(Tip.id).where(Tip.id == tip.id, _has_open_case(Tip))) is not None

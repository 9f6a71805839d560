"""What somebody wants to see of the queue. Every list and count of tips is narrowed here, nowhere else."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select, true

from tipline.domain import categories, clock, due, folding, response, search, unread
from tipline.domain.accounts import Account
from tipline.domain.evidence import Evidence
from tipline.domain.messages import Message
from tipline.domain.retention import Rules
from tipline.domain.shops import Shop
from tipline.domain.tips import STATES, Tip
from tipline.errors import TiplineError

WAITING = ("received", "triage", "need_info")
# How far back a filter may reach that moves along with the clock.
PERIODS = {
    "1h": timedelta(hours=1), "24h": timedelta(hours=24), "3d": timedelta(days=3), "7d": timedelta(days=7),
    "30d": timedelta(days=30),
}  # fmt: skip
DUE = {"30d": due.SOON}
# How the response clock stands.
RUNNING, LATE = CLOCKS = ("running", "late")
WITH, WITHOUT = FOOTAGE = ("with", "without")
NOBODY = "none"
MOST_WORDS = 8
# Whoever asks for one of these wants to see each tip, also where several tell of one thing.
_ONE_BY_ONE = (
    "assignee", "q", "footage", "period", "after", "before", "shop", "due", "incident", "clock",
)  # fmt: skip


@dataclass(frozen=True)
class Filter:
    """What to show; empty means all. `assignee` is a user name, or `none` for unassigned tips.

    `shop` is a code or part of a name. `after` and `before` are days of the station's calendar, both
    included. `reader` is whose eyes `unread` speaks of. `due` is `30d`: what falls due so soon, or is.
    `incident` is a number such as `E-1001`. `clock` is `running` or `late`: nobody has acknowledged yet.
    `order` hides nothing: `late` puts first what has waited longest past its promise (see orders).
    """

    state: str = ""
    category: str = ""
    beat: str = ""
    assignee: str = ""
    q: str = ""
    unread: str = ""
    footage: str = ""
    period: str = ""
    after: str = ""
    before: str = ""
    shop: str = ""
    due: str = ""
    incident: str = ""
    clock: str = ""
    order: str = ""
    reader: int | None = None
    zone: tzinfo = field(default=UTC, compare=False)
    rules: Rules = field(default_factory=dict, compare=False)  # of retention, for `due`
    folded: bool = field(default=False, compare=False)  # one row for each incident (see folding)


def is_lasting(wanted: Filter) -> bool:
    """Whether what it asks stays the same: nothing of it moves with the clock, and neither zone nor rules of
    retention are part of it."""
    return not any((wanted.q, wanted.period, wanted.after, wanted.before, wanted.due, wanted.clock))


def narrow(query: Select[Any], wanted: Filter) -> Select[Any]:
    """Only what the filter lets through; raises filter:unclear for a value that means nothing."""
    state = wanted.state or ("all" if wanted.due else "")
    found = [
        _state(state, Tip),
        *_who(wanted),
        *_what(wanted),
        *_when(wanted),
        *_due(wanted),
        *_clock(wanted),
    ]
    if wanted.folded and not any(getattr(wanted, name) for name in _ONE_BY_ONE):
        found.append(folding.one_each([partial(_state, state), partial(_where_it_is, wanted)], wanted.order))
    return query.where(*found)


def _state(state: str, tip: Any) -> ColumnElement[bool]:
    """`` means what waits for somebody, `all` everything that was ever sent, else one state."""
    if state == "all":
        return and_(true(), tip.state != "draft")
    if not state:
        return and_(true(), tip.state.in_(WAITING))
    if state not in STATES or state == "draft":
        raise TiplineError("filter:state-unknown", fields={"state": "filter:state-unknown"}, state=state)
    return and_(true(), tip.state == state)


def _where_it_is(wanted: Filter, tip: Any) -> ColumnElement[bool]:
    kinds = [tip.category.in_(categories.meant_by(wanted.category))] if wanted.category else []
    return and_(true(), *kinds, *([tip.beat == wanted.beat] if wanted.beat else []))


def _who(wanted: Filter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.assignee == NOBODY:
        found.append(Tip.assignee_id.is_(None))
    elif wanted.assignee:
        named = select(Account.id).where(Account.username == wanted.assignee)
        found.append(Tip.assignee_id.in_(named))
    if wanted.unread:
        if wanted.unread != "1" or wanted.reader is None:
            raise _unclear("unread")
        found.append(unread.is_unread(wanted.reader))
    return found


def _what(wanted: Filter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [_where_it_is(wanted, Tip)]
    if wanted.incident:
        found.append(folding.of_incident(wanted.incident))
    if wanted.shop:
        named = Shop.name.icontains(wanted.shop, autoescape=True)
        found.append(Tip.shop.in_(select(Shop.code).where(or_(Shop.code == wanted.shop.upper(), named))))
    if wanted.footage:
        if wanted.footage not in FOOTAGE:
            raise _unclear("footage")
        has_files = select(Evidence.id).where(Evidence.tip_id == Tip.id, Evidence.state != "expired").exists()
        found.append(has_files if wanted.footage == WITH else ~has_files)
    return found + [holds(word) for word in wanted.q.split()[:MOST_WORDS]]


def _when(wanted: Filter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.period:
        if wanted.period not in PERIODS:
            raise _unclear("period")
        found.append(Tip.received_at >= clock.now() - PERIODS[wanted.period])
    if wanted.after:
        found.append(Tip.received_at >= _midnight("after", wanted.after, wanted.zone))
    if wanted.before:
        found.append(Tip.received_at < _midnight("before", wanted.before, wanted.zone, days=1))
    return found


def _due(wanted: Filter) -> list[ColumnElement[bool]]:
    if wanted.due not in ("", *DUE):
        raise _unclear("due")
    return [due.falls_due(wanted.rules, clock.now() + DUE[wanted.due])] if wanted.due else []


def _clock(wanted: Filter) -> list[ColumnElement[bool]]:
    if wanted.clock not in ("", *CLOCKS):
        raise _unclear("clock")
    if not wanted.clock:
        return []
    found: list[ColumnElement[bool]] = [
        Tip.acknowledged_at.is_(None), Tip.state.in_(response.RUNNING),
    ]  # fmt: skip
    return [*found, Tip.ack_due_at < clock.now()] if wanted.clock == LATE else found


def _midnight(name: str, day: str, zone: tzinfo, *, days: int = 0) -> datetime:
    """When the day begins at the station, or one so many days later."""
    try:
        begins = datetime.combine(date.fromisoformat(day) + timedelta(days=days), time(), zone)
        return begins.astimezone(UTC)
    except (ValueError, OverflowError):
        raise _unclear(name) from None


def _unclear(name: str) -> TiplineError:
    return TiplineError("filter:unclear", fields={name: "request:field-unclear"})


def holds(word: str) -> ColumnElement[bool]:
    """Whether the word stands in anything that belongs to the tip.

    The index leaves few tips to compare; each is compared by itself, so that a page needs no more of them
    than it shows. What was read in pictures lies among other facts, so only a word of the index is looked
    for there: signs alone would be found in every file.
    """
    known = search.may_hold(Tip.id, word)
    named = [Evidence.filename.icontains(word, autoescape=True), Evidence.sha256 == word.lower()]
    if known is not None:
        named.append(Evidence.media.icontains(word, autoescape=True))
    said = (Message.tip_id == Tip.id) & Message.text.icontains(word, autoescape=True)
    says = or_(
        Tip.text.icontains(word, autoescape=True),
        Tip.place.icontains(word, autoescape=True),
        Tip.reference == word.upper(),
        _has(select(Message.id).where(said)),
        _has(select(Evidence.id).where(Evidence.tip_id == Tip.id, or_(*named))),
    )
    return says if known is None else and_(known, says)


def _has(rows: Select[Any]) -> ColumnElement[bool]:
    """Whether there are such rows, looked up for one tip after the other until a page is full. EXISTS within
    OR is answered by PostgreSQL for all tips of the station first, whatever the page needs of them."""
    return rows.limit(1).scalar_subquery().is_not(None)

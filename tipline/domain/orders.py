"""In which order the queue stands: the newest first, or first what has waited longest past its promise.

An order is one or more parts, each sorted by a column of its own and then by number, so that a page is found
by its place in an index however many tips there are. «Late first» has two: whatever an officer should take
note of, the most overdue first; then everything else, the newest first. It hides nothing.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, false, not_, or_, tuple_

from tipline.db import Transaction
from tipline.domain import clock, response
from tipline.domain.tip_table import Tip
from tipline.errors import TiplineError

NEWEST, LATE = ORDERS = ("", "late")
_ALL, _WAITING, _OTHERS = PARTS = (0, 1, 2)
_UP = "up"  # a cursor that leads to what stands above
# For so long a tip that was dealt with is left where it stood, for whoever goes on from it to the next one.
A_MOMENT = timedelta(minutes=10)


class Place(NamedTuple):
    """Where a tip stands: in which part of the order, by what it is sorted there, and its number."""

    part: int
    at: datetime
    tip_id: int


def require(order: str) -> str:
    """Raise filter:unclear for an order that there is not."""
    if order not in ORDERS:
        raise TiplineError("filter:unclear", fields={"order": "request:field-unclear"})
    return order


def is_running(tip: Any) -> ColumnElement[bool]:
    """What `response.is_running` says of a tip, for the database."""
    return and_(tip.acknowledged_at.is_(None), tip.state.in_(response.RUNNING), tip.ack_due_at.is_not(None))


def goes_before(order: str, one: Any, other: Any) -> ColumnElement[bool]:
    """Whether one tip stands above another; both are columns."""
    newer = one.id > other.id
    if order == NEWEST:
        return and_(newer)
    runs, other_runs = is_running(one), is_running(other)
    sooner = tuple_(one.ack_due_at, one.id) < tuple_(other.ack_due_at, other.id)
    return or_(and_(runs, or_(not_(other_runs), sooner)), and_(not_(runs), not_(other_runs), newer))


def place_of(order: str, tip: Tip) -> Place:
    """Where a tip stands now."""
    if order == LATE and tip.ack_due_at and response.is_running(tip):
        return Place(_WAITING, tip.ack_due_at, tip.id)
    return Place(_OTHERS if order == LATE else _ALL, tip.received_at or tip.created_at, tip.id)


def left_at(order: str, tip: Tip) -> Place:
    """Where somebody goes on from it: what was dealt with a moment ago is left where it stood until then."""
    settled_at = tip.acknowledged_at or tip.changed_at
    if order == LATE and tip.ack_due_at and settled_at > clock.now() - A_MOMENT:
        return Place(_WAITING, tip.ack_due_at, tip.id)
    return place_of(order, tip)


def list_from(tx: Transaction, query: Select[Any], order: str, place: Place | None, limit: int) -> list[Tip]:
    """So many tips of the query below a place, from the top down; without a place those at the top."""
    found: list[Tip] = []
    for part in _parts(order):
        if (place and part < place.part) or len(found) >= limit:
            continue
        rows = query.where(*_in(part))
        if place and part == place.part:
            rows = rows.where(_beyond(part, place, up=False))
        found += tx.scalars(rows.order_by(*_sorted(part)).limit(limit - len(found)))
    return found


def list_above(tx: Transaction, query: Select[Any], order: str, place: Place, limit: int) -> list[Tip]:
    """So many tips of the query right above a place, the nearest first."""
    found: list[Tip] = []
    for part in reversed(_parts(order)):
        if part > place.part or len(found) >= limit:
            continue
        rows = query.where(*_in(part))
        if part == place.part:
            rows = rows.where(_beyond(part, place, up=True))
        found += tx.scalars(rows.order_by(*_sorted(part, up=True)).limit(limit - len(found)))
    return found


def is_above(order: str, place: Place) -> ColumnElement[bool]:
    """Whether a tip stands above a place."""
    found = [
        and_(*_in(part), _beyond(part, place, up=True) if part == place.part else not_(false()))
        for part in _parts(order)
        if part <= place.part
    ]
    return or_(*found)


def cursor_of(order: str, tip: Tip, *, up: bool = False) -> str:
    """Where a page begins that holds what stands below this tip, or above it going up."""
    place = place_of(order, tip)
    words = [clock.stamp(place.at), str(place.tip_id)]
    words += [str(place.part)] * (place.part != _ALL) + [_UP] * up
    return base64.urlsafe_b64encode(" ".join(words).encode()).decode().rstrip("=")


def read_cursor(order: str, cursor: str) -> tuple[Place, bool]:
    """The place a cursor names, and whether it leads up; raises cursor:unclear, also for another order's."""
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
        at, tip_id, *rest = text.split(" ")
        way = [rest.pop()] if rest[-1:] == [_UP] else []
        (part,) = map(int, rest or [str(_ALL)])
        place = Place(part, datetime.fromisoformat(at).astimezone(UTC), int(tip_id))
    except (ValueError, OverflowError):
        raise TiplineError("cursor:unclear") from None
    if place.tip_id >= 2**63 or part not in _parts(order):  # more than a column of any database holds
        raise TiplineError("cursor:unclear")
    return place, bool(way)


def _parts(order: str) -> Sequence[int]:
    return (_WAITING, _OTHERS) if order == LATE else (_ALL,)


def _in(part: int) -> list[ColumnElement[bool]]:
    """What stands in a part."""
    if part == _ALL:
        return []
    return [is_running(Tip) if part == _WAITING else not_(is_running(Tip))]


def _column(part: int) -> Any:
    return Tip.ack_due_at if part == _WAITING else Tip.received_at


def _sorted(part: int, *, up: bool = False) -> list[Any]:
    """From the top down, or up from below."""
    columns = (_column(part), Tip.id)
    is_rising = (part == _WAITING) != up
    return [one.asc() if is_rising else one.desc() for one in columns]


def _beyond(part: int, place: Place, *, up: bool) -> ColumnElement[bool]:
    """On the far side of a place within its part."""
    here, there = tuple_(_column(part), Tip.id), tuple_(place.at, place.tip_id)
    return and_(here > there if (part == _WAITING) != up else here < there)

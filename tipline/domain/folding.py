"""One row for each incident in the queue: the highest of its tips stands for all, so a flood is one line.

Only where nothing but state, kind and beat is asked for. Whoever looks for words, a person or a day wants to
find each tip; and a program is told of every one.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import aliased

from tipline.domain import orders
from tipline.domain.incidents import Incident
from tipline.domain.links import Link
from tipline.domain.tips import Tip

# Made once: each new one makes all columns of a tip anew, which took a fifth of the time of the queue's page.
_ABOVE = aliased(Tip)


def one_each(narrowed: list[Any], order: str) -> ColumnElement[bool]:
    """No tip of its incident that passes `narrowed`, makers of conditions on such a tip, stands above it."""
    # What stands in a case may not exist for the reader; it folds nobody else away.
    in_cases = select(Link.tip_id).where(Link.ended_at.is_(None))
    found = select(_ABOVE.id).where(
        _ABOVE.incident_id == Tip.incident_id, orders.goes_before(order, _ABOVE, Tip),
        _ABOVE.id.not_in(in_cases), *[one(_ABOVE) for one in narrowed],
    )  # fmt: skip
    return or_(Tip.incident_id.is_(None), ~found.exists())


def of_incident(reference: str) -> ColumnElement[bool]:
    """The tips of one incident, by its number."""
    return Tip.incident_id.in_(select(Incident.id).where(Incident.reference == reference.upper()))

"""Tips as other systems may keep them: numbers, kinds, beat and shop, times; nothing that anybody wrote."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import SQLColumnExpression, or_, select

from tipline.db import Transaction
from tipline.domain import categories, clock
from tipline.domain.figures import Wanted
from tipline.domain.incidents import Incident
from tipline.domain.tips import Tip

COLUMNS = (
    "reference", "state", "category", "group", "beat", "shop", "incident", "door", "received_at",
    "ack_due_at", "acknowledged_at", "paused_s", "rating",
)  # fmt: skip
PAGE = 1_000
Told = dict[str, Any]
Place = tuple[datetime, int]  # when a tip came, and its number in the table
_TIMES = ("received_at", "ack_due_at", "acknowledged_at")


def list_told(tx: Transaction, wanted: Wanted, after: Place | None = None) -> tuple[list[Told], Place | None]:
    """A page of them behind `after`, oldest first, and where it ends; None after the last.

    A list of any length is read page by page, each in a transaction of its own: none stays open, and no more
    than a page is held, while whoever asked takes it at the speed of their line."""
    # One lower end alone, or an index is read again from the beginning of the span for each page.
    begin, last = after or (wanted.since, 0)
    is_behind = or_(Tip.received_at > begin, Tip.id > last)
    query = select(*_columns()).outerjoin(Incident, Incident.id == Tip.incident_id)
    query = query.where(*wanted.of_tips, Tip.received_at >= begin, Tip.received_at < wanted.until, is_behind)
    rows = tx.execute(query.order_by(Tip.received_at, Tip.id).limit(PAGE)).mappings().all()
    end = (rows[-1]["received_at"], rows[-1]["id"]) if len(rows) == PAGE else None
    return [_told(row) for row in rows], end


def _columns() -> list[SQLColumnExpression[Any]]:
    return [
        Tip.id, Tip.reference, Tip.state, Tip.category, Tip.beat, Tip.shop, Tip.door,
        Incident.reference.label("incident"), Tip.received_at, Tip.ack_due_at, Tip.acknowledged_at,
        Tip.paused_s, Tip.rating,
    ]  # fmt: skip


def _told(row: Mapping[Any, Any]) -> Told:
    """Times in RFC 3339, UTC."""
    told = {**row, "group": categories.group_of(row["category"])}
    told |= {name: clock.stamp(told[name]) if told[name] else None for name in _TIMES}
    return {name: told[name] for name in COLUMNS}

"""Tips as other systems may keep them: numbers, kinds, beat and shop, times; nothing that anybody wrote."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import select

from tipline.db import Transaction
from tipline.domain import categories, clock
from tipline.domain.figures import Wanted
from tipline.domain.incidents import Incident
from tipline.domain.tips import Tip

COLUMNS = (
    "reference", "state", "category", "group", "beat", "shop", "incident", "door", "received_at",
    "ack_due_at", "acknowledged_at", "paused_s", "rating",
)  # fmt: skip
_TIMES = ("received_at", "ack_due_at", "acknowledged_at")


def list_told(tx: Transaction, wanted: Wanted) -> Iterator[dict[str, Any]]:
    """One by one, oldest first; times in RFC 3339, UTC."""
    columns = [
        Tip.reference, Tip.state, Tip.category, Tip.beat, Tip.shop, Incident.reference.label("incident"),
        Tip.door, Tip.received_at, Tip.ack_due_at, Tip.acknowledged_at, Tip.paused_s, Tip.rating,
    ]  # fmt: skip
    query = select(*columns).outerjoin(Incident, Incident.id == Tip.incident_id).where(*wanted.in_span)
    for row in tx.execute(query.order_by(Tip.received_at, Tip.id)).mappings():
        told = {**row, "group": categories.group_of(row["category"])}
        told |= {name: clock.stamp(told[name]) if told[name] else None for name in _TIMES}
        yield {name: told[name] for name in COLUMNS}

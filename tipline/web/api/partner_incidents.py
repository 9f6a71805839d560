"""Incidents that a partner's own tips belong to, as everybody who reported them reads of them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field

from tipline.db import Transaction
from tipline.domain import deliveries, progress
from tipline.domain.incidents import Incident
from tipline.web import current, guard
from tipline.web.api.partner import blueprint


class PartnerNote(BaseModel):
    source: str = Field(description="officer or partner.")
    text: str = Field(description="Empty once it was withdrawn.")
    at: datetime
    withdrawn_at: datetime | None


class PartnerIncident(BaseModel):
    reference: str
    title: str
    category: str
    state: str = Field(description="open, closed or merged.")
    reporters: int = Field(description="How many people reported it.")
    tips: list[str] = Field(description="Those of them that are yours.")
    opened_at: datetime
    closed_at: datetime | None
    outcome: str | None
    closing: str = Field(description="The last words to everybody who reported it.")
    progress: list[PartnerNote]


class PartnerIncidents(BaseModel):
    items: list[PartnerIncident]


@blueprint.get("/incidents")
@guard.staff("partner:send")
@blueprint.output(PartnerIncidents)
def list_partner_incidents() -> dict[str, Any]:
    """Incidents with a tip of yours, the newest hundred; what is open comes first."""
    with current.services().database.reading() as tx:
        found = deliveries.list_incidents(tx, current.actor())
        return {"items": [_told(tx, one, own) for one, own in found]}


@blueprint.get("/incidents/<reference>")
@guard.staff("partner:send")
@blueprint.output(PartnerIncident)
def get_partner_incident(reference: str) -> dict[str, Any]:
    """One of them; any other is as if it were not there."""
    with current.services().database.reading() as tx:
        return _told(tx, *deliveries.read_incident(tx, current.actor(), reference))


def _told(tx: Transaction, incident: Incident, own: list[str]) -> dict[str, Any]:
    said = progress.told(tx, incident)
    return {**said, "progress": [one._asdict() for one in said["progress"]], "tips": own}

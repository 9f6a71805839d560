"""What may be the same thing as a tip, for programs: what looks like it, and what officers said is not."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field

from tipline.db import Transaction
from tipline.domain import alike, apart, incidents
from tipline.domain.incidents import Incident
from tipline.domain.tips import Tip
from tipline.web import current, guard
from tipline.web.api import desk_shapes
from tipline.web.api.suggestions import blueprint
from tipline.web.api.taking import Taken

MOST = 500


class SameTip(BaseModel):
    reference: str
    reason: str = Field(description=f"The strongest reason: {', '.join(alike.REASONS)}.")


class KeptApart(BaseModel):
    reference: str = Field(description="Of a tip or an incident.")
    at: datetime


class SameThing(BaseModel):
    incident: str | None = Field(description="An open incident that this tip may belong to.")
    tips: list[SameTip] = Field(description="Fresh tips in no incident that may tell of the same.")
    apart: list[KeptApart] = Field(description="What somebody said is not the same; newest first.")


class Apartness(Taken):
    """What the tip is not the same thing as; `apart: false` takes that word back."""

    tips: list[str] = Field(default_factory=list, max_length=MOST)
    incidents: list[str] = Field(default_factory=list, max_length=MOST)
    apart: bool = True


@blueprint.get("/<reference>/same")
@guard.staff("tip:read")
@blueprint.output(SameThing)
def get_same(reference: str) -> dict[str, Any]:
    """What may be the same thing as this tip. Nothing is gathered by the machine."""
    with current.services().database.reading() as tx:
        return _told(tx, desk_shapes.read_tip(tx, reference))


@blueprint.post("/<reference>/apart")
@guard.staff("incident:act")
@blueprint.input(Apartness)
@blueprint.output(SameThing)
def set_apart(reference: str, json_data: Apartness) -> dict[str, Any]:
    """Say for everybody that it is not the same thing; it is not offered again."""
    with current.services().database.transaction() as tx:
        tip = desk_shapes.read_tip(tx, reference)
        than: list[Tip | Incident] = [desk_shapes.read_tip(tx, one) for one in json_data.tips]
        than += [incidents.read_incident(tx, one) for one in json_data.incidents]
        say = apart.say if json_data.apart else apart.unsay
        say(tx, current.actor(), tip, than)
        return _told(tx, tip)


def _told(tx: Transaction, tip: Tip) -> dict[str, Any]:
    found, incident = alike.suggest(tx, tip)
    return {
        "incident": incident.reference if incident else None,
        "tips": [{"reference": one.reference, "reason": reason} for one, reason, _metres in found],
        "apart": [{"reference": one.what.reference, "at": one.at} for one in apart.list_of(tx, tip)],
    }

"""Marks on a film for programs of the desk."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from apiflask import APIBlueprint
from pydantic import BaseModel, Field

from tipline.domain import evidence, marks
from tipline.domain.marks import Mark
from tipline.web import current, guard
from tipline.web.api.taking import Taken

blueprint = APIBlueprint("api_marks", __name__, url_prefix="/api/v1/evidence", tag="Evidence")


class MarkSet(Taken):
    t: float = Field(allow_inf_nan=False, description="Position in the film in seconds.")
    until: float | None = Field(None, allow_inf_nan=False, description="End of a marked stretch.")
    frame: int | None = Field(None, ge=0, lt=2**31, description="Number of the frame, where it is known.")
    text: str = Field("", description="A word why.")


class MarkTold(BaseModel):
    id: int
    t: float
    until: float | None
    frame: int | None
    text: str
    at: datetime


class MarksTold(BaseModel):
    items: list[MarkTold] = Field(description="In the order of the film.")


@blueprint.get("/<evidence_id>/marks")
@guard.staff("evidence:read")
@blueprint.output(MarksTold)
def list_marks(evidence_id: str) -> dict[str, Any]:
    """Moments of this film that officers marked."""
    with current.services().database.reading() as tx:
        file = evidence.read_evidence(tx, evidence_id)
        return {"items": [_told(one) for one in marks.list_of_many(tx, [file.id])[file.id]]}


@blueprint.post("/<evidence_id>/marks")
@guard.staff("tip:act")
@blueprint.input(MarkSet, arg_name="wanted")
@blueprint.output(MarkTold, 201)
def set_mark(evidence_id: str, wanted: MarkSet) -> dict[str, Any]:
    """Mark a moment or a stretch."""
    with current.services().database.transaction() as tx:
        file = evidence.read_evidence(tx, evidence_id)
        return _told(marks.add(tx, current.actor(), file, **wanted.model_dump()))


@blueprint.delete("/<evidence_id>/marks/<int:number>")
@guard.staff("tip:act")
@blueprint.output({}, 204)
def remove_mark(evidence_id: str, number: int) -> str:
    """Take a mark off the film."""
    with current.services().database.transaction() as tx:
        marks.remove(tx, current.actor(), marks.read_mark(tx, evidence_id, number))
    return ""


def _told(row: Mark) -> dict[str, Any]:
    return {name: getattr(row, name) for name in MarkTold.model_fields}

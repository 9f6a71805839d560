"""Stills and clips for programs of the desk: ask, watch, fetch, take off."""

from __future__ import annotations

from typing import Any

from apiflask import APIBlueprint
from flask import Response
from pydantic import BaseModel, Field

from tipline.domain import derivatives, evidence, exports
from tipline.domain.derivatives import CLIP, Derivative
from tipline.domain.exports import How
from tipline.web import current, exported, guard
from tipline.web.api.derivative_models import DerivativeAsked, DerivativeTold

blueprint = APIBlueprint("api_derivatives", __name__, url_prefix="/api/v1/evidence", tag="Evidence")
PIECES = {200: "The bytes.", 206: "One range of them.", 416: "No byte of the file lies in that range."}


class Derivatives(BaseModel):
    items: list[DerivativeTold] = Field(description="Newest first.")


@blueprint.get("/<evidence_id>/derivatives")
@guard.staff("evidence:read")
@blueprint.output(Derivatives)
def list_derivatives(evidence_id: str) -> dict[str, Any]:
    """What was made of this file at somebody's word."""
    with current.services().database.reading() as tx:
        file = evidence.read_evidence(tx, evidence_id)
        return {"items": [_told(one) for one in derivatives.list_of(tx, file.id)]}


@blueprint.post("/<evidence_id>/derivatives")
@guard.staff("evidence:export")
@blueprint.input(DerivativeAsked, arg_name="asked")
@blueprint.output(DerivativeTold, 202)
def ask_derivative(evidence_id: str, asked: DerivativeAsked) -> dict[str, Any]:
    """Have a still or a clip made from the original. It is there when its state is `done`."""
    services = current.services()
    how = How(asked.format, asked.band, current.locale(), current.settings().timezone)
    with services.database.transaction() as tx:
        file = evidence.read_evidence(tx, evidence_id)
        if asked.kind == CLIP:
            row = exports.ask_clip(
                tx, services.bell, current.actor(), file, first=asked.first, last=asked.last, t=asked.t,
                until=asked.until, how=how,
            )  # fmt: skip
        else:
            row = exports.ask_still(
                tx, services.bell, current.actor(), file, frame=asked.frame, t=asked.t, how=how
            )
        return _told(row)


@blueprint.get("/<evidence_id>/derivatives/<int:number>")
@guard.staff("evidence:read")
@blueprint.output(DerivativeTold)
def get_derivative(evidence_id: str, number: int) -> dict[str, Any]:
    """Where one stands, and what it says of itself."""
    with current.services().database.reading() as tx:
        return _told(derivatives.read_derivative(tx, evidence_id, number))


@blueprint.get("/<evidence_id>/derivatives/<int:number>/file")
@guard.staff("evidence:read")
@blueprint.doc(responses=PIECES)
def get_derivative_file(evidence_id: str, number: int) -> Response:
    """The picture or clip. Range and ETag are honoured; a download (`download=1`) stands in the log."""
    return exported.send(evidence_id, number)


@blueprint.get("/<evidence_id>/derivatives/<int:number>/sidecar")
@guard.staff("evidence:read")
@blueprint.doc(responses=PIECES)
def get_derivative_sidecar(evidence_id: str, number: int) -> Response:
    """What the export says of itself, as JSON: original, frame, times, who, when, with what."""
    return exported.send(evidence_id, number, beside=True)


@blueprint.post("/<evidence_id>/derivatives/<int:number>/retry")
@guard.staff("evidence:export")
@blueprint.output(DerivativeTold, 202)
def retry_derivative(evidence_id: str, number: int) -> dict[str, Any]:
    """Have it made once more."""
    services = current.services()
    with services.database.transaction() as tx:
        row = derivatives.read_derivative(tx, evidence_id, number)
        derivatives.retry(tx, services.bell, current.actor(), row)
        return _told(row)


@blueprint.delete("/<evidence_id>/derivatives/<int:number>")
@guard.staff("evidence:export")
@blueprint.output({}, 204)
def remove_derivative(evidence_id: str, number: int) -> str:
    """Take it off the page; its bytes and what the log says of it stay."""
    with current.services().database.transaction() as tx:
        derivatives.remove(tx, current.actor(), derivatives.read_derivative(tx, evidence_id, number))
    return ""


def _told(row: Derivative) -> dict[str, Any]:
    names = ("kind", "state", "progress", "failure", "created_at", "finished_at")
    url = f"/api/v1/evidence/{row.evidence_id}/derivatives/{row.id}/file" if row.rendition else None
    return {
        **{name: getattr(row, name) for name in names},
        "number": row.id,
        "wanted": row.wanted,
        "about": row.told or None,
        "url": url,
    }

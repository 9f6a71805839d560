"""Evidence for programs of the desk: facts, bytes, and another try."""

from __future__ import annotations

from typing import Any

from apiflask import APIBlueprint
from flask import Response

from tipline.db import Transaction
from tipline.domain import clocks, evidence, renditions
from tipline.domain.evidence import Evidence
from tipline.domain.tips import Tip
from tipline.web import current, guard, media
from tipline.web.api import clock_shapes, desk_shapes, versions
from tipline.web.api.clock_models import EvidenceChange
from tipline.web.api.desk_models import DeskEvidence

blueprint = APIBlueprint("api_evidence", __name__, url_prefix="/api/v1/evidence", tag="Evidence")
PIECES = {200: "The bytes.", 206: "One range of them.", 416: "No byte of the file lies in that range."}


@blueprint.get("/<evidence_id>")
@guard.staff("evidence:read")
@blueprint.output(DeskEvidence)
def get_evidence(evidence_id: str) -> Any:
    """One file: digest, state, facts, pictures, its clock. The ETag is needed to set the clock."""
    with current.services().database.reading() as tx:
        return _told(tx, evidence.read_evidence(tx, evidence_id))


@blueprint.patch("/<evidence_id>")
@guard.staff("tip:act")
@blueprint.input(EvidenceChange)
@blueprint.output(DeskEvidence)
def patch_evidence(evidence_id: str, json_data: EvidenceChange) -> Any:
    """Name the camera of a file, or set how far its clock is off; all true times follow at once.

    Needs If-Match with the ETag of the file as it was read; `*` overrides.
    """
    with current.services().database.transaction() as tx:
        row = evidence.read_evidence(tx, evidence_id)
        tip = tx.get_one(Tip, row.tip_id)
        present = clocks.version(row, tip)
        versions.asked(present, changed="clock:changed", needed="clock:version-needed")
        wanted = clock_shapes.wanted(json_data, clocks.of(row))
        clocks.set_clock(tx, current.actor(), tip, row, wanted, scope=json_data.scope)
        return _told(tx, row)


def _told(tx: Transaction, row: Evidence) -> Any:
    version = clocks.version(row, tx.get_one(Tip, row.tip_id))
    return desk_shapes.whole_evidence(tx, row), 200, versions.etag(version)


@blueprint.get("/<evidence_id>/original")
@guard.staff("evidence:original")
@blueprint.doc(responses=PIECES)
def get_original(evidence_id: str) -> Response:
    """The bytes as they were received. Range and ETag are honoured; a download stands in the log.

    Why is said in `Tipline-Reason` (UTF-8 or percent-encoded), for which case in `Tipline-Case`; without the
    header the reason is the label of the token.
    """
    with current.services().database.reading() as tx:
        row = evidence.read_evidence(tx, evidence_id)
    return media.send_original(row)


@blueprint.get("/<evidence_id>/renditions/<name>")
@guard.staff("evidence:read")
@blueprint.doc(responses=PIECES)
def get_rendition(evidence_id: str, name: str) -> Response:
    """A picture made from the original. Range and ETag are honoured."""
    with current.services().database.reading() as tx:
        row = renditions.read_rendition(tx, evidence_id, name)
    return media.send_rendition(row)


@blueprint.post("/<evidence_id>/retry")
@guard.staff("evidence:retry")
@blueprint.output(DeskEvidence, 202)
def retry(evidence_id: str) -> dict[str, Any]:
    """Have the file looked at once more."""
    services = current.services()
    with services.database.transaction() as tx:
        row = evidence.read_evidence(tx, evidence_id)
        evidence.retry(tx, services.bell, current.actor(), row)
        return desk_shapes.whole_evidence(tx, row)

"""Covers for programs of the desk, and for the desk's own editor: the draft, searches, results."""

from __future__ import annotations

from typing import Any

from apiflask import APIBlueprint

from tipline.domain import derivatives, evidence, redacting, redactions
from tipline.web import covered, current, guard
from tipline.web.api.redaction_models import (
    BurnAsked,
    DraftKept,
    DraftTold,
    FollowAsked,
    JobsTold,
    JobTold,
    SearchAsked,
)

blueprint = APIBlueprint("api_redactions", __name__, url_prefix="/api/v1/evidence", tag="Covers")


@blueprint.get("/<evidence_id>/redaction")
@guard.staff("evidence:read")
@blueprint.output(DraftTold)
def get_draft(evidence_id: str) -> dict[str, Any]:
    """What is drawn so far."""
    with current.services().database.reading() as tx:
        return covered.draft_told(tx, evidence.read_evidence(tx, evidence_id))


@blueprint.put("/<evidence_id>/redaction")
@guard.staff("tip:act")
@blueprint.input(DraftKept, arg_name="kept")
@blueprint.output(DraftTold)
def keep_draft(evidence_id: str, kept: DraftKept) -> dict[str, Any]:
    """Keep the draft. 409 when somebody else saved since: read theirs, lay both together, keep again."""
    with current.services().database.transaction() as tx:
        file = evidence.read_evidence(tx, evidence_id)
        redactions.save(tx, current.actor(), file, kept.version, kept.model_dump())
        return covered.draft_told(tx, file)


@blueprint.post("/<evidence_id>/redaction/faces")
@guard.staff("tip:act")
@blueprint.input(SearchAsked, arg_name="asked")
@blueprint.output(JobTold, 202)
def search_faces(evidence_id: str, asked: SearchAsked) -> dict[str, Any]:
    """Have faces looked for: boxes, and nothing else of a face. Their tracks fill in while it runs."""
    services = current.services()
    with services.database.transaction() as tx:
        file = evidence.read_evidence(tx, evidence_id)
        row = redacting.search(tx, services.bell, current.actor(), file, asked.range)
        return covered.job_told(tx, row)


@blueprint.post("/<evidence_id>/redaction/follow")
@guard.staff("tip:act")
@blueprint.input(FollowAsked, arg_name="asked")
@blueprint.output(JobTold, 202)
def follow_box(evidence_id: str, asked: FollowAsked) -> dict[str, Any]:
    """Have a box followed through the film, on or back. Where it is lost the track ends, and says so."""
    services = current.services()
    with services.database.transaction() as tx:
        file = evidence.read_evidence(tx, evidence_id)
        row = redacting.follow(tx, services.bell, current.actor(), file, **asked.model_dump())
        return covered.job_told(tx, row)


@blueprint.post("/<evidence_id>/redaction/burn")
@guard.staff("evidence:export")
@blueprint.input(BurnAsked, arg_name="asked")
@blueprint.output(JobTold, 202)
def burn_covers(evidence_id: str, asked: BurnAsked) -> dict[str, Any]:
    """Have the covered copy made of the draft."""
    services = current.services()
    with services.database.transaction() as tx:
        file = evidence.read_evidence(tx, evidence_id)
        row = redacting.burn(
            tx, services.bell, current.actor(), file, version=asked.version, still=asked.still
        )
        return covered.job_told(tx, row)


@blueprint.get("/<evidence_id>/redaction/jobs")
@guard.staff("evidence:read")
@blueprint.output(JobsTold)
def list_jobs(evidence_id: str) -> dict[str, Any]:
    """Searches and covered copies, and where each stands."""
    with current.services().database.reading() as tx:
        file = evidence.read_evidence(tx, evidence_id)
        return {"items": covered.jobs_told(tx, file)}


@blueprint.get("/<evidence_id>/redaction/jobs/<int:number>")
@guard.staff("evidence:read")
@blueprint.output(JobTold)
def get_job(evidence_id: str, number: int) -> dict[str, Any]:
    """One of them, with all it found, also while it still searches."""
    with current.services().database.reading() as tx:
        return covered.job_told(tx, derivatives.read_derivative(tx, evidence_id, number))


@blueprint.put("/<evidence_id>/redaction/jobs/<int:number>/looked")
@guard.staff("evidence:export")
@blueprint.output(JobTold)
def confirm_result(evidence_id: str, number: int) -> dict[str, Any]:
    """Say that you have looked at the whole covered copy: it may be handed out from now on."""
    with current.services().database.transaction() as tx:
        row = derivatives.read_derivative(tx, evidence_id, number)
        redacting.confirm(tx, current.actor(), row)
        return covered.job_told(tx, row)


@blueprint.delete("/<evidence_id>/redaction/jobs/<int:number>/looked")
@guard.staff("evidence:export")
@blueprint.output(JobTold)
def withdraw_result(evidence_id: str, number: int) -> dict[str, Any]:
    """It must not be handed out after all."""
    with current.services().database.transaction() as tx:
        row = derivatives.read_derivative(tx, evidence_id, number)
        redacting.withdraw(tx, current.actor(), row)
        return covered.job_told(tx, row)


@blueprint.post("/<evidence_id>/redaction/jobs/<int:number>/restore")
@guard.staff("evidence:export")
@blueprint.output(JobTold)
def restore_result(evidence_id: str, number: int) -> dict[str, Any]:
    """Put back what was removed; what was removed before it was made is made now."""
    with current.services().database.transaction() as tx:
        file = evidence.read_evidence(tx, evidence_id)
        row = redacting.restore(tx, current.actor(), file, number)
        return covered.job_told(tx, row)

"""Saving an original: asks why, unless that was said a moment ago, and lets the download begin."""

from __future__ import annotations

from flask import Response, make_response, redirect, render_template
from flask.typing import ResponseReturnValue

from tipline.domain import purposes as reasons
from tipline.domain.evidence import Evidence
from tipline.domain.tips import Tip
from tipline.errors import TiplineError
from tipline.web import current, errors, guard, media, purposes
from tipline.web.review import blueprint, exports, pages


@blueprint.get("/desk/tips/<reference>/evidence/<evidence_id>/save")
@guard.staff("evidence:original")
def ask(reference: str, evidence_id: str) -> ResponseReturnValue:
    """Straight on where the reason is known."""
    with current.services().database.reading() as tx:
        tip = pages.read(tx, reference)
        row = exports.read(tx, tip, evidence_id)
        known = reasons.recall(tx, current.actor(), tip.reference)
    if known and row.arrived:
        return redirect(media.original_url(row, download=True), 303)
    return _page(tip, row)


@blueprint.post("/desk/tips/<reference>/evidence/<evidence_id>/save")
@guard.staff("evidence:original")
def save(reference: str, evidence_id: str) -> ResponseReturnValue:
    """The reason stands in the log before the first byte leaves."""
    with current.services().database.reading() as tx:
        tip = pages.read(tx, reference)
        row = exports.read(tx, tip, evidence_id)
    subject = f"evidence:{row.id}"
    try:
        with (
            purposes.recorded("evidence:download", subject, tip.reference),
            current.services().database.transaction() as tx,
        ):
            reasons.state(tx, current.actor(), subject, tip.reference, purposes.of_form(tx))
    except TiplineError as fault:
        return make_response(_page(tip, row, fault), errors.status_of(fault))
    return _page(tip, row, begins=True)


def _page(tip: Tip, row: Evidence, fault: TiplineError | None = None, *, begins: bool = False) -> Response:
    if not row.arrived:
        raise TiplineError("evidence:incomplete")
    url = media.original_url(row, download=True) if begins else ""
    asked = purposes.refused("original", fault) if fault else purposes.prompt("original")
    return make_response(render_template("review/save.html", tip=tip, row=row, asked=asked, begins=url))

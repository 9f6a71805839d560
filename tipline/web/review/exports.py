"""Stills and clips on a tip's page: asking for one, taking it off again, having it made once more."""

from __future__ import annotations

from flask import request

from tipline.db import Transaction
from tipline.domain import derivatives, evidence, exports
from tipline.domain.derivatives import CLIP
from tipline.domain.evidence import Evidence
from tipline.domain.exports import How
from tipline.domain.tips import Tip
from tipline.errors import TiplineError
from tipline.web import current, guard
from tipline.web.review import acts, blueprint
from tipline.web.review.notices import Notice
from tipline.web.review.saying import gettext


@blueprint.post("/desk/tips/<reference>/evidence/<evidence_id>/exports")
@guard.staff("evidence:export")
@acts.act("exports")
def export(tx: Transaction, tip: Tip, evidence_id: str) -> Notice:
    """A still of one frame, or a clip of a stretch."""
    row, form = read(tx, tip, evidence_id), request.form
    how = How(
        form.get("format", exports.PNG),
        form.get("band") == "1",
        current.locale(),
        current.settings().timezone,
    )
    ring, actor = current.services().bell, current.actor()
    if form.get("kind") == CLIP:
        exports.ask_clip(
            tx,
            ring,
            actor,
            row,
            first=whole("first"),
            last=whole("last"),
            t=real("t"),
            until=real("until"),
            how=how,
        )
        text = gettext("Clip is being made; it appears below the film.")
    else:
        exports.ask_still(tx, ring, actor, row, frame=whole("frame"), t=real("t"), how=how)
        text = gettext("Still is being made; it appears below the film.")
    return Notice(text)


@blueprint.post("/desk/tips/<reference>/evidence/<evidence_id>/exports/<int:number>/<verb>")
@guard.staff("evidence:export")
@acts.act("exports")
def change_export(tx: Transaction, tip: Tip, evidence_id: str, number: int, verb: str) -> Notice:
    """Take it off the page, or have it made once more."""
    row, ring, actor = read(tx, tip, evidence_id), current.services().bell, current.actor()
    made = derivatives.read_derivative(tx, row.id, number)
    if verb == "remove":
        derivatives.remove(tx, actor, made)
        return Notice(gettext("Export removed. What was handed on already stays in the log."))
    if verb != "retry":
        raise TiplineError("request:not-found")
    derivatives.retry(tx, ring, actor, made)
    return Notice(gettext("The export is made once more."))


def read(tx: Transaction, tip: Tip, evidence_id: str) -> Evidence:
    """A file of this very tip."""
    row = evidence.read_evidence(tx, evidence_id)
    if row.tip_id != tip.id:
        raise TiplineError("evidence:not-found")
    return row


def whole(name: str) -> int | None:
    """A whole number of the form, or None where there is none."""
    typed = request.form.get(name, "").strip()
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else None


def real(name: str) -> float | None:
    """A number of seconds of the form, or None."""
    try:
        return float(request.form.get(name, ""))
    except ValueError:
        return None

"""The page on which parts of a picture or film are covered. What it does goes through the API, as JSON."""

from __future__ import annotations

from typing import Any

from flask import current_app, render_template
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import generate_csrf

from tipline.db import Transaction
from tipline.domain import covers, evidence, redacting, redactions, rights
from tipline.domain.tips import Tip
from tipline.errors import TiplineError
from tipline.web import covered, current, guard, media
from tipline.web.review import blueprint, covering_words, looking, pages


@blueprint.get("/desk/tips/<reference>/evidence/<evidence_id>/redact")
@guard.staff("tip:act")
def redact(reference: str, evidence_id: str) -> ResponseReturnValue:
    with current.services().database.reading() as tx:
        tip = pages.read(tx, reference)
        file = _read(tx, tip, evidence_id)
        moments = _moments(file)
        draft, jobs = covered.draft_told(tx, file.row), covered.jobs_told(tx, file.row)
        return render_template(
            "review/redact.html",
            tip=tip,
            file=file,
            moments=moments,
            results=[one for one in jobs if one["kind"] == "redaction"],
            data=_data(file, moments, draft, jobs),
        )


def _read(tx: Transaction, tip: Tip, evidence_id: str) -> looking.FileView:
    """A file of this very tip that can be covered."""
    row = evidence.read_evidence(tx, evidence_id)
    if row.tip_id != tip.id:
        raise TiplineError("evidence:not-found")
    redactions.require_coverable(row)
    return next(one for one in looking.files_of(tx, tip) if one.row.id == evidence_id)


def _moments(file: looking.FileView) -> list[dict[str, Any]]:
    """Pictures of the film to jump to, or to draw on where no browser plays it; a photo is one of them."""
    shown = file.frames if file.row.kind == "video" else file.frames[:1]
    return [
        {"t": one.t or 0.0, "url": media.rendition_url(one.full), "small": media.rendition_url(one.small)}
        for one in shown
    ]


def _data(
    file: looking.FileView, moments: list[dict[str, Any]], draft: dict[str, Any], jobs: list[dict[str, Any]]
) -> dict[str, Any]:
    """What the script begins with."""
    facts = file.media
    sides = (facts.get("width") or 0, facts.get("height") or 0)
    listed = file.frame_list
    return {
        "evidence": file.row.id,
        "kind": file.row.kind,
        "isFilm": file.row.kind == "video",
        "hasFrames": file.row.kind == "video",
        "frames": media.rendition_url(listed) if listed else None,
        "moments": moments,
        "duration": facts.get("duration_s") or 0.0,
        "width": sides[0],
        "height": sides[1],
        "margins": covers.MARGINS,
        "sizes": {
            "large": redacting.LARGE_SIDE,
            "usual": redacting.USUAL_SIDE,
            "large_s": redacting.LONGEST_LARGE_S,
        },
        "draft": {**draft, "changed_at": _stamp(draft["changed_at"])},
        "jobs": [
            {**one, **{name: _stamp(one[name]) for name in ("created_at", "finished_at")}} for one in jobs
        ],
        "mayExport": rights.may(current.actor(), "evidence:export"),
        "csrf": generate_csrf(),
        "zone": current.settings().timezone,
        "sprite": current_app.jinja_env.globals["asset"]("icons.svg"),  # type: ignore[operator]
        "words": covering_words.words(),
    }


def _stamp(moment: Any) -> str | None:
    return moment.isoformat() if moment else None

"""One file of a tip with many, fetched when somebody opens it."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from tipline.web import current, guard
from tipline.web.review import blueprint, exports, pages


@blueprint.get("/desk/tips/<reference>/evidence/<evidence_id>/part")
@guard.staff("tip:read")
def file_part(reference: str, evidence_id: str) -> ResponseReturnValue:
    with current.services().database.reading() as tx:
        tip = pages.read(tx, reference)
        row = exports.read(tx, tip, evidence_id)
        values = pages.gather(tx, tip)
        file = next(one for one in values["files"] if one.row.id == row.id)
        return render_template("review/file.html", **values, file=file, comes_alone=True)

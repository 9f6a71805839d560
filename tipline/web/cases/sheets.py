"""What goes on paper: the sheet of a case, and the list of evidence with lines to sign."""

from __future__ import annotations

from typing import Any

from flask import render_template
from flask.typing import ResponseReturnValue

from tipline.db import Transaction
from tipline.domain import clock, exhibits, subjects, tasks
from tipline.domain.cases import Case
from tipline.web import current, guard
from tipline.web.cases import blueprint, frame, pages
from tipline.web.review import printing, truth


@blueprint.get("/desk/cases/<number>/print")
@guard.staff("case:read")
def case_print(number: str) -> ResponseReturnValue:
    """Summary, members, tips with why they belong to it, descriptions, tasks."""
    with current.services().database.reading() as tx:
        row = frame.read(tx, number)
        more = {
            **pages.linked(tx, row),
            "subjects": subjects.list_of(tx, row),
            "tasks": tasks.list_of(tx, row),
        }
        return render_template("cases/case_print.html", **_sheet(tx, row, ""), **more)


@blueprint.get("/desk/cases/<number>/evidence/print")
@guard.staff("case:read")
def evidence_print(number: str) -> ResponseReturnValue:
    """The list of evidence with integrity values: always whole and in its own order."""
    with current.services().database.reading() as tx:
        row = frame.read(tx, number)
        numbering = exhibits.places(tx, row)
        found = exhibits.list_exhibits(tx, row, limit=None, numbering=numbering).exhibits
        more = {
            "exhibits": found,
            "truths": truth.of_many(tx, [(one.file, one.tip) for one in found]),
            "gaps": exhibits.gaps(tx, row, numbering),
            "integrity_of": exhibits.integrity_of,
        }
        return render_template("cases/evidence_print.html", **_sheet(tx, row, "/evidence"), **more)


def _sheet(tx: Transaction, row: Case, path: str) -> dict[str, Any]:
    address = f"{current.settings().base_url}/desk/cases/{row.number}{path}"
    return {
        **frame.gather(tx, row, ""),
        "address": address,
        "qr": printing.qr(address),
        "printed_at": clock.now(),
    }

"""The contact sheet of one file on paper: A4, four by six pictures a page, and what proves their origin."""

from __future__ import annotations

from typing import Any

from flask import render_template
from flask.typing import ResponseReturnValue

from tipline.errors import TiplineError
from tipline.web import current, guard
from tipline.web.review import blueprint, exports, looking, pages, printing

ON_A_PAGE = 24


@blueprint.get("/desk/tips/<reference>/evidence/<evidence_id>/sheet")
@guard.staff("tip:read")
def contact_sheet(reference: str, evidence_id: str) -> ResponseReturnValue:
    with current.services().database.reading() as tx:
        tip = pages.read(tx, reference)
        row = exports.read(tx, tip, evidence_id)
        file = next(one for one in looking.files_of(tx, tip) if one.row.id == row.id)
    if not file.row.arrived:
        raise TiplineError("evidence:incomplete")
    address = f"{current.settings().base_url}/desk/tips/{tip.reference}#file-{row.number}"
    sheets = _cut(file.frames)
    return render_template(
        "review/contact_sheet.html", tip=tip, file=file, row=row, sheets=sheets, address=address,
        qr=printing.qr(address),
    )  # fmt: skip


def _cut(frames: list[Any]) -> list[list[Any]]:
    """Page by page; a file without pictures still has a page that says so."""
    return [frames[at : at + ON_A_PAGE] for at in range(0, max(1, len(frames)), ON_A_PAGE)]

"""Marks on a film: set at the moment the player shows, with a word why; taken off; both can be taken back."""

from __future__ import annotations

from flask import request

from tipline.db import Transaction
from tipline.domain import marks
from tipline.domain.tips import Tip
from tipline.web import current, filters, guard
from tipline.web.review import acts, blueprint, exports
from tipline.web.review.notices import Notice
from tipline.web.review.saying import gettext


@blueprint.post("/desk/tips/<reference>/evidence/<evidence_id>/marks")
@guard.staff("tip:act")
@acts.act("marks")
def add_mark(tx: Transaction, tip: Tip, evidence_id: str) -> Notice:
    row = exports.read(tx, tip, evidence_id)
    made = marks.add(
        tx, current.actor(), row, t=_moment(), until=exports.real("until"), frame=exports.whole("frame"),
        text=request.form.get("text", ""),
    )  # fmt: skip
    return Notice(gettext("Marked at %(position)s.", position=filters.position(made.t)))


@blueprint.post("/desk/tips/<reference>/evidence/<evidence_id>/marks/<int:number>/remove")
@guard.staff("tip:act")
@acts.act("marks")
def remove_mark(tx: Transaction, tip: Tip, evidence_id: str, number: int) -> Notice:
    row = exports.read(tx, tip, evidence_id)
    made = marks.read_mark(tx, row.id, number)
    marks.remove(tx, current.actor(), made)
    return Notice(gettext("Mark at %(position)s removed.", position=filters.position(made.t)))


def _moment() -> float | None:
    """Seconds as a script sends them, or a position as people type it: 83.48, 1:23.48, 00:01:23.480."""
    typed = request.form.get("t", "").strip().replace("：", ":")
    seconds = 0.0
    for part in typed.split(":")[-3:]:
        try:
            seconds = seconds * 60 + float(part)
        except ValueError:
            return None
    return seconds if typed else None

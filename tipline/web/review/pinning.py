"""Acts about places on the page of a tip: where it happened."""

from __future__ import annotations

from flask import request

from tipline.db import Transaction
from tipline.domain import positions, spots
from tipline.domain.tips import Tip
from tipline.web import current, guard
from tipline.web.review import acts, blueprint
from tipline.web.review.notices import Notice
from tipline.web.review.saying import gettext


@blueprint.post("/desk/tips/<reference>/place")
@guard.staff("tip:act")
@acts.act("place")
def set_place(tx: Transaction, tip: Tip) -> Notice:
    """Where it happened, typed or pointed at; an empty position takes it off the map."""
    typed = request.form.get("position", "").strip()
    found = positions.read_typed(typed, request.form.get("system", positions.WGS84)) if typed else None
    spots.set_place(tx, current.actor(), tip, found, words=request.form.get("place", tip.place))
    return Notice(
        gettext("Place saved.") if found else gettext("Place saved; it has no position on the map.")
    )

"""Acts about places on the page of a tip: where it happened, and marking a sighting of one of its cases."""

from __future__ import annotations

from flask import request

from tipline.db import Transaction
from tipline.domain import links, members, positions, sightings, spots
from tipline.domain.cases import Case
from tipline.domain.tips import Tip
from tipline.errors import TiplineError
from tipline.web import current, guard
from tipline.web.review import acts, blueprint, marking
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


@blueprint.post("/desk/tips/<reference>/sightings")
@guard.staff("case:act")
@acts.act("sighting")
def mark(tx: Transaction, tip: Tip) -> Notice:
    """Somebody or something of a case was seen in this tip's footage."""
    case = _case(tx, tip)
    members.require_act(tx, current.actor(), case)
    sightings.add(tx, current.actor(), case, marking.said(tx, request.form, case), current.services().bell)
    return Notice(gettext("Sighting marked. It stands in the trail of %(case)s.", case=case.number))


def _case(tx: Transaction, tip: Tip) -> Case:
    """One of the tip's cases that the officer sees; no need to choose where there is but one."""
    standing = [case for _link, case in links.list_cases_of(tx, tip, current.actor())]
    chosen = request.form.get("case", "").upper()
    found = next((one for one in standing if one.number == chosen), None)
    if found is None:
        raise TiplineError("sighting:case-needed", fields={"case": "sighting:case-needed"})
    return found

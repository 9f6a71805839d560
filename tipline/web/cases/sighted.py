"""What staff do to the trail of a case: mark a sighting, correct it, take it off."""

from __future__ import annotations

from flask import request

from tipline.db import Transaction
from tipline.domain import sightings
from tipline.domain.cases import Case
from tipline.web import current, guard
from tipline.web.cases import blueprint, trail
from tipline.web.cases.doing import act, version_of
from tipline.web.review import marking
from tipline.web.review.notices import Notice
from tipline.web.review.saying import gettext


@blueprint.post("/desk/cases/<number>/sightings")
@guard.staff("case:act")
@act("sighting", trail.show, "/trail")
def add_sighting(tx: Transaction, case: Case) -> Notice:
    sightings.add(tx, current.actor(), case, marking.said(tx, request.form, case), current.services().bell)
    return Notice(gettext("Sighting marked."))


@blueprint.post("/desk/cases/<number>/sightings/<int:sighting>/change")
@guard.staff("case:act")
@act("sighting", trail.show, "/trail")
def change_sighting(tx: Transaction, case: Case, sighting: int) -> Notice:
    row = sightings.read_sighting(tx, case, sighting)
    version = version_of(request.form.get("version", ""))
    said, ring = marking.said(tx, request.form, case), current.services().bell
    sightings.change(tx, current.actor(), case, row, said, version=version, ring=ring)
    return Notice(gettext("Sighting corrected."))


@blueprint.post("/desk/cases/<number>/sightings/<int:sighting>/remove")
@guard.staff("case:act")
@act("sighting", trail.show, "/trail")
def remove_sighting(tx: Transaction, case: Case, sighting: int) -> Notice:
    sightings.remove(tx, current.actor(), case, sightings.read_sighting(tx, case, sighting))
    return Notice(gettext("Sighting taken off the trail."))

"""People, vehicles and objects of a case as officers describe them."""

from __future__ import annotations

from typing import Any

from flask import request
from flask.typing import ResponseReturnValue

from tipline.db import Transaction
from tipline.domain import subjects
from tipline.domain.cases import Case
from tipline.web import current, guard
from tipline.web.cases import blueprint, frame
from tipline.web.cases.doing import act, version_of
from tipline.web.review.notices import Notice
from tipline.web.review.saying import gettext


@blueprint.get("/desk/cases/<number>/subjects")
@guard.staff("case:read")
def subject_tab(number: str) -> ResponseReturnValue:
    return show(number)


def show(number: str, **refusal: Any) -> ResponseReturnValue:
    return frame.show(number, "subjects", "cases/subjects.html", _listed, **refusal)


def _listed(tx: Transaction, row: Case) -> dict[str, Any]:
    return {
        "subjects": subjects.list_of(tx, row),
        "sighted": subjects.count_sightings(tx, row),
        "kinds": subjects.KINDS,
        "has_trail": any(one.code == "trail" and frame.is_there(one) for one in frame.TABS),
    }


@blueprint.post("/desk/cases/<number>/subjects")
@guard.staff("case:act")
@act("subject", show, "/subjects")
def add_subject(tx: Transaction, case: Case) -> Notice:
    form = request.form
    row = subjects.add(
        tx, current.actor(), case, form.get("kind", ""), form.get("label", ""), form.get("text", "")
    )
    return Notice(gettext("Described: %(label)s", label=row.label))


@blueprint.post("/desk/cases/<number>/subjects/<int:subject>/change")
@guard.staff("case:act")
@act("subject", show, "/subjects")
def change_subject(tx: Transaction, case: Case, subject: int) -> Notice:
    form, row = request.form, subjects.read_subject(tx, case, subject)
    subjects.change(
        tx, current.actor(), case, row, kind=form.get("kind", ""), label=form.get("label", ""),
        text=form.get("text", ""), version=version_of(form.get("version", "")),
    )  # fmt: skip
    return Notice(gettext("Description corrected: %(label)s", label=row.label))


@blueprint.post("/desk/cases/<number>/subjects/<int:subject>/remove")
@guard.staff("case:act")
@act("subject", show, "/subjects")
def remove_subject(tx: Transaction, case: Case, subject: int) -> Notice:
    row = subjects.read_subject(tx, case, subject)
    subjects.remove(tx, current.actor(), case, row)
    return Notice(gettext("Taken off the list: %(label)s", label=row.label))

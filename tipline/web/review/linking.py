"""Linking a tip to a case, taking a link back, and finding or opening the case for it."""

from __future__ import annotations

from flask import render_template, request
from flask.typing import ResponseReturnValue

from tipline.db import Transaction
from tipline.domain import acts, cases, casework, clock, links
from tipline.domain.cases import Case
from tipline.domain.tips import Tip
from tipline.errors import TiplineError
from tipline.web import current, guard
from tipline.web.review import blueprint, pages
from tipline.web.review.acts import act
from tipline.web.review.notices import Notice
from tipline.web.review.saying import gettext

NEW = "new"


@blueprint.get("/desk/case-choices")
@guard.staff("case:read")
def choices() -> ResponseReturnValue:
    """Open cases that fit what is typed, as choices of the link form."""
    words, chosen = request.args.get("number", "").strip()[:100], request.args.get("case", "")
    with current.services().database.reading() as tx:
        found = cases.list_cases(tx, current.actor(), state="open", q=words, limit=pages.CHOICES)
        return render_template("review/case_choices.html", choices=found, chosen=chosen, words=words)


@blueprint.post("/desk/tips/<reference>/links")
@guard.staff("case:act")
@act("link")
def link(tx: Transaction, tip: Tip) -> Notice:
    reason = request.form.get("reason", "")
    with acts.together(tx):
        case = _case_after_all(tx, reason) or case_of_form(tx)
        links.link(tx, current.actor(), case, tip, reason)
    return Notice(gettext("Linked to %(case)s.", case=case.number))


def _case_after_all(tx: Transaction, reason: str) -> Case | None:
    """The way on when a case was just closed or merged: it is opened again, or its pointer followed."""
    reopen, follow = request.form.get("reopen", ""), request.form.get("follow", "")
    if not reopen and not follow:
        return None
    case = cases.read_case(tx, reopen or follow, current.actor())
    while follow and case.merged_into_id is not None:
        case = cases.read_case(tx, tx.get_one(Case, case.merged_into_id).number, current.actor())
    if reopen and case.state == "closed":
        casework.reopen(tx, current.actor(), case, reason)
    return case


@blueprint.post("/desk/tips/<reference>/links/<number>/end")
@guard.staff("case:act")
@act("unlink")
def unlink(tx: Transaction, tip: Tip, number: str) -> Notice:
    case = cases.read_case(tx, number, current.actor())
    links.unlink(tx, current.actor(), case, tip, request.form.get("reason", ""))
    return Notice(gettext("Link to %(case)s taken back.", case=case.number))


def case_of_form(tx: Transaction) -> Case:
    """The case that was chosen or typed, or a new one under the title given."""
    chosen, typed = request.form.get("case", "").strip(), request.form.get("number", "").strip()
    if chosen == NEW:
        year = current.local(clock.now()).year
        return cases.open_case(tx, current.actor(), request.form.get("title", ""), year=year)
    number = chosen or typed
    if not number:
        raise TiplineError("link:case-needed", fields={"case": "link:case-needed"})
    return cases.read_case(tx, number, current.actor())

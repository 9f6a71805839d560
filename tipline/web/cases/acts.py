"""What staff do to a case as a whole: correct it, close it, open it again; and a link taken back."""

from __future__ import annotations

from flask import request

from tipline.db import Transaction
from tipline.domain import cases, casework, links, tips
from tipline.domain.cases import Case
from tipline.errors import TiplineError
from tipline.web import guard
from tipline.web.cases import blueprint, pages
from tipline.web.cases.doing import act, version_of
from tipline.web.current import actor
from tipline.web.review import conflict
from tipline.web.review.notices import Notice
from tipline.web.review.saying import gettext


@blueprint.post("/desk/cases/<number>/change")
@guard.staff("case:act")
@act("change", pages.show)
def change(tx: Transaction, case: Case) -> Notice:
    """What somebody else changed since the form was drawn is not written over."""
    wanted = conflict.wanted_of_case(("title", "summary"))
    conflict.require_untouched(tx, case, wanted, version_of(request.form.get("version", "")))
    cases.change(tx, actor(), case, **wanted.values)
    return Notice(gettext("Corrections saved."))


@blueprint.post("/desk/cases/<number>/state")
@guard.staff("case:act")
@act("state", pages.show)
def move(tx: Transaction, case: Case) -> Notice:
    """Close with an outcome, or open again with a reason."""
    form = request.form
    state, reason = form.get("state", ""), form.get("reason", "")
    if state == "closed":
        casework.close(tx, actor(), case, form.get("outcome", ""), reason)
        return Notice(gettext("Case closed."))
    if state != "open":
        raise TiplineError("case:state-unknown", fields={"state": "case:state-unknown"})
    casework.reopen(tx, actor(), case, reason)
    return Notice(gettext("Case opened again."))


@blueprint.post("/desk/cases/<number>/links/<reference>/end")
@guard.staff("case:act")
@act("unlink", pages.show_tips, "/tips")
def unlink(tx: Transaction, case: Case, reference: str) -> Notice:
    tip = tips.read_tip(tx, reference)
    links.unlink(tx, actor(), case, tip, request.form.get("reason", ""))
    return Notice(gettext("Link of %(tip)s taken back.", tip=tip.reference))

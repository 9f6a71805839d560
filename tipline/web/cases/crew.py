"""Who works on a case: assisting officers come and go, the lead is handed over, access is set."""

from __future__ import annotations

from flask import request

from tipline.db import Transaction
from tipline.domain import members
from tipline.domain.cases import MEMBERS, Case
from tipline.web import guard
from tipline.web.cases import blueprint, pages
from tipline.web.cases.doing import act
from tipline.web.current import actor
from tipline.web.review.notices import Notice
from tipline.web.review.saying import gettext


@blueprint.post("/desk/cases/<number>/members")
@guard.staff("case:act")
@act("member", pages.show)
def add_member(tx: Transaction, case: Case) -> Notice:
    row = members.add(tx, actor(), case, request.form.get("member", ""))
    return Notice(gettext("%(member)s assists from now on", member=members.name_of(tx, row)))


@blueprint.post("/desk/cases/<number>/members/end")
@guard.staff("case:act")
@act("member", pages.show)
def end_member(tx: Transaction, case: Case) -> Notice:
    row = members.end(tx, actor(), case, request.form.get("member", ""))
    return Notice(gettext("%(member)s assists no more", member=members.name_of(tx, row)))


@blueprint.post("/desk/cases/<number>/lead")
@guard.staff("case:act")
@act("lead", pages.show)
def set_lead(tx: Transaction, case: Case) -> Notice:
    row = members.set_lead(tx, actor(), case, request.form.get("member", ""))
    return Notice(gettext("%(member)s leads from now on", member=members.name_of(tx, row)))


@blueprint.post("/desk/cases/<number>/access")
@guard.staff("case:act")
@act("access", pages.show)
def set_access(tx: Transaction, case: Case) -> Notice:
    members.set_access(tx, actor(), case, request.form.get("access", ""))
    if case.access == MEMBERS:
        return Notice(gettext("From now on only members, supervisors and auditors see this case."))
    return Notice(gettext("From now on the whole station sees this case."))

"""All legal holds, those that stand and those that were ended, with who and why."""

from __future__ import annotations

from flask import Response, redirect
from flask.typing import ResponseReturnValue

from tipline.db import Transaction
from tipline.domain import accounts, cases, holds
from tipline.domain.cases import Case
from tipline.domain.holds import Hold
from tipline.errors import TiplineError
from tipline.web import current, guard, purposes
from tipline.web.admin import blueprint, tabs
from tipline.web.review import notices
from tipline.web.review.notices import Notice
from tipline.web.review.saying import gettext

HERE = "/desk/admin/holds"


@blueprint.get("/holds")
@guard.staff("retention:read")
def list_holds() -> ResponseReturnValue:
    return _page()


@blueprint.post("/holds/<int:number>/end")
@guard.staff("hold:set")
@guard.fresh
def end_hold(number: int) -> ResponseReturnValue:
    """From its page in the administration, or from the tip or case it is on."""
    try:
        with current.services().database.transaction() as tx:
            hold = read(tx, number)
            holds.end(tx, current.actor(), hold, purposes.said_in_form())
            where = holds.names(tx, [hold])[hold.id]
    except TiplineError as fault:
        return _page(fault, number)
    notices.keep(
        Notice(gettext("The hold on %(name)s has ended. Rules of retention apply again.", name=where))
    )
    return redirect(HERE, 303)


def read(tx: Transaction, number: int) -> Hold:
    """A hold on a case that does not exist for this person does not exist either."""
    hold = holds.read_hold(tx, number)
    if hold.case_id is not None:
        cases.read_case(tx, tx.get_one(Case, hold.case_id).number, current.actor())
    return hold


def _page(fault: TiplineError | None = None, of: int = 0) -> Response:
    with current.services().database.reading() as tx:
        rows = holds.list_all(tx)
        return tabs.show(
            "holds", fault=fault, holds=rows, names=holds.names(tx, rows), of=of if fault else 0,
            people={one.username: one.display_name for one in accounts.list_accounts(tx)},
            asked=purposes.prompt("hold-end"), notice=notices.take(),
            asked_again=purposes.refused("hold-end", fault) if fault else None,
        )  # fmt: skip

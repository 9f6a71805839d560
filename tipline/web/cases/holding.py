"""A legal hold on a case: from then on nothing of any of its tips is deleted."""

from __future__ import annotations

from tipline.db import Transaction
from tipline.domain import cases, erasures, holds
from tipline.domain.cases import Case
from tipline.web import guard, purposes
from tipline.web.cases import blueprint, pages
from tipline.web.cases.doing import act
from tipline.web.current import actor
from tipline.web.review.notices import Notice
from tipline.web.review.saying import gettext


@blueprint.post("/desk/cases/<number>/hold")
@guard.staff("hold:set")
@act("hold", pages.show)
def hold_case(tx: Transaction, case: Case) -> Notice:
    """Also of tips that are linked later; what was about to go is called off."""
    holds.set_on_case(tx, actor(), case.id, purposes.said_in_form())
    cases.touch(case)
    stopped = erasures.stop_impossible(tx, actor())
    if stopped:
        return Notice(gettext("Legal hold set. Erasures that were waiting are called off."))
    return Notice(gettext("Legal hold set on the case and all its tips."))

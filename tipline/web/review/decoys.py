"""Marking a tip as a decoy: an administrator's act, seen by administrators alone."""

from __future__ import annotations

from flask import redirect, request
from flask.typing import ResponseReturnValue

from tipline.db import Transaction
from tipline.domain import alerts, rights
from tipline.domain.tips import Tip
from tipline.web import current, guard
from tipline.web.review import blueprint, notices, pages
from tipline.web.review.notices import Notice
from tipline.web.review.saying import gettext


@blueprint.post("/desk/tips/<reference>/decoy")
@guard.staff("decoy:set")
@guard.fresh
def mark_decoy(reference: str) -> ResponseReturnValue:
    wanted = request.form.get("decoy") == "1"
    with current.services().database.transaction() as tx:
        tip = pages.read(tx, reference)
        alerts.set_decoy(tx, current.services().key, current.actor(), tip, wanted)
    said = (
        gettext("%(reference)s is a decoy now: whoever opens its contact details raises an alert.",
                reference=tip.reference)
        if wanted
        else gettext("%(reference)s is no decoy any more.", reference=tip.reference)
    )  # fmt: skip
    notices.keep(Notice(said))
    return redirect(f"/desk/tips/{tip.reference}", 303)


def of(tx: Transaction, tip: Tip) -> bool | None:
    """Whether it is one; None for everybody who is not to know."""
    if not rights.may(current.actor(), "decoy:set"):
        return None
    return alerts.is_decoy(tx, current.services().key, tip.reference)

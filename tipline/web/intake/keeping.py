"""How long the tip is kept, in its provider's words; the wish to have it deleted; what is left then.

Whether a legal hold stands is not told: nobody under suspicion should learn of it from here.
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from tipline.db import Transaction
from tipline.domain import due, erasures, tips
from tipline.domain.actors import reporter
from tipline.domain.erasures import Erasure
from tipline.domain.tips import Tip
from tipline.errors import TiplineError
from tipline.web import current, guard, limiting
from tipline.web.intake import blueprint, pages


class Kept(NamedTuple):
    """`state` is open, until, long, asked, or going; `at` the day of `until` and `going`."""

    state: str
    at: datetime | None
    days: int | None
    may_ask: bool


@blueprint.post("/status/erasure")
@guard.reporter
def ask_erasure() -> ResponseReturnValue:
    """Officers see the wish, and have to answer it."""
    from tipline.web.intake import status  # which shows what this module tells

    tip = current.reporter_tip()
    words = request.form.get("reason", "")
    try:
        limiting.spend(limiting.MESSAGES)
        with current.services().database.transaction() as tx:
            erasures.ask(tx, reporter(tip.reference), tips.read_tip(tx, tip.reference), words)
    except TiplineError as fault:
        return pages.refusal(status.status_page(tip, pages.faults_of(fault)), fault)
    return redirect(url_for("intake.show_status", _anchor="kept"), 303)


def tell(tx: Transaction, tip: Tip) -> Kept:
    """What the status page says of it."""
    row, until = erasures.find_open(tx, tip.id), due.of(tx, tip)
    if row is not None and row.state != "asked":
        return Kept("going", row.due_at, until.days, may_ask=False)
    if row is not None and row.is_of_reporter:
        return Kept("asked", row.asked_at, until.days, may_ask=False)
    if until.state == "due":
        return Kept("until", until.at, until.days, may_ask=row is None)
    if until.state == "open" and until.days:
        return Kept("open", None, until.days, may_ask=row is None)
    return Kept("long", None, until.days, may_ask=row is None)


def gone(tip: Tip) -> ResponseReturnValue:
    """The receipt code still opens; it opens this."""
    with current.services().database.reading() as tx:
        row = erasures.find_last(tx, tip.id)
    return pages.render("erased", tip=tip, why=_why(row), days=row.days if row else None, faults={})


def _why(row: Erasure | None) -> str:
    if row is None or row.rule:
        return "rule"
    return "wish" if row.is_of_reporter else "station"

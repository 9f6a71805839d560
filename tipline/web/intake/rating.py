"""How the reporter was served: one tap, and a second that says why."""

from __future__ import annotations

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from tipline.domain import ratings, tips
from tipline.domain.actors import reporter
from tipline.errors import TiplineError
from tipline.web import current, guard, limiting
from tipline.web.intake import blueprint, pages


@blueprint.post("/status/rating")
@guard.reporter
def rate() -> ResponseReturnValue:
    """`verdict` is 1 or -1; `words`, where they are sent, take the place of those before."""
    from tipline.web.intake import status  # which shows what came of it

    tip = current.reporter_tip()
    try:
        current.require_in_person()
        limiting.spend_words(tip.reference)
        verdict = _verdict(request.form.get("verdict", ""))
        with current.services().database.transaction() as tx:
            fresh = tips.read_tip(tx, tip.reference)
            # A first tap says nothing of why; a verdict turned round takes its old reason along.
            kept = fresh.rating_words if verdict == fresh.rating else ""
            ratings.rate(tx, reporter(tip.reference), fresh, verdict, request.form.get("words", kept))
    except TiplineError as fault:
        return pages.refusal(status.status_page(tip, pages.faults_of(fault)), fault)
    return redirect(url_for("intake.show_status", _anchor="rating"), 303)


def _verdict(typed: str) -> int:
    return int(typed) if typed in ("1", "-1") else 0

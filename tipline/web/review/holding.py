"""A legal hold on a tip, and the wish to erase it, which another person decides."""

from __future__ import annotations

from flask.typing import ResponseReturnValue

from tipline.db import Transaction
from tipline.domain import erasures, holds, tips
from tipline.domain.tips import Tip
from tipline.errors import TiplineError
from tipline.web import current, guard, purposes
from tipline.web.review import acts, blueprint, pages
from tipline.web.review.notices import Notice
from tipline.web.review.saying import gettext


@blueprint.post("/desk/tips/<reference>/hold")
@guard.staff("hold:set")
@acts.act("hold")
def hold_tip(tx: Transaction, tip: Tip) -> Notice:
    """Nothing of the tip is deleted until the hold is ended; what was about to go is called off."""
    holds.set_on_tip(tx, current.actor(), tip.id, purposes.said_in_form())
    tips.touch(tip)
    stopped = erasures.stop_impossible(tx, current.actor())
    if stopped:
        return Notice(gettext("Legal hold set. The erasure that was waiting is called off."))
    return Notice(gettext("Legal hold set. Nothing of this tip is deleted until it is ended."))


@blueprint.post("/desk/tips/<reference>/erasure")
@guard.staff("erasure:ask")
def ask_erasure(reference: str) -> ResponseReturnValue:
    """The first of two persons."""
    services, actor = current.services(), current.actor()
    try:
        with (
            erasures.told_when_held(services.database, actor, reference.upper()),
            services.database.transaction() as tx,
        ):
            erasures.ask(tx, actor, pages.read(tx, reference), purposes.said_in_form())
    except TiplineError as fault:
        if fault.code in ("tip:not-found", "tip:erased"):
            raise
        return pages.refuse(reference, "erasure", fault)
    said = gettext("Asked for. A supervisor or administrator other than you decides.")
    return acts.done(reference, Notice(said))

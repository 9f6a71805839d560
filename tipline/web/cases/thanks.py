"""Telling tip providers of a case that their footage was used, each in the language of the report."""

from __future__ import annotations

from typing import Any

from flask import request
from flask.typing import ResponseReturnValue

from tipline import i18n
from tipline.db import Transaction
from tipline.domain import thanks
from tipline.domain.cases import Case
from tipline.errors import N_
from tipline.web import current, guard
from tipline.web.cases import blueprint, frame
from tipline.web.cases.doing import act
from tipline.web.review.notices import Notice
from tipline.web.review.saying import ngettext

USED = N_(
    "Thank you. What you sent was used in an investigation that is now closed. Your help made a difference."
)


@blueprint.get("/desk/cases/<number>/thanks")
@guard.staff("case:act")
def thanks_form(number: str) -> ResponseReturnValue:
    return show(number)


def show(number: str, **refusal: Any) -> ResponseReturnValue:
    return frame.show(number, "", "cases/thanks.html", _offered, **refusal)


def _offered(tx: Transaction, row: Case) -> dict[str, Any]:
    """Who can be told, and the words for each language among them."""
    told = thanks.list_told(tx, row)
    reachable = thanks.list_reachable(tx, row)
    sent_back = request.method == "POST"
    chosen = set(request.form.getlist("tip")) if sent_back else {one.reference for one in reachable} - told
    languages = [one for one in i18n.NAMES if any(tip.language == one for tip in reachable)]
    texts = {one: request.form.get(f"text-{one}", i18n.say(one, USED)) for one in languages}
    return {
        "reachable": reachable,
        "told": told,
        "chosen": chosen,
        "texts": texts,
        "language_names": i18n.NAMES,
        "language_tags": i18n.HTML_LANG,
    }


@blueprint.post("/desk/cases/<number>/thanks")
@guard.staff("case:act")
@act("thanks", show)
def tell(tx: Transaction, case: Case) -> Notice:
    texts = {one: request.form.get(f"text-{one}", "") for one in i18n.NAMES}
    reached = thanks.tell(tx, current.actor(), case, request.form.getlist("tip"), texts)
    return Notice(
        ngettext("%(num)s tip provider was told.", "%(num)s tip providers were told.", len(reached))
    )

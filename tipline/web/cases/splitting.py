"""Parting tips of a case into a new one of their own."""

from __future__ import annotations

from typing import Any

from flask import request
from flask.typing import ResponseReturnValue

from tipline.db import Transaction
from tipline.domain import clock, splitting
from tipline.domain.cases import Case
from tipline.errors import TiplineError
from tipline.web import current, guard
from tipline.web.cases import blueprint, frame, pages
from tipline.web.cases.doing import after
from tipline.web.review.notices import Notice, offered
from tipline.web.review.saying import gettext


@blueprint.get("/desk/cases/<number>/split")
@guard.staff("case:act")
def split_form(number: str) -> ResponseReturnValue:
    return show(number)


def show(number: str, **refusal: Any) -> ResponseReturnValue:
    return frame.show(number, "", "cases/split.html", _offered, **refusal)


def _offered(tx: Transaction, row: Case) -> dict[str, Any]:
    return {**pages.linked(tx, row), "chosen": request.values.getlist("tip")}


@blueprint.post("/desk/cases/<number>/split")
@guard.staff("case:act")
def split(number: str) -> ResponseReturnValue:
    form = request.form
    try:
        with current.services().database.transaction() as tx:
            new = splitting.split(
                tx, current.actor(), frame.read(tx, number), form.getlist("tip"), form.get("title", ""),
                form.get("reason", ""), year=current.local(clock.now()).year,
            )  # fmt: skip
            text = gettext("Case %(case)s opened with the chosen tips.", case=new.number)
            notice = offered(tx, Notice(text))
    except TiplineError as fault:
        return show(number, **frame.refusal("split", fault))
    return after(f"/desk/cases/{new.number}", notice)

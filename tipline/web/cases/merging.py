"""Merging a case into another one: choose it, see what will move, say why."""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template, request
from flask.typing import ResponseReturnValue

from tipline.db import Transaction
from tipline.domain import cases, merging
from tipline.domain.cases import Case
from tipline.errors import TiplineError
from tipline.web import current, guard
from tipline.web.cases import blueprint, frame
from tipline.web.cases.doing import after
from tipline.web.review.notices import Notice, offered
from tipline.web.review.saying import gettext

CHOICES = 8


@blueprint.get("/desk/cases/<number>/merge")
@guard.staff("case:act")
def merge_form(number: str) -> ResponseReturnValue:
    return show(number)


def show(number: str, **refusal: Any) -> ResponseReturnValue:
    return frame.show(number, "", "cases/merge.html", _offered, **refusal)


def _offered(tx: Transaction, row: Case) -> dict[str, Any]:
    """Open cases that fit what was typed; of the one that was chosen, what would move there."""
    typed = (request.values.get("number") or "").strip()[:100]
    chosen = (request.values.get("into") or "").strip()
    into: Case | None = None
    unknown = ""
    if chosen:
        try:
            into = cases.read_case(tx, chosen, current.actor())
        except TiplineError:
            unknown = chosen
    return {
        "choices": [one for one in _open_cases(tx, typed) if one.id != row.id],
        "typed_number": typed,
        "into": into if into is not None and into.id != row.id else None,
        "unknown": unknown,
        "preview": merging.preview(tx, row, into) if into is not None and into.id != row.id else None,
    }


def _open_cases(tx: Transaction, typed: str) -> list[Case]:
    return cases.list_cases(tx, current.actor(), state="open", q=typed, limit=CHOICES + 1)


@blueprint.get("/desk/case-targets")
@guard.staff("case:read")
def targets() -> ResponseReturnValue:
    """Open cases that fit what is typed, as choices of the form that merges."""
    typed = request.args.get("number", "").strip()[:100]
    besides = request.args.get("besides", "")
    with current.services().database.reading() as tx:
        found = [one for one in _open_cases(tx, typed) if one.number != besides]
        chosen = request.args.get("into", "")
        return render_template("cases/merge_choices.html", choices=found, chosen=chosen, words=typed)


@blueprint.post("/desk/cases/<number>/merge")
@guard.staff("case:act")
def merge(number: str) -> ResponseReturnValue:
    form = request.form
    try:
        with current.services().database.transaction() as tx:
            source = frame.read(tx, number)
            into = cases.read_case(tx, form.get("into", ""), current.actor())
            merging.merge(tx, current.actor(), source, into, form.get("reason", ""))
            text = gettext("%(case)s was merged into %(into)s.", case=source.number, into=into.number)
            notice = offered(tx, Notice(text))
    except TiplineError as fault:
        if fault.code == "case:not-found" and not form.get("into"):
            return redirect(f"/desk/cases/{number}/merge", 303)
        return show(number, **frame.refusal("merge", fault))
    return after(f"/desk/cases/{into.number}", notice)

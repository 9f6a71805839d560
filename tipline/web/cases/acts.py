"""What staff do to a case: open it, correct it, close and reopen it, take a link back. Plain forms."""

from __future__ import annotations

from flask import redirect, request
from flask.typing import ResponseReturnValue

from tipline.domain import cases, clock, links, tips
from tipline.errors import TiplineError
from tipline.web import current, guard
from tipline.web.cases import blueprint, pages
from tipline.web.review import notices
from tipline.web.review.acts import offered
from tipline.web.review.notices import Notice
from tipline.web.review.saying import gettext


@blueprint.post("/desk/cases")
@guard.staff("case:act")
def open_case() -> ResponseReturnValue:
    form = request.form
    try:
        with current.services().database.transaction() as tx:
            case = cases.open_case(
                tx, current.actor(), form.get("title", ""), summary=form.get("summary", ""),
                year=current.local(clock.now()).year,
            )  # fmt: skip
    except TiplineError as fault:
        failed, notice, status = pages.refusal("open", fault)
        return pages.show_list(failed=failed, notice=notice, status=status)
    notices.keep(Notice(gettext("Case %(case)s opened.", case=case.number)))
    return redirect(f"/desk/cases/{case.number}", 303)


@blueprint.post("/desk/cases/<number>/change")
@guard.staff("case:act")
def change(number: str) -> ResponseReturnValue:
    form = request.form
    return _act(
        number, "change", gettext("Corrections saved."), title=form.get("title"), summary=form.get("summary")
    )


@blueprint.post("/desk/cases/<number>/state")
@guard.staff("case:act")
def move(number: str) -> ResponseReturnValue:
    """Close with a reason, or open again."""
    state = request.form.get("state", "")
    if not request.form.get("reason", "").strip():
        fault = TiplineError("link:reason-needed", fields={"reason": "link:reason-needed"})
        failed, notice, status = pages.refusal("state", fault)
        return pages.show(number, failed=failed, notice=notice, status=status)
    words = gettext("Case closed.") if state == "closed" else gettext("Case opened again.")
    return _act(number, "state", words, state=state, reason=request.form["reason"])


@blueprint.post("/desk/cases/<number>/links/<reference>/end")
@guard.staff("case:act")
def unlink(number: str, reference: str) -> ResponseReturnValue:
    try:
        with current.services().database.transaction() as tx:
            case, tip = cases.read_case(tx, number, current.actor()), tips.read_tip(tx, reference)
            links.unlink(tx, current.actor(), case, tip, request.form.get("reason", ""))
            notice = offered(tx, Notice(gettext("Link of %(tip)s taken back.", tip=tip.reference)))
    except TiplineError as fault:
        if fault.code in ("case:not-found", "tip:not-found"):
            raise
        failed, notice, status = pages.refusal(f"unlink-{reference}", fault)
        return pages.show(number, failed=failed, notice=notice, status=status)
    notices.keep(notice)
    return redirect(f"/desk/cases/{case.number}", 303)


def _act(number: str, form: str, words: str, **values: str | None) -> ResponseReturnValue:
    """Change the case as the person saw it."""
    try:
        with current.services().database.transaction() as tx:
            case = cases.read_case(tx, number, current.actor())
            cases.require_version(case, _version())
            cases.change(tx, current.actor(), case, **values)
            notice = offered(tx, Notice(words))
    except TiplineError as fault:
        if fault.code == "case:not-found":
            raise
        failed, notice, status = pages.refusal(form, fault)
        return pages.show(number, failed=failed, notice=notice, status=status)
    notices.keep(notice)
    return redirect(f"/desk/cases/{case.number}", 303)


def _version() -> int:
    """The version the form was drawn on; a form without one was not drawn by us."""
    typed = request.form.get("version", "")
    return int(typed) if typed.isdecimal() and len(typed) < 10 else -1

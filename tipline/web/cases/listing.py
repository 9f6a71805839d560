"""The list of all cases that the reader may see, and the form that opens one."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue

from tipline.domain import accounts, cases, clock, links, members
from tipline.errors import TiplineError
from tipline.web import current, guard
from tipline.web.cases import blueprint, frame
from tipline.web.cases.refused import Failed
from tipline.web.review import notices
from tipline.web.review.notices import Notice, offered
from tipline.web.review.saying import gettext

A_PAGE = 50


@blueprint.get("/desk/cases")
@guard.staff("case:read")
def case_list() -> ResponseReturnValue:
    return show_list()


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
            notice = offered(tx, Notice(gettext("Case %(case)s opened.", case=case.number)))
            number = case.number
    except TiplineError as fault:
        return show_list(**frame.refusal("open", fault))
    notices.keep(notice)
    return redirect(f"/desk/cases/{number}", 303)


def show_list(
    *, failed: Failed | None = None, notice: Notice | None = None, status: int = 200
) -> ResponseReturnValue:
    state = request.args.get("state", "open")
    words = request.args.get("q", "").strip()[:200]
    before = request.args.get("before", "")
    viewer = current.actor()
    with current.services().database.reading() as tx:
        found = cases.list_cases(
            tx, viewer, state=None if state == "all" else state, q=words, limit=A_PAGE + 1,
            before=int(before) if before.isdecimal() and len(before) < 18 else None,
        )  # fmt: skip
        shown = found[:A_PAGE]
        page = render_template(
            "cases/list.html",
            cases=shown,
            tips=links.count_tips(tx, [one.id for one in shown]),
            people=accounts.names(tx, {one.lead_id for one in shown if one.lead_id}),
            assisting=members.list_assisting(tx, shown),
            state=state,
            words_typed=words,
            next_url=_older(state, words, shown[-1].id) if len(found) > A_PAGE else None,
            open_count=cases.count_open(tx, viewer),
            failed=failed or Failed(),
            notice=notice or notices.take(),
        )
    return make_response(page, status)


def _older(state: str, words: str, before: int) -> str:
    query = {"state": state, "q": words, "before": before}
    return "/desk/cases?" + urlencode({name: value for name, value in query.items() if value})

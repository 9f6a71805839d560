"""Tabs of a case: overview, tips, log. The others have modules of their own."""

from __future__ import annotations

from datetime import date
from typing import Any, NamedTuple

from flask import redirect, render_template, request
from flask.typing import ResponseReturnValue

from tipline.db import Transaction
from tipline.domain import chronology, clock, exhibits, links, merging, tasks, thanks, triage
from tipline.domain.cases import OUTCOMES, Case
from tipline.domain.links import Link
from tipline.domain.tips import Tip
from tipline.domain.triage import Row
from tipline.web import current, guard
from tipline.web.api.cases import cursor_number
from tipline.web.cases import blueprint, frame
from tipline.web.review import history, notices
from tipline.web.review.notices import Notice
from tipline.web.review.saying import gettext

NEWEST = 8
LOG_PAGE = 100
TIPS_PAGE = 50


class Linked(NamedTuple):
    """A tip of the case with what its row shows, and its place in the numbering."""

    place: int
    link: Link
    row: Row


@blueprint.get("/desk/cases/<number>")
@guard.staff("case:read")
def case(number: str) -> ResponseReturnValue:
    """The overview; the number of a case that was merged leads on to where it went."""
    with current.reading() as tx:
        row = frame.read(tx, number)
        into = tx.get(Case, row.merged_into_id) if row.merged_into_id else None
        if into is not None and "stay" not in request.args:
            text = gettext("%(case)s was merged into %(into)s.", case=row.number, into=into.number)
            notices.keep(Notice(text))
            return redirect(f"/desk/cases/{into.number}", 303)
        return show(number)


def show(number: str, **refusal: Any) -> ResponseReturnValue:
    return frame.show(number, "", "cases/overview.html", overview, **refusal)


def overview(tx: Transaction, row: Case) -> dict[str, Any]:
    waiting = [one for one in tasks.list_of(tx, row) if one.done_at is None]
    return {
        "newest": history.of_case(tx, row.number, limit=NEWEST),
        "waiting": waiting[:NEWEST],
        "outcomes": OUTCOMES,
        "merged_here": merging.list_merged(tx, row),
        "untold": _untold(tx, row),
        "today": today(),
    }


def _untold(tx: Transaction, row: Case) -> int:
    """How many tip providers of a closed case could be told that their footage was used."""
    if row.state != "closed" or row.merged_into_id:
        return 0
    told = thanks.list_told(tx, row)
    return sum(tip.reference not in told for tip in thanks.list_reachable(tx, row))


@blueprint.get("/desk/cases/<number>/tips")
@guard.staff("case:read")
def tips(number: str) -> ResponseReturnValue:
    return show_tips(number)


def show_tips(number: str, **refusal: Any) -> ResponseReturnValue:
    return frame.show(number, "tips", "cases/tips.html", linked, **refusal)


def linked(tx: Transaction, row: Case) -> dict[str, Any]:
    """In the order they were linked, a page at a time."""
    place = exhibits.places(tx, row)
    standing = sorted(links.list_tips_of(tx, row), key=lambda one: place[one[1].id])
    after = cursor_number(request.args.get("after", "")) or _before_refused(standing, place)
    rest = [one for one in standing if place[one[1].id] > after]
    shown = rest[:TIPS_PAGE]
    rows = {one.tip.id: one for one in triage.rows_of(tx, [tip for _link, tip in shown], current.actor())}
    return {
        "linked": [Linked(place[tip.id], link, rows[tip.id]) for link, tip in shown],
        "ended": links.list_ended(tx, row),
        "is_first": not after,
        "next_after": place[shown[-1][1].id] if len(rest) > len(shown) else None,
    }


def _before_refused(standing: list[tuple[Link, Tip]], place: dict[int, int]) -> int:
    """The page on which a link is whose form was refused: behind which place it begins."""
    named = (request.view_args or {}).get("reference", "")
    at = next((at for at, (_, tip) in enumerate(standing) if tip.reference == named), 0)
    page = at // TIPS_PAGE * TIPS_PAGE
    return place[standing[page - 1][1].id] if page else 0


@blueprint.get("/desk/cases/<number>/span")
@guard.staff("case:read")
def span(number: str) -> ResponseReturnValue:
    """When the first and the last of its footage was; asked for by the overview once it is shown."""
    with current.services().database.reading() as tx:
        row = frame.read(tx, number)
        return render_template("cases/span.html", span=chronology.span(tx, row, current.zone()))


@blueprint.get("/desk/cases/<number>/log")
@guard.staff("case:read")
def log(number: str) -> ResponseReturnValue:
    return frame.show(number, "log", "cases/log.html", _logged)


def _logged(tx: Transaction, row: Case) -> dict[str, Any]:
    before = cursor_number(request.args.get("before", ""))
    found = history.of_case(tx, row.number, before=before, limit=LOG_PAGE + 1)
    older = found[LOG_PAGE - 1].seq if len(found) > LOG_PAGE else None
    return {"history": found[:LOG_PAGE], "older": older, "is_first": before is None}


def today() -> date:
    """The day it is at the station."""
    return current.local(clock.now()).date()

"""Cases for programs of the desk, and the links to their tips."""

from __future__ import annotations

from typing import Any

from apiflask import APIBlueprint

from tipline.db import Transaction
from tipline.domain import cases, clock, links, members
from tipline.domain.cases import Case
from tipline.errors import TiplineError
from tipline.web import current, guard
from tipline.web.api import desk_shapes, versions
from tipline.web.api.case_models import (
    CaseChange,
    CaseOpened,
    CasesPage,
    CasesQuery,
    DeskCase,
    LinkEnded,
    LinkMade,
)

blueprint = APIBlueprint("api_cases", __name__, url_prefix="/api/v1/cases", tag="Cases")


@blueprint.get("")
@guard.staff("case:read")
@blueprint.input(CasesQuery, location="query")
@blueprint.output(CasesPage)
def list_cases(query_data: CasesQuery) -> dict[str, Any]:
    """Cases, newest first."""
    if query_data.state and query_data.state not in cases.STATES:
        raise TiplineError("case:state-unknown", fields={"state": "case:state-unknown"})
    before = cursor_number(query_data.cursor)
    with current.services().database.reading() as tx:
        found = cases.list_cases(
            tx,
            current.actor(),
            state=query_data.state,
            q=query_data.q,
            before=before,
            limit=query_data.limit + 1,
        )
        shown = found[: query_data.limit]
        rest = len(found) > len(shown)
        return {"items": desk_shapes.cases(tx, shown), "next_cursor": str(shown[-1].id) if rest else None}


def cursor_number(cursor: str) -> int | None:
    """The row a page begins behind; raises cursor:unclear."""
    if not cursor:
        return None
    if not cursor.isascii() or not cursor.isdigit() or len(cursor) > 18:
        raise TiplineError("cursor:unclear")
    return int(cursor)


@blueprint.post("")
@guard.staff("case:act")
@blueprint.input(CaseOpened)
@blueprint.output(DeskCase, 201)
def post_case(json_data: CaseOpened) -> Any:
    """Open a case; its number is given by us."""
    year = current.local(clock.now()).year
    with current.services().database.transaction() as tx:
        case = cases.open_case(tx, current.actor(), json_data.title, summary=json_data.summary, year=year)
        headers = {**versions.etag(case.version), "Location": f"{blueprint.url_prefix}/{case.number}"}
        return desk_shapes.case(tx, case), 201, headers


@blueprint.get("/<number>")
@guard.staff("case:read")
@blueprint.output(DeskCase)
def get_case(number: str) -> Any:
    """The case and its tips, in the order they were linked."""
    with current.services().database.reading() as tx:
        return _told(tx, cases.read_case(tx, number, current.actor()))


@blueprint.patch("/<number>")
@guard.staff("case:act")
@blueprint.input(CaseChange)
@blueprint.output(DeskCase)
def patch_case(number: str, json_data: CaseChange) -> Any:
    """Change title, summary, state, outcome or access. If-Match is honoured when it is sent."""
    with current.services().database.transaction() as tx:
        case = cases.read_case(tx, number, current.actor())
        stands = {name: getattr(case, name) for name in ("title", "summary", "state", "outcome", "access")}
        wanted = json_data.model_dump(exclude_none=True)
        versions.asked(case.version, changed="case:changed", wanted=wanted, stands=stands)
        if json_data.access is not None:
            members.set_access(tx, current.actor(), case, json_data.access)
        cases.change(tx, current.actor(), case, **json_data.model_dump(exclude={"access"}))
        return _told(tx, case)


@blueprint.post("/<number>/links")
@guard.staff("case:act")
@blueprint.input(LinkMade)
@blueprint.output(DeskCase, 201)
def post_link(number: str, json_data: LinkMade) -> Any:
    """Link a tip to the case. 409 if it is linked already or the case is closed."""
    with current.services().database.transaction() as tx:
        case = cases.read_case(tx, number, current.actor())
        tip = desk_shapes.read_tip(tx, json_data.tip)
        links.link(tx, current.actor(), case, tip, json_data.reason)
        return desk_shapes.case(tx, case), 201, versions.etag(case.version)


@blueprint.delete("/<number>/links/<tip>")
@guard.staff("case:act")
@blueprint.input(LinkEnded)
@blueprint.output({}, 204)
def delete_link(number: str, tip: str, json_data: LinkEnded) -> str:
    """Take a link back. Both acts stay in the log."""
    with current.services().database.transaction() as tx:
        case = cases.read_case(tx, number, current.actor())
        links.unlink(tx, current.actor(), case, desk_shapes.read_tip(tx, tip), json_data.reason)
    return ""


def _told(tx: Transaction, case: Case) -> Any:
    return desk_shapes.case(tx, case), 200, versions.etag(case.version)

"""Search for programs: first the cases, then the tips that hold all the words."""

from __future__ import annotations

from typing import Any

from apiflask import APIBlueprint

from tipline.db import Transaction
from tipline.domain import cases, filters, triage
from tipline.domain.cases import Case
from tipline.domain.tips import Tip
from tipline.errors import TiplineError
from tipline.web import current, guard
from tipline.web.api.cases import cursor_number
from tipline.web.api.desk_models import SearchPage, SearchQuery
from tipline.web.api.desk_shapes import EXCERPT

blueprint = APIBlueprint("api_search", __name__, url_prefix="/api/v1", tag="Search")


@blueprint.get("/search")
@guard.staff("tip:read")
@blueprint.input(SearchQuery, location="query")
@blueprint.output(SearchPage)
def search(query_data: SearchQuery) -> dict[str, Any]:
    """Cases by title and number, tips by text, place, messages, notes and file names."""
    kind, _, cursor = query_data.cursor.partition(".")
    if kind not in ("", "case", "tip"):
        raise TiplineError("cursor:unclear")
    hits: list[dict[str, Any]] = []
    follows = None
    with current.services().database.reading() as tx:
        if query_data.kind != "tip" and kind != "tip":
            hits, follows = _cases(tx, query_data.q, cursor, query_data.limit)
            cursor = ""
        if query_data.kind != "case" and follows is None:
            if len(hits) == query_data.limit:
                follows = "tip."
            else:
                more, follows = _tips(tx, query_data.q, cursor, query_data.limit - len(hits))
                hits += more
    return {"items": hits, "next_cursor": follows}


def _cases(tx: Transaction, q: str, cursor: str, limit: int) -> tuple[list[dict[str, Any]], str | None]:
    found = cases.list_cases(tx, current.actor(), q=q, before=cursor_number(cursor), limit=limit + 1)
    shown = found[:limit]
    return [_case(one) for one in shown], f"case.{shown[-1].id}" if len(found) > limit else None


def _tips(tx: Transaction, q: str, cursor: str, limit: int) -> tuple[list[dict[str, Any]], str | None]:
    page = triage.list_queue(tx, filters.Filter(state="all", q=q), cursor=cursor, limit=limit)
    return [_tip(row.tip) for row in page.rows], f"tip.{page.next_cursor}" if page.next_cursor else None


def _case(one: Case) -> dict[str, Any]:
    return {
        "kind": "case",
        "id": one.number,
        "title": one.title,
        "at": one.opened_at,
        "url": f"/desk/cases/{one.number}",
    }


def _tip(one: Tip) -> dict[str, Any]:
    return {
        "kind": "tip",
        "id": one.reference,
        "title": (one.text or one.place)[:EXCERPT],
        "at": one.received_at,
        "url": f"/desk/tips/{one.reference}",
    }

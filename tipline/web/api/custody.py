"""The custody log for programs: entries as they were hashed, so that anybody can check the chain."""

from __future__ import annotations

from typing import Any

from apiflask import APIBlueprint

from tipline.domain import cases, custody, policy
from tipline.web import current, guard
from tipline.web.api import desk_shapes
from tipline.web.api.cases import cursor_number
from tipline.web.api.desk_models import CustodyPage, CustodyQuery

blueprint = APIBlueprint("api_custody", __name__, url_prefix="/api/v1", tag="Custody")


@blueprint.get("/custody")
@guard.staff("custody:read")
@blueprint.input(CustodyQuery, location="query")
@blueprint.output(CustodyPage)
def list_custody(query_data: CustodyQuery) -> dict[str, Any]:
    """Entries in the order they were written.

    Those of a case that is open to its members alone, and of its tips, are told to whoever may see it; `seq`
    shows the gap.
    """
    after = cursor_number(query_data.cursor) or 0
    with current.services().database.reading() as tx:
        found = custody.list_of(
            tx,
            subject=query_data.subject,
            tip=query_data.tip.upper(),
            after=after,
            limit=query_data.limit + 1,
            without=cases.hidden_subjects(current.actor()),
            closed=policy.closed_references(current.actor()),
        )
    shown = found[: query_data.limit]
    rest = len(found) > len(shown)
    return {
        "items": [desk_shapes.custody(one) for one in shown],
        "next_cursor": str(shown[-1].seq) if rest else None,
    }

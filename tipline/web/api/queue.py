"""The evidence queue for programs."""

from __future__ import annotations

from typing import Any

from apiflask import APIBlueprint

from tipline.domain import retention, triage
from tipline.domain.filters import Filter
from tipline.web import current, guard
from tipline.web.api import desk_shapes
from tipline.web.api.desk_models import QueuePage, QueueQuery

blueprint = APIBlueprint("api_queue", __name__, url_prefix="/api/v1", tag="Queue")


@blueprint.get("/queue")
@guard.staff("tip:read")
@blueprint.input(QueueQuery, location="query")
@blueprint.output(QueuePage)
def list_queue(query_data: QueueQuery) -> dict[str, Any]:
    """Tips, newest first unless `order` says otherwise.

    Without `state` only those that wait for somebody.
    """
    asked = query_data.model_dump(exclude={"cursor", "limit"})
    with current.services().database.reading() as tx:
        rules = retention.rules_of(tx) if query_data.due else {}
        wanted = Filter(**asked, reader=current.staff().id, zone=current.zone(), rules=rules)
        page = triage.list_queue(
            tx, wanted, cursor=query_data.cursor, limit=query_data.limit, viewer=current.actor()
        )
    return {"items": [desk_shapes.queue_item(row) for row in page.rows], "next_cursor": page.next_cursor}

"""The door for partners' programs: hand tips in, each once, and follow one's own. Nothing else opens to them.

A partner stands in for people who report: custody names it, the receipt code is for those people to keep.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from apiflask import APIBlueprint
from flask import Response, g, request, url_for
from flask_babel import gettext

from tipline import i18n
from tipline.db import Transaction
from tipline.domain import deliveries, evidence, timeline, times, uploads
from tipline.domain.deliveries import Delivery, Named
from tipline.domain.tips import Tip
from tipline.web import current, guard, limiting
from tipline.web.api.cases import cursor_number
from tipline.web.api.desk_models import PageQuery
from tipline.web.api.partner_models import PartnerPage, PartnerTipIn, PartnerTipOut
from tipline.web.api.public import evidence_of, report_of
from tipline.web.api.reporter_models import TipOut

blueprint = APIBlueprint("partner", __name__, url_prefix="/api/v1/partner", tag="Partner")


@blueprint.after_request
def say_repeated(response: Response) -> Response:
    if g.get("repeated"):
        response.headers["Idempotency-Replayed"] = "true"
    return response


@blueprint.post("/tips")
@guard.staff("partner:send")
@blueprint.input(PartnerTipIn)
@blueprint.output(TipOut, 201)
def post_partner_tip(json_data: PartnerTipIn) -> dict[str, Any]:
    """Hand a tip in.

    With `text` it is at the desk at once; without, as soon as its first file has arrived. Files go up by
    tus at `/api/v1/public/uploads` with the `access_token`. Sent again with the same `Idempotency-Key` or
    `external_id`, the same tip is answered again.
    """
    services = current.services()
    limiting.spend(limiting.TIPS, current.actor().user_id)
    report = report_of(json_data)
    named = Named(
        json_data.external_id, request.headers.get("Idempotency-Key", "").strip() or None,
        json_data.model_dump(mode="json"),
    )  # fmt: skip
    with services.database.transaction() as tx:
        made = deliveries.deliver(
            tx, services.key, current.actor(), report, named,
            language=i18n.nearest(report.language) or current.locale(),
            ack_minutes=services.settings.ack_minutes, submit=json_data.text is not None, zone=current.zone(),
        )  # fmt: skip
    g.repeated = not made.is_new
    return {
        "reference": made.tip.reference,
        "receipt_code": made.code,
        "access_token": made.token,
        "status_url": services.settings.base_url
        + url_for("intake.show_status_of", reference=made.tip.reference),
    }


@blueprint.get("/tips")
@guard.staff("partner:send")
@blueprint.input(PageQuery, location="query")
@blueprint.output(PartnerPage)
def list_partner_tips(query_data: PageQuery) -> dict[str, Any]:
    """Your tips, newest first, with the state of each and of its files."""
    before, limit = cursor_number(query_data.cursor), query_data.limit
    with current.services().database.reading() as tx:
        found = deliveries.list_own(tx, current.actor(), before=before, limit=limit + 1)
        shown = found[:limit]
        return {
            "items": [_told(tx, tip, delivery) for tip, delivery in shown],
            "next_cursor": str(shown[-1][0].id) if len(found) > limit else None,
        }


@blueprint.get("/tips/<reference>")
@guard.staff("partner:send")
@blueprint.output(PartnerTipOut)
def get_partner_tip(reference: str) -> dict[str, Any]:
    """One of your tips."""
    with current.services().database.reading() as tx:
        return _told(tx, *deliveries.read_own(tx, current.actor(), reference))


def _told(tx: Transaction, tip: Tip, delivery: Delivery) -> dict[str, Any]:
    files, unfinished = evidence.list_of_reporter(tx, tip), uploads.unfinished(tx, tip)
    status = timeline.status_code(tip, files)
    return {
        "reference": tip.reference,
        "external_id": delivery.external_id,
        "state": tip.state,
        "status": status,
        "status_text": gettext(timeline.STATUS[status]),
        "created_at": _cut(tip, tip.created_at),
        "received_at": _cut(tip, tip.received_at),
        "acknowledged_at": tip.acknowledged_at,
        "evidence": [_file(tip, evidence_of(one, files, unfinished)) for one in files],
    }


def _file(tip: Tip, said: dict[str, Any]) -> dict[str, Any]:
    return {**said, **{name: _cut(tip, said[name]) for name in ("received_at", "expires_at")}}


def _cut(tip: Tip, moment: datetime | None) -> datetime | None:
    """The reporter may go on alone, with the code: by the second in which he did, nobody shall know him."""
    return times.to_the_hour(moment) if moment is not None and tip.anonymous else moment

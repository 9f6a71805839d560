"""The page of one incident, and the parts of it that change while it stands open."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Response, make_response, render_template, request
from flask.typing import ResponseReturnValue

from tipline.db import Transaction
from tipline.domain import (
    accounts,
    beats,
    clock,
    custody,
    evidence,
    incidents,
    messages,
    policy,
    progress,
    referrals,
    renditions,
    rights,
)
from tipline.domain.evidence import Evidence
from tipline.domain.incidents import Incident
from tipline.domain.renditions import Rendition
from tipline.domain.tips import Tip
from tipline.errors import TiplineError
from tipline.web import current, errors, guard
from tipline.web.cases.refused import Failed
from tipline.web.maps import source
from tipline.web.maps.source import Point
from tipline.web.review import gist, handed, history, notices
from tipline.web.review.notices import Notice
from tipline.web.review.saying import gettext
from tipline.web.service import blueprint

TIPS_OPEN = 8  # more of them wait behind a fold
MOST_FILES = 60
MOST_PINS = 200
LOG_LINES = 200
OTHERS = 30


@blueprint.get("/desk/incidents/<reference>")
@guard.staff("incident:read")
def incident(reference: str) -> ResponseReturnValue:
    return show(reference)


@blueprint.get("/desk/incidents/<reference>/live")
@guard.staff("incident:read")
def incident_live(reference: str) -> ResponseReturnValue:
    """What changed since the page was drawn; nothing at all (204) most of the time."""
    with current.services().database.reading() as tx:
        row = incidents.read_incident(tx, reference)
        values = gather(tx, row)
        if values["stand"] == request.args.get("stand"):
            return "", 204
        return render_template("service/incident_live.html", **values)


def show(
    reference: str, *, failed: Failed | None = None, notice: Notice | None = None, status: int = 200
) -> Response:
    """The whole page; for a script that sent a form, only the parts an act may change."""
    template = "incident_answer" if request.headers.get("HX-Request") else "incident"
    with current.services().database.reading() as tx:
        row = incidents.read_incident(tx, reference)
        values = gather(tx, row, failed=failed)
        values["notice"] = notice or notices.take()
        return make_response(render_template(f"service/{template}.html", **values), status)


def refuse(reference: str, form: str, fault: TiplineError) -> Response:
    """The page again, with what was typed and why it was not done."""
    return show(
        reference, failed=Failed.of(form, fault), notice=Notice(errors.sentence(fault), is_fault=True),
        status=errors.status_of(fault),
    )  # fmt: skip


def gather(tx: Transaction, row: Incident, *, failed: Failed | None = None) -> dict[str, Any]:
    """Everything the page and its parts show, in a fixed number of queries."""
    tips = incidents.list_tips(tx, row)
    staff = accounts.list_accounts(tx)
    files = _files(tx, tips)
    stand = f"{row.revision}-{sum(one.revision for one in tips)}"
    return {
        "incident": row,
        "base": f"/desk/incidents/{row.reference}",
        "tips": tips,
        "tips_open": TIPS_OPEN,
        "reporters": incidents.count_tips(tx, [row.id]).get(row.id, 0),
        "waiting": [one for one in tips if incidents.is_waiting(one)],
        "course": list(reversed(progress.list_of(tx, row))),
        "may_withdraw": _may_withdraw,
        "phrases": [gettext(one) for one in progress.PHRASES],
        "helping": handed.rows_of(tx, referrals.list_of_tips(tx, [one.id for one in tips])),
        "files": files,
        "pictures": _pictures(tx, files),
        "file_tips": {one.id: one for one in tips},
        "drawn": _drawn(row, tips),
        "outcomes": incidents.OUTCOMES,
        "others": [one for one in _open_ones(tx) if one.id != row.id],
        "merged_into": tx.get(Incident, row.merged_into_id) if row.merged_into_id else None,
        "people": {one.id: one for one in staff},
        "author_names": {one.username: one.display_name for one in staff},
        "assignable": [one for one in staff if one.active and rights.may(one.actor, "incident:act")],
        "beats": {one.code: one for one in beats.list_beats(tx)},
        "history": history.lines(tx, _log(tx, row)),
        "acting": rights.may(current.actor(), "incident:act"),
        "gist": gist,
        "failed": failed or Failed(),
        "notice": None,
        "stand": stand,
        "live_url": f"/desk/incidents/{row.reference}/live?stand={stand}",
    }


def _log(tx: Transaction, row: Incident) -> list[Any]:
    closed = policy.closed_references(current.actor())
    return custody.list_latest(tx, about=row.subject, limit=LOG_LINES, closed=closed)


def _open_ones(tx: Transaction) -> list[Incident]:
    return incidents.list_incidents(tx, state=incidents.OPEN, limit=OTHERS)


def _files(tx: Transaction, tips: list[Tip]) -> list[Evidence]:
    return evidence.list_of_tips(tx, [one.id for one in tips if one.erased_at is None], MOST_FILES)


def _pictures(tx: Transaction, files: list[Evidence]) -> dict[str, Rendition]:
    """One small picture of each file that has any."""
    telling = {one.id: one.telling_t for one in files if one.telling_t is not None}
    found = renditions.thumbnails(tx, [one.id for one in files], telling)
    return {name: renditions.fewer(many, 1, telling.get(name))[0] for name, many in found.items() if many}


def _drawn(row: Incident, tips: list[Tip]) -> str:
    """The places that reporters and the incident name, as the map draws them."""
    points = []
    if row.lat is not None and row.lon is not None:
        points.append(Point(row.reference, row.lat, row.lon, row.title, "tip", "!"))
    for number, one in enumerate(tips[:MOST_PINS], 1):
        if one.lat is not None and one.lon is not None:
            points.append(Point(one.reference, one.lat, one.lon, one.reference, "shop", str(number)))
    return source.drawn(points) if points else ""


def _may_withdraw(at: datetime, withdrawn_at: datetime | None) -> bool:
    return withdrawn_at is None and clock.now() - at < messages.WITHDRAWN_WITHIN

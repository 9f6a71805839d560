"""All incidents: what is going on, what I handle, what is over. The list renews itself."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from flask import render_template, request
from flask.typing import ResponseReturnValue

from tipline.db import Transaction
from tipline.domain import accounts, alike, beats, clock, incidents, progress
from tipline.web import current, guard
from tipline.web.review import gist, notices
from tipline.web.service import blueprint

A_PAGE = 50
STATES = ("open", "mine", "closed", "all")


@blueprint.get("/desk/incidents")
@guard.staff("incident:read")
def incident_list() -> ResponseReturnValue:
    with current.services().database.reading() as tx:
        return render_template("service/incidents.html", **_gather(tx), notice=notices.take())


@blueprint.get("/desk/incidents/live")
@guard.staff("incident:read")
def incident_list_live() -> ResponseReturnValue:
    """The rows and counts anew, or nothing (204) while none of them changed."""
    with current.services().database.reading() as tx:
        values = _gather(tx)
        if values["stand"] == request.args.get("stand"):
            return "", 204
        return render_template("service/incidents_live.html", **values)


def _gather(tx: Transaction) -> dict[str, Any]:
    state = request.args.get("state", "open")
    state = state if state in STATES else "open"
    words, before = request.args.get("q", "").strip()[:200], request.args.get("before", "")
    me = current.staff().id
    only = {"open": "open", "mine": "open", "closed": "closed", "all": ""}[state]
    found = incidents.list_incidents(
        tx, state=only, lead_id=me if state == "mine" else None, q=words, limit=A_PAGE + 1,
        before=int(before) if before.isdecimal() and len(before) < 18 else None,
    )  # fmt: skip
    shown = found[:A_PAGE]
    ids = [one.id for one in shown]
    counts = incidents.count_tips(tx, ids)
    open_count, my_count = (incidents.count_incidents(tx, state="open", lead_id=one) for one in (None, me))
    groups = gist.offers(tx, alike.waiting_groups(tx)) if state == "open" and not words else []
    figures = [open_count, my_count, len(shown), sum(one.revision for one in shown), sum(counts.values())]
    stand = "-".join(map(str, [*figures, *(one.number for one in groups)]))
    return {
        "incidents": shown,
        "reporters": counts,
        "waiting": incidents.count_waiting(tx, ids),
        "latest": progress.list_latest(tx, ids),
        "people": accounts.names(tx, {one.lead_id for one in shown if one.lead_id}),
        "beats": {one.code: one for one in beats.list_beats(tx)},
        "state": state,
        "words_typed": words,
        "next_url": _address(state, words, shown[-1].id) if len(found) > A_PAGE else None,
        "open_count": open_count,
        "my_count": my_count,
        "gist": gist,
        "groups": groups,
        "now": clock.now(),
        "stand": stand,
        "live_url": f"/desk/incidents/live?{_query(state, words, before, stand)}",
    }


def _address(state: str, words: str, before: int) -> str:
    return "/desk/incidents?" + _query(state, words, before)


def _query(state: str, words: str, before: object, stand: str = "") -> str:
    query = {"state": state, "q": words, "before": before, "stand": stand}
    return urlencode({name: value for name, value in query.items() if value})

"""Alerts: who looked at more than work asks for, or at a decoy. Seen by those who see all cases."""

from __future__ import annotations

from flask import redirect
from flask.typing import ResponseReturnValue

from tipline.domain import accounts, alerts
from tipline.errors import N_
from tipline.web import current, guard
from tipline.web.admin import blueprint, tabs

WORDS = {
    ("alert:volume", "contact:read"): N_("%(number)s looks at contact details within an hour"),
    ("alert:volume", "evidence:download"): N_("%(number)s originals saved within an hour"),
    ("alert:decoy", "contact:read"): N_("Looked at the contact details of a decoy"),
    ("alert:decoy", "evidence:download"): N_("Saved an original of a decoy"),
}


@blueprint.get("/alerts")
@guard.staff("alert:read")
def list_alerts() -> ResponseReturnValue:
    with current.services().database.reading() as tx:
        people = {f"alert:{one.username}": one.display_name for one in accounts.list_accounts(tx)}
        found = alerts.list_latest(tx)
        unseen = alerts.count_unseen(tx, current.actor())
    return tabs.show("alerts", alerts=found, people=people, unseen=unseen, words_of=WORDS)


@blueprint.post("/alerts/seen")
@guard.staff("alert:read")
def see_alerts() -> ResponseReturnValue:
    with current.services().database.transaction() as tx:
        alerts.see(tx, current.actor())
    return redirect("/desk/admin/alerts", 303)

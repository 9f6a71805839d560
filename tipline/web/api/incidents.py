"""Incidents for programs of the desk: what several people report as one thing, and what they are told."""

from __future__ import annotations

from typing import Any

from apiflask import APIBlueprint

from tipline.db import Transaction
from tipline.domain import accounts, acts, apart, concluding, incidents, progress
from tipline.domain.incidents import Incident
from tipline.web import current, guard
from tipline.web.api import desk_shapes
from tipline.web.api.incident_models import (
    IncidentChange,
    IncidentClosing,
    IncidentList,
    IncidentNote,
    IncidentOpening,
    IncidentQuery,
    IncidentTarget,
    IncidentTips,
    IncidentTold,
    NoteSent,
)

blueprint = APIBlueprint("api_incidents", __name__, url_prefix="/api/v1/incidents", tag="Incidents")


@blueprint.get("")
@guard.staff("incident:read")
@blueprint.input(IncidentQuery, location="query")
@blueprint.output(IncidentList)
def list_incidents(query_data: IncidentQuery) -> dict[str, Any]:
    """Incidents, the newest first."""
    state = "" if query_data.state == "all" else query_data.state
    before = int(query_data.cursor) if query_data.cursor.isdecimal() else None
    with current.services().database.reading() as tx:
        found = incidents.list_incidents(tx, state=state, before=before, limit=query_data.limit + 1)
        shown = found[: query_data.limit]
        more = str(shown[-1].id) if len(found) > query_data.limit else None
        return {"items": [_told(tx, one) for one in shown], "next_cursor": more}


@blueprint.post("")
@guard.staff("incident:act")
@blueprint.input(IncidentOpening)
@blueprint.output(IncidentTold, 201)
def open_incident(json_data: IncidentOpening) -> dict[str, Any]:
    """Make one incident of these tips; whoever does handles it."""
    with current.services().database.transaction() as tx, acts.together(tx):
        first, *rest = [desk_shapes.read_tip(tx, one) for one in json_data.tips]
        row = incidents.open_incident(tx, current.actor(), first, title=json_data.title)
        incidents.attach_all(tx, current.actor(), row, rest)
        return _told(tx, row)


@blueprint.get("/<reference>")
@guard.staff("incident:read")
@blueprint.output(IncidentTold)
def get_incident(reference: str) -> dict[str, Any]:
    """One incident, with its course and its tips."""
    with current.services().database.reading() as tx:
        return _told(tx, incidents.read_incident(tx, reference))


@blueprint.patch("/<reference>")
@guard.staff("incident:act")
@blueprint.input(IncidentChange)
@blueprint.output(IncidentTold)
def patch_incident(reference: str, json_data: IncidentChange) -> dict[str, Any]:
    """Correct title or place, or hand it to somebody."""
    said = json_data.model_dump(exclude_unset=True)
    with current.services().database.transaction() as tx, acts.together(tx):
        row = incidents.read_incident(tx, reference)
        if "lead" in said:
            name = said.pop("lead")
            person = accounts.read_assignable(tx, name) if name else None
            incidents.hand_to(tx, current.actor(), row, person.id if person else None, name)
        incidents.change(tx, current.actor(), row, **{one: value or "" for one, value in said.items()})
        return _told(tx, row)


@blueprint.post("/<reference>/acknowledge")
@guard.staff("incident:act")
@blueprint.output(IncidentTold)
def acknowledge(reference: str) -> dict[str, Any]:
    """Tell everyone who reports it that an officer has taken note."""
    with current.services().database.transaction() as tx:
        row = incidents.read_incident(tx, reference)
        incidents.acknowledge(tx, current.actor(), row)
        return _told(tx, row)


@blueprint.post("/<reference>/progress")
@guard.staff("incident:act")
@blueprint.input(NoteSent)
@blueprint.output(IncidentNote, 201)
def post_progress(reference: str, json_data: NoteSent) -> dict[str, Any]:
    """Tell everyone who reports it how it goes. Name nobody: all of them read it."""
    with current.services().database.transaction() as tx:
        row = incidents.read_incident(tx, reference)
        return _note(progress.post(tx, current.actor(), row, json_data.text))


@blueprint.post("/<reference>/tips")
@guard.staff("incident:act")
@blueprint.input(IncidentTips)
@blueprint.output(IncidentTold)
def attach(reference: str, json_data: IncidentTips) -> dict[str, Any]:
    """These tips tell of the same."""
    with current.services().database.transaction() as tx, acts.together(tx):
        row = incidents.read_incident(tx, reference)
        for one in json_data.tips:
            incidents.attach(tx, current.actor(), row, desk_shapes.read_tip(tx, one))
        return _told(tx, row)


@blueprint.delete("/<reference>/tips/<tip>")
@guard.staff("incident:act")
@blueprint.output(IncidentTold)
def detach(reference: str, tip: str) -> dict[str, Any]:
    """The tip tells of something else, and is not offered for this incident again."""
    with current.services().database.transaction() as tx:
        row = incidents.read_incident(tx, reference)
        apart.detach(tx, current.actor(), row, desk_shapes.read_tip(tx, tip))
        return _told(tx, row)


@blueprint.post("/<reference>/merge")
@guard.staff("incident:act")
@blueprint.input(IncidentTarget)
@blueprint.output(IncidentTold)
def merge(reference: str, json_data: IncidentTarget) -> dict[str, Any]:
    """Its tips and its course go on in the other one, which is the answer."""
    with current.services().database.transaction() as tx:
        row, into = (incidents.read_incident(tx, one) for one in (reference, json_data.into))
        concluding.merge(tx, current.actor(), row, into)
        return _told(tx, into)


@blueprint.post("/<reference>/close")
@guard.staff("incident:act")
@blueprint.input(IncidentClosing)
@blueprint.output(IncidentTold)
def close(reference: str, json_data: IncidentClosing) -> dict[str, Any]:
    """It is over, and its tips with it; everyone who reports it reads how it ended."""
    with current.services().database.transaction() as tx:
        row = incidents.read_incident(tx, reference)
        concluding.close(tx, current.actor(), row, json_data.outcome, json_data.words)
        return _told(tx, row)


@blueprint.post("/<reference>/reopen")
@guard.staff("incident:act")
@blueprint.output(IncidentTold)
def reopen(reference: str) -> dict[str, Any]:
    """It is not over after all."""
    with current.services().database.transaction() as tx:
        row = incidents.read_incident(tx, reference)
        concluding.reopen(tx, current.actor(), row)
        return _told(tx, row)


def _told(tx: Transaction, row: Incident) -> dict[str, Any]:
    lead = accounts.names(tx, {row.lead_id}).get(row.lead_id) if row.lead_id else None
    into = tx.get(Incident, row.merged_into_id) if row.merged_into_id else None
    return {
        **progress.told(tx, row),
        "beat": row.beat,
        "place": row.place,
        "lead": lead.username if lead else None,
        "merged_into": into.reference if into else None,
        "tips": [one.reference for one in incidents.list_tips(tx, row)],
        "progress": [_note(one) for one in progress.list_of(tx, row)],
        "revision": row.revision,
    }


def _note(one: progress.Progress) -> dict[str, Any]:
    return {name: getattr(one, name) for name in IncidentNote.model_fields}

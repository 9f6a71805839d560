"""The trail of a case for programs of the desk: sightings listed, marked, corrected, taken off."""

from __future__ import annotations

from typing import Any

from apiflask import APIBlueprint

from tipline.db import Transaction
from tipline.domain import accounts, cases, evidence, sightings, subjects, trails
from tipline.domain.cases import Case
from tipline.domain.evidence import Evidence
from tipline.domain.positions import Position
from tipline.domain.sightings import Said, Sighting
from tipline.errors import TiplineError
from tipline.web import current, guard
from tipline.web.api import versions
from tipline.web.api.sighting_models import SightingList, SightingSaid, SightingTold

blueprint = APIBlueprint("api_sightings", __name__, url_prefix="/api/v1/cases", tag="Cases")
Values = dict[str, Any]


@blueprint.get("/<number>/sightings")
@guard.staff("case:read")
@blueprint.output(SightingList)
def list_sightings(number: str) -> Any:
    """The trail: where somebody was seen, in the order of true time as the clocks stand now."""
    with current.services().database.reading() as tx:
        return {"items": _trail(tx, _read(tx, number))}


@blueprint.post("/<number>/sightings")
@guard.staff("case:act")
@blueprint.input(SightingSaid, arg_name="told")
@blueprint.output(SightingTold, 201)
def post_sighting(number: str, told: SightingSaid) -> Any:
    """Mark a sighting."""
    with current.services().database.transaction() as tx:
        case = _read(tx, number)
        said, ring = _said(tx, case, told.model_dump()), current.services().bell
        row, _act = sightings.add(tx, current.actor(), case, said, ring)
        return _one(tx, case, row), 201, versions.etag(row.version)


@blueprint.patch("/<number>/sightings/<int:sighting_id>")
@guard.staff("case:act")
@blueprint.input(SightingSaid, arg_name="told")
@blueprint.output(SightingTold)
def patch_sighting(number: str, sighting_id: int, told: SightingSaid) -> Any:
    """Correct a sighting. If-Match is honoured when it is sent."""
    with current.services().database.transaction() as tx:
        case = _read(tx, number)
        row = sightings.read_sighting(tx, case, sighting_id)
        versions.asked(row.version, changed="sighting:changed")
        said = _said(tx, case, _held(row) | told.model_dump(exclude_unset=True))
        ring = current.services().bell
        sightings.change(tx, current.actor(), case, row, said, version=row.version, ring=ring)
        return _one(tx, case, row), 200, versions.etag(row.version)


@blueprint.delete("/<number>/sightings/<int:sighting_id>")
@guard.staff("case:act")
@blueprint.output({}, 204)
def delete_sighting(number: str, sighting_id: int) -> str:
    """Take a sighting off the trail; the log keeps it."""
    with current.services().database.transaction() as tx:
        case = _read(tx, number)
        sightings.remove(tx, current.actor(), case, sightings.read_sighting(tx, case, sighting_id))
    return ""


def _read(tx: Transaction, number: str) -> Case:
    return cases.read_case(tx, number, current.actor())


def _held(row: Sighting) -> Values:
    """What stands, in the words of the API."""
    same = {name: getattr(row, name) for name in ("t", "frame", "place", "lat", "lon", "text")}
    return {**same, "evidence": row.evidence_id, "at": row.typed_at, "subject": row.subject_id}


def _said(tx: Transaction, case: Case, told: Values) -> Said:
    """The domain's own form; a file or a description of another case is not found."""
    if (told["lat"] is None) != (told["lon"] is None):
        raise TiplineError("place:unclear", fields={"lat": "place:unclear"})
    if told["at"] is not None and told["at"].tzinfo is None:
        raise TiplineError("tip:time-unclear", fields={"at": "tip:time-unclear"})
    return Said(
        evidence=_file(tx, case, told["evidence"]) if told["evidence"] else None,
        t=told["t"],
        frame=told["frame"],
        typed_at=told["at"],
        place=told["place"] or "",
        position=Position(told["lat"], told["lon"]) if told["lat"] is not None else None,
        text=told["text"] or "",
        subject_id=subjects.read_subject(tx, case, told["subject"]).id if told["subject"] else None,
    )


def _file(tx: Transaction, case: Case, evidence_id: str) -> Evidence:
    file = evidence.read_evidence(tx, evidence_id)
    if not sightings.is_of(tx, case, file):
        raise TiplineError("evidence:not-found")
    return file


def _one(tx: Transaction, case: Case, row: Sighting) -> Values:
    return next(one for one in _trail(tx, case) if one["id"] == row.id)


def _trail(tx: Transaction, case: Case) -> list[Values]:
    marked = trails.list_of_case(tx, case)
    trail = trails.in_order(trails.stop(one, current.zone()) for one in marked)
    people = accounts.names(tx, {one[0].author_id for one in marked})
    legs = dict(zip((one.sighting.id for one in trail.stops), trail.legs, strict=True))
    found = []
    for stop in [*trail.stops, *trail.apart]:
        row, leg = stop.sighting, legs.get(stop.sighting.id)
        author = people.get(row.author_id)
        found.append(
            {
                **_held(row),
                "id": row.id,
                "number": stop.number or None,
                "tip": stop.tip.reference if stop.tip else None,
                "at": stop.at,
                "known_by": stop.known_by,
                "doubts": list(stop.doubts),
                "author": author.username if author else None,
                "marked_at": row.at,
                "version": row.version,
                "metres": round(leg.metres, 1) if leg else None,
                "way": leg.way if leg else None,
            }
        )
    return found

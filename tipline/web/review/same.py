"""What the page of a tip says of others that tell of the same thing."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from tipline.db import Transaction
from tipline.domain import accounts, alike, apart, incidents
from tipline.domain.beats import Beat
from tipline.domain.incidents import Incident
from tipline.domain.tips import Tip
from tipline.web.review import gist
from tipline.web.review.saying import gettext


class Said(NamedTuple):
    """What somebody said the tip is not the same thing as."""

    reference: str
    url: str
    field: str  # of the form that offers it again
    by: str
    at: datetime


class Told(NamedTuple):
    """What the page of a tip says: what it belongs to, or what may belong together with it."""

    incident: Incident | None
    reporters: int
    others: list[Tip]
    same: list[tuple[Tip, str]]
    nearby: Incident | None
    nearby_reporters: int
    title: str
    choices: list[Incident]
    apart: list[Said]


def of_tip(tx: Transaction, tip: Tip, areas: list[Beat]) -> Told:
    """`areas` are all beats."""
    own = incidents.incident_of(tx, tip)
    if own is not None:
        number = incidents.count_tips(tx, [own.id]).get(own.id, 0)
        others = [one for one in incidents.list_tips(tx, own) if one.id != tip.id]
        return Told(own, number, others, [], None, 0, own.title, [], [])
    found, nearby = alike.suggest(tx, tip)
    same = [(one, _because(reason, metres)) for one, reason, metres in found]
    number = incidents.count_tips(tx, [nearby.id]).get(nearby.id, 0) if nearby else 0
    choices = incidents.list_incidents(tx, state=incidents.OPEN, limit=12)
    return Told(None, 0, [], same, nearby, number, gist.title_of(tx, tip, areas), choices, _said(tx, tip))


def _said(tx: Transaction, tip: Tip) -> list[Said]:
    kept = apart.list_of(tx, tip)
    people = accounts.names(tx, {one.by_id for one in kept if one.by_id})
    found = []
    for what, by_id, at in kept:
        noun, field = ("incidents", "incident") if isinstance(what, Incident) else ("tips", "other")
        by = people[by_id].display_name if by_id in people else ""
        found.append(Said(what.reference, f"/desk/{noun}/{what.reference}", field, by, at))
    return found


def _because(reason: str, metres: float) -> str:
    return gettext(alike.REASONS[reason], metres=round(metres))

"""What the page of a tip says of others that tell of the same thing."""

from __future__ import annotations

from typing import NamedTuple

from tipline.db import Transaction
from tipline.domain import alike, incidents
from tipline.domain.incidents import Incident
from tipline.domain.tips import Tip
from tipline.web.review import gist
from tipline.web.review.saying import gettext


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


def of_tip(tx: Transaction, tip: Tip) -> Told:
    own = incidents.incident_of(tx, tip)
    if own is not None:
        number = incidents.count_tips(tx, [own.id]).get(own.id, 0)
        others = [one for one in incidents.list_tips(tx, own) if one.id != tip.id]
        return Told(own, number, others, [], None, 0, own.title, [])
    found, nearby = alike.suggest(tx, tip)
    same = [(one, _because(reason, metres)) for one, reason, metres in found]
    number = incidents.count_tips(tx, [nearby.id]).get(nearby.id, 0) if nearby else 0
    choices = incidents.list_incidents(tx, state=incidents.OPEN, limit=12)
    return Told(None, 0, [], same, nearby, number, gist.title_of(tx, tip), choices)


def _because(reason: str, metres: float) -> str:
    return gettext(alike.REASONS[reason], metres=round(metres))

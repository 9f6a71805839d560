"""A trail: the sightings of a case in the order of their true time, and what lies between one and the next.

The order is never kept: it follows from the clocks each time, so that a corrected clock puts it right.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, tzinfo
from itertools import pairwise

from sqlalchemy import select

from tipline.db import Transaction
from tipline.domain import placing, positions
from tipline.domain.burned import Facts
from tipline.domain.cases import Case
from tipline.domain.evidence import Evidence
from tipline.domain.positions import Position
from tipline.domain.sightings import Sighting
from tipline.domain.subjects import Subject
from tipline.domain.tips import Tip

# How somebody can have come from one stop to the next, by the least speed it takes. The way along streets is
# longer than the line, so each limit is low.
HERE, FOOT, BIKE, CAR, NEVER, LONG = WAYS = ("here", "foot", "bike", "car", "never", "long")
HERE_M = 60.0
LONG_S = 6 * 3600.0  # after so long nothing can be told of the way
FASTEST_MS = {FOOT: 2.2, BIKE: 8.0, CAR: 38.0}
TYPED = "typed"
Marked = tuple[Sighting, Evidence | None, Tip | None, Subject | None]


@dataclass
class Stop:
    """One sighting with its true time, live. `known_by` says what the time rests on."""

    sighting: Sighting
    evidence: Evidence | None
    tip: Tip | None
    subject: Subject | None
    at: datetime | None
    camera_at: datetime | None
    known_by: str
    doubts: tuple[str, ...] = ()
    number: int = 0

    @property
    def position(self) -> Position | None:
        if self.sighting.lat is None or self.sighting.lon is None:
            return None
        return Position(self.sighting.lat, self.sighting.lon)

    @property
    def is_on_trail(self) -> bool:
        """Whether it has both a time and a place."""
        return self.at is not None and self.position is not None


@dataclass(frozen=True)
class Leg:
    """From one stop to the next, as the crow flies."""

    metres: float
    seconds: float
    way: str

    @property
    def speed_ms(self) -> float | None:
        return self.metres / self.seconds if self.seconds > 0 else None


@dataclass(frozen=True)
class Trail:
    """`legs[n]` leads to `stops[n]`; the first has none. `apart` lacks a time or a place."""

    stops: list[Stop]
    legs: list[Leg | None]
    apart: list[Stop]


def list_of_case(tx: Transaction, case: Case) -> list[Marked]:
    """Everything that was marked, with the film, its tip and who or what it shows, in one query."""
    query = (
        select(Sighting, Evidence, Tip, Subject)
        .outerjoin(Evidence, Evidence.id == Sighting.evidence_id)
        .outerjoin(Tip, Tip.id == Evidence.tip_id)
        .outerjoin(Subject, Subject.id == Sighting.subject_id)
        .where(Sighting.case_id == case.id, Sighting.removed_at.is_(None))
        .order_by(Sighting.id)
    )
    return [(one.Sighting, one.Evidence, one.Tip, one.Subject) for one in tx.execute(query)]


def stop(marked: Marked, zone: tzinfo, facts: Facts | None = None) -> Stop:
    """A typed time stands; otherwise the film's clock tells. `facts` may be the media object, read before."""
    sighting, evidence, tip, subject = marked
    at, camera_at, known_by = sighting.typed_at, None, TYPED
    doubts: tuple[str, ...] = ()
    if evidence is not None and tip is not None:
        placement = placing.placed(evidence, tip, zone, facts)
        moment = placing.at(placement, sighting.t or 0.0)
        camera_at = moment.camera
        if at is None:
            at, known_by, doubts = moment.true, placement.known_by, placement.doubts
    if at is None:
        known_by = placing.UNKNOWN
    return Stop(sighting, evidence, tip, subject, at, camera_at, known_by, doubts)


def in_order(stops: Iterable[Stop]) -> Trail:
    """Numbered from 1 in the order of true time; of one moment in the order they were marked."""
    found = list(stops)
    placed = [(one.at, one.position, one) for one in found if one.at and one.position]
    way = sorted(placed, key=lambda one: (one[0], one[2].sighting.id))
    for number, (_at, _position, one) in enumerate(way, 1):
        one.number = number
    legs = [_leg(a[:2], b[:2]) for a, b in pairwise(way)]
    apart = [one for one in found if not one.is_on_trail]
    return Trail([one for *_, one in way], [None, *legs][: len(way)], apart)


def _leg(one: tuple[datetime, Position], other: tuple[datetime, Position]) -> Leg:
    metres = positions.metres(one[1], other[1])
    seconds = (other[0] - one[0]).total_seconds()
    return Leg(metres, seconds, _way(metres, seconds))


def _way(metres: float, seconds: float) -> str:
    if metres <= HERE_M:
        return HERE
    if seconds >= LONG_S:
        return LONG
    return next((way for way, most in FASTEST_MS.items() if metres <= most * seconds), NEVER)

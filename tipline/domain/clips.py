"""All footage of a case in true time: which camera has what, when none saw anything, when several did."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta, tzinfo
from typing import NamedTuple

from sqlalchemy import func, select

from tipline.db import Transaction
from tipline.domain import briefs, exhibits, placing
from tipline.domain.cases import Case
from tipline.domain.evidence import Evidence
from tipline.domain.links import Link
from tipline.domain.placing import Placement
from tipline.domain.sightings import Sighting
from tipline.domain.tips import Tip

MOST_DAYS = 400  # a clip with a wrong clock may claim years


class Clip(NamedTuple):
    """A file of the case under its number, and where it lies."""

    number: str
    file: Evidence
    tip: Tip
    placement: Placement

    @property
    def lane(self) -> tuple[str, str]:
        """Files of one lane are of one camera; without a name, of one tip."""
        return ("camera", self.file.camera.casefold()) if self.file.camera else ("tip", self.tip.reference)


class Seen(NamedTuple):
    """A sighting, and its true time if that is known."""

    sighting: Sighting
    at: datetime | None


class Span(NamedTuple):
    """A stretch of true time that a camera saw."""

    start: datetime
    end: datetime
    lane: str


class Together(NamedTuple):
    """A stretch that several cameras saw."""

    start: datetime
    end: datetime
    lanes: tuple[str, ...]


def list_of(tx: Transaction, case: Case, zone: tzinfo) -> list[Clip]:
    """In the order of their numbers; photos of a recorder's clock are no footage."""
    found = [one for one in exhibits.list_exhibits(tx, case, limit=None).exhibits if _is_footage(one.file)]
    facts = briefs.of_time(tx, [one.file.id for one in found])
    return [
        Clip(one.number, one.file, one.tip, placing.placed(one.file, one.tip, zone, facts[one.file.id]))
        for one in found
    ]


def list_some(tx: Transaction, case: Case, evidence_ids: list[str]) -> list[tuple[Evidence, Tip]]:
    """Some files, with all their facts; those that are not of the case are left out."""
    standing = select(Link.tip_id).where(Link.case_id == case.id, Link.ended_at.is_(None))
    query = (
        select(Evidence, Tip)
        .join(Tip, Tip.id == Evidence.tip_id)
        .where(Evidence.id.in_(evidence_ids), Evidence.tip_id.in_(standing))
        .order_by(Evidence.tip_id, Evidence.number)
    )
    return [(row.Evidence, row.Tip) for row in tx.execute(query)]


def list_seen(tx: Transaction, case: Case, clips: Iterable[Clip]) -> list[Seen]:
    """What officers saw in them, the earliest first; a typed time goes before that of the film."""
    of_file = {one.file.id: one.placement for one in clips}
    query = select(Sighting).where(Sighting.case_id == case.id, Sighting.removed_at.is_(None))
    found = [Seen(one, _seen_at(one, of_file)) for one in tx.scalars(query.order_by(Sighting.id))]
    return sorted((one for one in found if one.at), key=lambda one: one.at or datetime.max)


def version(tx: Transaction, case: Case) -> str:
    """Names the state of all that a timeline shows, in two short queries."""
    tips = select(Link.tip_id).where(Link.case_id == case.id, Link.ended_at.is_(None))
    counted = select(func.count(), func.sum(Tip.revision), func.max(Tip.id)).where(Tip.id.in_(tips))
    seen = select(func.count(), func.sum(Sighting.version), func.count(Sighting.removed_at))
    told = [*tx.execute(counted).one(), *tx.execute(seen.where(Sighting.case_id == case.id)).one()]
    return "-".join(str(one or 0) for one in told)


def days_of(clip: Clip, zone: tzinfo) -> list[date]:
    """The days on which it lies; a clip of thirty hours lies on two or three."""
    start, end = clip.placement.starts_at, clip.placement.ends_at
    if start is None or end is None:
        return []
    first, last = start.astimezone(zone).date(), end.astimezone(zone).date()
    return [first + timedelta(days=at) for at in range(min((last - first).days, MOST_DAYS) + 1)]


def spans(clips: Iterable[Clip], names: dict[tuple[str, str], str]) -> list[Span]:
    """What each camera saw for sure; what is only told to be about then is not counted."""
    found = []
    for clip in clips:
        if clip.placement.is_about or clip.file.kind == "photo":
            continue
        for piece in clip.placement.pieces:
            end = piece.true and piece.true + timedelta(seconds=(piece.end - piece.start) * piece.pace)
            if piece.true and end and end > piece.true:
                found.append(Span(piece.true, end, names[clip.lane]))
    return sorted(found)


def gaps(found: list[Span], least: timedelta = timedelta(seconds=1)) -> list[tuple[datetime, datetime]]:
    """Between the first and the last moment that any camera saw: when none did."""
    empty: list[tuple[datetime, datetime]] = []
    ordered = sorted(found)
    reached = ordered[0].end if ordered else datetime.max
    for span in ordered:
        if span.start > reached and span.start - reached >= least:
            empty.append((reached, span.start))
        reached = max(reached, span.end)
    return empty


def together(found: list[Span]) -> list[Together]:
    """When at least two cameras saw the same moment, cut wherever one begins or ends."""
    edges = sorted({edge for span in found for edge in (span.start, span.end)})
    ordered, open_ones, at = sorted(found), list[Span](), 0
    stretches: list[Together] = []
    for start, end in zip(edges, edges[1:], strict=False):
        while at < len(ordered) and ordered[at].start <= start:
            open_ones.append(ordered[at])
            at += 1
        open_ones = [span for span in open_ones if span.end > start]
        lanes = tuple(sorted({span.lane for span in open_ones}))
        if len(lanes) < 2:
            continue
        last = stretches[-1] if stretches else None
        if last and last.end == start and last.lanes == lanes:
            stretches[-1] = Together(last.start, end, lanes)
        else:
            stretches.append(Together(start, end, lanes))
    return stretches


def _is_footage(file: Evidence) -> bool:
    return file.purpose == "footage" and file.kind != "other"


def _seen_at(one: Sighting, of_file: dict[str, Placement]) -> datetime | None:
    if one.typed_at is not None:
        return one.typed_at
    placement = of_file.get(one.evidence_id or "")
    return placing.at(placement, one.t or 0.0).true if placement else None

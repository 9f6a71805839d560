"""The district on the map: borders of beats brought in from a file, taken back, and what lies where."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from itertools import combinations
from typing import Any, NamedTuple

from sqlalchemy import select

from tipline.db import Transaction
from tipline.domain import acts, areas, beats, custody, overlaps
from tipline.domain.actors import Actor
from tipline.domain.acts import Act
from tipline.domain.areas import Area
from tipline.domain.beats import Beat
from tipline.domain.overlaps import Outline, Patience
from tipline.domain.positions import Position
from tipline.domain.shops import Shop
from tipline.domain.tips import Tip
from tipline.errors import TiplineError

# What a feature of the file would do.
NEW, CHANGED, SAME, UNKNOWN = STATES = ("new", "changed", "same", "unknown")
NOTABLE = 0.01  # borders drawn by hand never fit to the metre
KIND = "beats:draw"


class Drawn(NamedTuple):
    """A feature beside the beat it belongs to; an unknown one says neither a code nor a known name."""

    area: Area
    state: str
    code: str


class Overlap(NamedTuple):
    one: str
    other: str
    share: float


class Comparison(NamedTuple):
    """What taking a file would mean. `missing` are beats it says nothing of; they stay as they are."""

    drawn: list[Drawn]
    missing: list[Beat]
    overlaps: list[Overlap]

    @property
    def changes_something(self) -> bool:
        return any(one.state in (NEW, CHANGED) for one in self.drawn)


def compare(tx: Transaction, found: list[Area]) -> Comparison:
    """Which beats are new, changed or unknown, and which areas lie over each other."""
    standing = beats.list_drawn(tx)
    drawn = _drawn(standing, found)
    codes = {one.code for one in drawn}
    missing = [beat for beat in standing if beat.code not in codes]
    shown = [(one.area.title, Outline.of(one.area.polygons)) for one in drawn if one.state != UNKNOWN]
    shown += [(beat.name, Outline.of(areas.read_shape(beat.shape))) for beat in missing if beat.shape]
    patience = Patience()
    pairs = ((a[0], b[0], patience.share(a[1], b[1])) for a, b in combinations(shown, 2))
    return Comparison(drawn, missing, [Overlap(*one) for one in pairs if one[2] >= NOTABLE])


def _drawn(standing: list[Beat], found: list[Area]) -> list[Drawn]:
    """Each area beside its beat; raises beat:shape-twice."""
    by_code = {beat.code: beat for beat in standing}
    by_name = {beat.name: beat for beat in standing}
    drawn: list[Drawn] = []
    seen: set[str] = set()
    for area in found:
        one = _beside(area, by_code, by_name)
        if one.code and one.code in seen:
            raise TiplineError("beat:shape-twice", fields={"file": "beat:shape-twice"}, name=area.title)
        seen.add(one.code)
        drawn.append(one)
    return drawn


def _beside(area: Area, by_code: dict[str, Beat], by_name: dict[str, Beat]) -> Drawn:
    beat = by_code.get(area.code) or by_name.get(area.name)
    if beat is None:
        is_new = bool(beats.is_code(area.code) and area.name)
        return Drawn(area, NEW if is_new else UNKNOWN, area.code if is_new else "")
    return Drawn(area, SAME if beat.shape == area.shape else CHANGED, beat.code)


def take(tx: Transaction, actor: Actor, found: list[Area]) -> tuple[int, Act | None]:
    """Keep the borders, and add the beats that are new; unknown features are left out. How many changed."""
    wanted = [one for one in _drawn(beats.list_drawn(tx), found) if one.state in (NEW, CHANGED)]
    before: dict[str, str | None] = {}
    after: dict[str, str] = {}
    for one in wanted:
        is_new = one.state == NEW
        beat = beats.add(tx, actor, one.code, one.area.name) if is_new else beats.read_beat(tx, one.code)
        before[one.code] = None if is_new else beat.shape
        beat.shape = one.area.shape
        after[one.code] = _digest(beat.shape)
    if not wanted:
        return 0, None
    tx.flush()
    custody.append(tx, actor, "beat:draw", "beats", digests=after)
    added = [one.code for one in wanted if one.state == NEW]
    act = acts.record(
        tx, actor, KIND, subject="beats", before={"shapes": before, "added": added}, after={"digests": after}
    )
    return len(wanted), act


def draw(
    tx: Transaction, actor: Actor, beat: Beat, area: Area, *, seen: str, may_overlap: bool = False
) -> Act | None:
    """Keep the border somebody drew. `seen` is the digest of what it replaces.

    Raises beat:border-changed if that is another one by now, and, unless told that it may,
    beat:border-overlaps with the place.
    """
    _require_seen(beat, seen)
    if not may_overlap:
        _require_apart(area, [one for one in beats.list_drawn(tx) if one.code != beat.code])
    return take(tx, actor, [area])[1]


def _require_apart(area: Area, others: Iterable[Beat]) -> None:
    drawn, patience = Outline.of(area.polygons), Patience("geometry")
    for other in others:
        kept = Outline.of(areas.read_shape(other.shape)) if other.shape else None
        share = patience.share(drawn, kept) if kept else 0.0
        if kept and share >= NOTABLE:
            place = overlaps.shared_place(drawn, kept)
            raise TiplineError(
                "beat:border-overlaps", fields={"geometry": "beat:border-overlaps"}, name=other.name,
                percent=f"{share:.0%}", place=f"{place.lat:.5f}, {place.lon:.5f}" if place else "–",
            )  # fmt: skip


def erase(tx: Transaction, actor: Actor, beat: Beat, *, seen: str) -> Act | None:
    """The beat has no border any more; it goes on without."""
    _require_seen(beat, seen)
    if beat.shape is None:
        return None
    before, beat.shape = beat.shape, None
    tx.flush()
    after = {beat.code: _digest(None)}
    custody.append(tx, actor, "beat:draw", "beats", digests=after)
    kept = {"shapes": {beat.code: before}, "added": []}
    return acts.record(tx, actor, KIND, subject="beats", before=kept, after={"digests": after})


def _require_seen(beat: Beat, seen: str) -> None:
    if _digest(beat.shape) != seen:
        raise TiplineError("beat:border-changed", fields={"geometry": "beat:border-changed"})


def digest_of(beat: Beat) -> str:
    """Which border a page shows: it is sent back with what replaces it."""
    return _digest(beat.shape)


def take_back(tx: Transaction, act: Act) -> None:
    """Borders as they were; raises beat:shape-later. A beat that came with them goes unless it is used."""
    digests: dict[str, str] = act.became["digests"]
    rows = {code: beats.read_beat(tx, code) for code in digests}
    if any(_digest(rows[code].shape) != digest for code, digest in digests.items()):
        raise TiplineError("beat:shape-later")
    for code, shape in act.was["shapes"].items():
        rows[code].shape = shape
    for code in act.was["added"]:
        if not _is_used(tx, code):
            tx.delete(rows[code])
    tx.flush()


def _is_used(tx: Transaction, code: str) -> bool:
    return any(tx.scalar(select(table.beat).where(table.beat == code).limit(1)) for table in (Tip, Shop))


def _digest(shape: str | None) -> str:
    return hashlib.sha256((shape or "").encode()).hexdigest()


def beat_at(standing: Iterable[Beat], place: Position) -> Beat | None:
    """The first beat that holds the place."""
    return next(
        (one for one in standing if one.shape and areas.holds(areas.read_shape(one.shape), place)), None
    )


def collection(standing: Iterable[Beat]) -> dict[str, Any]:
    """All borders as GeoJSON, as a file that could be brought in again."""
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "properties": {"code": one.code, "name": one.name},
                "geometry": json.loads(one.shape),
            }
            for one in standing
            if one.shape
        ],
    }

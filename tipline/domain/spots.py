"""Where a tip happened, as far as is known: its own position, what its photos and its poster say, its beat.

A position is kept in WGS-84. An officer sets or corrects it; the log proves both states by their digests
without holding an address that may have to be erased.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any, NamedTuple

from tipline.db import Transaction
from tipline.domain import acts, areas, beats, custody, district, limits, tips
from tipline.domain.actors import Actor
from tipline.domain.acts import Act
from tipline.domain.beats import Beat
from tipline.domain.evidence import Evidence
from tipline.domain.positions import Position
from tipline.domain.shops import Shop
from tipline.domain.tips import Tip
from tipline.errors import TiplineError

TIP, PHOTO, SHOP, BEAT = KINDS = ("tip", "photo", "shop", "beat")
PHOTO_M = 60.0  # what satellites and phones make of a place between houses
KIND = "tip:place"


class Spot(NamedTuple):
    """`radius` is how far off it may be, in metres; `number` is that of the file it was read in."""

    kind: str
    position: Position
    radius: float = 0.0
    number: int = 0
    name: str = ""


class Known(NamedTuple):
    """All that is known, the surest first, and the beat that holds the first, unless the tip names one."""

    spots: list[Spot]
    proposed: Beat | None

    @property
    def main(self) -> Spot | None:
        return self.spots[0] if self.spots else None


def of(tx: Transaction, tip: Tip, files: Iterable[Evidence]) -> Known:
    spots = _own(tip) + [spot for file in files if (spot := of_file(file))] + _of_shop(tx, tip)
    beat = tx.get(Beat, tip.beat) if tip.beat and not spots else None
    if beat and beat.shape:
        centre, reach = areas.middle(areas.read_shape(beat.shape))
        spots.append(Spot(BEAT, centre, reach, name=beat.name))
    if tip.beat or not spots:
        return Known(spots, None)
    return Known(spots, district.beat_at(beats.list_drawn(tx), spots[0].position))


def of_file(file: Evidence) -> Spot | None:
    """What the file itself tells of its place; such numbers are a stranger's."""
    gps = file.facts.get("gps") or {}
    lat, lon = _within(gps.get("lat"), 90), _within(gps.get("lon"), 180)
    if lat is None or lon is None or (lat, lon) == (0, 0):
        return None
    return Spot(PHOTO, Position(lat, lon), PHOTO_M, file.number, file.filename)


def _within(value: Any, most: float) -> float | None:
    is_fine = isinstance(value, int | float) and math.isfinite(value) and abs(value) <= most
    return float(value) if is_fine else None


def _own(tip: Tip) -> list[Spot]:
    if tip.lat is None or tip.lon is None:
        return []
    return [Spot(TIP, Position(tip.lat, tip.lon), name=tip.place)]


def _of_shop(tx: Transaction, tip: Tip) -> list[Spot]:
    shop = tx.get(Shop, tip.shop) if tip.shop else None
    if shop is None or shop.lat is None or shop.lon is None or (shop.lat, shop.lon) == (tip.lat, tip.lon):
        return []  # what the poster filled in is the tip's own place by now
    return [Spot(SHOP, Position(shop.lat, shop.lon), name=shop.words)]


def set_place(
    tx: Transaction, actor: Actor, tip: Tip, position: Position | None, *, words: str | None = None
) -> Act | None:
    """Say where it happened; `words` replace the place's name, None leaves it. None when nothing changed."""
    words = tip.place if words is None else words.strip()
    if len(words) > limits.SHORT:
        raise TiplineError("tip:field-too-long", fields={"place": "tip:field-too-long"}, limit=limits.SHORT)
    lat, lon = position or (None, None)
    if (tip.lat, tip.lon, tip.place) == (lat, lon, words):
        return None
    before = _values(tip)
    _put(tx, actor, tip, {"lat": lat, "lon": lon, "place": words})
    return acts.record(tx, actor, KIND, tip=tip, before=before, after=_values(tip))


def _put(tx: Transaction, actor: Actor, tip: Tip, values: dict[str, Any]) -> None:
    was = tips.digest(tip)
    for name, value in values.items():
        setattr(tip, name, value)
    tips.decide(tip)
    custody.append(
        tx, actor, KIND, f"tip:{tip.reference}", tip=tip.reference, digest_before=was,
        digest=tips.digest(tip), is_set=tip.lat is not None,
    )  # fmt: skip


def _values(tip: Tip) -> dict[str, Any]:
    return {"lat": tip.lat, "lon": tip.lon, "place": tip.place}

"""What of a tip is weighed when a series is looked for: where, when, how, and in which words. Never who."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import datetime

from tipline.domain import grams, methods
from tipline.domain.tips import Tip

POINTS = 9  # at which an interval of time is looked at
EARTH_KM = 6371.0
CELL = 0.02  # degrees: about two kilometres
_NOISE = re.compile(r"[\W_]+")


@dataclass(frozen=True)
class Sketch:
    """`times` are points within the time told; `is_told` is False where only its arrival is known."""

    tip_id: int
    text: str
    spot: tuple[float, float] | None
    place: str
    shop: str | None
    beat: str | None
    times: tuple[datetime, ...]
    is_told: bool
    grams: tuple[str, ...]
    methods: frozenset[str]

    @property
    def middle(self) -> datetime:
        return self.times[len(self.times) // 2]


def of(tip: Tip, tags: frozenset[str] | None = None) -> Sketch:
    """The sketch of a tip that was handed in; its tags are looked for unless they are known."""
    told = [one for one in (tip.occurred_at, tip.occurred_until) if one]
    times = told or [tip.received_at or tip.created_at]
    if len(times) == 2:
        step = (times[1] - times[0]) / (POINTS - 1)
        times = [times[0] + step * at for at in range(POINTS)]
    spot = (tip.lat, tip.lon) if tip.lat is not None and tip.lon is not None else None
    return Sketch(
        tip.id, tip.text, spot, place_name(tip.place), tip.shop, tip.beat, tuple(times), bool(told),
        tuple(grams.grams(tip.text, [tip.place])), methods.tags(tip.text) if tags is None else tags,
    )  # fmt: skip


def place_name(place: str) -> str:
    """A place as it is compared: one spelling, no blanks, nothing but letters and digits."""
    return _NOISE.sub("", grams.plain(place))[:40]


def kilometres(one: tuple[float, float], other: tuple[float, float]) -> float:
    """As the crow flies."""
    (lat_a, lon_a), (lat_b, lon_b) = (map(math.radians, spot) for spot in (one, other))
    half = math.sin((lat_b - lat_a) / 2) ** 2
    half += math.cos(lat_a) * math.cos(lat_b) * math.sin((lon_b - lon_a) / 2) ** 2
    return 2 * EARTH_KM * math.asin(min(1.0, math.sqrt(half)))


def cell(spot: tuple[float, float]) -> str:
    """The square of the map a spot lies in."""
    return "{}:{}".format(*_square(spot))


def cells_around(spot: tuple[float, float]) -> list[str]:
    """Its own square and the eight around it: everything within two kilometres lies in one of them."""
    row, column = _square(spot)
    return [f"{row + up}:{column + over}" for up in (-1, 0, 1) for over in (-1, 0, 1)]


def _square(spot: tuple[float, float]) -> tuple[int, int]:
    return math.floor(spot[0] / CELL), math.floor(spot[1] / CELL)

"""The place of a tip on its page: what is known and from where, in words and on the map."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from tipline.db import Transaction
from tipline.domain import spots
from tipline.domain.beats import Beat
from tipline.domain.custody import Custody
from tipline.domain.spots import BEAT, PHOTO, SHOP, TIP, Spot
from tipline.domain.tips import Tip
from tipline.errors import N_
from tipline.web.maps import source
from tipline.web.maps.source import Point
from tipline.web.review.looking import FileView
from tipline.web.review.saying import gettext

TITLES = {
    TIP: N_("Place of the tip"),
    PHOTO: N_("File %(number)s"),
    SHOP: N_("Shop of the poster"),
    BEAT: N_("Somewhere in %(name)s"),
}
READ_IN = {
    PHOTO: N_("position in the file"),
    SHOP: N_("list of shops"),
    BEAT: N_("its beat, for no position is known"),
}
FORM = "place-form"


@dataclass(frozen=True)
class Line:
    """One place in words. `key` joins it to its pin on the map."""

    key: str
    spot: Spot
    title: str
    read_in: str
    number: int

    @property
    def written(self) -> str:
        return f"{self.spot.position.lat:.6f}, {self.spot.position.lon:.6f}"


@dataclass(frozen=True)
class Where:
    lines: list[Line]
    proposed: Beat | None
    drawn: str

    @property
    def scene(self) -> str:
        """Where the footage was most likely taken: where the tip happened, or its shop stands. Neither where
        another file was taken nor the middle of a beat says that of a film."""
        return next((one.written for one in self.lines if one.spot.kind in (TIP, SHOP)), "")

    def taken(self, number: int) -> str:
        """What a file tells of its own place."""
        own = (one.written for one in self.lines if one.spot.kind == PHOTO and one.spot.number == number)
        return next(own, "")


def of(tx: Transaction, tip: Tip, files: list[FileView], told: Collection[Custody]) -> Where:
    """`told` are the entries of the tip in the log, those of its place among them."""
    known = spots.of(tx, tip, [one.row for one in files])
    lines = [_line(tip, number, spot, told) for number, spot in enumerate(known.spots, 1)]
    points = [
        Point(
            one.key, *one.spot.position, f"{one.number} · {one.title}", one.spot.kind, str(one.number),
            one.spot.radius,
        )
        for one in lines
    ]  # fmt: skip
    return Where(lines, known.proposed, source.drawn(points, pick=FORM))


def _line(tip: Tip, number: int, spot: Spot, told: Collection[Custody]) -> Line:
    title = gettext(TITLES[spot.kind], number=spot.number, name=spot.name)
    read_in = gettext(READ_IN[spot.kind]) if spot.kind in READ_IN else _own_source(tip, told)
    return Line(f"spot-{number}", spot, title, read_in, number)


def _own_source(tip: Tip, told: Collection[Custody]) -> str:
    """Who said where the tip happened."""
    if any(one.action == spots.KIND for one in told):
        return gettext("set at the desk")
    return gettext("from the poster") if tip.shop else gettext("told with the report")

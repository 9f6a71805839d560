"""What a page says of the clock in a picture: its reading at the beginning, how sure, what is odd."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

from tipline.domain import comparing
from tipline.domain.comparing import Proposal
from tipline.domain.evidence import Evidence
from tipline.domain.tips import Tip
from tipline.web import current, filters
from tipline.web.review.saying import gettext, ngettext

ENOUGH = 3
STANDS = 0.02
AROUND = 0.35  # of the line's height, shown around the cut-out clock


class Reading(NamedTuple):
    t: float
    text: str
    at: str


class Cut(NamedTuple):
    """The piece of a picture in which the clock stands, in pixels of the whole."""

    x: float
    y: float
    width: float
    height: float
    whole_width: int
    whole_height: int

    @property
    def view(self) -> str:
        """As an SVG names it."""
        return f"{self.x:g} {self.y:g} {self.width:g} {self.height:g}"


@dataclass(frozen=True)
class CameraClock:
    """Sentences and positions, ready to be shown."""

    headline: str
    sure: str
    beside: str = ""
    oddities: list[str] = field(default_factory=list)
    readings: list[Reading] = field(default_factory=list)
    cut: Cut | None = None


def of(file: Evidence, media: dict[str, Any]) -> CameraClock | None:
    """None where no clock was read."""
    known = media.get("clock") or {}
    readings = [Reading(one["t"], one["text"], _plain(one["at"])) for one in known.get("readings") or []]
    if not readings:
        return None
    return CameraClock(
        headline=_headline(known, readings, is_photo=file.kind == "photo"),
        sure=_sure(known, readings),
        beside=_beside(known),
        oddities=_oddities(known),
        readings=readings,
        cut=_cut(known, media),
    )


def proposals(files: list[Evidence], tip: Tip) -> list[Proposal]:
    """What photos for the clock say, where it does not hold already."""
    found = [comparing.propose(one, current.zone()) for one in files]
    return [
        one
        for one in found
        if one and not (tip.clock_source == comparing.SOURCE and tip.clock_offset_s == one.offset_s)
    ]


def _headline(known: dict[str, Any], readings: list[Reading], *, is_photo: bool) -> str:
    if is_photo:
        return gettext("Clock in the picture: %(at)s", at=readings[0].at)
    if known.get("started_at"):
        return gettext("Camera clock: %(at)s at the start", at=_plain(known["started_at"]))
    return gettext(
        "Camera clock: %(at)s at %(position)s", at=readings[0].at, position=filters.position(readings[0].t)
    )


def _sure(known: dict[str, Any], readings: list[Reading]) -> str:
    number, all_of_them = known.get("agreeing") or 0, len(readings)
    if all_of_them == 1:
        return gettext("one reading: compare it with the picture")
    if number < ENOUGH:
        return gettext("too few readings agree: compare it with the picture")
    if number == all_of_them:
        return ngettext("%(num)s reading agrees", "%(num)s readings agree", number)
    return gettext("%(number)s of %(all)s readings agree", number=number, all=all_of_them)


def _beside(known: dict[str, Any]) -> str:
    beside = known.get("beside")
    return gettext("Beside it stands %(at)s.", at=_plain(beside["at"])) if beside else ""


def _oddities(known: dict[str, Any]) -> list[str]:
    said = [_jump(one) for one in known.get("jumps") or []]
    pace = known.get("pace")
    if pace is not None and abs(pace) < STANDS:
        said.append(gettext("The clock stands still while the film goes on."))
    elif pace is not None:
        said.append(
            gettext(
                "In one second of film %(pace)s s pass on the clock: the film is faster or slower than life.",
                pace=f"{pace:g}",
            )
        )
    if meanings := known.get("ambiguous"):
        days = gettext(" or ").join(one.partition("T")[0] for one in meanings)
        said.append(gettext("Its date can be read as %(days)s.", days=days))
    if known.get("weekday_differs"):
        said.append(gettext("The weekday beside the date does not fit it: look at the picture."))
    return said


def _jump(jump: dict[str, Any]) -> str:
    length = filters.lasting(jump["by_s"])
    ahead = (
        gettext("%(length)s forward", length=length)
        if jump["by_s"] > 0
        else gettext("%(length)s back", length=length)
    )
    return gettext(
        "Between %(start)s and %(end)s the clock jumps from %(before)s to %(after)s (%(ahead)s): it was"
        " set, or the film was cut.",
        start=filters.position(jump["start"]), end=filters.position(jump["end"]),
        before=_plain(jump["before"]), after=_plain(jump["after"]), ahead=ahead,
    )  # fmt: skip


def _cut(known: dict[str, Any], media: dict[str, Any]) -> Cut | None:
    box, width, height = known.get("box"), media.get("width"), media.get("height")
    if not box or not width or not height:
        return None
    left, top, wide, tall = box
    room = max(2.0, AROUND * tall)
    x, y = max(0.0, left - room), max(0.0, top - room)
    right, bottom = min(width, left + wide + room), min(height, top + tall + room)
    return Cut(x, y, right - x, bottom - y, int(width), int(height))


def _plain(text: str) -> str:
    return text.replace("T", " ")

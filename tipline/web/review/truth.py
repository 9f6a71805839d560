"""What pages say of a file's time: the camera's, how far its clock is off, the true one, what that rests on.

Wherever a true time stands, its offset stands with it. `data` is the same for scripts, which go on from there
while a film plays.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from flask_babel import format_datetime

from tipline.db import Transaction
from tipline.domain import briefs, burned, placing
from tipline.domain.evidence import Evidence
from tipline.domain.placing import Placement
from tipline.domain.tips import Tip
from tipline.errors import N_
from tipline.time_sources import SOURCES, place_of
from tipline.web import current, filters
from tipline.web.review import words
from tipline.web.review.saying import gettext
from tipline.web.review.words import Word

KNOWN = {
    placing.MOMENT: Word(N_("The true time of one picture is known"), "check", "used"),
    placing.CLOCK: Word(N_("Clock read, offset known"), "check", "used"),
    placing.CAMERA: Word(N_("Clock read, nobody compared it"), "clock", "waiting"),
    placing.FILE: Word(N_("The file's own time"), "file-text", "waiting"),
    placing.TOLD: Word(N_("About, as reported"), "message", "idle"),
    placing.UNKNOWN: Word(N_("No time is known"), "help", "refused"),
}
DOUBTS = {
    "cut": N_("Its clock leaps ahead: taken for a cut in the film, so true time leaps with it."),
    "set": N_("Its clock falls back: it was set there. The offset is that of the clock afterwards."),
    "day": N_("The clock shows no day: taken is the one nearest to what else is known."),
    "date": N_("Its date can be read in several ways: taken is the one nearest to what else is known."),
    "few": N_("Too few readings agree: compare them with the picture."),
    "pace": N_("The film is faster or slower than life: its clock is followed."),
    "stands": N_("The clock stands still, so it tells no time."),
    "twice": N_("This hour came twice as clocks were set back: taken is the first."),
    "never": N_("This hour did not exist as clocks were set ahead."),
    "far": N_("It lies days away from what the tip provider told: the clock may never have been set."),
}


@dataclass(frozen=True)
class Truth:
    placement: Placement
    length_s: float
    reading: burned.Read | None = None

    @property
    def start(self) -> datetime | None:
        return self.placement.starts_at

    @property
    def end(self) -> datetime | None:
        return self.placement.ends_at

    @property
    def word(self) -> Word:
        return KNOWN[self.placement.known_by]

    @property
    def end_text(self) -> str:
        """The end on the walls of the station, without its day where that of the start still lasts."""
        if self.start is None or self.end is None:
            return ""
        same_day = current.local(self.end).date() == current.local(self.start).date()
        return str(format_datetime(self.end, "HH:mm:ss" if same_day else "yyyy-MM-dd HH:mm:ss"))

    @cached_property
    def camera(self) -> tuple[str, str] | None:
        """The camera's time at the start and at the end, as it stands on its clock."""
        first = placing.at(self.placement, 0.0).camera
        last = placing.at(self.placement, self.length_s).camera
        return (filters.wall(first), filters.wall(last)) if first and last else None

    @property
    def source(self) -> str:
        """Which clock or time of the file was taken."""
        source = self.placement.source
        if source == "desk":
            return gettext("read in the picture at the desk")
        return gettext(SOURCES.get(source) or place_of(source)) if source else ""

    @property
    def offset(self) -> str:
        """`2 min 5 s ahead`."""
        return ahead(self.placement.offset_s)

    @property
    def how(self) -> str:
        """How the offset came to be known, and of what it was told."""
        source = self.placement.offset_source
        if self.placement.known_by == placing.MOMENT or source not in words.CLOCK_SOURCE:
            return ""
        said = gettext(words.CLOCK_SOURCE[source])
        return gettext("%(how)s, for the whole tip", how=said) if self.placement.offset_of == "tip" else said

    @property
    def corrected(self) -> str:
        """What stands beside every true time."""
        return corrected(self.placement, self.placement.offset_s)

    @property
    def doubts(self) -> list[str]:
        return [gettext(DOUBTS[one]) for one in self.placement.doubts]

    def at(self, t: float | None) -> datetime | None:
        """The true time of a moment; what is only about so tells none of single moments."""
        if t is None or self.placement.is_about:
            return None
        return placing.at(self.placement, t).true

    def clock(self, t: float | None) -> str:
        """The same as hour, minute, second on the walls of the station; with its day on another one."""
        moment = self.at(t)
        if moment is None or self.start is None:
            return ""
        same_day = current.local(moment).date() == current.local(self.start).date()
        return str(format_datetime(moment, "HH:mm:ss" if same_day else "MM-dd HH:mm:ss"))

    @property
    def data(self) -> str:
        """For scripts: pieces as [start, camera, true, pace, words], times in milliseconds since 1970."""
        pieces = [] if self.placement.is_about else self.placement.pieces
        told = [
            [one.start, _ms(one.camera), _ms(one.true), one.pace, corrected(self.placement, one.offset_s)]
            for one in pieces
        ]
        return json.dumps({"zone": current.settings().timezone, "pieces": told}, ensure_ascii=False)


def of(file: Evidence, tip: Tip, facts: dict[str, Any] | None = None) -> Truth:
    facts = file.facts if facts is None else facts
    placement = placing.placed(file, tip, current.zone(), facts)
    length = float(facts.get("duration_s") or file.duration_s or 0.0)
    return Truth(placement, length, burned.Read.of(file.clock_reading))


def of_many(tx: Transaction, files: list[tuple[Evidence, Tip]]) -> dict[str, Truth]:
    """Evidence id → the same, without reading the whole facts of each."""
    facts = briefs.of_time(tx, [file.id for file, _tip in files])
    return {file.id: of(file, tip, facts[file.id]) for file, tip in files}


def corrected(placement: Placement, offset_s: float | None) -> str:
    if placement.known_by in (placing.MOMENT, placing.UNKNOWN):
        return ""
    if placement.is_about:
        return gettext("about, as reported")
    if offset_s is None:
        by_file = placement.known_by == placing.FILE
        return gettext("file's own time") if by_file else gettext("clock not compared")
    if offset_s == 0:
        return gettext("clock right")
    length = filters.lasting(offset_s)
    if offset_s > 0:
        return gettext("clock %(length)s ahead, corrected", length=length)
    return gettext("clock %(length)s behind, corrected", length=length)


def ahead(offset_s: float | None) -> str:
    if offset_s is None:
        return gettext("not known")
    if offset_s == 0:
        return gettext("right")
    length = filters.lasting(offset_s)
    if offset_s > 0:
        return gettext("%(length)s ahead", length=length)
    return gettext("%(length)s behind", length=length)


def working(reading: burned.Read) -> str:
    """How an offset was found: `21:32:05 − 21:30:00 = 2 min 5 s ahead`."""
    position = filters.position(reading.t)
    if reading.shown and reading.true:
        return gettext(
            "At %(position)s: camera %(shown)s − true time %(true)s = %(offset)s",
            position=position, shown=filters.wall(reading.shown), true=wall(reading.true),
            offset=ahead(reading.offset_s),
        )  # fmt: skip
    if reading.shown:
        shown = filters.wall(reading.shown)
        return gettext("At %(position)s the camera shows %(shown)s", position=position, shown=shown)
    true = wall(reading.true) if reading.true else "–"
    return gettext("At %(position)s it was %(true)s", position=position, true=true)


def wall(moment: datetime) -> str:
    """A true time on the walls of the station, as it is typed."""
    return filters.wall(current.local(moment).replace(tzinfo=None))


def _ms(moment: datetime | None) -> int | None:
    if moment is None:
        return None
    whole = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return round(whole.timestamp() * 1000)

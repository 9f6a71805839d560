"""What a story is made of: when something happens, a file somebody sends, a tip, an act of the desk."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any


@dataclass(frozen=True)
class When:
    """A moment told as people tell it: so many days ago at a time of day, or so many minutes ago."""

    days: int = 0
    clock: str = ""
    minutes: float = 0.0

    def at(self, now: datetime) -> datetime:
        """The moment, in the zone of `now`."""
        if not self.clock:
            return now - timedelta(minutes=self.minutes)
        hour, minute = map(int, self.clock.split(":"))
        day = now - timedelta(days=self.days)
        # Nothing happens at the full minute.
        second = zlib.crc32(f"{self.days} {self.clock}".encode()) % 60
        moment = day.replace(hour=hour, minute=minute, second=second, microsecond=second * 9973)
        return moment + timedelta(minutes=self.minutes)

    def later(self, minutes: float) -> When:
        """So much after this moment; minutes ago count downwards."""
        if not self.clock:
            return When(minutes=self.minutes - minutes)
        return When(self.days, self.clock, self.minutes + minutes)


@dataclass(frozen=True)
class File:
    """Footage to be drawn. `shows` is when it was taken, `ahead_s` how much the recorder's clock is ahead."""

    name: str
    scene: str
    shows: When
    seconds: float = 0.0
    size: tuple[int, int] = (640, 360)
    camera: str = "CAM 01"
    night: bool = False
    ahead_s: int = 0
    figures: Sequence[dict[str, Any]] = ()
    position: tuple[float, float] | None = None
    # A recorder that lost power leaves a film without its index.
    broken: bool = False


@dataclass(frozen=True)
class Sent:
    """One tip as its reporter sent it."""

    key: str
    when: When
    category: str
    text: str
    place: str
    beat: str
    happened: When
    lasted_min: float = 0.0
    position: tuple[float, float] | None = None
    contact: str = ""
    anonymous: bool = False
    clock_offset_s: float | None = None
    overwrites_in_days: int | None = None
    files: Sequence[File] = field(default_factory=tuple)


@dataclass(frozen=True)
class Act:
    """What somebody does with a tip or a case; `who` is a user name, or `reporter`."""

    when: When
    who: str
    verb: str
    tip: str = ""
    case: str = ""
    text: str = ""
    more: str = ""

"""The clock of a film: found in one of three pictures, read in a few more, looked at again where it jumps."""

from __future__ import annotations

from datetime import datetime

from workers.media.clock import agreeing, finding, stamps
from workers.media.clock.agreeing import Clock, Reading
from workers.media.clock.engine import Engine
from workers.media.clock.finding import Found, Place
from workers.media.clock.stills import Still, Stills

READ = 8  # pictures, spread over the film
CLOSER = 8  # more of them where neighbours disagree
CLOSE_S = 2.0  # a jump is told to within this
MOST_SEARCHES = 5  # whole pictures searched again for a clock that is not where it was
NEAR_END = 0.985  # the very end of a film is often damaged


class Film:
    """The film under examination and what was read so far."""

    def __init__(
        self, engine: Engine, stills: Stills, duration: float, taken: datetime | None = None
    ) -> None:
        self._engine, self._stills, self._taken = engine, stills, taken
        self._duration = duration
        self.found = Found()
        self.readings: list[Reading] = []
        self.looked: list[float] = []
        self._may_move = False  # a phone that films a screen does not hold still
        self._searches = MOST_SEARCHES

    def examine(self) -> Clock | None:
        """The clock, or None when there is none to be believed."""
        pictures = self._search()
        if self.found.place is None:
            return None
        for still in pictures:
            self._read(still, self.found.place)
        for t in self._spread():
            self._look_at(t, self.found.place)
        for _ in range(CLOSER):
            gap = _widest(agreeing.agree(self.readings))
            if gap is None or not self._look_between(*gap, self.found.place):
                break
        return self._believed()

    def _search(self) -> list[Still]:
        """Look for the line at the beginning, the middle and the end; return the pictures decoded for it."""
        pictures: list[Still] = []
        for part in (0.0, 0.5, NEAR_END):
            still = self._still(part * self._duration)
            if still is None:
                continue
            pictures.append(still)
            self.found = finding.in_strips(self._engine, still.picture)
            if self.found.place:
                return pictures
        # At the edge there is none. A film of a screen shows it anywhere.
        for still in pictures[:2]:
            self.found = finding.anywhere(self._engine, still.picture)
            if self.found.place:
                self._may_move = True
                break
        return pictures

    def _spread(self) -> list[float]:
        wanted = min(READ, max(3, int(self._duration / 2) + 1))
        times = [NEAR_END * self._duration * at / (wanted - 1) for at in range(wanted)]
        return [t for t in times if all(abs(t - one) >= 0.3 for one in self.looked)]

    def _still(self, t: float) -> Still | None:
        before = max((one for one in self.looked if one < t), default=-1.0)
        still = self._stills.key(t, before) if t > 0 else self._stills.at(0.0)
        if still is None or any(abs(still.t - one) < 0.05 for one in self.looked):
            return None
        self.looked.append(still.t)
        return still

    def _look_at(self, t: float, place: Place) -> bool:
        still = self._still(t)
        if still is not None:
            self._read(still, place)
        return still is not None

    def _look_between(self, start: float, end: float, place: Place) -> bool:
        """One picture from the middle third of a gap."""
        still = self._stills.at((start + end) / 2)
        if still is None or not start < still.t < end:
            return False
        self.looked.append(still.t)
        self._read(still, place)
        return True

    def _read(self, still: Still, place: Place) -> None:
        line = place.read(self._engine, still.picture)
        stamp = stamps.read(line.text)
        if stamp is None and self._may_move and self._searches:
            self._searches -= 1
            line = finding.anywhere(self._engine, still.picture).line or line
            stamp = stamps.read(line.text)
        if stamp is not None and line.score >= finding.SURE:
            self.readings.append(Reading(round(still.t, 3), line.text, stamp, line.score))

    def _believed(self) -> Clock | None:
        """A clock goes on. What was legible once of many times, or never changes, is a label in the scene."""
        clock = agreeing.agree(self.readings, self._taken)
        if not clock.points or (len(self.looked) >= 2 * agreeing.ENOUGH and len(clock.agreeing) < 2):
            return None
        is_full = bool(clock.order) and all(point.unit == 1 for point in clock.points)
        span = clock.points[-1].t - clock.points[0].t
        stands = clock.pace == 0.0 or (
            len({p.moment for p in clock.points}) == 1 and span > 1.5 * clock.points[0].unit
        )
        return None if stands and not is_full else clock


def _widest(clock: Clock) -> tuple[float, float] | None:
    """The widest gap between neighbours that disagree, if it is worth a look."""
    if clock.pace is not None:
        return None
    flat = agreeing.unclear(clock)
    gaps = [(one.t, two.t) for one, two in zip(flat[::2], flat[1::2], strict=True)]
    gap = max(gaps, key=lambda one: one[1] - one[0], default=None)
    return gap if gap and gap[1] - gap[0] > CLOSE_S else None

"""From single readings to one clock: which of them agree, where it jumped, how fast it runs. Pure.

A clock that shows whole seconds reads `floor(t + offset)`: each reading leaves the offset within one second,
and readings agree while these seconds have a moment in common. Moments are seconds since 1970-01-01 00:00:00
on the camera's own clock, which knows no zone.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from statistics import median

from workers.media.clock.stamps import DAY, Stamp

EPOCH = date(1970, 1, 1)
ENOUGH = 3
SLACK_S = 0.5  # a camera draws its clock a little before or after it takes the picture
STANDS, TRUE_PACE = 0.02, 0.005
NEARLY_ALL = 0.8
MOST_JUMPS, MOST_MEANINGS = 20, 3


@dataclass(frozen=True)
class Reading:
    """What stood in the picture at ``t`` seconds of the film."""

    t: float
    text: str
    stamp: Stamp
    score: float


@dataclass(frozen=True)
class Point:
    """A reading as a moment, in one order of its date."""

    t: float
    moment: float
    unit: int

    @property
    def offset(self) -> float:
        """The least that the clock can be ahead of the film."""
        return self.moment - self.t


@dataclass
class Stretch:
    """Neighbours that agree."""

    points: list[Point]

    def takes(self, point: Point) -> bool:
        """Whether this one agrees with them too."""
        return _agree([*self.points, point])


@dataclass(frozen=True)
class Jump:
    """The clock was set, or the film was cut, between two readings."""

    before: Point
    after: Point

    @property
    def by_s(self) -> float:
        """How much more time passed on the clock than in the film."""
        return round(self.after.offset - self.before.offset, 1)


@dataclass
class Clock:
    """What is believed of the camera's clock."""

    order: str = ""  # of the date's parts; empty if none is shown
    points: list[Point] = field(default_factory=list)
    agreeing: list[Point] = field(default_factory=list)
    first: list[Point] = field(default_factory=list)  # those up to the first jump
    jumps: list[Jump] = field(default_factory=list)
    pace: float | None = None  # seconds of the clock in a second of film, where it is not one
    meanings: list[str] = field(default_factory=list)  # orders that fit equally well, if there are several

    @property
    def unit(self) -> int:
        """The finest that any reading shows."""
        return min((point.unit for point in self.points), default=1)

    @property
    def accepted(self) -> bool:
        """Whether enough readings say the same."""
        return len(self.agreeing) >= ENOUGH and self.pace is None

    @property
    def offset(self) -> float:
        """How far the clock is ahead of the film, by most readings."""
        return _middle(self.agreeing)

    @property
    def beginning(self) -> float:
        """The clock's moment when the film began; it may have jumped since."""
        return _middle(self.first if self.jumps else self.agreeing)


@dataclass(frozen=True)
class _Line:
    pace: float  # seconds of the clock in a second of film
    fitting: list[Point]


def agree(readings: list[Reading], taken: datetime | None = None) -> Clock:
    """The clock under which most readings agree; several meanings of its date when they fit equally well.

    ``taken`` is when the file itself says it was taken: of several meanings it may be within a day of one.
    """
    orders = sorted({order for one in readings for order in one.stamp.orders}) or [""]
    found = [under(order, readings) for order in orders]
    best = max(found, key=_weight)
    alike = [one for one in found if _weight(one) == _weight(best)]
    near = [one for one in alike if taken and _is_near(one, taken)]
    if len(near) == 1:
        return near[0]
    best.meanings = [one.order for one in alike] if len(alike) > 1 else []
    return best


def _is_near(clock: Clock, taken: datetime) -> bool:
    if not clock.points or not clock.order:
        return False
    moment = (taken - datetime.combine(EPOCH, time())).total_seconds()
    return abs(clock.beginning - moment) <= DAY


def _weight(clock: Clock) -> tuple[int, int, int]:
    return len(clock.agreeing), -len(clock.jumps), len(clock.points)


def under(order: str, readings: list[Reading]) -> Clock:
    """The clock if its date is written in this order."""
    points = _points(order, readings)
    stretches = _stretches(points)
    kept = [one for one in stretches if len(one.points) > 1] or stretches[:1]
    first = kept[0].points if kept else []
    clock = Clock(order, points, _largest(points), first, _jumps(kept))
    line = _line(points)
    if line is None or len(line.fitting) <= len(clock.agreeing):
        return clock
    clock.jumps = []
    if abs(line.pace - 1) <= TRUE_PACE:
        # Over hours a film drifts against its recorder's clock by a few seconds: it is one clock.
        begin = points[0].t
        clock.agreeing = [
            Point(p.t, p.moment - (p.t - begin) * (line.pace - 1), p.unit) for p in line.fitting
        ]
    else:
        clock.pace = 0.0 if abs(line.pace) < STANDS else round(line.pace, 4)
    return clock


def _points(order: str, readings: list[Reading]) -> list[Point]:
    """In order of the film; without dates a clock that goes back by half a day has passed midnight."""
    points: list[Point] = []
    for one in sorted(readings, key=lambda reading: reading.t):
        day = one.stamp.day(order)
        if (day is None) != (order == ""):
            continue
        moment = float((day - EPOCH).days * DAY + one.stamp.second if day else one.stamp.second)
        if day is None and points and moment < points[-1].moment - DAY / 2:
            moment += DAY * math.ceil((points[-1].moment - DAY / 2 - moment) / DAY)
        points.append(Point(one.t, moment, one.stamp.unit))
    return points


def _middle(points: list[Point]) -> float:
    """The offset in the middle of what is possible."""
    low = max(point.offset for point in points)
    return (low + min(point.offset + point.unit for point in points)) / 2


def _agree(points: list[Point]) -> bool:
    low = max(point.offset for point in points)
    return low < min(point.offset + point.unit for point in points) + SLACK_S


def _largest(points: list[Point]) -> list[Point]:
    """The most points that agree, wherever in the film they stand."""
    best: list[Point] = []
    for anchor in points:
        low = anchor.offset  # the largest of the group's offsets
        group = [p for p in points if p.offset <= low < p.offset + p.unit + SLACK_S]
        if len(group) > len(best):
            best = group
    return best


def _stretches(points: list[Point]) -> list[Stretch]:
    """Neighbours that agree; a single misread one between two that agree does not part them."""
    found: list[Stretch] = []
    for point in points:
        home = next((one for one in reversed(found[-2:]) if one.takes(point)), None)
        if home is None:
            found.append(Stretch([point]))
        else:
            home.points.append(point)
            if home is not found[-1] and len(found[-1].points) == 1:
                found.append(found.pop(found.index(home)))
    return found


def _jumps(kept: list[Stretch]) -> list[Jump]:
    found = [Jump(one.points[-1], two.points[0]) for one, two in zip(kept, kept[1:], strict=False)]
    return [jump for jump in found if jump.before.t < jump.after.t][:MOST_JUMPS]


def _line(points: list[Point]) -> _Line | None:
    """One pace that fits nearly all points, or None."""
    if len(points) <= ENOUGH:
        return None
    slopes = [
        (two.moment - one.moment) / (two.t - one.t)
        for at, one in enumerate(points)
        for two in points[at + 1 :]
        if two.t - one.t >= 1
    ]
    if not slopes:
        return None
    pace = median(slopes)
    base = median(point.moment - pace * point.t for point in points)
    fitting = [p for p in points if abs(p.moment - base - pace * p.t) <= p.unit + SLACK_S]
    return _Line(pace, fitting) if len(fitting) >= NEARLY_ALL * len(points) else None


def unclear(clock: Clock) -> list[Point]:
    """Pairs of neighbours, flat, between which the offset changed: another look between them may tell why."""
    pairs = zip(clock.points, clock.points[1:], strict=False)
    return [point for one, two in pairs if not _agree([one, two]) for point in (one, two)]


def wall(moment: float, order: str, unit: int) -> str:
    """A moment as ISO 8601 without a zone: no day where none is known, no seconds where none are shown."""
    at = datetime(1970, 1, 1) + timedelta(seconds=math.floor(moment + 1e-6))  # noqa: DTZ001 - a camera's clock
    finest = "seconds" if unit == 1 else "minutes"
    return at.isoformat(timespec=finest) if order else at.time().isoformat(timespec=finest)

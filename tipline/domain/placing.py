"""Where a piece of evidence lies in true time: what that rests on, how sure it is, moment by moment. Pure.

A camera's clock is a wall clock: it knows no zone. Less its offset it is the time on the walls of the
station, and from that comes UTC. Where the clock leaps within a film there are several pieces (`walls`).
What is only assumed is named in `doubts`:

- `cut`: the clock leaps ahead, which is taken for a cut in the film · `set`: it fell back, so it was set
- `day`, `date`: its day is guessed, or its date can be read in several ways · `few`: too few readings agree
- `pace`: the film is faster or slower than life · `stands`: the clock stands, so it tells no time
- `twice`, `never`: that hour came twice, or never, as clocks changed for summer
- `far`: a clock that nobody compared is days away from what the reporter told
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, tzinfo

from tipline.domain import burned, walls
from tipline.domain.burned import Facts, Read, moment_of
from tipline.domain.evidence import Evidence
from tipline.domain.tips import Tip
from tipline.domain.walls import Piece, Pieces, on

# What a placement rests on, the surest first: the true time of one picture; a clock that was read and
# compared; one that was read alone; a time that the file tells of itself; the reporter's words; nothing.
MOMENT, CLOCK, CAMERA, FILE, TOLD, UNKNOWN = "moment", "clock", "camera", "file", "told", "unknown"
# Times of the file that the recorder's clock wrote; the offset that was told of a recorder holds for these.
RECORDERS = frozenset(
    {"dhav:start", "riff:IDIT", "avchd:MDPM", "reconyx:DateTimeOriginal", "name:recorder", "picture:clock"}
)
SATELLITES = frozenset({"exif:GPSDateTime", "xmp:GPSDateTime"})
FAR = timedelta(hours=36)


@dataclass(frozen=True)
class Moment:
    """One moment of a film."""

    camera: datetime | None
    true: datetime | None
    offset_s: float | None


@dataclass(frozen=True)
class Placement:
    """`source` names a time of the file or of the clock; `offset_of` says whose offset it is: file or tip."""

    known_by: str
    pieces: Pieces = ()
    offset_s: float | None = None
    offset_source: str | None = None
    offset_of: str = ""
    source: str = ""
    until: datetime | None = None  # the latest the reporter's words allow
    doubts: tuple[str, ...] = ()

    @property
    def starts_at(self) -> datetime | None:
        return self.pieces[0].true if self.pieces else None

    @property
    def ends_at(self) -> datetime | None:
        ends = [on(piece.true, (piece.end - piece.start) * piece.pace) for piece in self.pieces]
        return max((one for one in [*ends, self.until] if one), default=None)

    @property
    def camera_at(self) -> datetime | None:
        """The camera's time at the start."""
        return self.pieces[0].camera if self.pieces else None

    @property
    def is_about(self) -> bool:
        """Whether it is the reporter's word alone."""
        return self.known_by == TOLD


def at(placement: Placement, t: float) -> Moment:
    """Camera and true time of a position in the film."""
    if not placement.pieces:
        return Moment(None, None, placement.offset_s)
    return Moment(*walls.at(placement.pieces, t))


def find(placement: Placement, moment: datetime) -> float | None:
    """The position that shows a true moment; None where the film does not."""
    for piece in placement.pieces:
        if piece.true is None:
            continue
        passed = (moment - piece.true).total_seconds() / piece.pace
        if 0 <= passed <= piece.end - piece.start:
            return piece.start + passed
    return None


def placed(evidence: Evidence, tip: Tip, zone: tzinfo, facts: Facts | None = None) -> Placement:
    """From all that is known of a file. `facts` may be a part of its media object, read beforehand."""
    told = evidence.facts if facts is None else facts
    length = max(0.0, float(told.get("duration_s") or evidence.duration_s or 0.0))
    read = Read.of(evidence.clock_reading)
    if read and read.true and not read.shown:
        return Placement(MOMENT, (Piece(0.0, length, None, on(read.true.astimezone(UTC), -read.t)),))
    offset_s, by, whose = _offset(evidence, tip)
    known = {} if evidence.purpose == "clock" else told.get("clock") or {}
    camera = burned.shown(known, read, length, _hint(told, tip, zone, offset_s))
    if camera and camera.pieces:
        pieces, more = walls.told_true(camera.pieces, offset_s, zone)
        if pieces[0].true is not None:
            how = CAMERA if offset_s is None else CLOCK
            doubts = (*camera.doubts, *more, *(_far(pieces[0].true, tip) if offset_s is None else ()))
            source = "desk" if camera.by_hand else "picture:clock"
            return Placement(how, pieces, offset_s, by, whose, source, doubts=doubts)
    rest = camera.doubts if camera else ()
    found = _by_file(told, tip, length, zone, (offset_s, by, whose)) or _by_words(tip, length)
    return replace(found, doubts=(*rest, *found.doubts))


def _offset(evidence: Evidence, tip: Tip) -> tuple[float | None, str | None, str]:
    """The file's own; a source without a number says that the tip's does not hold for this file."""
    if evidence.clock_offset_s is not None or evidence.clock_source is not None:
        return evidence.clock_offset_s, evidence.clock_source, "file"
    if tip.clock_offset_s is not None:
        return tip.clock_offset_s, tip.clock_source, "tip"
    return None, tip.clock_source, ""


def _by_file(
    told: Facts, tip: Tip, length: float, zone: tzinfo, known: tuple[float | None, str | None, str]
) -> Placement | None:
    """A time that the file tells of itself."""
    source = str(told.get("captured_at_source") or "")
    moment = moment_of(told.get("captured_at"))
    if moment is None or source == "picture:clock":
        return None
    offset_s, by, whose = known
    if source in SATELLITES or (whose == "tip" and source not in RECORDERS):
        offset_s, by, whose = None, None, ""
    try:
        wall = moment.astimezone(zone).replace(tzinfo=None) if moment.tzinfo else moment
    except OverflowError:
        return None
    piece = Piece(0.0, length, wall)
    if moment.tzinfo:
        true = on(walls.in_utc(moment), -(offset_s or 0.0))
        found, doubts = replace(piece, true=true, offset_s=offset_s), set[str]()
    else:
        found = replace(walls.walled(piece, offset_s or 0.0, zone), offset_s=offset_s)
        doubts = walls.hours(piece, offset_s or 0.0, zone)
    if found.true is None:
        return None
    how = FILE if source not in RECORDERS else CAMERA if offset_s is None else CLOCK
    far = _far(found.true, tip) if offset_s is None else ()
    return Placement(how, (found,), offset_s, by, whose, source, doubts=(*sorted(doubts), *far))


def _by_words(tip: Tip, length: float) -> Placement:
    if tip.occurred_at is None:
        return Placement(UNKNOWN)
    return Placement(
        TOLD, (Piece(0.0, length, None, tip.occurred_at.astimezone(UTC)),), until=tip.occurred_until
    )


def _hint(told: Facts, tip: Tip, zone: tzinfo, offset_s: float | None) -> datetime | None:
    """Roughly what the camera's clock must have shown."""
    moment = moment_of(told.get("captured_at"))
    if moment is None or told.get("captured_at_source") == "picture:clock":
        moment = tip.occurred_at
    try:
        wall = moment.astimezone(zone).replace(tzinfo=None) if moment and moment.tzinfo else moment
    except OverflowError:
        return None
    return on(wall, offset_s or 0.0)


def _far(true: datetime, tip: Tip) -> tuple[str, ...]:
    """A clock that nobody compared, days away from what the reporter told."""
    is_far = tip.occurred_at is not None and abs(true - tip.occurred_at) > FAR
    return ("far",) if is_far else ()

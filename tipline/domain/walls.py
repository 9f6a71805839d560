"""Wall clocks and true time: what a clock that knows no zone means in UTC. Pure.

A film is one piece, or several where its clock leaps. A leap ahead is taken for a cut in the film, the clock
having gone right on; a clock that falls back was set, so true time runs on, and the offset is that of the
clock as it stands at the end.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, tzinfo

SLACK_S = 2.0
Pieces = tuple["Piece", ...]


@dataclass(frozen=True)
class Piece:
    """A stretch of film on which camera and true time run on; both are given for its start."""

    start: float
    end: float
    camera: datetime | None = None
    true: datetime | None = None
    offset_s: float | None = None
    pace: float = 1.0  # seconds of the clock in one of the film


def at(pieces: Pieces, t: float) -> tuple[datetime | None, datetime | None, float | None]:
    """Camera time, true time and offset at a position of the film."""
    piece = next((one for one in reversed(pieces) if one.start <= t), pieces[0] if pieces else None)
    if piece is None:
        return None, None, None
    passed = (t - piece.start) * piece.pace
    return on(piece.camera, passed), on(piece.true, passed), piece.offset_s


def told_true(pieces: Pieces, offset_s: float | None, zone: tzinfo) -> tuple[Pieces, tuple[str, ...]]:
    """From the last piece back to the first: the offset is that of the clock as it stood in the end."""
    offset, doubts = offset_s or 0.0, hours(pieces[-1], offset_s or 0.0, zone)
    found = [walled(pieces[-1], offset, zone)]
    for piece, after in zip(pieces[-2::-1], pieces[:0:-1], strict=True):
        before, gap = walled(piece, offset, zone), _gap(piece, after)
        if gap > 0:
            doubts |= set() if _runs_on(before, found[0]) else {"cut"}
        elif not -2 * SLACK_S <= gap < 0 and (joined := _joined(before, after, offset, zone)):
            # No zone goes back by seconds: a clock that does was set.
            found[0] = joined
            doubts.discard("twice")
        else:
            # The clock was set: true time ran on.
            offset -= gap
            before = replace(piece, true=on(found[0].true, piece.start - piece.end), offset_s=offset)
            doubts.add("set")
        found.insert(0, before)
    told = offset_s is not None
    return tuple(one if told else replace(one, offset_s=None) for one in found), tuple(sorted(doubts))


def _runs_on(one: Piece, two: Piece) -> bool:
    """Whether no true time is missing where they meet: clocks went ahead for summer."""
    ends = on(one.true, one.end - one.start)
    return bool(ends and two.true and abs((two.true - ends).total_seconds()) <= SLACK_S)


def _gap(one: Piece, two: Piece) -> float:
    """How far the camera's clock leaps where two pieces meet."""
    if one.camera is None or two.camera is None:
        return 0.0
    return (two.camera - one.camera).total_seconds() - (one.end - one.start)


def _joined(before: Piece, after: Piece, offset: float, zone: tzinfo) -> Piece | None:
    """The later piece, if the clock only followed the zone back to winter time."""
    ends = on(before.true, before.end - before.start)
    for fold in (0, 1):
        again = walled(after, offset, zone, fold)
        if ends and again.true and abs((again.true - ends).total_seconds()) <= SLACK_S:
            return again
    return None


def walled(piece: Piece, offset: float, zone: tzinfo, fold: int = 0) -> Piece:
    wall = on(piece.camera, -offset)
    return replace(piece, true=utc(wall, zone, fold), offset_s=offset)


def hours(piece: Piece, offset: float, zone: tzinfo) -> set[str]:
    """Whether the hour on the wall came twice or never, as clocks change for summer."""
    wall = on(piece.camera, -offset)
    first, second = utc(wall, zone, 0), utc(wall, zone, 1)
    if first is None or second is None or first == second:
        return set()
    return {"twice"} if first < second else {"never"}


def utc(wall: datetime | None, zone: tzinfo, fold: int) -> datetime | None:
    return in_utc(wall.replace(tzinfo=zone, fold=fold)) if wall else None


def in_utc(moment: datetime) -> datetime | None:
    try:
        return moment.astimezone(UTC)
    except (OverflowError, ValueError):
        return None


def on(moment: datetime | None, seconds: float) -> datetime | None:
    """So much later; None at the ends of time."""
    try:
        return moment + timedelta(seconds=seconds) if moment else None
    except OverflowError:
        return None

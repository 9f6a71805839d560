"""The clock in the picture: what it shows at every moment, by the machine's readings or a person's. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import Any

from tipline.domain import walls
from tipline.domain.walls import Piece, Pieces, on

ENOUGH = 3  # readings that agree
STANDS, MOST_PACE = 0.02, 1000.0
NEAR, HALF_DAY, DAY_S = timedelta(hours=36), timedelta(hours=12), 86_400.0
EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - on a clock that knows no zone
Facts = Mapping[str, Any]


@dataclass(frozen=True)
class Read:
    """What a person read at one picture: the clock that stands in it, the true time of it, or both."""

    t: float
    shown: datetime | None = None  # by the camera, without a zone
    true: datetime | None = None  # with one

    @property
    def offset_s(self) -> float | None:
        """Camera minus true time, on the walls of the zone in which the true time was told."""
        if self.shown is None or self.true is None:
            return None
        return (self.shown - self.true.replace(tzinfo=None)).total_seconds()

    @property
    def text(self) -> str:
        """As it is kept: what was shown, the true time, the position; one of the first two may be empty."""
        said = [one.isoformat(timespec="seconds") if one else "" for one in (self.shown, self.true)]
        return f"{said[0]}/{said[1]}/{self.t:.3f}"

    @classmethod
    def of(cls, text: str | None) -> Read | None:
        """None of what was never read, or cannot be understood any more."""
        try:
            shown, true, t = (text or "").split("/")
            at = datetime.fromisoformat(true) if true else None
            return cls(float(t), _naive(shown) if shown else None, at)
        except ValueError:
            return None


@dataclass(frozen=True)
class Shown:
    """Camera time of a film's pieces; none if it shows none that can be used."""

    pieces: Pieces = ()
    doubts: tuple[str, ...] = ()
    by_hand: bool = False


def shown(known: Facts, read: Read | None, length: float, hint: datetime | None) -> Shown | None:
    """What the clock in the picture shows when; a person who read it is believed before the machine."""
    machine = _by_machine(known, length, hint)
    if read and read.shown:
        if machine and machine.pieces and _agrees(machine.pieces, read):
            return replace(machine, doubts=tuple(one for one in machine.doubts if one not in ("few", "date")))
        begun = on(read.shown, -read.t)
        return Shown((Piece(0.0, length, begun),) if begun else (), by_hand=True)
    return machine


def _agrees(pieces: Pieces, read: Read) -> bool:
    by_machine, _true, _offset = walls.at(pieces, read.t)
    if by_machine is None or read.shown is None:
        return False
    return abs((by_machine - read.shown).total_seconds()) <= walls.SLACK_S


def _by_machine(known: Facts, length: float, hint: datetime | None) -> Shown | None:
    if not known.get("readings"):
        return None
    pace = known.get("pace")
    if pace is not None:
        return _paced(known, float(pace), length)
    begun, doubts = _beginning(known, hint)
    if (known.get("agreeing") or 0) < ENOUGH and length > 0:
        doubts = (*doubts, "few")
    if begun is None:
        return Shown((), doubts)
    pieces, at_s, by = [], 0.0, 0.0
    for jump in _jumps(known, length):
        middle = (jump["start"] + jump["end"]) / 2
        pieces.append(Piece(at_s, middle, on(begun, at_s + by)))
        at_s, by = middle, by + jump["by_s"]
    pieces.append(Piece(at_s, max(at_s, length), on(begun, at_s + by)))
    return Shown(tuple(pieces) if all(one.camera for one in pieces) else (), doubts)


def _paced(known: Facts, pace: float, length: float) -> Shown:
    """A film faster or slower than life follows its clock; one that stands tells no time."""
    if not STANDS <= pace <= MOST_PACE:
        return Shown((), ("stands",))
    first = known["readings"][0]
    begun = on(dated(first.get("at")), -float(first.get("t") or 0.0) * pace)
    return Shown((Piece(0.0, length, begun, pace=pace),) if begun else (), ("pace",))


def _beginning(known: Facts, hint: datetime | None) -> tuple[datetime | None, tuple[str, ...]]:
    """The clock at the start of the film, its day guessed by what else is known where it shows none."""
    meanings = [one for text in known.get("ambiguous") or () if (one := dated(text))]
    if meanings:
        near = [one for one in meanings if hint and abs(one - hint) <= NEAR]
        return (near[0] if len(near) == 1 else None), ("date",)
    text = str(known.get("started_at") or "")
    if "T" not in text:
        return _on_day(text, hint), ("day",)
    begun, exact = dated(text), known.get("offset_s")
    if begun is not None and exact is not None and not known.get("jumps"):
        finer = on(EPOCH, float(exact))
        begun = finer if finer and abs(finer - begun) <= timedelta(minutes=1) else begun
    return begun, ()


def _on_day(text: str, hint: datetime | None) -> datetime | None:
    try:
        of_day = time.fromisoformat(text) if text else None
    except ValueError:
        of_day = None
    if of_day is None or hint is None:
        return None
    begun = datetime.combine(hint.date(), of_day.replace(tzinfo=None))
    days = -1 if begun - hint > HALF_DAY else 1 if hint - begun > HALF_DAY else 0
    return on(begun, days * DAY_S)


def _jumps(known: Facts, length: float) -> list[dict[str, float]]:
    """In order and within the film."""
    found: list[dict[str, float]] = []
    told = [{name: float(one[name]) for name in ("start", "end", "by_s")} for one in known.get("jumps") or ()]
    for one in sorted(told, key=lambda jump: jump["start"]):
        begins = found[-1]["end"] if found else 0.0
        if begins <= one["start"] <= one["end"] <= length and one["by_s"]:
            found.append(one)
    return found


def moment_of(text: Any) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except (TypeError, ValueError):
        return None


def _naive(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=None)


def dated(text: Any) -> datetime | None:
    """A day and a time without a zone; None of a time alone."""
    moment = moment_of(text) if isinstance(text, str) and "T" in text else None
    return moment.replace(tzinfo=None) if moment else None

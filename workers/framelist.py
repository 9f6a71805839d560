"""``frames.json``: when each frame of the film that plays is shown, made from what the child told, checked.

Runs of equal steps are written once, so that ten hours stay small; the form is described in docs/frames.md.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from workers import untrusted
from workers.media import wire

VERSION = 1
FINEST = 2_000_000_000
FARTHEST = 2**52  # whole numbers that a browser keeps exact
NEAR_S = 0.0005
LONGEST_PATTERN = 3  # 33, 33, 34 milliseconds: thirty frames a second


@dataclass(frozen=True)
class FrameList:
    """Times in ticks of the film that plays, and the number of the original's frame for each."""

    tick: tuple[int, int]
    first: float
    begins: float
    times: list[int]
    numbers: list[int]


def checked(body: Mapping[str, Any], rows: bytes) -> FrameList:
    """Raises ``wire.Broken`` unless times and numbers rise from frame to frame."""
    said = body.get("tick")
    tick = [untrusted.whole(1, FINEST)(one) for one in (said if isinstance(said, list) else [])]
    first = untrusted.number(-untrusted.LONGEST_S, untrusted.LONGEST_S)(body.get("first"))
    begins = untrusted.number(-untrusted.LONGEST_S, 0)(body.get("begins"))
    if len(tick) != 2 or None in tick or first is None or begins is None:
        raise wire.Broken("a table of frames without a clock")
    times, numbers = [], []
    last = (-FARTHEST, -1)
    for row in wire.ROW.iter_unpack(rows):
        if not (last[0] <= row[0] <= FARTHEST and last[1] <= row[1] <= untrusted.MOST_FRAMES):
            raise wire.Broken("a table of frames that goes back")
        times.append(row[0])
        numbers.append(row[1])
        last = row
    return FrameList((tick[0], tick[1]), first, begins, times, numbers)


def described(frames: FrameList, file: str) -> dict[str, Any]:
    """The document. ``file`` says what plays: ``original`` or ``copy``."""
    return {
        "version": VERSION,
        "file": file,
        "count": len(frames.times),
        "tick": list(frames.tick),
        "start": frames.times[0],
        "steps": list(runs(_steps(frames.times))),
        "first_number": frames.numbers[0],
        "number_steps": list(runs(_steps(frames.numbers))),
        "first_s": round(frames.first, 6),
        "begins_s": round(frames.begins, 6),
    }


@dataclass(frozen=True)
class Places:
    """Of each frame of the original that plays: its number, and where it stands in seconds."""

    numbers: list[int]
    seconds: list[float]

    def completed(self, known: Mapping[str, Any]) -> dict[str, Any]:
        """Of a stretch known by numbers its positions, of one known by positions its numbers."""
        if "first" in known:
            at = [bisect_left(self.numbers, known[name]) for name in ("first", "last")]
        else:
            at = [bisect_right(self.seconds, known[name] + NEAR_S) - 1 for name in ("t", "until")]
        first, last = (min(max(one, 0), len(self.numbers) - 1) for one in at)
        until = self.seconds[min(last + 1, len(self.seconds) - 1)]
        return {
            "first": self.numbers[first], "last": self.numbers[last],
            "t": self.seconds[first], "until": until,
        }  # fmt: skip


def places(document: Mapping[str, Any]) -> Places:
    """Spelled out from a document of ours."""
    top, bottom = document["tick"]
    ticks = list(_spelled(0, document["steps"]))
    seconds = [at * top / bottom + document["first_s"] for at in ticks]
    return Places(list(_spelled(document["first_number"], document["number_steps"])), seconds)


def _spelled(first: int, runs_of: Iterable[Sequence[int]]) -> Iterator[int]:
    value = first
    yield value
    for times, *pattern in runs_of:
        for _ in range(times):
            for step in pattern:
                value += step
                yield value


def _steps(values: Sequence[int]) -> list[int]:
    return [later - earlier for earlier, later in zip(values, values[1:], strict=False)]


def runs(steps: Sequence[int]) -> Iterator[list[int]]:
    """``[times, step, …]``: the steps, and how many times they follow one another."""
    at, single = 0, [1]
    while at < len(steps):
        times, pattern = _best(steps, at)
        if times > 1:
            if len(single) > 1:
                yield single
                single = [1]
            yield [times, *pattern]
        else:
            single += pattern
        at += times * len(pattern)
    if len(single) > 1:
        yield single


def _best(steps: Sequence[int], at: int) -> tuple[int, Sequence[int]]:
    """The pattern that repeats over the longest stretch from here; one step alone when none does."""
    best, found = 1, (1, steps[at : at + 1])
    for length in range(1, LONGEST_PATTERN + 1):
        pattern, times = steps[at : at + length], 1
        while steps[at + times * length : at + (times + 1) * length] == pattern and len(pattern) == length:
            times += 1
        if times > 1 and times * length > max(best, length + 1):
            best, found = times * length, (times, pattern)
    return found

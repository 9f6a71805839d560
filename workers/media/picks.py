"""Decides which pictures of a film are worth a person's glance. Knows times and fingerprints, not files.

A picture that looks like one already kept is dropped, unless it opens a stretch of movement. Pictures that
show the whole film are measured against those near them in time only: even of a still film its beginning, its
middle and its end are there, and not twice.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from workers.media import pdq
from workers.media.activity import Event, Grid

FIRST, SCENE, ACTIVITY, COVERAGE = "first", "scene", "activity", "coverage"
SAME, SAME_MOMENT = 20, 6  # of 256 bits: the same to a person; the same even where a small figure matters
SCENE_MEAN = 22.0
SCENE_GAP_S = 1.0
SCENES = 32
COVERAGE_LEAST_S, COVERAGE_MOST_S, COVERAGE_PARTS = 2.0, 60.0, 8
COVERAGE_PICTURES = 24
# However still a film is, hardly more than so long goes by without a picture of it.
STILL_LEAST_S, STILL_PARTS, STILL_SLACK = 10.0, 4, 0.75
END_S = 1.0  # the picture of the end stands beside one like it that is farther away than this
END_WITHIN_S = 12.0  # behind its key frame: so much is decoded for it at once
LONG_RUN_S = 10.0
AROUND_PEAK_S = 0.5
EDGE_S = 0.25
FLAT = 6.0  # grey levels of spread: a black or empty picture shows nothing


@dataclass(frozen=True)
class Window:
    """Of the frames between two times, the sharpest is wanted."""

    start: float
    end: float
    rank: int  # 0 before 1 when not all can be had
    opens: bool = False
    same: int = SAME
    near: float = math.inf
    from_key: float | None = None  # when the key frame is shown that it is, or that it is read on from


def is_cut(before: Grid, grid: Grid) -> bool:
    """Whether a picture shows another scene than the one before."""
    return bool(np.abs(grid - before).mean() > SCENE_MEAN)


def is_flat(grid: Grid) -> bool:
    """Whether there is nothing to see."""
    return float(grid.std()) < FLAT


def coverage_step(duration: float) -> float:
    """Seconds between two pictures of plain coverage."""
    calm = min(COVERAGE_MOST_S, max(COVERAGE_LEAST_S, duration / COVERAGE_PARTS))
    return max(calm, duration / COVERAGE_PICTURES)


def still_step(duration: float) -> float:
    """Seconds within which a picture of coverage adds nothing to one that looks like it. Key frames do not
    stand where they are wanted: there is some slack."""
    calm = min(COVERAGE_MOST_S, max(STILL_LEAST_S, duration / STILL_PARTS))
    return STILL_SLACK * max(calm, duration / COVERAGE_PICTURES)


def coverage(key_times: NDArray[np.float64], duration: float, end: float) -> list[Window]:
    """Of the key frames, those that together show the whole film; and its last frame, shown at ``end``, or
    where that lies far behind them the last of them."""
    if not key_times.size or end <= key_times[0]:
        return []
    step, near = coverage_step(duration), still_step(duration)
    first, last = float(key_times[0]), float(key_times[-1])
    wanted = np.arange(first + step, last, step)
    found = key_times[np.searchsorted(key_times, wanted - 0.01).clip(max=key_times.size - 1)]
    inner = [Window(t, t, 0, near=near, from_key=t) for t in np.unique(found).tolist() if first < t < last]
    at = end if end - last <= END_WITHIN_S else last
    return [*inner, Window(at, at, 0, near=END_S, from_key=last)] if at > first else inner


@dataclass
class Picker:
    """Judges frames in passing, and remembers what was kept."""

    most: int
    step: float = COVERAGE_LEAST_S
    near: float = math.inf  # how far a picture of coverage is compared
    kept: list[tuple[float, str]] = field(default_factory=list)  # times and fingerprints
    sent: int = 0
    _next_cover: float = 0.0
    _scenes: int = 0
    _scene_at: float = -1e9
    _last: Grid | None = None

    def plan(self, duration: float, start: float = 0.0) -> None:
        """The true length is known now; frames come from ``start`` on."""
        self.step, self.near = coverage_step(duration), still_step(duration)
        self._next_cover = start + self.step
        self._last = None

    def wants(self, t: float, grid: Grid) -> str | None:
        """The reason to look closer at this frame, if there is one. Frames come in order of time."""
        before, self._last = self._last, grid
        if self.full or is_flat(grid):
            return None
        if before is not None and self._is_new_scene(t, before, grid):
            self._scene_at, self._scenes = t, self._scenes + 1
            return SCENE
        if t >= self._next_cover:
            while self._next_cover <= t:
                self._next_cover += self.step
            return COVERAGE
        return None

    def knows(self, known: list[tuple[float, str]]) -> None:
        """These were kept by others before."""
        self.kept.extend(known)

    def keep(self, t: float, mark: str) -> None:
        """This one was sent."""
        self.kept.append((t, mark))
        self.sent += 1

    def takes(
        self, t: float, mark: str, *, opens: bool = False, same: int = SAME, near: float = math.inf
    ) -> bool:
        """Whether a picture adds anything to what was kept within ``near`` seconds of it."""
        if self.full or any(abs(t - at) < 0.001 for at, _ in self.kept):
            return False
        if opens:
            return all(abs(t - at) > EDGE_S or pdq.distance(mark, other) > same for at, other in self.kept)
        return all(abs(t - at) >= near or pdq.distance(mark, other) > same for at, other in self.kept)

    @property
    def full(self) -> bool:
        """No room for another."""
        return self.sent >= self.most

    def _is_new_scene(self, t: float, before: Grid, grid: Grid) -> bool:
        if self._scenes >= SCENES or t - self._scene_at < SCENE_GAP_S:
            return False
        return is_cut(before, grid)


def windows(events: list[Event], room: int) -> list[Window]:
    """Where to look for pictures of movement, in order of time, at most ``room`` of them.

    Each stretch gives its start, its peak, its end, and one more every ten seconds. When there is not room
    for all, starts and peaks of the largest come first.
    """
    wanted: list[tuple[int, int, Window]] = []
    for event in events:
        wanted.extend((window.rank, -event.area, window) for window in _of_event(event))
    wanted.sort(key=lambda entry: (entry[0], entry[1], entry[2].start))
    return sorted((window for _, _, window in wanted[: max(0, room)]), key=lambda window: window.start)


def _of_event(event: Event) -> list[Window]:
    around = max(event.start, event.peak - AROUND_PEAK_S), min(event.end, event.peak + AROUND_PEAK_S) + 0.1
    found = [
        Window(event.start + 0.2, event.start + 0.2 + EDGE_S, 0, opens=True),
        Window(*around, 0, same=SAME_MOMENT),
        Window(max(event.start, event.end - EDGE_S), event.end, 2),
    ]
    count = int((event.end - event.start) // LONG_RUN_S)
    middles = (event.start + LONG_RUN_S * part for part in range(1, count + 1))
    found += [Window(max(event.start, at - AROUND_PEAK_S), at + AROUND_PEAK_S, 1) for at in middles]
    return found

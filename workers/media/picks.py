"""Decides which pictures of a film are worth a person's glance. Knows grids and times, not files.

A picture that looks like one already kept is dropped, unless it opens a stretch of movement.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from workers.media.activity import Event, Grid

FIRST, SCENE, ACTIVITY, COVERAGE = "first", "scene", "activity", "coverage"
SAME_MEAN = 1.2  # grey levels between two grids of the same view
SAME_BLOCK, SAME_BLOCKS = 10.0, 3
SCENE_MEAN = 22.0
SCENE_GAP_S = 1.0
SCENES = 32
COVERAGE_LEAST_S, COVERAGE_MOST_S, COVERAGE_PARTS = 2.0, 60.0, 8
COVERAGE_PICTURES = 24
LONG_RUN_S = 10.0
AROUND_PEAK_S = 0.5
EDGE_S = 0.25


@dataclass(frozen=True)
class Window:
    """Of the frames between two times, the sharpest is wanted."""

    start: float
    end: float
    rank: int  # 0 before 1 when not all can be had
    opens: bool = False


def same_view(one: Grid, other: Grid) -> bool:
    """Whether two pictures show the same, but for the light and a few small blocks (a clock)."""
    step = one - other
    step = np.abs(step - np.median(step))
    return bool(step.mean() < SAME_MEAN and int((step > SAME_BLOCK).sum()) <= SAME_BLOCKS)


def coverage_step(duration: float) -> float:
    """Seconds between two pictures of plain coverage."""
    calm = min(COVERAGE_MOST_S, max(COVERAGE_LEAST_S, duration / COVERAGE_PARTS))
    return max(calm, duration / COVERAGE_PICTURES)


@dataclass
class Picker:
    """Judges frames in passing, and remembers what was kept."""

    most: int
    step: float = COVERAGE_LEAST_S
    kept: list[Grid] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    _next_cover: float = 0.0
    _scenes: int = 0
    _scene_at: float = -1e9
    _last: Grid | None = None

    def plan(self, duration: float) -> None:
        """The true length is known now."""
        self.step = coverage_step(duration)
        self._next_cover = self.step

    def wants(self, t: float, grid: Grid) -> str | None:
        """The reason to keep this frame, if there is one. Frames come in order of time within a pass."""
        before, self._last = self._last, grid
        if self.full:
            return None
        if before is not None and self._is_cut(t, before, grid):
            self._scene_at, self._scenes = t, self._scenes + 1
            return SCENE if not self._known(grid) else None
        if t >= self._next_cover:
            while self._next_cover <= t:
                self._next_cover += self.step
            return COVERAGE if not self._known(grid) else None
        return None

    def again(self) -> None:
        """A new pass over the same film begins: the last frame seen is not the one before the next."""
        self._last = None

    def keep(self, t: float, grid: Grid) -> None:
        """This one was sent."""
        self.times.append(t)
        self.kept.append(grid)

    def takes(self, t: float, grid: Grid, opens: bool) -> bool:
        """Whether a frame chosen for movement adds anything to what was kept."""
        if self.full or any(abs(t - other) < 0.001 for other in self.times):
            return False
        return opens or not self._known(grid)

    @property
    def full(self) -> bool:
        """No room for another."""
        return len(self.kept) >= self.most

    def _known(self, grid: Grid) -> bool:
        return any(same_view(grid, other) for other in self.kept)

    def _is_cut(self, t: float, before: Grid, grid: Grid) -> bool:
        if self._scenes >= SCENES or t - self._scene_at < SCENE_GAP_S:
            return False
        step = np.abs(grid - before)
        return bool(step.mean() > SCENE_MEAN)


def windows(events: list[Event], room: int) -> list[Window]:
    """Where to look for pictures of movement, in order of time, at most ``room`` of them.

    Each stretch gives its start, its peak, its end, and one more every ten seconds. When there is not room
    for all, starts and peaks of the largest come first.
    """
    wanted: list[tuple[int, int, Window]] = []
    for event in events:
        wanted.extend((window.rank, -event.area, window) for window in _of_event(event))
    wanted.sort(key=lambda entry: (entry[0], entry[1], entry[2].start))
    return sorted((window for _, _, window in wanted[:room]), key=lambda window: window.start)


def _of_event(event: Event) -> list[Window]:
    found = [
        Window(event.start + 0.2, event.start + 0.2 + EDGE_S, 0, opens=True),
        Window(
            max(event.start, event.peak - AROUND_PEAK_S), min(event.end, event.peak + AROUND_PEAK_S) + 0.1, 0
        ),
        Window(max(event.start, event.end - EDGE_S), event.end, 2),
    ]
    count = int((event.end - event.start) // LONG_RUN_S)
    middles = (event.start + LONG_RUN_S * part for part in range(1, count + 1))
    found += [Window(max(event.start, at - AROUND_PEAK_S), at + AROUND_PEAK_S, 1) for at in middles]
    return found

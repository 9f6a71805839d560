"""Finds when something moves before a fixed camera.

Each sampled frame is a grid of mean grey levels. A block is hot when it differs from itself 0.4 s earlier by
more than its own noise allows, after the frame's common change (a lamp, the sun, the exposure) is taken away.
Comparing with the recent past, not with an "empty scene", leaves no ghosts behind. Knows no files.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from workers.media.report import Pixels

Grid = NDArray[np.float32]
Mask = NDArray[np.bool_]

WIDTH, HEIGHT, BLOCK = 240, 135, 8
ROWS, COLUMNS = HEIGHT // BLOCK, WIDTH // BLOCK
SAMPLES_PER_S = 5
LAG_S = 0.4
LEAST_LEVELS = 2.0
NOISE_FACTOR = 5.0
NOISE_WINDOW_S = 60.0
NOISE_SAMPLES, NOISE_STEP = 150, 50
NOISE_FAR_S = 300.0
KEPT_S = 0.8
CLEARLY = 8.0
JOIN_GAP_S = 1.6
LEAST_HOT = 2  # samples, or blocks in one sample: a single hot block once is noise
SWITCH_SAMPLES, SWITCH_SHARE = 3, 0.6
CLOCK_ROWS = 4  # burned-in clocks stand in the top or bottom quarter
CLOCK_WINDOW_S = 20.0
CLOCK_LEAST_S = 3.0
CLOCK_LEVELS = 0.8


@dataclass(frozen=True)
class Event:
    """A stretch with movement; ``peak`` is when most of the picture moved."""

    start: float
    end: float
    peak: float
    area: int


@dataclass(frozen=True)
class Activity:
    """What the detector saw: hot blocks for each sample, and the stretches they make."""

    times: NDArray[np.float64]
    hot: NDArray[np.int32]
    events: list[Event]

    def score(self, step_s: float, start: float, end: float) -> list[float]:
        """The largest hot area in each step of a grid that begins at 0, from ``start``'s to ``end``'s."""
        first = math.floor(start / step_s)
        best = np.zeros(max(1, math.ceil(end / step_s) - first))
        slots = np.floor(self.times / step_s).astype(int) - first
        inside = (slots >= 0) & (slots < best.size)
        np.maximum.at(best, slots[inside], scale(self.hot[inside]))
        return [round(float(value), 3) for value in best]


def scale(hot: NDArray[np.int32]) -> NDArray[np.float64]:
    """A number of hot blocks on a logarithmic scale from 0 to 1."""
    return np.asarray(np.log2(1.0 + hot) / np.log2(1.0 + ROWS * COLUMNS), dtype=np.float64)


class Samples:
    """Collects how one film changes, sample by sample. Grids are compared within an unbroken stretch only."""

    def __init__(self) -> None:
        self.times: list[float] = []
        self._changes: list[NDArray[np.float16]] = []
        self._recent: list[tuple[float, Grid]] = []  # of the present stretch, as far back as the lag reaches

    def jump(self) -> None:
        """What comes next does not follow what came before."""
        self._recent.clear()

    def due(self, t: float) -> bool:
        """Whether the next sample is due at ``t``."""
        return not self._recent or t >= self._recent[-1][0] + 1 / SAMPLES_PER_S - 0.001

    def add(self, t: float, gray: Pixels) -> int:
        """Take the small gray picture shown at ``t``; the number of blocks that clearly changed."""
        grid = grid_of(gray)
        earlier = self._earlier(t)
        kept = [one for one in self._recent if one[0] > t - KEPT_S] or self._recent[-1:]
        self._recent = [*kept, (t, grid)]
        if earlier is None:
            return 0
        moved = change(grid, earlier)
        self.times.append(t)
        self._changes.append(moved.astype(np.float16))
        return int((moved > CLEARLY).sum())

    def _earlier(self, t: float) -> Grid | None:
        """The picture 0.4 s before, or the nearest there is to it."""
        far = [grid for at, grid in self._recent if at <= t - LAG_S + 0.05]
        near = [grid for _, grid in self._recent[:1]]
        return far[-1] if far else near[0] if near else None

    def judge(self, start: float = -np.inf, end: float = np.inf) -> Activity:
        """Look back over the samples and say when something moved between two times."""
        order = np.argsort(np.array(self.times), kind="stable")
        times = np.array(self.times)[order]
        low, high = np.searchsorted(times, [start, end])
        if high - low < 2:
            return Activity(times[low:high], np.zeros(high - low, np.int32), [])
        moved = np.stack([self._changes[at] for at in order.tolist()])
        mask = _clock_blocks(times, moved)
        hot = np.empty((high - low, moved.shape[1]), dtype=np.bool_)
        for begin in range(low, high, NOISE_STEP):
            part = slice(begin, min(begin + NOISE_STEP, high))
            level = threshold(_noise(times, moved, (part.start + part.stop) // 2))
            hot[part.start - low : part.stop - low] = moved[part] > level
        hot &= ~mask
        count = hot.sum(axis=1).astype(np.int32)
        return _activity(times[low:high], count)


def grid_of(gray: Pixels) -> Grid:
    """Means of 8 x 8 blocks of a 240 x 135 picture."""
    cut = gray[: ROWS * BLOCK, : COLUMNS * BLOCK].astype(np.float32)
    blocks = cut.reshape(ROWS, BLOCK, COLUMNS, BLOCK)
    return np.asarray(blocks.mean(axis=(1, 3)), dtype=np.float32)


def change(grid: Grid, earlier: Grid) -> Grid:
    """How far each block is from itself in an earlier picture, beyond the common change of the frame."""
    now, before = grid.reshape(-1), earlier.reshape(-1)
    return np.minimum(_beyond_common(now - before), _beyond_common(now - before * _gain(now, before)))


def threshold(noise: Grid) -> Grid:
    """How much a block must change to be hot, by its usual change."""
    return np.asarray(np.maximum(LEAST_LEVELS, NOISE_FACTOR * noise), dtype=np.float32)


def _beyond_common(step: Grid) -> Grid:
    """What is left of a change when the frame's common change is taken away."""
    return np.asarray(np.abs(step - np.median(step)), dtype=np.float32)


def _gain(now: Grid, before: Grid) -> float:
    """How much brighter the whole picture became: a lamp raises bright places more than dark ones."""
    return float(np.median((now + 1.0) / (before + 1.0)))


def _noise(times: NDArray[np.float64], change: NDArray[np.float16], at: int) -> Grid:
    """Each block's usual change around one sample.

    Where few samples lie near, movement can fill most of them; then what the calm half of the picture shows
    bounds the noise of each block.
    """
    low, high = np.searchsorted(times, [times[at] - NOISE_WINDOW_S / 2, times[at] + NOISE_WINDOW_S / 2])
    if high - low < NOISE_SAMPLES:
        # A short stretch: borrow from those before and after it.
        low = min(max(0, at - NOISE_SAMPLES // 2), max(0, times.size - NOISE_SAMPLES))
        near = np.abs(times[low : low + NOISE_SAMPLES] - times[at]) < NOISE_FAR_S
        low, high = low + int(np.argmax(near)), low + near.size - int(np.argmax(near[::-1]))
    noise = np.median(change[low:high], axis=0).astype(np.float32)
    if high - low < NOISE_SAMPLES:
        noise = np.minimum(noise, 2.0 * np.median(noise) + 0.2)
    return np.asarray(noise, dtype=np.float32)


def _clock_blocks(times: NDArray[np.float64], change: NDArray[np.float16]) -> Mask:
    """Blocks of a burned-in clock: at the edge, changing at one point of each second and calm the rest of it.

    Its other digits stand to the left in the same rows, so the mask reaches there too.
    """
    votes = np.zeros(change.shape[1])
    windows = 0
    window = np.floor(times / CLOCK_WINDOW_S)
    edges = np.flatnonzero(np.diff(window, prepend=-np.inf, append=np.inf))
    for low, high in pairwise(edges.tolist()):
        if high - low >= CLOCK_LEAST_S * SAMPLES_PER_S * 0.8:
            votes += _ticks(times[low:high], change[low:high] > CLOCK_LEVELS)
            windows += 1
    return clock_mask((votes >= max(1, windows / 2)).reshape(ROWS, COLUMNS))


def clock_mask(ticking: Mask) -> Mask:
    """What a clock covers, by its blocks that tick. Nothing in the middle of a picture is a clock."""
    mask = np.zeros((ROWS, COLUMNS), dtype=np.bool_)
    ticking = ticking.copy()
    ticking[CLOCK_ROWS : ROWS - CLOCK_ROWS] = False
    for row, column in np.argwhere(ticking):
        mask[max(0, row - 1) : row + 2, max(0, column - 6) : column + 2] = True
    return mask.reshape(-1)


def _ticks(times: NDArray[np.float64], moved: Mask) -> NDArray[np.float64]:
    """1 for each block that moves in two neighbouring fifths of the second and hardly ever in the others."""
    fifth = np.floor((times % 1.0) * SAMPLES_PER_S + 0.01).astype(int) % SAMPLES_PER_S
    share = np.stack(
        [
            moved[fifth == at].mean(axis=0) if (fifth == at).any() else np.zeros(moved.shape[1])
            for at in range(SAMPLES_PER_S)
        ]
    )
    pair = share + np.roll(share, -1, axis=0)
    best = pair.max(axis=0)
    rest = (share.sum(axis=0) - best) / (SAMPLES_PER_S - 2)
    return np.asarray((best / 2 > 0.3) & (rest < 0.2 * best / 2), dtype=np.float64)


def _activity(times: NDArray[np.float64], count: NDArray[np.int32]) -> Activity:
    """Join hot samples that lie close together; what is no movement after all does not count."""
    events: list[Event] = []
    counted = np.zeros_like(count)
    run: list[int] = []
    for at in [*np.flatnonzero(count).tolist(), -1]:
        if run and (at < 0 or times[at] - times[run[-1]] > JOIN_GAP_S):
            if _is_movement(count[run]):
                events.append(_event(times, count, run))
                counted[run] = count[run]
            run = []
        run.append(at)
    return Activity(times, counted, events)


def _is_movement(count: NDArray[np.int32]) -> bool:
    """Not one block once, and not the whole picture at once (a camera switched to night, a cut)."""
    if count.size < LEAST_HOT and int(count.max()) < LEAST_HOT:
        return False
    return count.size > SWITCH_SAMPLES or int(count.max()) < SWITCH_SHARE * ROWS * COLUMNS


def _event(times: NDArray[np.float64], count: NDArray[np.int32], run: list[int]) -> Event:
    best = max(run, key=lambda at: count[at])
    # The last hot sample is hot because of what it no longer shows: the movement ended up to one lag before.
    end = max(float(times[run[0]]), float(times[run[-1]]) - LAG_S / 2)
    start = min(end, max(float(times[0]), float(times[run[0]]) - 1 / SAMPLES_PER_S))
    return Event(round(start, 3), round(end, 3), round(float(times[best]), 3), int(count[best]))

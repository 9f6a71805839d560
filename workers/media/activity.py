"""Finds when something moves before a fixed camera.

Each sampled frame is a grid of mean grey levels. A block is hot when it differs from itself 0.4 s earlier by
more than its own noise allows, after the frame's common change (a lamp, the sun, the exposure) is taken away.
Comparing with the recent past, not with an "empty scene", leaves no ghosts behind. Knows no files.
"""

from __future__ import annotations

from dataclasses import dataclass, field

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
NOISE_STEP_S = 10.0
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

    def score(self, step_s: float) -> list[float]:
        """The largest hot area in each step, on a logarithmic scale from 0 to 1."""
        if not self.times.size:
            return []
        slots = np.floor((self.times - self.times[0]) / step_s).astype(int)
        best = np.zeros(int(slots[-1]) + 1)
        np.maximum.at(best, slots, np.log2(1.0 + self.hot) / np.log2(1.0 + ROWS * COLUMNS))
        return [round(float(value), 3) for value in best]


@dataclass
class Samples:
    """Collects the grids of one film, in order."""

    times: list[float] = field(default_factory=list)
    grids: list[NDArray[np.float16]] = field(default_factory=list)

    def due(self, t: float) -> bool:
        """Whether the next sample is due at ``t``."""
        return not self.times or t >= self.times[-1] + 1 / SAMPLES_PER_S - 0.001

    def add(self, t: float, gray: Pixels) -> None:
        """Take the small gray picture shown at ``t``."""
        self.times.append(t)
        self.grids.append(grid_of(gray).astype(np.float16))

    def judge(self) -> Activity:
        """Look back over all samples and say when something moved."""
        times = np.array(self.times)
        if times.size < 3:
            return Activity(times, np.zeros(times.size, np.int32), [])
        change = _changes(times, np.stack(self.grids))
        noise_at, noise = _noise(times, change)
        hot = np.empty(change.shape, dtype=np.bool_)
        for at in range(noise.shape[0]):
            mine = noise_at == at
            hot[mine] = change[mine] > np.maximum(LEAST_LEVELS, NOISE_FACTOR * noise[at])
        hot &= ~_clock_blocks(times, change)
        count = hot.sum(axis=1).astype(np.int32)
        return Activity(times, count, _events(times, count))


def grid_of(gray: Pixels) -> Grid:
    """Means of 8 x 8 blocks of a 240 x 135 picture."""
    cut = gray[: ROWS * BLOCK, : COLUMNS * BLOCK].astype(np.float32)
    blocks = cut.reshape(ROWS, BLOCK, COLUMNS, BLOCK)
    return np.asarray(blocks.mean(axis=(1, 3)), dtype=np.float32)


def _changes(times: NDArray[np.float64], grids: NDArray[np.float16]) -> NDArray[np.float16]:
    """How far each block is from itself 0.4 s earlier, beyond the common change of the frame."""
    earlier = np.searchsorted(times, times - LAG_S + 0.05, side="right") - 1
    earlier = np.clip(earlier, 0, np.maximum(np.arange(times.size) - 1, 0))
    flat = grids.reshape(times.size, -1)
    change = np.zeros_like(flat)
    for begin in range(0, times.size, 2048):
        part = slice(begin, begin + 2048)
        now, before = flat[part].astype(np.float32), flat[earlier[part]].astype(np.float32)
        change[part] = np.minimum(
            _beyond_common(now - before), _beyond_common(now - before * _gain(now, before))
        )
    return change


def _beyond_common(step: Grid) -> Grid:
    """What is left of a change when the frame's common change is taken away."""
    return np.asarray(np.abs(step - np.median(step, axis=1, keepdims=True)), dtype=np.float32)


def _gain(now: Grid, before: Grid) -> Grid:
    """How much brighter the whole picture became: a lamp raises bright places more than dark ones."""
    return np.asarray(np.median((now + 1.0) / (before + 1.0), axis=1, keepdims=True), dtype=np.float32)


def _noise(times: NDArray[np.float64], change: NDArray[np.float16]) -> tuple[NDArray[np.int64], Grid]:
    """Each block's usual change around each moment, and which row of that table holds for each sample.

    In a film shorter than the window movement can fill most of it; then what the calm half of the picture
    shows bounds the noise of each block.
    """
    centres = np.arange(times[0], times[-1] + NOISE_STEP_S, NOISE_STEP_S)
    table = np.empty((centres.size, change.shape[1]), dtype=np.float32)
    half = NOISE_WINDOW_S / 2
    for at, centre in enumerate(centres):
        low, high = np.searchsorted(times, [centre - half, centre + half])
        if high <= low:
            low, high = max(0, low - 1), low + 1
        table[at] = np.median(change[low:high].astype(np.float32), axis=0)
    short = times[-1] - times[0] < NOISE_WINDOW_S / 2
    if short:
        table = np.minimum(table, 2.0 * np.median(table, axis=1, keepdims=True) + 0.2)
    nearest = np.clip(np.round((times - times[0]) / NOISE_STEP_S).astype(np.int64), 0, centres.size - 1)
    return nearest, table


def _clock_blocks(times: NDArray[np.float64], change: NDArray[np.float16]) -> Mask:
    """Blocks of a burned-in clock: at the edge, changing at one point of each second and calm the rest of it.

    Its other digits stand to the left in the same rows, so the mask reaches there too.
    """
    votes = np.zeros(change.shape[1])
    windows = 0
    for begin in np.arange(times[0], times[-1], CLOCK_WINDOW_S):
        low, high = np.searchsorted(times, [begin, begin + CLOCK_WINDOW_S])
        if high - low >= CLOCK_LEAST_S * SAMPLES_PER_S * 0.8:
            votes += _ticks(times[low:high], change[low:high] > CLOCK_LEVELS)
            windows += 1
    mask = np.zeros((ROWS, COLUMNS), dtype=np.bool_)
    ticking = (votes >= max(1, windows / 2)).reshape(ROWS, COLUMNS)
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


def _events(times: NDArray[np.float64], count: NDArray[np.int32]) -> list[Event]:
    """Join hot samples that lie close together."""
    found: list[Event] = []
    run: list[int] = []
    for at in [*np.flatnonzero(count).tolist(), -1]:
        if run and (at < 0 or times[at] - times[run[-1]] > JOIN_GAP_S):
            if _is_movement(count[run]):
                found.append(_event(times, count, run))
            run = []
        run.append(at)
    return found


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

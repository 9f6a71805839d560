"""A look at every key frame of a film: where two neighbours differ something happened between them.

Key frames stand alone, so the smoothing between blocks, which costs a quarter of the time and which grids
of mean grey levels do not need, is left out. Pictures for people are decoded anew (`workers.media.moments`).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import av
import numpy as np
from av.packet import Packet
from numpy.typing import NDArray

from workers.media import activity, frames, opening, picks
from workers.media.activity import Grid
from workers.media.film import Film
from workers.media.tiles import Tiles

Floats = NDArray[np.float64]

MOST, NEAREST_S = 7_200, 0.5  # key frames looked at, and how close together
NEAR_PAIRS = 60  # whose usual difference is a block's noise
NOISE_STEP = 10
TICKING = 0.85  # of the pairs differ where a clock counts
SCENE_MEAN = 22.0


@dataclass(frozen=True)
class Overview:
    """Grids of the key frames in order; ``hot`` blocks between each and the next."""

    times: Floats
    hot: NDArray[np.int32]
    cuts: list[float]  # key frames that show another scene than the one before

    def score(self, step_s: float, duration: float) -> list[float]:
        """What the key frames tell of movement, for a film of which nothing else is known yet."""
        best = np.zeros(max(1, math.ceil(duration / step_s)))
        for start, end, value in zip(self.times, self.times[1:], activity.scale(self.hot), strict=False):
            part = slice(max(0, int(start / step_s)), max(1, math.ceil(end / step_s)))
            best[part] = np.maximum(best[part], value)
        return [round(float(value), 3) for value in best]


def look(film: Film) -> Overview:
    """Decode the key frames, evenly thinned where there are very many."""
    times: list[float] = []
    grids: list[Grid] = []
    cuts: list[float] = []
    for t, grid in _grids(film):
        if grids and picks.is_cut(grids[-1], grid):
            cuts.append(t)
        times.append(t)
        grids.append(grid)
    return Overview(np.array(times), differences(grids), cuts)


def differences(grids: list[Grid]) -> NDArray[np.int32]:
    """Hot blocks between each key frame and the next."""
    if len(grids) < 2:
        return np.zeros(0, np.int32)
    change = np.stack([activity.change(new, old) for old, new in zip(grids, grids[1:], strict=False)])
    mask = _ticking(change)
    hot = np.zeros(change.shape[0], np.int32)
    for begin in range(0, change.shape[0], NOISE_STEP):
        low = max(0, min(begin + NOISE_STEP // 2 - NEAR_PAIRS // 2, change.shape[0] - NEAR_PAIRS))
        part = slice(begin, begin + NOISE_STEP)
        moved = change[part] > activity.threshold(np.median(change[low : low + NEAR_PAIRS], axis=0))
        hot[part] = (moved & ~mask).sum(axis=1)
    return hot


def _grids(film: Film) -> Any:
    tally = frames.Decoded()
    with opening.opened(film.job) as container:
        stream = opening.picture_stream(container, film.job.limits)
        if stream is None:
            return
        context = stream.codec_context
        context.skip_frame = "NONKEY"
        context.options = {**context.options, "skip_loop_filter": "all"}
        stream.discard = av.stream.Discard.nonkey
        clock = frames.clock_for(container, stream)
        small = Tiles(film)
        thinned = _Thinned(clock.origin, max(NEAREST_S, film.duration / MOST))
        for packet in frames.packets(container, stream, film.budget, tally):
            for frame in frames.decode(packet, film.budget, tally) if thinned.takes(packet) else ():
                if frame.time is not None and not frame.is_corrupt:
                    t = clock.of(frame.time)
                    film.report.progress(t / film.duration if film.duration else 0.0)
                    small.offer(frame, t)
                    yield t, film.grid(frame)


class _Thinned:
    """Lets key frames through that lie far enough apart, and the packet that flushes the decoder."""

    def __init__(self, origin: float, gap: float) -> None:
        self._origin, self._gap, self._due = origin, gap, -math.inf

    def takes(self, packet: Packet[Any]) -> bool:
        if not packet.size:
            return True
        stamp = packet.pts if packet.pts is not None else packet.dts
        if not packet.is_keyframe or stamp is None or packet.time_base is None:
            return False
        seconds = float(stamp * packet.time_base) - self._origin
        if seconds < self._due:
            return False
        self._due = seconds + self._gap
        return True


def _ticking(change: Grid) -> NDArray[np.bool_]:
    """Blocks of a burned-in clock: at the edge, and another in nearly every pair."""
    steady = (change > activity.CLOCK_LEVELS).mean(axis=0) >= TICKING
    return activity.clock_mask(steady.reshape(activity.ROWS, activity.COLUMNS))

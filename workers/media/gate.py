"""Tells from the sizes of packets alone where a film may hold movement. Knows numbers, not files.

A frame that differs from the one before needs more bytes. Each frame is compared with the usual size at its
place in the group of pictures (GOP), and means over a few lengths of time with the calm part of the film.
Small figures are missed; those that stay over a key frame are seen by `workers.media.overview`, and both
together found all that every frame tells. Where nearly everything is heavy (noise at night saturates the
encoder's rate control) sizes say nothing, and the stretch is to be decoded whole.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Marks = NDArray[np.bool_]

USUAL_GOPS, USUAL_STEP = 60, 10  # the usual size is the median over so many GOPs, anew for each ten
# Means over so many frames, and robust sigmas that are too much; the shorter the mean, the longer its tail.
AGAINST_CALM = {5: 5.0, 10: 4.5, 25: 4.0}
AGAINST_ITSELF = {5: 6.5, 10: 5.5, 25: 5.0}
FILLING = {25: 8.0}
OWN = 0.3  # of a GOP's own sizes lie below what is usual in it, should movement fill most of it
SIGMA_MOST = 0.35  # of the usual size; a film noisier than this is no measure of calm
REGULAR = 0.7  # of the GOPs have the usual length
GOP_LEAST = 4


@dataclass(frozen=True)
class Packets:
    """Every packet of the pictures in the order of the file."""

    times: Floats
    sizes: NDArray[np.uint32]
    keys: Marks

    @property
    def starts(self) -> NDArray[np.int64]:
        """Where each GOP begins."""
        return np.flatnonzero(self.keys)


@dataclass(frozen=True)
class Gate:
    """For each GOP: ``heavy``, larger than in the calm part of the film; ``marked``, heavy for a while."""

    heavy: Marks
    marked: Marks


def lengths(packets: Packets) -> NDArray[np.int64]:
    """Of each GOP, in packets."""
    return np.diff(np.append(packets.starts, packets.sizes.size))


def is_regular(packets: Packets) -> bool:
    """Whether the GOPs are alike enough to be compared place by place."""
    found = lengths(packets)[:-1]
    if found.size < 8:
        return False
    usual = int(np.median(found))
    return usual >= GOP_LEAST and bool((np.abs(found - usual) <= 1).mean() >= REGULAR)


def read(packets: Packets) -> Gate:
    """Compare every GOP with its neighbours' usual sizes and, within itself, with its own middle."""
    table = _table(packets)
    relative = table / _usual(table)
    own = relative / np.maximum(_quantile(relative.T, OWN), 0.05)[:, None]
    heavy = _over(relative, AGAINST_CALM)
    # A rate control that wanders makes whole GOPs a little heavier; what comes and goes stands out.
    return Gate(heavy, heavy & (_over(own, AGAINST_ITSELF) | _over(relative, FILLING)))


def _over(relative: Floats, sigmas: dict[int, float]) -> Marks:
    """For each GOP, whether a mean over some of its frames lies far above the calm part of the film."""
    inside = np.isfinite(relative)
    flat, of_gop = relative[inside], np.repeat(np.arange(relative.shape[0]), inside.sum(axis=1))
    marked = np.zeros(relative.shape[0], dtype=np.bool_)
    for width, most in sigmas.items():
        smooth = _running_mean(flat, width)
        middle, sigma = _calm(smooth, of_gop)
        marked[of_gop[smooth > middle + most * min(sigma, SIGMA_MOST / width**0.5)]] = True
    return marked


def _table(packets: Packets) -> Floats:
    """A row for each GOP, a column for each place after its key frame; NaN where there is none."""
    starts, counts = packets.starts, lengths(packets)
    usual = int(np.median(counts))
    table = np.full((starts.size, max(1, usual - 1)), np.nan)
    for row, (start, count) in enumerate(zip(starts.tolist(), counts.tolist(), strict=True)):
        mine = packets.sizes[start + 1 : start + min(count, usual)]
        table[row, : mine.size] = mine
    return table


def _usual(table: Floats) -> Floats:
    """The median size at each place over the GOPs around."""
    rows = table.shape[0]
    usual = np.empty_like(table)
    overall = np.nan_to_num(_quantile(table, 0.5), nan=1.0)
    for begin in range(0, rows, USUAL_STEP):
        low = max(0, min(begin + USUAL_STEP // 2 - USUAL_GOPS // 2, rows - USUAL_GOPS))
        near = _quantile(table[low : low + USUAL_GOPS], 0.5)
        usual[begin : begin + USUAL_STEP] = np.where(np.isfinite(near), near, overall)
    return np.maximum(usual, 1.0)


def _quantile(rows: Floats, part: float) -> Floats:
    """Down the columns, over what is there; NaN for a column that holds nothing."""
    filled = np.where(np.isfinite(rows), rows, np.inf)
    ordered = np.sort(filled, axis=0)
    count = np.isfinite(rows).sum(axis=0)
    at = (np.maximum(count - 1, 0) * part).astype(int)
    found = ordered[at, np.arange(rows.shape[1])]
    return np.asarray(np.where(count > 0, found, np.nan), dtype=np.float64)


def _running_mean(values: Floats, width: int) -> Floats:
    sums = np.concatenate([[0.0], np.cumsum(values)])
    at = np.arange(values.size)
    low, high = np.maximum(at - width // 2, 0), np.minimum(at - width // 2 + width, values.size)
    return np.asarray((sums[high] - sums[low]) / (high - low), dtype=np.float64)


def _calm(smooth: Floats, of_gop: NDArray[np.int64]) -> tuple[float, float]:
    """Middle and spread of the calmest stretch of the film."""
    best = (1.0, np.inf)
    for begin in range(0, int(of_gop[-1]) + 1 if of_gop.size else 0, USUAL_GOPS):
        mine = smooth[(of_gop >= begin) & (of_gop < begin + USUAL_GOPS)]
        if mine.size >= USUAL_GOPS:
            middle = float(np.median(mine))
            spread = 1.4826 * float(np.median(np.abs(mine - middle)))
            best = min(best, (middle, spread), key=lambda one: one[1])
    return best

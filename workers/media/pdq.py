"""PDQ, a fingerprint of a picture that survives shrinking, recompression and small changes of light.

Written after the published description (Meta, "PDQ & TMK + PDQF"): luminance, a tent filter, 64 x 64 points,
the 16 x 16 lowest frequencies, a bit for each above their median. Different scenes lie about 128 of the
256 bits apart. Bars at the edges are cut off before: a letterboxed copy has the fingerprint of its original.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
Plane = NDArray[np.float32]

WIDEST = 320  # pictures are shrunk to this first; finer detail is averaged away in any case
SIDE, FREQUENCIES, BITS = 64, 16, 256
LEAST_SIDE = 5
LUMA = np.array([0.299, 0.587, 0.114], dtype=np.float32)
FILTER_PASSES = 2
QUALITY_SCALE = 90

# A bar is darker than this or of one tone, reaches from edge to edge, and leaves most of the picture.
BAR_LEVEL, BAR_SPREAD = 24.0, 3.0
BAR_MOST = 0.3


def of(rgb: Pixels) -> tuple[str, int]:
    """64 hex digits and a quality from 0 (nothing to see) to 100 of an upright picture in colour."""
    return of_luma(without_bars(luma(rgb)))


def luma(rgb: Pixels) -> Plane:
    """Brightness, shrunk."""
    height, width = rgb.shape[:2]
    scale = WIDEST / max(1, width)
    if scale < 1:
        size = (WIDEST, max(1, round(height * scale)))
        rgb = np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
    return np.asarray(rgb.astype(np.float32) @ LUMA, dtype=np.float32)


def of_luma(bright: Plane) -> tuple[str, int]:
    """The fingerprint of a plane of brightness as it is."""
    if min(bright.shape) < LEAST_SIDE:
        return "0" * (BITS // 4), 0
    small = _decimated(bright)
    waves = _DCT @ small @ _DCT.T
    # The lower of the two middle values, as the reference takes it.
    middle = np.partition(waves, BITS // 2 - 1, axis=None)[BITS // 2 - 1]
    # The reference writes the highest frequency first.
    bits = (waves > middle).reshape(-1)[::-1]
    return np.packbits(bits).tobytes().hex(), _quality(small)


def distance(one: str, other: str) -> int:
    """In how many of the 256 bits two fingerprints differ."""
    return (int(one, 16) ^ int(other, 16)).bit_count()


def without_bars(bright: Plane) -> Plane:
    """The plane without the bars that players and phones put around a picture of another shape."""
    top, bottom = _inside(bright)
    left, right = _inside(bright.T)
    return bright[top:bottom, left:right]


def _inside(bright: Plane) -> tuple[int, int]:
    """The first row that is no bar, and the one after the last."""
    spread = bright.max(axis=1) - bright.min(axis=1)
    bar = (spread < BAR_SPREAD * 2) & (bright.mean(axis=1) < BAR_LEVEL)
    if bar.all():
        return 0, bright.shape[0]
    first, last = int(np.argmin(bar)), bright.shape[0] - int(np.argmin(bar[::-1]))
    most = int(BAR_MOST * bright.shape[0])
    # A night scene may end in darkness: what would take too much is no bar.
    return (first if first <= most else 0), (last if bright.shape[0] - last <= most else bright.shape[0])


def _decimated(bright: Plane) -> Plane:
    """64 x 64 points of the smoothed plane; a plane of that size already is taken as it is."""
    rows, columns = bright.shape
    if rows == SIDE and columns == SIDE:
        return bright
    for _ in range(FILTER_PASSES):
        bright = _box(_box(bright.T, _window(columns)).T, _window(rows))
    points = (np.arange(SIDE) + 0.5) / SIDE
    return bright[np.ix_((points * rows).astype(int), (points * columns).astype(int))]


def _window(length: int) -> int:
    return (length + 2 * SIDE - 1) // (2 * SIDE)


def _box(plane: Plane, window: int) -> Plane:
    """Running means down the columns; near the edges over what is there."""
    if window == 1:
        return plane
    length = plane.shape[0]
    sums = np.concatenate([np.zeros((1, plane.shape[1])), np.cumsum(plane, axis=0, dtype=np.float64)])
    ahead = (window + 2) // 2
    at = np.arange(length)
    high, low = np.minimum(at + ahead, length), np.maximum(at + ahead - window, 0)
    return np.asarray((sums[high] - sums[low]) / (high - low)[:, None], dtype=np.float32)


def _quality(small: Plane) -> int:
    """How much there is to tell the picture by: the sum of its marked steps."""
    total = 0
    for axis in (0, 1):
        total += int(np.abs(np.trunc(np.diff(small, axis=axis) * 100 / 255)).sum())
    return min(100, total // QUALITY_SCALE)


def _matrix() -> Plane:
    row, column = np.arange(1, FREQUENCIES + 1)[:, None], np.arange(SIDE)[None, :]
    waves = np.cos(np.pi / (2 * SIDE) * row * (2 * column + 1))
    return np.asarray(np.sqrt(2 / SIDE) * waves, dtype=np.float32)


_DCT = _matrix()

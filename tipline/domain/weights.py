"""How much each feature says, in bits: log2 of how much likelier it is in a series than between strangers.

Each table is read between its points, so that nothing jumps at an edge. Place and time carry most; the order
of these weights was measured on published crime data (place before days before hour) and tried on texts of
both languages by `python -m bench linkage`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

Points = Sequence[tuple[float, float]]

KILOMETRES: Points = ((0.0, 3.0), (0.5, 2.6), (1.5, 1.8), (3.0, 0.2), (5.0, -1.0), (10.0, -2.2), (25.0, -3.0))
DAYS: Points = ((0.0, 1.8), (7.0, 1.8), (15.0, 1.3), (30.0, 0.4), (60.0, -0.8), (120.0, -2.0))
HOURS: Points = ((0.0, 1.0), (1.5, 0.9), (3.0, 0.1), (6.0, -0.7), (12.0, -1.0))
# By cosine of what two texts share, rare pairs counting more.
WORDS: Points = ((0.0, -0.4), (0.04, 0.0), (0.10, 1.4), (0.20, 3.4), (0.35, 5.0), (1.0, 6.0))
# By how rare the shared tags are together, in bits.
METHODS: Points = ((0.0, 0.0), (3.0, 1.6), (8.0, 4.4), (14.0, 6.4), (24.0, 7.0))
SAME_SHOP, SAME_PLACE, SAME_BEAT = 2.4, 2.4, 0.6
OTHER_METHOD, NO_METHOD = -1.6, -0.4
# What the sum must reach to be shown. Measured so that at most one in twenty tips of no series gets a hint
# from some sixty others; among more of them a stranger comes as near by chance, a bit for each doubling.
THRESHOLD, AMONG = 9.3, 64


def between(points: Points, value: float) -> float:
    """The weight at this value; beyond the ends, that of the end."""
    if value <= points[0][0]:
        return points[0][1]
    for (low, here), (high, there) in zip(points, points[1:], strict=False):
        if value <= high:
            return here + (there - here) * (value - low) / (high - low)
    return points[-1][1]


def threshold(others: int) -> float:
    """What speaks for a series must reach this much to be shown, where so many others were weighed."""
    return THRESHOLD + math.log2(max(1.0, others / AMONG))

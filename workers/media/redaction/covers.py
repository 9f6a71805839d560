"""Where covers lie at a moment: boxes between their key boxes, with a margin, never smaller than was asked.

A box is in fractions of the upright picture, so the same track fits the original, its browser copy and the
result. Between two key boxes it moves straight; before the first and after the last it stays.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

SPARE = 2  # pixels on each side that scaling may have carried out of a box
Rows = NDArray[np.float64]


@dataclass(frozen=True)
class Rect:
    """Whole pixels of one picture; even numbers, so that colour is covered as far as light."""

    left: int
    top: int
    right: int
    bottom: int


@dataclass(frozen=True)
class Cover:
    """One track: rows of moment, x, y, width, height, and from when to when it covers."""

    rows: Rows
    start: float
    end: float

    def during(self, t: float, until: float) -> tuple[float, float, float, float] | None:
        """What is covered while the picture of ``t`` is shown, as left, top, right, bottom in fractions: all
        places that the box has in that time."""
        if until <= self.start or t > self.end:
            return None
        inside = self.rows[(self.rows[:, 0] > t) & (self.rows[:, 0] < until), 1:]
        places = np.vstack([self._at(t), self._at(min(until, self.end)), inside])
        left, top = places[:, 0].min(), places[:, 1].min()
        right, bottom = (places[:, 0] + places[:, 2]).max(), (places[:, 1] + places[:, 3]).max()
        return float(left), float(top), float(right), float(bottom)

    def _at(self, t: float) -> Rows:
        moments = self.rows[:, 0]
        return np.array([np.interp(t, moments, self.rows[:, side]) for side in range(1, 5)])


def read(given: Mapping[str, Any]) -> list[Cover]:
    """The tracks of a job, which our own side has checked."""
    covers = []
    for track in given.get("tracks", []):
        rows = np.array(track["boxes"], dtype=np.float64).reshape(-1, 5)
        if not rows.size or not np.isfinite(rows).all():
            raise ValueError("a track without boxes")
        rows = rows[np.argsort(rows[:, 0], kind="stable")]
        start, end = track.get("start"), track.get("end")
        covers.append(
            Cover(rows, -math.inf if start is None else float(start), math.inf if end is None else float(end))
        )
    return covers


def rects(covers: list[Cover], t: float, until: float, size: tuple[int, int], margin: float) -> list[Rect]:
    """The pixels to cover in a picture of this size that is shown from ``t`` to ``until``."""
    found = []
    for cover in covers:
        box = cover.during(t, until)
        rect = _rect(box, size, margin) if box else None
        if rect:
            found.append(rect)
    return found


def _rect(box: tuple[float, float, float, float], size: tuple[int, int], margin: float) -> Rect | None:
    width, height = size
    left, top, right, bottom = box
    aside, above = (right - left) * margin, (bottom - top) * margin
    rect = Rect(
        max(0, _down((left - aside) * width - SPARE)),
        max(0, _down((top - above) * height - SPARE)),
        min(width, _up((right + aside) * width + SPARE)),
        min(height, _up((bottom + above) * height + SPARE)),
    )
    return rect if rect.right > rect.left and rect.bottom > rect.top else None


def _down(place: float) -> int:
    return math.floor(place / 2) * 2


def _up(place: float) -> int:
    return math.ceil(place / 2) * 2

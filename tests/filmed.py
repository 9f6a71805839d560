"""Draws what a phone sees when it films a screen: lit cells, slanted, in a dark room, held by a hand."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from tests import footage

Gray = NDArray[np.uint8]
CELL, GAP, ROOM = 3, 0.5, 14


def shop(size: tuple[int, int] = (640, 360)) -> Gray:
    """What the recorder's screen shows."""
    return np.asarray(footage.background(size).convert("L"), dtype=np.uint8)


def filmed(
    picture: Gray,
    *,
    margin: float = 0.12,
    tilt: float = 0.04,
    shift: tuple[float, float] = (0, 0),
    seed: int = 1,
) -> Gray:
    """One frame of 1280x720. ``margin`` below zero: the screen fills the picture."""
    height, width = picture.shape
    panel = np.kron(picture.astype(np.float32), np.ones((CELL, CELL), np.float32))
    panel[::CELL] *= 1 - GAP
    panel[:, ::CELL] *= 1 - GAP
    w, h = 1280, 720
    seen = np.array(
        [
            [margin * w, margin * h * 1.1],
            [w * (1 - margin * 0.8), h * (margin + tilt)],
            [w * (1 - margin), h * (1 - margin)],
            [margin * w * 1.3, h * (1 - margin * 0.7)],
        ],
        np.float32,
    )
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32) * CELL
    view = cv2.getPerspectiveTransform(corners, seen + np.float32(shift))
    lit = cv2.warpPerspective(panel, view, (w, h), flags=cv2.INTER_LINEAR, borderValue=(ROOM, ROOM, ROOM))
    noise = np.random.default_rng(seed).normal(0, 2.5, lit.shape)
    return np.asarray((cv2.GaussianBlur(lit, (0, 0), 0.6) + noise).clip(0, 255), dtype=np.uint8)


def by_hand(frames: int = 4, **how: float) -> list[Gray]:
    """Frames of a hand that trembles a few pixels."""
    steps = np.random.default_rng(7).normal(0, 8, (frames, 2))
    return [filmed(shop(), shift=(x, y), seed=at, **how) for at, (x, y) in enumerate(steps)]  # type: ignore[arg-type]

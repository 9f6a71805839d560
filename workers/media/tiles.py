"""Small pictures of a film, evenly spread, for the strip that people hover over."""

from __future__ import annotations

import math

from av.video.frame import VideoFrame

from workers.media.film import Film

MOST, NEAREST_S = 200, 0.25
BOX = (160, 90)


class Tiles:
    """``offer`` every frame that is decoded anyway, in order; those that are due are handed over."""

    def __init__(self, film: Film) -> None:
        self._film = film
        self._gap = max(NEAREST_S, film.duration / (MOST - 2))
        self._due = -math.inf
        self._size: tuple[int, int] | None = None

    def offer(self, frame: VideoFrame, t: float) -> None:
        """Send the frame shown at ``t`` if the last one is far enough behind."""
        if t < self._due or frame.is_corrupt:
            return
        self._due = t + self._gap
        film = self._film
        self._size = self._size or _size(frame, film.turns)
        film.report.tile(t, film.convert.tile(frame, film.turns, self._size))


def _size(frame: VideoFrame, turns: int) -> tuple[int, int]:
    """Upright, as large as fits."""
    width, height = (frame.height, frame.width) if turns % 2 else (frame.width, frame.height)
    scale = min(BOX[0] / width, BOX[1] / height)
    return max(1, round(width * scale)), max(1, round(height * scale))

"""Collects what is found and sends it over the wall as it is found."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, BinaryIO

import cv2
import numpy as np
from numpy.typing import NDArray

from workers.media import codes, pdq, wire

if TYPE_CHECKING:
    from workers.media.table import Table, Ticks

Pixels = NDArray[np.uint8]
PROGRESS_EVERY_S = 0.5


class Report:
    """The growing media object. ``facts`` hands over what is known so far, in case the child dies later."""

    def __init__(self, out: BinaryIO, warnings: list[str]) -> None:
        self._out = out
        self._started = time.monotonic()
        self._last_progress = 0.0
        self.media: dict[str, Any] = {
            "kind": "other",
            "mime": "application/octet-stream",
            "container": None,
            "vfr": False,
            "rotation": 0,
            "tags": {},
            "tools": {},
            "playable": "none",
            "warnings": list(warnings),
            "failure": None,
            "timings_s": {},
        }
        self.plan: dict[str, Any] = {}  # what should follow the first look
        self.result: dict[str, Any] = {}  # what a later step found
        self.pictures = 0

    def warn(self, code: str) -> None:
        """Note a warning, once."""
        if code not in self.media["warnings"]:
            self.media["warnings"].append(code)

    def fail(self, code: str) -> None:
        """The file cannot be shown, for this reason."""
        self.media["failure"] = code

    def facts(self) -> None:
        """Send all that is known now."""
        wire.send(self._out, "facts", {"media": self.media})

    def so_far(self) -> None:
        """Send what a later step has found until now."""
        wire.send(self._out, "facts", {"result": self.result})

    def done(self) -> None:
        """Send the last word of the first look."""
        self._total()
        wire.send(self._out, "done", {"media": self.media, "plan": self.plan})

    def done_with_step(self) -> None:
        """Send the last word of a later step: its result, with the warnings, times and tools it collected."""
        self._total()
        collected = {name: self.media[name] for name in ("warnings", "failure", "timings_s", "tools")}
        wire.send(self._out, "done", {"result": {**self.result, **collected}})

    def _total(self) -> None:
        self.media["timings_s"]["total"] = round(time.monotonic() - self._started, 3)

    def progress(self, part: float) -> None:
        """Say how far it is, a few times a second at most."""
        now = time.monotonic()
        if now - self._last_progress >= PROGRESS_EVERY_S:
            self._last_progress = now
            wire.send(self._out, "progress", {"done": round(min(1.0, max(0.0, part)), 3)})

    def keyframe(
        self,
        t: float,
        frame: int | None,
        rgb: Pixels,
        reason: str,
        sharp: float,
        mark: tuple[str, int] | None = None,
    ) -> None:
        """Send one picture, shrunk if the wall asks for it. ``mark`` is its fingerprint, if known."""
        rgb = self._fit(rgb)
        height, width = rgb.shape[:2]
        body = {"t": round(t, 4), "frame": frame, "width": width, "height": height}
        fingerprint, quality = mark or pdq.of(rgb)
        body |= {"reason": reason, "sharpness": round(sharp, 2), "pdq": fingerprint, "pdq_quality": quality}
        wire.send(self._out, "keyframe", body, np.ascontiguousarray(rgb).data.cast("B"))
        self.pictures += 1
        if self.pictures == 1:
            self.media["timings_s"]["first_keyframe"] = round(time.monotonic() - self._started, 3)

    def tile(self, t: float, rgb: Pixels) -> None:
        """Send one small picture for hovering over the film."""
        height, width = rgb.shape[:2]
        wire.send(self._out, "tile", {"t": round(t, 4), "width": width, "height": height}, rgb.tobytes())

    def table(self, frames: Table, numbers: Ticks, first: float) -> None:
        """Send when each frame of the file that plays is shown; ``first`` is where in the film it begins."""
        rows = np.stack([frames.shown, numbers], axis=1).astype("<i8")
        if not 0 < len(rows) <= wire.TABLE_ROWS:
            return
        tick = [frames.tick.numerator, frames.tick.denominator]
        body = {"rows": len(rows), "tick": tick, "first": first, "begins": frames.begins}
        wire.send(self._out, "table", body, rows.tobytes())

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Time a step."""
        begun = time.monotonic()
        try:
            yield
        finally:
            self.media["timings_s"][name] = round(time.monotonic() - begun, 3)

    def _fit(self, rgb: Pixels) -> Pixels:
        height, width = rgb.shape[:2]
        scale = min(1.0, (wire.FRAME_PIXELS / (width * height)) ** 0.5, wire.SIDE / max(width, height))
        if scale == 1.0:
            return rgb
        self.warn(codes.SCALED_DOWN)
        size = (max(1, int(width * scale)), max(1, int(height * scale)))
        return np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def sharpness(gray: Pixels) -> float:
    """Variance of the Laplacian: higher is sharper."""
    return float(cv2.Laplacian(gray, cv2.CV_64F).var())

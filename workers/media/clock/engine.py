"""Text recognition: one detector and one recogniser, out of files installed with us. Fetches nothing.

Imported behind the wall alone. Both are asked apart, on pictures that are already cut and of a bounded size.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from workers.media.report import Pixels

DETECTOR, RECOGNISER = "PP-OCRv6_det_small.onnx", "PP-OCRv6_rec_small.onnx"
CATALOGUE = "default_models.yaml"
STRIP_SIDE = 960
# Of what the detector sees: left alone it blows a strip up to a height of 736; memory goes by the pixel.
LONGEST_SIDE, MOST_DETECTED = 2000, 600_000
SMALL_WIDTH, SMALL_HEIGHT = 1000, 64  # what is smaller is read at twice its size
LONGEST_TEXT = 120


@dataclass(frozen=True)
class Box:
    """Where a line of text stands, in pixels of the upright picture."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def height(self) -> int:
        """How tall the line is."""
        return self.bottom - self.top

    @property
    def middle(self) -> float:
        """The height at which it runs."""
        return (self.top + self.bottom) / 2

    def moved(self, x: int, y: int) -> Box:
        """The same place, told of a larger picture."""
        return Box(self.left + x, self.top + y, self.right + x, self.bottom + y)

    def with_room(self, width: int, height: int) -> Box:
        """A little larger, within the picture: digits change their width, and signs hang below the line."""
        aside, above = self.height // 2, max(2, self.height // 6)
        left, top = max(0, self.left - aside), max(0, self.top - above)
        return Box(left, top, min(width, self.right + aside), min(height, self.bottom + above))

    def cut(self, picture: Pixels) -> Pixels:
        """What stands here."""
        return picture[self.top : self.bottom, self.left : self.right]


@dataclass(frozen=True)
class Line:
    """Text as it was recognised, and how sure that is, from 0 to 1."""

    text: str
    score: float


class Engine:
    """Both models, loaded on first use."""

    def __init__(self) -> None:
        self._ocr: Any = None

    def boxes(self, picture: Pixels, longest_side: int = STRIP_SIDE) -> list[Box]:
        """Where text stands, from the top down. ``longest_side`` bounds what the detector sees."""
        if min(picture.shape[:2]) < 8:
            return []
        height, width = picture.shape[:2]
        scale = min(1.0, longest_side / max(height, width), (MOST_DETECTED / (height * width)) ** 0.5)
        small = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        # What is asked once stays set for the next call: say all of it each time.
        found = self._loaded()(
            np.ascontiguousarray(small[:, :, ::-1]), use_det=True, use_rec=False, use_cls=False
        )
        corners = getattr(found, "boxes", None)
        return [] if corners is None else [_upright(one / scale, picture) for one in corners]

    def line(self, crop: Pixels) -> Line:
        """The text of one cut line; empty when there is none."""
        if min(crop.shape[:2]) < 4:
            return Line("", 0.0)
        picture: Any = np.ascontiguousarray(crop[:, :, ::-1])
        if picture.shape[1] < SMALL_WIDTH and picture.shape[0] < SMALL_HEIGHT:
            picture = cv2.resize(picture, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC)
        read = self._loaded()(picture, use_det=False, use_rec=True, use_cls=False)
        if not getattr(read, "txts", None):
            return Line("", 0.0)
        return Line(str(read.txts[0])[:LONGEST_TEXT], float(read.scores[0]))

    def _loaded(self) -> Any:
        if self._ocr is None:
            self._ocr = _load()
        return self._ocr


def _load() -> Any:
    import onnxruntime

    with _without_catalogue():
        import rapidocr

        rapidocr.RapidOCR  # noqa: B018 - its parts are loaded when first named
    onnxruntime.disable_telemetry_events()
    models = Path(rapidocr.__file__).parent / "models"
    return rapidocr.RapidOCR(
        params={
            "EngineConfig.onnxruntime.intra_op_num_threads": 1,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
            "Det.limit_type": "max",
            "Det.limit_side_len": LONGEST_SIDE,
            # Named by path, so that nothing is looked up, checked for age or fetched.
            "Det.model_path": os.fspath(models / DETECTOR),
            "Rec.model_path": os.fspath(models / RECOGNISER),
            "Global.model_root_dir": os.fspath(models),
            "Global.log_level": "critical",
        }
    )


@contextmanager
def _without_catalogue() -> Iterator[None]:
    """Spare each file a third of a second: the list of models that could be fetched is not read."""
    from omegaconf import OmegaConf

    settings: Any = OmegaConf
    load = settings.load

    def load_what_is_needed(file: Any) -> Any:
        return settings.create() if Path(file).name == CATALOGUE else load(file)

    settings.load = load_what_is_needed
    try:
        yield
    finally:
        settings.load = load


def versions() -> dict[str, str]:
    """What had a hand in the reading."""
    from importlib.metadata import PackageNotFoundError, version

    found = {}
    for name in ("rapidocr", "onnxruntime"):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "?"
    return found


def _upright(corners: Any, picture: Pixels) -> Box:
    height, width = picture.shape[:2]
    (left, top), (right, bottom) = corners.min(axis=0), corners.max(axis=0)
    return Box(
        max(0, int(left)),
        max(0, int(top)),
        min(width, int(np.ceil(right))),
        min(height, int(np.ceil(bottom))),
    )

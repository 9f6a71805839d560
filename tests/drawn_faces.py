"""Draws heads that a face detector takes for faces: nobody's, so they can lie in a repository.

``film`` lets them move through a room on a known way, so that every test knows where each one is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from tests import footage

SIZE = (320, 180)
RADIUS = 20
Place = tuple[float, float]  # the middle of a face in pixels
SKIN, HAIR, NOSE, LIPS = (222, 178, 150), (40, 30, 26), (200, 152, 126), (165, 75, 75)


def draw(image: Image.Image, at: Place, r: float = RADIUS) -> None:
    """One head with shoulders; its face is about 1.7 r wide and 1.9 r high around ``at``."""
    pen = ImageDraw.Draw(image)
    x, y = at

    def oval(left: float, top: float, right: float, bottom: float, fill: tuple[int, int, int]) -> None:
        pen.ellipse((x + left * r, y + top * r, x + right * r, y + bottom * r), fill=fill)

    pen.rectangle((x - 2 * r, y + 1.5 * r, x + 2 * r, y + 4 * r), fill=(50, 60, 110))
    pen.rectangle((x - 0.45 * r, y + 0.9 * r, x + 0.45 * r, y + 1.7 * r), fill=(190, 145, 120))
    oval(-1.05, -1.45, 1.05, 0.9, HAIR)
    oval(-0.85, -1.1, 0.85, 1.25, SKIN)
    pen.pieslice((x - 0.95 * r, y - 1.4 * r, x + 0.95 * r, y + 0.1 * r), 180, 360, fill=HAIR)
    oval(-0.85, -0.75, 0.85, 0.7, SKIN)
    for side in (-1, 1):
        eye = x + side * 0.36 * r
        pen.ellipse((eye - 0.2 * r, y - 0.18 * r, eye + 0.2 * r, y + 0.02 * r), fill=(245, 240, 235))
        pen.ellipse((eye - 0.1 * r, y - 0.18 * r, eye + 0.1 * r, y + 0.02 * r), fill=(35, 25, 20))
        brow = (eye - 0.25 * r, y - 0.36 * r, eye + 0.25 * r, y - 0.38 * r)
        pen.line(brow, fill=(50, 35, 28), width=max(2, int(0.1 * r)))
        oval(side * 0.9 - 0.12, -0.2, side * 0.9 + 0.12, 0.3, (205, 160, 135))
    pen.polygon([(x, y - 0.1 * r), (x - 0.16 * r, y + 0.42 * r), (x + 0.16 * r, y + 0.42 * r)], fill=NOSE)
    oval(-0.16, 0.34, 0.16, 0.48, (180, 130, 108))
    oval(-0.34, 0.62, 0.34, 0.82, LIPS)


def picture(places: Sequence[Place], size: tuple[int, int] = SIZE, r: float = RADIUS) -> Image.Image:
    """A room with these heads in it."""
    image = footage.background(size)
    for place in places:
        draw(image, place, r)
    return image.filter(ImageFilter.GaussianBlur(1.5))


def film(
    path: Path, places: Callable[[float], Sequence[Place]], *, seconds: float = 3.0, fps: int = 10,
    size: tuple[int, int] = SIZE, times: Sequence[float] | None = None, sound: bool = False,
    r: float = RADIUS,
) -> Path:  # fmt: skip
    """``places`` tells where heads are at a moment. Names of who filmed are in it, to see that they go."""
    shown = list(times or [at / fps for at in range(round(seconds * fps))])
    with av.open(str(path), "w", options={"movflags": "use_metadata_tags"}) as out:
        out.metadata.update({"title": "SECRET-TITLE", "location": "+31.2304+121.4737/"})
        stream: Any = out.add_stream("libx264", rate=fps)
        stream.width, stream.height, stream.pix_fmt, stream.gop_size = *size, "yuv420p", 10
        stream.time_base = stream.codec_context.time_base = Fraction(1, 1000)
        stream.options = {"preset": "ultrafast", "crf": "20", "threads": "1"}
        heard: Any = out.add_stream("aac", rate=16_000) if sound else None
        if heard:
            heard.layout = "mono"
        for t in shown:
            frame = av.VideoFrame.from_ndarray(np.asarray(picture(places(t), size, r)), format="rgb24")
            frame.pts, frame.time_base = round(t * 1000), Fraction(1, 1000)
            out.mux(stream.encode(frame))
        out.mux(stream.encode())
        if heard:
            _hum(out, heard, shown[-1])
    return path


def _hum(out: Any, stream: Any, seconds: float) -> None:
    wave = (np.sin(np.arange(int(seconds * 16_000)) * 2 * np.pi * 440 / 16_000) * 8000).astype(np.int16)
    for begin in range(0, wave.size - 1024, 1024):
        frame = av.AudioFrame.from_ndarray(wave[None, begin : begin + 1024], format="s16", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = 16_000, begin, Fraction(1, 16_000)
        out.mux(stream.encode(frame))
    out.mux(stream.encode())

"""Draws footage for the demonstration: what a shop's camera might have seen, with its clock burned in.

`python -m workers.media.draw ORDER.json` draws each clip and photo of the order. Opens nothing but that list;
who needs footage starts it as a process of its own.
"""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from workers.media import scenery

Pixels = NDArray[np.uint8]
FPS = 10
NOISES = 6


@dataclass(frozen=True)
class Figure:
    """A person: where the feet are at which second, `tall` is the height at the front."""

    path: Sequence[tuple[float, float, float]]
    coat: tuple[int, int, int] = (44, 48, 60)
    tall: float = 0.62
    cap: bool = False
    bag: bool = False

    def place(self, t: float) -> tuple[float, float, bool] | None:
        """x, y and whether it walks, or None while it is not in the picture."""
        for (t0, x0, y0), (t1, x1, y1) in zip(self.path, self.path[1:], strict=False):
            if t0 <= t < t1:
                part = (t - t0) / (t1 - t0)
                return x0 + (x1 - x0) * part, y0 + (y1 - y0) * part, (x0, y0) != (x1, y1)
        return None


@dataclass(frozen=True)
class Shot:
    """One file to draw."""

    out: Path
    scene: str
    seconds: float = 0.0
    size: tuple[int, int] = (640, 360)
    clock: datetime | None = None
    camera: str = "CAM 01"
    night: bool = False
    figures: Sequence[Figure] = field(default_factory=tuple)
    taken_at: str | None = None
    position: tuple[float, float] | None = None


def draw(shot: Shot) -> None:
    """A clip when it has a length, else a photo."""
    if shot.seconds:
        _clip(shot)
    else:
        _photo(shot)


def _clip(shot: Shot) -> None:
    back, front = scenery.paint(shot.scene, shot.size, night=shot.night)
    noises = _noises(shot)
    with av.open(str(shot.out), "w", format="mp4", options={"movflags": "+faststart"}) as out:
        stream: Any = out.add_stream("libx264", rate=FPS)
        stream.width, stream.height, stream.pix_fmt = *shot.size, "yuv420p"
        stream.gop_size = 2 * FPS
        stream.options = {"preset": "superfast", "crf": "28", "threads": "1"}
        for number in range(int(shot.seconds * FPS)):
            picture = _picture(shot, back, front, number / FPS)
            darker, brighter = noises[number % NOISES]
            noisy = np.asarray(cv2.add(cv2.subtract(picture, darker), brighter), dtype=np.uint8)
            out.mux(stream.encode(av.VideoFrame.from_ndarray(noisy, format="rgb24")))
        out.mux(stream.encode())
    # A recorder's encoder leaves no name in its films.
    data = shot.out.read_bytes()
    for mark in (b"x264", b"Lavc"):
        data = data.replace(mark, b"none")
    shot.out.write_bytes(data)


def _photo(shot: Shot) -> None:
    back, front = scenery.paint(shot.scene, shot.size, night=shot.night)
    picture = Image.fromarray(_picture(shot, back, front, 0.0))
    book = Image.Exif()
    book[271], book[272] = "Demo", "Demo Phone"
    if shot.taken_at:
        local, _, offset = shot.taken_at.partition(" +")
        book.get_ifd(0x8769).update({36867: local, 36881: f"+{offset}"})
    if shot.position:
        book.get_ifd(0x8825).update(
            {1: "N", 2: _parts(shot.position[0]), 3: "E", 4: _parts(shot.position[1])}
        )
    picture.save(shot.out, "JPEG", quality=86, exif=book.tobytes())


def _parts(value: float) -> tuple[float, float, float]:
    degrees, rest = divmod(value * 3600, 3600)
    return (degrees, *divmod(rest, 60))


def _noises(shot: Shot) -> list[tuple[Pixels, Pixels]]:
    """A few fields of sensor noise, what to take away and what to add, stronger in the dark, used in turn."""
    chance = np.random.default_rng(len(shot.out.name))
    strength = 5.0 if shot.night else 2.2
    height, width = shot.size[1], shot.size[0]
    fields = [chance.normal(0, strength, (height, width, 1)).repeat(3, axis=2) for _ in range(NOISES)]
    return [((-one).clip(0).astype(np.uint8), one.clip(0).astype(np.uint8)) for one in fields]


def _picture(shot: Shot, back: Image.Image, front: Image.Image, t: float) -> Pixels:
    shown = back.copy()
    for figure in shot.figures:
        at = figure.place(t)
        if at:
            _person(shown, figure, at, t, night=shot.night)
    shown.paste(front, (0, 0), front)
    if shot.clock:
        label = _label(shot.size, shot.clock + timedelta(seconds=int(t)), shot.camera)
        shown.paste(label, (0, 0), label)
    return np.asarray(shown, dtype=np.uint8)


@lru_cache(maxsize=1)
def _label(size: tuple[int, int], clock: datetime, camera: str) -> Image.Image:
    """What the recorder writes over the picture, once a second."""
    label = Image.new("RGBA", size, (0, 0, 0, 0))
    pen = ImageDraw.Draw(label)
    font = ImageFont.load_default(max(14, size[1] // 18))
    margin = size[1] // 40
    white, black = (245, 245, 245), (20, 20, 20)
    now = f"{clock:%Y-%m-%d %H:%M:%S}"
    pen.text((margin * 2, margin), now, white, font=font, anchor="la", stroke_width=1, stroke_fill=black)
    corner = (size[0] - margin * 2, size[1] - margin)
    pen.text(corner, camera, white, font=font, anchor="rs", stroke_width=1, stroke_fill=black)
    return label


def _person(
    shown: Image.Image, figure: Figure, at: tuple[float, float, bool], t: float, *, night: bool
) -> None:
    """Drawn on a patch of its own at double size, then softened: no hard edge gives the drawing away."""
    x, y, walks = at
    # Further up in the picture is further away.
    tall = int(shown.height * figure.tall * (0.45 + 0.55 * y))
    patch = Image.new("RGBA", (tall * 2, tall * 2), (0, 0, 0, 0))
    _body(ImageDraw.Draw(patch), tall * 2, figure, math.sin(t * 7) if walks else 0.12, night=night)
    small = patch.resize((tall, tall), Image.Resampling.BILINEAR).filter(ImageFilter.GaussianBlur(0.6))
    shown.paste(small, (int(shown.width * x) - tall // 2, int(shown.height * y) - tall), small)


def _body(draw: ImageDraw.ImageDraw, side: int, figure: Figure, stride: float, *, night: bool) -> None:
    grey: Callable[[tuple[int, int, int]], tuple[int, int, int]] = scenery.infrared if night else lambda c: c
    u, middle = side / 8, side / 2
    coat, skin, dark = grey(figure.coat), grey((214, 172, 142)), grey((30, 30, 36))
    for way in (1, -1):
        foot = middle + way * (u * 0.35 + stride * u * 0.7)
        draw.line((middle + way * u * 0.25, u * 4.4, foot, u * 7.8), dark, int(u * 0.62))
        draw.line((foot - u * 0.1, u * 7.85, foot + u * 0.45, u * 7.85), dark, int(u * 0.3))
    draw.rounded_rectangle((middle - u * 0.85, u * 1.45, middle + u * 0.85, u * 4.9), u * 0.5, coat)
    for way in (1, -1):
        hand = (middle + way * u * 1.0 - stride * way * u * 0.6, u * 4.2)
        draw.line((middle + way * u * 0.75, u * 1.8, *hand), coat, int(u * 0.45))
        draw.ellipse((hand[0] - u * 0.2, hand[1] - u * 0.1, hand[0] + u * 0.2, hand[1] + u * 0.3), skin)
        if figure.bag and way > 0:
            bag = (hand[0] - u * 0.6, hand[1] + u * 0.1, hand[0] + u * 0.6, hand[1] + u * 1.6)
            draw.rounded_rectangle(bag, u * 0.2, grey((150, 120, 70)))
    draw.ellipse((middle - u * 0.5, u * 0.25, middle + u * 0.5, u * 1.5), skin)
    draw.chord((middle - u * 0.55, u * 0.15, middle + u * 0.55, u * 1.35), 180, 360, dark)
    if figure.cap:
        draw.rectangle((middle - u * 0.55, u * 0.6, middle + u * 0.95, u * 0.78), grey((70, 30, 34)))


def read(order: Path) -> list[Shot]:
    """The shots of an order as the demonstration writes it."""
    shots = []
    for one in json.loads(order.read_text()):
        figures = [_figure(**figure) for figure in one.pop("figures", [])]
        clock = one.pop("clock", None)
        out, size = Path(one.pop("out")), tuple(one.pop("size", (640, 360)))
        when = datetime.fromisoformat(clock) if clock else None
        shots.append(Shot(out=out, size=size, clock=when, figures=figures, **one))
    return shots


def _figure(coat: Sequence[int] = Figure.coat, **fields: Any) -> Figure:
    red, green, blue = coat
    return Figure(coat=(red, green, blue), **fields)


if __name__ == "__main__":
    for wanted in read(Path(sys.argv[1])):
        draw(wanted)

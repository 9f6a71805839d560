"""An hour before a shop's fixed camera, drawn: 1080p25 H.264 as a recorder writes it, with 28 known events.

GOP 50, no B-frames, 2 Mbit/s, sensor noise, a clock that ticks; night with twice the noise from 30:00 on, and
a ramp of light. The recipe of the measurements that the pipeline was designed by, without any stock footage.
It is drawn once into a cache outside git, in parts side by side; the parts are joined without re-encoding.
"""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from workers.media import scenery

Pixels = NDArray[np.uint8]
WIDTH, HEIGHT, FPS, GOP = 1920, 1080, 25, 50
HOUR_S, PART_S, NIGHT_S = 3600, 300, 1800.0
RAMP = (1200.0, 1220.0)  # a lamp grows brighter and stays so
NOISES = 16
CACHE = Path(os.environ.get("TIPLINE_BENCH_CACHE", Path(__file__).parent / ".cache"))
# Noise of the sensor and grain of the surfaces, in grey levels. On `flat` paint this encoder's rate control
# starves still frames and spends what it saved later: packets swing more in the empty shop than with somebody
# in it. Surfaces with grain are nearer to a real shop; both are kept, for a gate on packets tells them apart.
RECIPES = {"grain": (2.0, 40.0), "flat": (3.0, 0.0)}


@dataclass(frozen=True)
class Shown:
    """Somebody in the picture: from when, how long, how tall in pixels, how plain against what is behind."""

    start: float
    length: float
    tall: int = 640
    contrast: float = 1.0
    walks: bool = True

    @property
    def end(self) -> float:
        return self.start + self.length


def events() -> list[Shown]:
    """All 28, in order: seven visits, steps into view, small walkers far away, a ghost of a person."""
    visits = [Shown(97.3 + at * 497, length) for at, length in enumerate((13, 17, 29, 21, 15, 25, 19))]
    steps = [
        Shown(at, length, walks=False)
        for at, length in (
            (204.6, 2.0), (331.1, 1.0), (402.7, 0.6), (811.9, 2.0), (902.4, 1.0), (1003.3, 0.6),
            (2012.8, 2.0), (2203.1, 1.0), (2402.9, 0.6), (2809.4, 2.0), (3011.2, 1.0), (3303.8, 0.6),
        )
    ]  # fmt: skip
    walkers = [
        Shown(at, 2.0, tall)
        for at, tall in ((251.7, 120), (462.3, 60), (701.4, 32), (1304.8, 120), (1403.2, 60), (1502.6, 32),
                         (2503.5, 120), (2904.1, 60))
    ]  # fmt: skip
    ghost = [Shown(1702.2, 3.0, contrast=0.25)]
    return sorted([*visits, *steps, *walkers, *ghost], key=lambda one: one.start)


def clip(minutes: int = 60, recipe: str = "grain", processes: int | None = None) -> Path:
    """The film, drawn now if it is not in the cache. ``minutes`` keeps the beginning only."""
    path = CACHE / f"hour-{recipe}-{minutes}.mp4"
    if path.exists():
        return path
    CACHE.mkdir(exist_ok=True)
    starts = range(0, minutes * 60, PART_S)
    with multiprocessing.get_context("spawn").Pool(processes or os.cpu_count() or 1) as pool:
        parts = pool.map(
            _part, [(recipe, start, min(PART_S, minutes * 60 - start)) for start in starts], chunksize=1
        )
    _join(parts, path)
    return path


def _part(which: tuple[str, int, int]) -> Path:
    recipe, start, length = which
    path = CACHE / f"hour-{recipe}-part-{start:04d}-{length}.mp4"
    if path.exists():
        return path
    unfinished = path.with_suffix(f".{os.getpid()}.tmp")
    with av.open(str(unfinished), "w", format="mp4") as out:
        stream: Any = out.add_stream("libx264", rate=FPS)
        stream.width, stream.height, stream.pix_fmt, stream.bit_rate = WIDTH, HEIGHT, "yuv420p", 2_000_000
        stream.gop_size = GOP
        settings = f"keyint={GOP}:min-keyint={GOP}:scenecut=0:bframes=0:vbv-maxrate=3000:vbv-bufsize=4000"
        stream.options = {"preset": "superfast", "threads": "1", "x264-params": settings}
        for number, planes in enumerate(_pictures(*RECIPES[recipe], start, length)):
            frame = av.VideoFrame.from_ndarray(planes, format="yuv420p")
            frame.pts, frame.time_base = number, Fraction(1, FPS)
            out.mux(stream.encode(frame))
        out.mux(stream.encode())
    unfinished.rename(path)
    return path


def _join(parts: list[Path], path: Path) -> None:
    unfinished = path.with_suffix(".tmp")
    with av.open(str(unfinished), "w", format="mp4") as out:
        made: Any = None
        for at, part in enumerate(parts):
            with av.open(str(part)) as source:
                stream = source.streams.video[0]
                made = made or out.add_stream_from_template(stream)
                shift = int(at * PART_S / (stream.time_base or Fraction(1, FPS)))
                for packet in source.demux(stream):
                    if packet.dts is None or packet.pts is None:
                        continue
                    packet.pts, packet.dts, packet.stream = packet.pts + shift, packet.dts + shift, made
                    out.mux(packet)
    unfinished.rename(path)


def _pictures(noise: float, rough: float, start: int, length: int) -> Iterator[Pixels]:
    """The planes of each frame, Y above U above V, as PyAV takes them."""
    day, night = _scene(rough, night=False), _scene(rough, night=True)
    grain = _grain(noise)
    chance = np.random.default_rng(start)
    for number in range(length * FPS):
        t = start + number / FPS
        planes = (night if t >= NIGHT_S else day).copy()
        light = planes[:HEIGHT]
        if RAMP[0] <= t < NIGHT_S:
            light[:] = cv2.add(light, min(40.0, 2 * (t - RAMP[0])))
        for one in events():
            if one.start <= t < one.end:
                _person(light, one, t)
        _label(light, int(t))
        darker, brighter = grain[int(chance.integers(NOISES))]
        for _ in range(2 if t >= NIGHT_S else 1):
            at = int(chance.integers(HEIGHT))
            cv2.subtract(light, darker[at : at + HEIGHT], dst=light)
            cv2.add(light, brighter[at : at + HEIGHT], dst=light)
        yield planes


def _scene(rough: float, *, night: bool) -> Pixels:
    back, front = scenery.paint("counter", (WIDTH, HEIGHT), night=night)
    back.paste(front, (0, 0), front)
    planes = np.asarray(cv2.cvtColor(np.asarray(back), cv2.COLOR_RGB2YUV_I420), dtype=np.uint8)
    grain = np.random.default_rng(5).normal(0, rough, (HEIGHT, WIDTH))
    planes[:HEIGHT] = (planes[:HEIGHT] + cv2.GaussianBlur(grain, (0, 0), 1.2)).clip(0, 255)
    return planes


def _grain(noise: float) -> list[tuple[Pixels, Pixels]]:
    """Sensor noise, what it takes away and what it adds."""
    chance = np.random.default_rng(28)
    # Twice as tall as the picture: a part of it taken anywhere is another field.
    fields = [chance.normal(0, noise, (2 * HEIGHT, WIDTH)) for _ in range(NOISES)]
    return [((-one).clip(0, 255).astype(np.uint8), one.clip(0, 255).astype(np.uint8)) for one in fields]


def _person(light: Pixels, one: Shown, t: float) -> None:
    """A dark coat, a lighter head, moving across; a ghost is mixed with what is behind it."""
    part = (t - one.start) / one.length
    wide = max(6, one.tall // 3)
    x = int(WIDTH * (0.2 + 0.45 * (part if one.walks else 0.5)))
    bottom = int(HEIGHT * (0.95 if one.tall > 300 else 0.55 if one.tall > 40 else 0.52))
    top, left = max(0, bottom - one.tall), max(0, min(WIDTH - wide, x))
    patch = light[top:bottom, left : left + wide]
    drawn = patch.copy()
    sway = int(wide * 0.1 * np.sin(7 * t))
    middle = (patch.shape[1] // 2 + sway, int(patch.shape[0] * 0.6))
    cv2.ellipse(drawn, middle, (wide // 2 - 1, int(patch.shape[0] * 0.4)), 0, 0, 360, 38, -1)
    cv2.circle(drawn, (middle[0], int(patch.shape[0] * 0.12)), max(2, wide // 5), 172, -1)
    patch[:] = cv2.addWeighted(drawn, one.contrast, patch, 1 - one.contrast, 0)


_LABELS: dict[int, Pixels] = {}


def _label(light: Pixels, second: int) -> None:
    """The recorder's clock, once a second."""
    if second not in _LABELS:
        _LABELS.clear()
        picture = Image.new("L", (760, 64), 0)
        pen = ImageDraw.Draw(picture)
        hour, rest = divmod(45_185 + second, 3600)
        text = f"2018-05-21 {hour:02d}:{rest // 60:02d}:{rest % 60:02d}"
        pen.text((8, 6), text, 245, font=ImageFont.load_default(48), stroke_width=2, stroke_fill=20)
        _LABELS[second] = np.asarray(picture, dtype=np.uint8)
    label = _LABELS[second]
    field = light[24 : 24 + label.shape[0], 40 : 40 + label.shape[1]]
    np.copyto(field, label, where=label > 0)

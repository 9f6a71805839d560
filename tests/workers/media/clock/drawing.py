"""Draws clocks as cameras burn them in, and the photo that a reporter takes of a recorder and a phone."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from datetime import datetime, timedelta
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import av
import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from tests import footage
from tipline.preparing import paper

Written = Callable[[datetime], str]
Pixels = footage.Pixels
CHINESE, SPANISH = "一二三四五六日", ["Lun", "Mar", "Mié", "Jue", "Vie", "Sáb", "Dom"]
FORMS: dict[str, Written] = {
    "chinese": lambda at: f"{at:%Y-%m-%d %H:%M:%S} 星期{CHINESE[at.weekday()]}",
    "chinese words": lambda at: f"{at:%Y年%m月%d日} 星期{CHINESE[at.weekday()]} {at:%H:%M:%S}",
    "slashes": lambda at: f"{at:%Y/%m/%d %H:%M:%S}",
    "day first": lambda at: f"{at:%d-%m-%Y %H:%M:%S}",
    "half days": lambda at: f"{at:%m/%d/%Y %a %I:%M:%S %p}",
    "chinese halves": lambda at: f"{at:%Y-%m-%d} {'上午' if at.hour < 12 else '下午'} {at:%I:%M:%S}",
    "spanish": lambda at: f"{at:%m-%d-%Y} {SPANISH[at.weekday()]} {at:%H:%M:%S}",
    "two lines": lambda at: f"{at:%Y-%m-%d}\n{at:%H:%M:%S}",
}


@cache
def font(size: int) -> Any:
    """One that has Chinese signs: `make test` sees to it that there is one, for printing."""
    files = sorted(file for folder in paper.FONT_FOLDERS for file in Path(folder).rglob("*.tt[cf]"))
    named = (str(file) for file in files if any(mark in file.name.lower() for mark in paper.FONT_MARKS))
    return ImageFont.truetype(next(named, None) or _by_fontconfig(), size)


def _by_fontconfig() -> str:
    listed = subprocess.run(["fc-list", ":lang=zh-cn", "file"], capture_output=True, text=True, check=True)
    return listed.stdout.splitlines()[0].rstrip(": ")


def overlay(text: str, size: tuple[int, int] = (640, 360), at: str = "top", seed: int = 5) -> Pixels:
    """A shop with this text burned in, under the noise of a cheap sensor."""
    shown = footage.background(size)
    pen = ImageDraw.Draw(shown)
    letters = font(max(14, size[1] // 20))
    _, _, width, height = pen.textbbox((0, 0), text, font=letters)
    edge = size[1] // 60
    place = (edge * 2, edge) if at == "top" else (size[0] - width - edge * 2, size[1] - height - edge)
    pen.text(place, text, (250, 250, 250), font=letters)
    return _noisy(shown, seed)


def film(
    path: Path, shows: Callable[[float], str], *, seconds: int = 12, size: tuple[int, int] = (320, 180)
) -> Path:
    """Two frames a second; ``shows`` says what stands in the frame at each moment."""
    with av.open(str(path), "w") as out:
        stream: Any = out.add_stream("libx264", rate=2)
        stream.width, stream.height = size
        stream.pix_fmt, stream.gop_size = "yuv420p", 2
        stream.options = {"preset": "ultrafast", "crf": "20", "threads": "1"}
        for number in range(seconds * 2):
            frame = av.VideoFrame.from_ndarray(overlay(shows(number / 2), size, seed=number), format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, 2)
            out.mux(stream.encode(frame))
        out.mux(stream.encode())
    return path


def running(begin: datetime, form: str = "chinese", pace: float = 1.0) -> Callable[[float], str]:
    """What a clock shows that was at ``begin`` when the film began."""
    return lambda t: FORMS[form](begin + timedelta(seconds=int(t * pace)))


def beside(
    recorder: str, phone: str, *, size: tuple[int, int] = (1600, 1200), camera: str = "收银台 01"
) -> Image.Image:
    """A recorder's screen with four cameras, and a phone held in front of it."""
    shown = Image.new("RGB", size, (64, 60, 58))
    pen = ImageDraw.Draw(shown)
    wide, tall = size
    pen.rectangle((wide // 16, tall // 12, wide * 3 // 4, tall * 4 // 5), (12, 12, 14))
    for number in range(4):
        left = wide // 16 + 12 + (number % 2) * wide * 11 // 32
        top = tall // 12 + 12 + (number // 2) * tall * 29 // 80
        view = footage.background((wide * 21 // 64, tall * 27 // 80))
        shown.paste(view, (left, top))
        pen.text((left + 10, top + 6), recorder, (245, 245, 245), font=font(tall // 40))
        pen.text((left + 10, top + view.height - tall // 20), camera, (245, 245, 245), font=font(tall // 44))
    pen.rounded_rectangle((wide * 11 // 16, tall // 4, wide * 15 // 16, tall * 9 // 10), 40, (8, 8, 10))
    pen.rounded_rectangle(
        (wide * 11 // 16 + 8, tall // 4 + 8, wide * 15 // 16 - 8, tall * 9 // 10 - 8), 36, (30, 60, 110)
    )
    pen.text((wide * 13 // 16, tall * 2 // 5), phone, (255, 255, 255), font=font(tall // 12), anchor="mm")
    pen.text(
        (wide * 13 // 16, tall // 2), "11月26日 星期四", (255, 255, 255), font=font(tall // 36), anchor="mm"
    )
    soft = shown.filter(ImageFilter.GaussianBlur(0.8))
    return Image.fromarray(_noisy(soft, 3))


def _noisy(shown: Image.Image, seed: int) -> Pixels:
    noise = np.random.default_rng(seed).normal(0, 3, (shown.height, shown.width, 1))
    return (np.asarray(shown, dtype=np.float32) + noise).clip(0, 255).astype(np.uint8)

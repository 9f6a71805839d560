"""Draws how loud a sound is over its length, from peaks that came through the wall. Decodes nothing."""

from __future__ import annotations

import io
from collections.abc import Sequence

from PIL import Image, ImageDraw

from workers.encode import Picture

WIDTH, HEIGHT, BAR, GAP = 1200, 120, 3, 1
COLOUR = (74, 138, 148, 255)  # seen on white and on black alike; the ground lets the page through


def drawn(peaks: Sequence[int]) -> Picture:
    """One bar for every few peaks, as high as the loudest of them (0 to 255); silence is a thin line."""
    if not peaks:
        raise ValueError("a waveform needs a peak")
    image = Image.new("RGBA", (WIDTH, HEIGHT), (0, 0, 0, 0))
    draw = ImageDraw.Draw(image)
    bars = WIDTH // (BAR + GAP)
    for at in range(bars):
        begin = at * len(peaks) // bars
        loudest = max(peaks[begin : max(begin + 1, (at + 1) * len(peaks) // bars)])
        half = max(0.5, loudest / 255 * (HEIGHT / 2 - 1))
        left = at * (BAR + GAP)
        draw.rectangle((left, HEIGHT / 2 - half, left + BAR - 1, HEIGHT / 2 + half), fill=COLOUR)
    out = io.BytesIO()
    image.save(out, "WEBP", lossless=True, quality=50, method=2)
    return Picture(out.getvalue(), "image/webp", ".webp", WIDTH, HEIGHT)

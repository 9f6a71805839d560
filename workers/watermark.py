"""Draws the mark that a copy for somebody outside bears all over: for whom, since when, under which number.

Two planes come of it: how light each point of the mark is, and how much of it covers the picture. White
letters with a black rim are seen on any ground. Decodes nothing.
"""

from __future__ import annotations

from typing import Any

from PIL import Image

from workers import captions

COVER = 115  # of 255: read at a glance, and what is under it still seen
LARGEST = (1920, 1080)
SMALLEST = 64
LEAST_LETTERS, OF_WIDTH = 11, 44


def lines_of(wanted: dict[str, Any]) -> list[str]:
    """What the mark says."""
    return [str(wanted["recipient"]), f"{wanted['day']} · {wanted['number']}"]


def bounded(width: int, height: int) -> tuple[int, int]:
    """The size at which a mark is drawn for a picture: its shape, never larger than can be handed over."""
    wide, high = max(SMALLEST, width), max(SMALLEST, height)
    scale = min(1.0, max(LARGEST) / max(wide, high), min(LARGEST) / min(wide, high))
    return max(SMALLEST, round(wide * scale)), max(SMALLEST, round(high * scale))


def planes(size: tuple[int, int], lines: list[str]) -> tuple[Image.Image, Image.Image]:
    """Light and cover, repeated so that no part worth having is without it; each row stands apart from the
    one above, so that no strip can be cut out between them."""
    width, height = size
    letters = max(LEAST_LETTERS, min(width, 2 * height) // OF_WIDTH)
    inked, rimmed = captions.lettering(lines, letters, round(width * 0.62), max(1, letters // 10))
    light, cover = Image.new("L", size, 0), Image.new("L", size, 0)
    across, down = inked.width + 3 * letters, inked.height + 2 * letters
    for row, y in enumerate(range(letters // 2, height, down)):
        for x in range(-(row % 2) * across // 2, width, across):
            light.paste(inked, (x, y))
            cover.paste(rimmed.point(lambda one: one * COVER // 255), (x, y))
    return light, cover


def laid(picture: Image.Image, lines: list[str]) -> Image.Image:
    """A picture of ours with the mark on it."""
    light, cover = planes(bounded(*picture.size), lines)
    if light.size != picture.size:
        light, cover = (one.resize(picture.size, Image.Resampling.BILINEAR) for one in (light, cover))
    return Image.composite(Image.merge("RGB", (light, light, light)), picture, cover)

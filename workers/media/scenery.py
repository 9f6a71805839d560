"""Painted places for drawn footage: a counter, a private dining room, a corridor, a street, a broken door.

Each gives what stands behind people and what stands before them.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

Colour = tuple[int, int, int]
Box = tuple[float, float, float, float]


class Painter:
    """Draws in parts of the picture, so that a scene fits every size."""

    def __init__(self, image: Image.Image) -> None:
        self.width, self.height = image.size
        self.draw = ImageDraw.Draw(image)

    def box(self, box: Box, colour: Colour, edge: Colour | None = None) -> None:
        x0, y0, x1, y1 = box
        corners = (x0 * self.width, y0 * self.height, x1 * self.width, y1 * self.height)
        self.draw.rectangle(corners, colour, edge)

    def shape(self, points: list[tuple[float, float]], colour: Colour) -> None:
        self.draw.polygon([(x * self.width, y * self.height) for x, y in points], colour)

    def round(self, box: Box, colour: Colour, edge: Colour | None = None) -> None:
        x0, y0, x1, y1 = box
        self.draw.ellipse(
            (x0 * self.width, y0 * self.height, x1 * self.width, y1 * self.height), colour, edge
        )

    def line(self, points: list[tuple[float, float]], colour: Colour, wide: int = 2) -> None:
        self.draw.line([(x * self.width, y * self.height) for x, y in points], colour, wide)


def infrared(colour: Colour) -> Colour:
    """The same as a camera sees it by its own lamp."""
    grey = int(0.5 * colour[0] + 0.4 * colour[1] + 0.1 * colour[2])
    grey = 60 + grey // 2
    return (grey, grey, grey)


def paint(name: str, size: tuple[int, int], *, night: bool) -> tuple[Image.Image, Image.Image]:
    """Background and foreground of a scene; the foreground is empty where people may be seen."""
    back, front = Image.new("RGB", size), Image.new("RGBA", size, (0, 0, 0, 0))
    SCENES[name](Painter(back), Painter(front))
    back = _lit(back.filter(ImageFilter.GaussianBlur(1.0)), night=night)
    if night:
        seen = front.getchannel("A")
        front = _lit(front.convert("RGB"), night=True).convert("RGBA")
        front.putalpha(seen)
    return back, front


def _lit(image: Image.Image, *, night: bool) -> Image.Image:
    """Brighter in the middle, as under one lamp; grey by night."""
    pixels = np.asarray(image, dtype=np.float32)
    if night:
        pixels = np.repeat(pixels @ np.array([[0.5], [0.4], [0.1]], np.float32), 3, axis=2) * 0.6 + 14
    height, width = pixels.shape[:2]
    down, along = np.ogrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    light = 1.08 - 0.32 * (down**2 + along**2)
    return Image.fromarray((pixels * light[:, :, None]).clip(0, 255).astype(np.uint8))


def _room(back: Painter, wall: Colour, floor: Colour) -> None:
    back.box((0, 0, 1, 0.52), wall)
    back.shape([(0, 0.52), (1, 0.52), (1, 1), (0, 1)], floor)
    shade: Colour = (floor[0] - 14, floor[1] - 14, floor[2] - 14)
    for n in range(9):
        back.line([(0.5 + (n - 4) * 0.07, 0.52), (0.5 + (n - 4) * 0.34, 1)], shade, 1)
    for y in (0.58, 0.66, 0.78, 0.92):
        back.line([(0, y), (1, y)], shade, 1)


def _shelves(back: Painter, left: float, right: float, top: float, bottom: float, seed: int) -> None:
    chance = np.random.default_rng(seed)
    back.box((left, top, right, bottom), (92, 84, 76), (60, 54, 50))
    rows = 4
    for row in range(rows):
        y0 = top + (bottom - top) * row / rows
        y1 = top + (bottom - top) * (row + 1) / rows - 0.012
        x = left + 0.008
        while x < right - 0.02:
            wide = float(chance.uniform(0.012, 0.03))
            tone = chance.integers(60, 220, 3)
            colour: Colour = (int(tone[0]), int(tone[1]), int(tone[2]))
            back.box((x, y0 + float(chance.uniform(0.01, 0.04)), x + wide, y1), colour)
            x += wide + 0.004
        back.line([(left, y1 + 0.006), (right, y1 + 0.006)], (150, 140, 128), 3)


def _counter(back: Painter, front: Painter) -> None:
    """A shop: shelves at the back, the till on a counter in front."""
    _room(back, (176, 172, 160), (132, 124, 112))
    _shelves(back, 0.04, 0.42, 0.08, 0.5, 1)
    _shelves(back, 0.46, 0.7, 0.08, 0.5, 2)
    back.box((0.78, 0.1, 0.95, 0.6), (96, 120, 138), (60, 70, 80))
    back.line([(0.865, 0.1), (0.865, 0.6)], (70, 84, 96), 2)
    front.shape([(0, 0.74), (0.56, 0.74), (0.6, 1), (0, 1)], (112, 82, 58))
    front.shape([(0, 0.7), (0.54, 0.7), (0.56, 0.75), (0, 0.75)], (168, 132, 96))
    front.box((0.24, 0.57, 0.36, 0.7), (46, 48, 54), (24, 24, 28))
    front.box((0.26, 0.59, 0.34, 0.65), (92, 130, 120))
    front.box((0.06, 0.63, 0.14, 0.7), (190, 60, 52))


def _dining(back: Painter, front: Painter) -> None:
    """A private room: the round table, the sideboard with the drawer, the door to the corridor."""
    _room(back, (168, 134, 104), (104, 74, 58))
    back.box((0.72, 0.1, 0.9, 0.66), (110, 66, 44), (70, 40, 28))
    back.round((0.735, 0.38, 0.75, 0.41), (210, 180, 90))
    back.box((0.08, 0.4, 0.34, 0.6), (122, 78, 50), (74, 46, 30))
    for x in (0.1, 0.185, 0.27):
        back.box((x, 0.44, x + 0.065, 0.5), (142, 94, 62), (80, 50, 34))
    back.box((0.38, 0.12, 0.64, 0.32), (196, 176, 132), (120, 90, 50))
    back.line([(0.42, 0.27), (0.48, 0.18), (0.53, 0.24), (0.6, 0.16)], (110, 120, 100), 3)
    front.round((0.3, 0.72, 0.78, 1.12), (150, 40, 40), (100, 20, 24))
    front.round((0.42, 0.76, 0.66, 0.94), (206, 196, 178), (150, 140, 120))
    for x, y in ((0.36, 0.82), (0.5, 0.75), (0.64, 0.8)):
        front.round((x, y, x + 0.07, y + 0.06), (236, 234, 228), (180, 176, 168))


def _corridor(back: Painter, front: Painter) -> None:
    """A passage between private rooms."""
    back.box((0, 0, 1, 1), (140, 112, 88))
    back.shape([(0, 1), (1, 1), (0.62, 0.42), (0.38, 0.42)], (120, 44, 44))
    back.shape([(0, 0), (1, 0), (0.62, 0.18), (0.38, 0.18)], (196, 188, 172))
    back.box((0.38, 0.18, 0.62, 0.42), (108, 86, 66))
    for near, far in (((0.02, 0.1, 0.14), (0.9,)), ((0.2, 0.16, 0.28), (0.66,))):
        x0, y0, x1 = near
        for left, right in ((x0, x1), (1 - x1, 1 - x0)):
            back.box((left, y0, right, far[0]), (92, 54, 38), (58, 34, 24))
    for y in (0.03, 0.09, 0.14):
        back.round((0.48 - y / 4, y, 0.52 + y / 4, y + 0.02), (250, 240, 214))
    front.box((0.9, 0.62, 1, 1), (52, 96, 58))
    front.round((0.84, 0.4, 1.04, 0.72), (66, 120, 70))


def _street(back: Painter, front: Painter) -> None:
    """A pavement with parked electric bicycles under the windows of a block."""
    back.box((0, 0, 1, 0.5), (124, 118, 110))
    for column in range(6):
        for row in range(2):
            x, y = 0.05 + column * 0.16, 0.06 + row * 0.21
            back.box((x, y, x + 0.1, y + 0.14), (84, 100, 116), (60, 66, 72))
    back.shape([(0, 0.5), (1, 0.5), (1, 0.72), (0, 0.72)], (150, 146, 140))
    back.shape([(0, 0.72), (1, 0.72), (1, 1), (0, 1)], (84, 86, 90))
    back.line([(0, 0.86), (1, 0.86)], (190, 184, 150), 4)
    tones: list[Colour] = [(170, 40, 40), (40, 70, 140), (40, 44, 48), (190, 150, 50), (60, 110, 90)]
    for n, tone in enumerate(tones):
        _bicycle(back, 0.12 + n * 0.15, 0.66, tone)
    front.box((0.955, 0, 0.985, 1), (96, 98, 102))


def _bicycle(back: Painter, x: float, y: float, tone: Colour) -> None:
    for wheel in (x - 0.035, x + 0.035):
        back.round((wheel - 0.022, y - 0.03, wheel + 0.022, y + 0.048), (30, 30, 32), (120, 120, 120))
    body = [(x - 0.05, y - 0.03), (x + 0.02, y - 0.06), (x + 0.04, y), (x - 0.02, y + 0.02)]
    back.shape(body, tone)
    back.line([(x + 0.03, y - 0.12), (x + 0.045, y)], (40, 40, 40), 3)
    back.box((x - 0.045, y - 0.075, x, y - 0.05), (24, 24, 26))


def _door(back: Painter, front: Painter) -> None:
    """A shop's glass door, broken: what an owner photographs in the morning."""
    back.box((0, 0, 1, 1), (108, 104, 100))
    back.box((0.2, 0.06, 0.8, 0.98), (60, 64, 70), (36, 38, 42))
    back.box((0.24, 0.1, 0.76, 0.94), (122, 146, 156))
    hole = [(0.46, 0.48), (0.54, 0.42), (0.62, 0.5), (0.6, 0.62), (0.52, 0.68), (0.44, 0.6)]
    back.shape(hole, (28, 30, 34))
    chance = np.random.default_rng(5)
    for x, y in hole * 3:
        far = (x + float(chance.uniform(-0.2, 0.2)), y + float(chance.uniform(-0.3, 0.3)))
        back.line([(x, y), (min(0.75, max(0.25, far[0])), min(0.93, max(0.11, far[1])))], (214, 226, 230), 2)
    for x, y in chance.uniform(0, 1, (60, 2)):
        left, top = 0.3 + 0.4 * float(x), 0.93 + 0.06 * float(y)
        back.round((left, top, left + 0.012, top + 0.008), (206, 220, 226))
    front.box((0.72, 0.46, 0.74, 0.6), (200, 200, 204))


SCENES: dict[str, Callable[[Painter, Painter], None]] = {
    "counter": _counter,
    "dining": _dining,
    "corridor": _corridor,
    "street": _street,
    "door": _door,
}

"""Draws the caption of an export as a strip of its own, to stand under the picture. Decodes nothing.

The words come from `tipline.captions`. Letters that no font of this host has are drawn as their code numbers:
a box would say nothing, and the file beside the picture holds the name as it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

from PIL import Image, ImageDraw, ImageFont

FOLDERS = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"))
# What holds Chinese first, then what holds most other writing; beyond that Pillow's own letters.
NAMES = (
    "NotoSansCJK-Regular.ttc", "NotoSansSC-Regular.otf", "SourceHanSansSC-Regular.otf", "wqy-microhei.ttc",
    "wqy-zenhei.ttc", "DroidSansFallbackFull.ttf", "DejaVuSans.ttf", "NotoSans-Regular.ttf",
)  # fmt: skip
INK, GROUND = (24, 26, 27), (255, 255, 255)
LEAST, MOST, SHARE = 11, 40, 62  # size of the letters: a share of the width, within bounds
NARROWEST = 160
BROKEN = "￿"
ISOLATES = "\u2066\u2067\u2068\u2069"
Font = ImageFont.FreeTypeFont


class Piece(NamedTuple):
    """Letters that one font draws."""

    text: str
    font: Font


def strip(width: int, lines: Sequence[str]) -> Image.Image:
    """Black on white, as wide as the picture, of even height; a line too long goes on in the next."""
    size = min(MOST, max(LEAST, width // SHARE))
    margin, step = size // 2 + 2, round(size * 1.45)
    fonts = _fonts(size)
    wrapped = [row for line in lines for row in _wrapped(_shown(line, fonts), fonts, width - 2 * margin)]
    height = step * len(wrapped) + 2 * margin
    drawn = Image.new("RGB", (width, height + height % 2), GROUND)
    pen = ImageDraw.Draw(drawn)
    for at, row in enumerate(wrapped):
        x = float(margin)
        for piece in _pieces(row, fonts):
            pen.text((x, margin + at * step), piece.text, INK, font=piece.font)
            x += piece.font.getlength(piece.text)
    return drawn


def lettering(lines: Sequence[str], size: int, room: int, rim: int) -> tuple[Image.Image, Image.Image]:
    """The lines as two masks, broken to fit into ``room``: the letters, and the letters with a rim."""
    fonts = _fonts(size)
    rows = [row for line in lines for row in _wrapped(_shown(line, fonts), fonts, room)]
    step = round(size * 1.35)
    width = round(max((_length(row, fonts) for row in rows), default=0)) + 2 * rim + 2
    made = [Image.new("L", (max(1, width), step * len(rows) + 2 * rim), 0) for _ in range(2)]
    inked, rimmed = (ImageDraw.Draw(one) for one in made)
    for at, row in enumerate(rows):
        x = float(rim)
        for piece in _pieces(row, fonts):
            place = (x, rim + at * step)
            inked.text(place, piece.text, 255, font=piece.font)
            rimmed.text(place, piece.text, 255, font=piece.font, stroke_width=rim, stroke_fill=255)
            x += piece.font.getlength(piece.text)
    return made[0], made[1]


def under(picture: Image.Image, lines: Sequence[str]) -> Image.Image:
    """The picture untouched, its caption beneath it. A picture too narrow to write under stands in white."""
    wide = max(picture.width, NARROWEST)
    below = strip(wide, lines)
    whole = Image.new("RGB", (wide, picture.height + below.height), GROUND)
    whole.paste(picture, (0, 0))
    whole.paste(below, (0, picture.height))
    return whole


def _shown(line: str, fonts: tuple[Font, ...]) -> str:
    return "".join(
        one if one in ISOLATES or any(_has(font, one) for font in fonts) else f"[U+{ord(one):04X}]"
        for one in line
    )


def _wrapped(line: str, fonts: tuple[Font, ...], room: int) -> list[str]:
    """Broken where it must be: digests and names have no spaces."""
    rows, row = [], ""
    for word in _words(line):
        if row and _length(row + word, fonts) > room:
            rows.append(row.rstrip())
            row = ""
        *whole, rest = _cut(word, fonts, room)
        rows += whole
        row += rest
    return [*rows, row] if row.strip() else rows


def _cut(word: str, fonts: tuple[Font, ...], room: int) -> list[str]:
    """A word wider than the picture, in parts that fit; the last may be short."""
    parts = []
    while _length(word, fonts) > room and len(word) > 1:
        end = len(word)
        while end > 1 and _length(word[:end], fonts) > room:
            end -= max(1, end // 16)
        parts.append(word[:end])
        word = word[end:]
    return [*parts, word]


def _words(line: str) -> list[str]:
    return [f"{word} " for word in line.split(" ")]


def _length(text: str, fonts: tuple[Font, ...]) -> float:
    return sum(piece.font.getlength(piece.text) for piece in _pieces(text, fonts))


def _pieces(text: str, fonts: tuple[Font, ...]) -> list[Piece]:
    """Neighbouring letters of one font together, so that joined writing stays joined."""
    found: list[Piece] = []
    for one in text:
        if one in ISOLATES:
            continue
        font = next((font for font in fonts if _has(font, one)), fonts[-1])
        if found and (found[-1].font is font or one == " "):
            found[-1] = Piece(found[-1].text + one, found[-1].font)
        else:
            found.append(Piece(one, font))
    return found


@cache
def _fonts(size: int) -> tuple[Font, ...]:
    found = [ImageFont.truetype(str(path), size) for path in _paths()]
    own = ImageFont.load_default(size)
    return (*found, own) if isinstance(own, ImageFont.FreeTypeFont) else tuple(found)


@cache
def _paths() -> tuple[Path, ...]:
    there = {path.name: path for folder in FOLDERS if folder.is_dir() for path in folder.rglob("*.[to]t[cf]")}
    return tuple(there[name] for name in NAMES if name in there)


@cache
def _has(font: Font, one: str) -> bool:
    """Whether the font draws this letter: one it does not have looks like the mark of a missing one."""
    if one.isspace():
        return True
    return (
        bytes(font.getmask(one)) != bytes(font.getmask(BROKEN))
        or font.getmask(one).size != font.getmask(BROKEN).size
    )

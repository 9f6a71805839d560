"""Turns the raw pixels that came through the wall into the files people look at. Decodes nothing."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PIL import Image
from PIL.PngImagePlugin import PngInfo

from workers import captions, watermark
from workers.sandbox import Keyframe, Tile

SMALL, MEDIUM, PUBLIC = 320, 640, 1600
WEBP_QUALITY, WEBP_EFFORT, JPEG_QUALITY = 75, 2, 88
HANDED_OUT_QUALITY = 92
BEST_QUALITY, DESCRIPTION = 95, 0x010E
SHEET_COLUMNS, SHEET_TILES = 5, 40
SPRITE_COLUMNS = 10
TILE = (320, 180)


@dataclass(frozen=True)
class Picture:
    """An encoded picture and its true size."""

    data: bytes
    mime: str
    suffix: str
    width: int
    height: int


def full(keyframe: Keyframe) -> Picture:
    """The whole picture as JPEG: readable everywhere, good enough to look closely."""
    out = io.BytesIO()
    _image(keyframe).save(out, "JPEG", quality=JPEG_QUALITY)
    return Picture(out.getvalue(), "image/jpeg", ".jpg", keyframe.width, keyframe.height)


def still(keyframe: Keyframe, lines: Sequence[str], said: dict[str, Any], form: str) -> Picture:
    """A frame as somebody asked for it: in full, its caption under it, and what it says of itself inside."""
    whole = captions.under(_image(keyframe), lines) if lines else _image(keyframe)
    out = io.BytesIO()
    if form == "png":
        note = PngInfo()
        note.add_itxt("Description", json.dumps(said, ensure_ascii=False, sort_keys=True))
        whole.save(out, "PNG", pnginfo=note, compress_level=3)
        return Picture(out.getvalue(), "image/png", ".png", whole.width, whole.height)
    book = Image.Exif()
    # Plain letters only: what others write as escapes, every reader of EXIF understands.
    book[DESCRIPTION] = json.dumps(said, ensure_ascii=True, sort_keys=True)
    whole.save(out, "JPEG", quality=BEST_QUALITY, subsampling=0, exif=book)
    return Picture(out.getvalue(), "image/jpeg", ".jpg", whole.width, whole.height)


def plain(keyframe: Keyframe, *, is_lossless: bool) -> Picture:
    """The whole picture to be handed out: its pixels, and nothing beside them."""
    out = io.BytesIO()
    size = keyframe.width, keyframe.height
    if is_lossless:
        _image(keyframe).save(out, "PNG")
        return Picture(out.getvalue(), "image/png", ".png", *size)
    _image(keyframe).save(out, "JPEG", quality=HANDED_OUT_QUALITY)
    return Picture(out.getvalue(), "image/jpeg", ".jpg", *size)


def marked(keyframe: Keyframe, lines: Sequence[str]) -> Picture:
    """The whole picture for somebody outside: its pixels under the recipient's mark, nothing beside."""
    out = io.BytesIO()
    watermark.laid(_image(keyframe), list(lines)).save(out, "JPEG", quality=HANDED_OUT_QUALITY)
    return Picture(out.getvalue(), "image/jpeg", ".jpg", keyframe.width, keyframe.height)


def posted(keyframe: Keyframe) -> Picture:
    """For everybody to see: no larger than a screen shows, nothing beside its pixels."""
    shrunk, out = _within(_image(keyframe), (PUBLIC, PUBLIC)), io.BytesIO()
    shrunk.save(out, "JPEG", quality=JPEG_QUALITY)
    return Picture(out.getvalue(), "image/jpeg", ".jpg", shrunk.width, shrunk.height)


def square(keyframe: Keyframe, side: int) -> bytes:
    """Its middle as a square JPEG; of one that stands upright the upper part, where a face is."""
    image = _image(keyframe)
    least = min(image.size)
    left, top = (image.width - least) // 2, (image.height - least) // 4
    whole = image.crop((left, top, left + least, top + least))
    whole.thumbnail((side, side), Image.Resampling.LANCZOS)
    out = io.BytesIO()
    whole.save(out, "JPEG", quality=JPEG_QUALITY)
    return out.getvalue()


def small(keyframe: Keyframe) -> Picture:
    """For rows and sheets."""
    return _webp(_within(_image(keyframe), (SMALL, SMALL)))


def medium(keyframe: Keyframe) -> Picture:
    """For the tip's page."""
    return _webp(_within(_image(keyframe), (MEDIUM, MEDIUM)))


def tile(keyframe: Keyframe) -> bytes:
    """The picture as one field of a contact sheet, as raw RGB: keep these, not the full pixels."""
    return tile_of(_image(keyframe))


def tile_of(picture: Image.Image) -> bytes:
    """The same of a picture that is smaller already."""
    field = Image.new("RGB", TILE, (24, 26, 27))
    shrunk = _within(picture, TILE)
    field.paste(shrunk, ((TILE[0] - shrunk.width) // 2, (TILE[1] - shrunk.height) // 2))
    return field.tobytes()


def contact_sheet(tiles: Sequence[bytes]) -> Picture:
    """All fields on one sheet, row by row in the given order; evenly thinned when there are too many."""
    if not tiles:
        raise ValueError("a contact sheet needs a picture")
    chosen = list(tiles)
    if len(chosen) > SHEET_TILES:
        chosen = [chosen[at * len(tiles) // SHEET_TILES] for at in range(SHEET_TILES)]
    columns = min(SHEET_COLUMNS, len(chosen))
    rows = -(-len(chosen) // columns)
    sheet = Image.new("RGB", (columns * TILE[0], rows * TILE[1]), (24, 26, 27))
    for at, raw in enumerate(chosen):
        row, column = divmod(at, columns)
        sheet.paste(Image.frombytes("RGB", TILE, raw), (column * TILE[0], row * TILE[1]))
    return _webp(sheet)


def document(said: dict[str, Any]) -> Picture:
    """What is told beside pictures, as JSON."""
    data = json.dumps(said, allow_nan=False, separators=(",", ":")).encode("ascii")
    return Picture(data, "application/json", ".json", 0, 0)


def digest(data: bytes) -> str:
    """SHA-256 of what was made."""
    return hashlib.sha256(data).hexdigest()


def sprite(tiles: Sequence[Tile]) -> tuple[Picture, dict[str, Any]]:
    """Small pictures of a film on one, for hovering over it, and where on it each position is found."""
    width, height = tiles[0].width, tiles[0].height
    columns = min(SPRITE_COLUMNS, len(tiles))
    sheet = Image.new("RGB", (columns * width, -(-len(tiles) // columns) * height), (24, 26, 27))
    for at, one in enumerate(tiles):
        picture = Image.frombytes("RGB", (one.width, one.height), one.rgb)
        row, column = divmod(at, columns)
        sheet.paste(
            picture if picture.size == (width, height) else picture.resize((width, height)),
            (column * width, row * height),
        )
    where = {
        "width": width,
        "height": height,
        "columns": columns,
        "times": [round(one.t, 3) for one in tiles],
    }
    return _webp(sheet), where


def _image(keyframe: Keyframe) -> Image.Image:
    return Image.frombytes("RGB", (keyframe.width, keyframe.height), keyframe.rgb)


def _within(image: Image.Image, box: tuple[int, int]) -> Image.Image:
    """Shrunk to fit, never enlarged."""
    scale = min(1.0, box[0] / image.width, box[1] / image.height)
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    return image if size == image.size else image.resize(size, Image.Resampling.BILINEAR, reducing_gap=2.0)


def _webp(image: Image.Image) -> Picture:
    out = io.BytesIO()
    image.save(out, "WEBP", quality=WEBP_QUALITY, method=WEBP_EFFORT)
    return Picture(out.getvalue(), "image/webp", ".webp", image.width, image.height)

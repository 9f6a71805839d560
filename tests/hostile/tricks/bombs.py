"""Pictures and films that are kilobytes on disk and gigabytes once opened (rows 3 and 4)."""

from __future__ import annotations

import io
import struct
import zlib
from functools import partial
from pathlib import Path

from PIL import Image

from tests import footage
from tests.hostile.tricks import CANNOT, EITHER, Trick
from tests.hostile.tricks.boxes import changed

SIDE = 65_500


def webp_of_one_colour(width: int, height: int, path: Path) -> None:
    """A lossless WebP of a single colour: any size up to 16,384 by 16,384 in some thirty bytes."""
    # Signature, sides, no alpha, version 0, no transform, no cache, no groups; then five codes of one symbol.
    bits = f"{width - 1:014b}"[::-1] + f"{height - 1:014b}"[::-1] + "0" + "000" + "0" + "0" + "0"
    for _ in range(5):
        bits += "1" + "0" + "0" + "0"  # simple code, one symbol, of one bit, which is 0
    bits += "0" * (-len(bits) % 8)
    stream = b"\x2f" + bytes(int(bits[at : at + 8][::-1], 2) for at in range(0, len(bits), 8)) + bytes(8)
    stream += b"\0" * (len(stream) % 2)
    body = b"WEBPVP8L" + struct.pack("<I", len(stream)) + stream
    path.write_bytes(b"RIFF" + struct.pack("<I", len(body)) + body)


def webp_canvas(path: Path) -> None:
    """An animated WebP whose canvas is as large as the format can say."""
    out = io.BytesIO()
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "blue")]
    frames[0].save(out, "WEBP", save_all=True, append_images=frames[1:])
    data = out.getvalue()
    at = data.index(b"VP8X") + 8 + 4
    path.write_bytes(changed(data, at, b"\xff\xff\xff" + b"\xff\x00\x00"))


def gif_screen(path: Path) -> None:
    out = io.BytesIO()
    Image.new("P", (4, 4)).save(out, "GIF")
    data = out.getvalue()
    at = data.index(b"\x2c", 13)
    path.write_bytes(changed(changed(data, 6, b"\xff\xff\xff\xff"), at + 5, b"\xff\xff\xff\xff"))


def jpeg_sides(path: Path) -> None:
    """A small JPEG that says it is enormous."""
    data = footage.jpeg_bytes()
    at = data.index(b"\xff\xc0") + 5
    path.write_bytes(changed(data, at, struct.pack(">HH", SIDE, SIDE)))


def bmp_sides(path: Path) -> None:
    out = io.BytesIO()
    Image.new("RGB", (4, 4)).save(out, "BMP")
    path.write_bytes(changed(out.getvalue(), 18, struct.pack("<ii", 2**31 - 1, 2**31 - 1)))


def tiff(width: int, height: int, path: Path, bits: int = 1) -> None:
    """A TIFF of one strip, packed."""
    row = bytes((width * bits + 7) // 8)
    packer = zlib.compressobj(9)
    strip = b"".join(packer.compress(row * 100) for _ in range(height // 100)) + packer.flush()
    entries = [(256, 4, width), (257, 4, height), (258, 3, bits), (259, 3, 8), (262, 3, 1), (273, 4, 8)]
    entries += [(277, 3, 1), (278, 4, height), (279, 4, len(strip))]
    at = 8 + len(strip) + len(strip) % 2
    table = struct.pack("<H", len(entries))
    table += b"".join(struct.pack("<HHII", tag, kind, 1, value) for tag, kind, value in entries)
    path.write_bytes(b"II*\0" + struct.pack("<I", at) + strip.ljust(at - 8, b"\0") + table + bytes(4))


def coded(form: str, side: int, path: Path) -> None:
    """An AVIF or HEIC whose properties say that it is enormous."""
    footage.photo(path, form, size=(64, 64))
    data = path.read_bytes()
    while (at := data.find(b"ispe\0\0\0\0" + struct.pack(">II", 64, 64))) > 0:
        data = changed(data, at + 8, struct.pack(">II", side, side))
    path.write_bytes(data)


def rgba_png(side: int, path: Path, depth: int = 8) -> None:
    """A transparent PNG, nothing but zeros."""
    packer = zlib.compressobj(9)
    rows = bytes(1 + side * 4 * depth // 8) * 10
    body = b"".join(packer.compress(rows) for _ in range(side // 10)) + packer.flush()
    chunks = [
        (b"IHDR", struct.pack(">IIBBBBB", side, side, depth, 6, 0, 0, 0)),
        (b"IDAT", body),
        (b"IEND", b""),
    ]
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(footage._chunk(name, data) for name, data in chunks))


def film_of(codec: str, suffix: str, path: Path) -> bytes:
    clip = footage.cctv_clip(path.with_suffix(suffix), seconds=1, size=(160, 96), codec=codec)
    data = clip.path.read_bytes()
    clip.path.unlink()
    return data


def mjpeg_frames(path: Path) -> None:
    """A film of small JPEGs, each of which says it is enormous."""
    data = film_of("mjpeg", ".avi", path)
    path.write_bytes(data.replace(struct.pack(">HH", 96, 160), struct.pack(">HH", SIDE, SIDE)))


def header_of(width: int, height: int, path: Path) -> None:
    """The index says one size; the picture inside has another."""
    data = film_of("h264", ".mp4", path)
    path.write_bytes(data.replace(struct.pack(">HH", 160, 96), struct.pack(">HH", width, height)))


TRICKS = [
    Trick("one-bit-40000.png", 3, CANNOT, partial(footage.pixel_bomb, side=40_000)),
    Trick("one-bit-12500.png", 3, EITHER, partial(footage.pixel_bomb, side=12_500)),
    Trick("four-channels-14000.png", 3, EITHER, partial(rgba_png, 14_000)),
    Trick("sixteen-bit-9000.png", 3, EITHER, partial(rgba_png, 9_000, depth=16)),
    Trick("screen-65535.gif", 3, CANNOT, gif_screen),
    Trick("one-colour-16384.webp", 3, CANNOT, partial(webp_of_one_colour, 16_384, 16_384)),
    Trick("one-colour-14000.webp", 3, EITHER, partial(webp_of_one_colour, 14_000, 14_000)),
    Trick("canvas-16m.webp", 3, CANNOT, webp_canvas),
    Trick("sides-65500.jpg", 3, CANNOT, jpeg_sides),
    Trick("sides-2g.bmp", 3, CANNOT, bmp_sides),
    Trick("one-bit-60000.tif", 3, CANNOT, partial(tiff, 60_000, 60_000)),
    Trick("eight-bit-14000.tif", 3, EITHER, partial(tiff, 14_000, 14_000, bits=8)),
    Trick("sides-60000.avif", 3, CANNOT, partial(coded, "AVIF", 60_000)),
    Trick("sides-60000.heic", 3, CANNOT, partial(coded, "HEIF", 60_000)),
    Trick("sides-14000.heic", 3, EITHER, partial(coded, "HEIF", 14_000)),
    Trick("header-16000.h264", 4, CANNOT, footage.giant_header),
    Trick("header-32000.h264", 4, CANNOT, partial(footage.giant_header, width=32_000, height=32_000)),
    Trick("frames-65500.mjpeg.avi", 4, CANNOT, mjpeg_frames),
    Trick("index-says-65535.mp4", 4, EITHER, partial(header_of, 65_535, 65_535)),
    Trick("index-says-0.mp4", 4, EITHER, partial(header_of, 0, 0)),
]

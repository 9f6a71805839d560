"""Files that cost time or never end: loops, pages, frames, scans (rows 5 and 7)."""

from __future__ import annotations

import io
import struct
from functools import partial
from pathlib import Path

from PIL import Image

from tests import footage
from tests.hostile.tricks import EITHER, Trick


def directory_loop(path: Path) -> None:
    """A TIFF whose next page is itself."""
    out = io.BytesIO()
    Image.new("L", (16, 16)).save(out, "TIFF")
    data = bytearray(out.getvalue())
    (first,) = struct.unpack_from("<I", data, 4)
    (count,) = struct.unpack_from("<H", data, first)
    struct.pack_into("<I", data, first + 2 + 12 * count, first)
    path.write_bytes(bytes(data))


def pages(count: int, path: Path) -> None:
    """A TIFF of very many tiny pages."""
    entries = [(256, 3, 1), (257, 3, 1), (258, 3, 8), (259, 3, 1), (262, 3, 1), (273, 4, 8), (277, 3, 1)]
    entries += [(278, 3, 1), (279, 4, 1)]
    table = struct.pack("<H", len(entries))
    table += b"".join(struct.pack("<HHII", tag, kind, 1, value) for tag, kind, value in entries)
    one = len(table) + 4
    body = b"".join(table + struct.pack("<I", 16 + one * (at + 1)) for at in range(count - 1))
    path.write_bytes(b"II*\0" + struct.pack("<I", 16) + bytes(8) + body + table + bytes(4))


def frames(count: int, path: Path) -> None:
    """A GIF of very many frames of one pixel."""
    head = b"GIF89a" + struct.pack("<HHBBB", 2, 2, 0xF0, 0, 0) + bytes([0, 0, 0, 255, 255, 255])
    one = b"\x2c" + struct.pack("<HHHHB", 0, 0, 2, 2, 0) + b"\x02\x03\x44\x02\x05\x00"
    path.write_bytes(head + one * count + b"\x3b")


def scans(count: int, path: Path) -> None:
    """A progressive JPEG that sends the same detail again and again."""
    out = io.BytesIO()
    footage.background((1600, 1200)).save(out, "JPEG", progressive=True, quality=30)
    data = out.getvalue()
    starts = [at for at in range(len(data) - 1) if data[at : at + 2] == b"\xff\xda"]
    last = data[starts[-1] : -2]
    path.write_bytes(data[:-2] + last * count + data[-2:])


def exif_loop(path: Path) -> None:
    """EXIF whose next directory is itself."""
    footage.photo(path, make="Loop")
    data = bytearray(path.read_bytes())
    at = data.index(b"Exif\0\0") + 6
    order = "<" if data[at : at + 2] == b"II" else ">"
    (first,) = struct.unpack_from(order + "I", data, at + 4)
    (count,) = struct.unpack_from(order + "H", data, at + first)
    struct.pack_into(order + "I", data, at + first + 2 + 12 * count, first)
    path.write_bytes(bytes(data))


def text_chunks(count: int, path: Path) -> None:
    """A PNG with very many notes."""
    out = io.BytesIO()
    Image.new("RGB", (8, 8)).save(out, "PNG")
    data = out.getvalue()
    note = footage._chunk(b"tEXt", b"Comment\0" + b"x" * 200)
    path.write_bytes(data[:33] + note * count + data[33:])


def packed_text(path: Path) -> None:
    """A PNG whose packed note unpacks to a gigabyte, and so does its colour profile."""
    import zlib

    out = io.BytesIO()
    Image.new("RGB", (8, 8)).save(out, "PNG")
    data = out.getvalue()
    packer = zlib.compressobj(9)
    body = b"".join(packer.compress(bytes(1 << 20)) for _ in range(256)) + packer.flush()
    notes = footage._chunk(b"iCCP", b"p\0\0" + body) + footage._chunk(b"zTXt", b"Comment\0\0" + body)
    path.write_bytes(data[:33] + notes + data[33:])


def ogg_streams(count: int, path: Path) -> None:
    """An Ogg file that begins very many streams."""
    head = b"\x01vorbis" + struct.pack("<IBIIIIBB", 0, 1, 8000, 0, 0, 0, 0xB8, 1)

    def page(serial: int) -> bytes:
        begun = struct.pack("<4sBBqIIIB", b"OggS", 0, 2, 0, serial, 0, 0, 1)
        return begun + bytes([len(head)]) + head

    path.write_bytes(b"".join(page(serial) for serial in range(count)))


def transport_programs(path: Path) -> None:
    """A transport stream that lists very many programmes."""
    packets = []
    for pid in range(0x20, 0x1F00):
        section = (
            struct.pack(">BHHBBB", 0, 0xB00D, 1, 0xC1, 0, 0)
            + struct.pack(">HH", pid, 0xE000 | pid)
            + bytes(4)
        )
        packets.append((struct.pack(">BHBB", 0x47, 0x4000, 0x10, 0) + section).ljust(188, b"\xff"))
    path.write_bytes(b"".join(packets))


def noise_behind(head: bytes, path: Path) -> None:
    """The first bytes of a film, and then nothing but noise."""
    import random

    path.write_bytes(head + random.Random(5).randbytes(400_000))


TRICKS = [
    Trick("tracks-60.mkv", 5, EITHER, footage.many_tracks),
    Trick("tracks-900.mkv", 5, EITHER, partial(footage.many_tracks, tracks=900)),
    Trick("directory-loop.tif", 5, EITHER, directory_loop),
    Trick("pages-20000.tif", 5, EITHER, partial(pages, 20_000)),
    Trick("frames-100000.gif", 5, EITHER, partial(frames, 100_000)),
    Trick("exif-loop.jpg", 5, EITHER, exif_loop),
    Trick("notes-20000.png", 5, EITHER, partial(text_chunks, 20_000)),
    Trick("packed-notes.png", 5, EITHER, packed_text),
    Trick("streams-20000.ogg", 5, EITHER, partial(ogg_streams, 20_000)),
    Trick("programmes-8000.ts", 5, EITHER, transport_programs),
    Trick("scans-2000.jpg", 7, EITHER, partial(scans, 2_000)),
    *(
        Trick(f"noise-{name}", 7, EITHER, partial(noise_behind, head))
        for name, head in {
            "h264.h264": b"\0\0\0\x01\x67\x42\0\x1e",
            "mpeg.mpg": b"\0\0\x01\xba",
            "flv.flv": b"FLV\x01\x05\0\0\0\x09\0\0\0\0",
            "dhav.dav": b"DHAV\xfd\0\0\0",
            "asf.wmv": b"0&\xb2u\x8ef\xcf\x11\xa6\xd9\0\xaa\0b\xcel",
            "ebml.mkv": b"\x1aE\xdf\xa3\x9fB\x86\x81\x01B\xf7\x81\x01B\xf2\x81\x04B\xf3\x81\x08B\x82\x84webm",
            "avi.avi": b"RIFF\xff\xff\xff\xffAVI LIST\xff\xff\xff\x00hdrlavih",
            "mp3.mp3": b"ID3\x04\0\0\0\0\0\0",
        }.items()
    ),
]

"""Indexes of films that lie, loop or never end (rows 5 and 6), and films cut in every one of their boxes."""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator
from functools import cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory

from tests import footage
from tests.hostile.tricks import ACCEPT, CANNOT, EITHER, Trick

INSIDE = {b"moov", b"trak", b"mdia", b"minf", b"stbl", b"dinf", b"edts", b"udta"}


def box(name: bytes, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return struct.pack(">I", 8 + len(body)) + name + body


FTYP = box(b"ftyp", b"isom", bytes(4), b"isom")


@cache
def good(suffix: str = ".mp4", index_first: bool = True) -> bytes:
    """A second of an honest film."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"good{suffix}"
        footage.cctv_clip(path, seconds=2, size=(160, 90), index_first=index_first)
        return path.read_bytes()


def places(data: bytes, begin: int = 0, end: int | None = None) -> Iterator[tuple[bytes, int, int]]:
    """Every box, those inside others too: its name, where its body begins, where it ends."""
    at, end = begin, len(data) if end is None else end
    while at + 8 <= end:
        size, name = struct.unpack_from(">I4s", data, at)
        stop = min(end, at + max(8, size))
        yield name, at + 8, stop
        if name in INSIDE:
            yield from places(data, at + 8, stop)
        at = stop


def body_of(data: bytes, name: bytes) -> int:
    return next(begin for found, begin, _ in places(data) if found == name)


def changed(data: bytes, at: int, new: bytes) -> bytes:
    return data[:at] + new + data[at + len(new) :]


def _with(name: bytes, offset: int, new: bytes, path: Path) -> None:
    """A good film with some bytes of one box replaced."""
    data = good()
    path.write_bytes(changed(data, body_of(data, name) + offset, new))


def many_traks(count: int, path: Path) -> None:
    path.write_bytes(FTYP + box(b"moov", box(b"trak") * count))


def full_traks(count: int, path: Path) -> None:
    """The whole track of a good film again and again."""
    data = good()
    begin = body_of(data, b"trak") - 8
    (size,) = struct.unpack_from(">I", data, begin)
    track = data[begin : begin + size]
    path.write_bytes(FTYP + box(b"moov", track * count) + data)


def nested(depth: int, path: Path) -> None:
    inside = b"".join(struct.pack(">I", 8 * (depth - at)) + b"moov" for at in range(depth))
    path.write_bytes(FTYP + inside)


def endless_box(path: Path) -> None:
    """A box that says it goes on to the end, inside one that says the same."""
    path.write_bytes(FTYP + struct.pack(">I", 0) + b"moov" + b"\0\0\0\0trak" * 999)


def box_of_no_length(path: Path) -> None:
    path.write_bytes(FTYP + struct.pack(">I", 1) + b"moov" + bytes(8) + good())


def matroska_duration(value: float, path: Path) -> None:
    clip = footage.cctv_clip(path.with_suffix(".mkv"), seconds=2, size=(160, 90))
    data = clip.path.read_bytes()
    clip.path.unlink()
    at = data.index(b"\x44\x89\x88") + 3
    path.write_bytes(changed(data, at, struct.pack(">d", value)))


def fast_avi(path: Path) -> None:
    """A film that says it shows a million frames a second."""
    clip = footage.cctv_clip(path.with_suffix(".avi"), seconds=2, size=(160, 90), codec="mpeg4")
    data = clip.path.read_bytes()
    clip.path.unlink()
    at = data.index(b"strh") + 8 + 20
    path.write_bytes(changed(data, at, struct.pack("<II", 1, 1_000_000)))


def edits(count: int, path: Path) -> None:
    """A list of edits longer than the film."""
    data = good()
    begin = body_of(data, b"trak")
    one = struct.pack(">IiI", 1, 0, 0x10000)
    listed = box(b"edts", box(b"elst", bytes(4) + struct.pack(">I", count) + one * count))
    moov, trak = body_of(data, b"moov") - 8, begin - 8
    grown = bytearray(data[:begin] + listed + data[begin:])
    for at in (moov, trak):
        struct.pack_into(">I", grown, at, struct.unpack_from(">I", grown, at)[0] + len(listed))
    path.write_bytes(bytes(grown))


def cut_inside(name: bytes, path: Path) -> None:
    data = good()
    for found, begin, end in places(data):
        if found == name:
            path.write_bytes(data[: (begin + end) // 2])
            return
    raise ValueError(name)


CUTS = (
    "ftyp",
    "moov",
    "mvhd",
    "tkhd",
    "mdhd",
    "hdlr",
    "dinf",
    "stsd",
    "stts",
    "stss",
    "stsc",
    "stsz",
    "stco",
    "mdat",
)

TRICKS = [
    Trick("traks-100000.mp4", 5, CANNOT, partial(many_traks, 100_000)),
    Trick("traks-full-2000.mp4", 5, EITHER, partial(full_traks, 2_000)),
    Trick("nested-100000.mp4", 5, CANNOT, partial(nested, 100_000)),
    Trick("endless-box.mp4", 5, CANNOT, endless_box),
    Trick("box-of-no-length.mp4", 5, EITHER, box_of_no_length),
    Trick("edits-100000.mp4", 5, EITHER, partial(edits, 100_000)),
    Trick("duration-max.mp4", 6, ACCEPT, partial(_with, b"mvhd", 12, b"\x00\x00\x00\x01\xff\xff\xff\xff")),
    Trick("timescale-0.mp4", 6, EITHER, partial(_with, b"mvhd", 12, bytes(4))),
    Trick("media-timescale-0.mp4", 6, EITHER, partial(_with, b"mdhd", 12, bytes(4))),
    Trick("media-timescale-max.mp4", 6, EITHER, partial(_with, b"mdhd", 12, b"\xff\xff\xff\xff")),
    Trick("delta-0.mp4", 6, EITHER, partial(_with, b"stts", 12, bytes(4))),
    Trick("delta-max.mp4", 6, EITHER, partial(_with, b"stts", 12, b"\x7f\xff\xff\xff")),
    Trick("samples-max.mp4", 6, EITHER, partial(_with, b"stsz", 8, b"\xff\xff\xff\xff")),
    Trick("sample-count-lie.mp4", 6, EITHER, partial(_with, b"stts", 8, b"\x7f\xff\xff\xff")),
    Trick("chunks-beyond-the-end.mp4", 6, EITHER, partial(_with, b"stco", 8, b"\xff\xff\xff\xf0")),
    Trick("side-0.mp4", 6, EITHER, partial(_with, b"stsd", 8 + 32, bytes(4))),
    Trick("duration-nan.mkv", 6, ACCEPT, partial(matroska_duration, math.nan)),
    Trick("duration-infinite.mkv", 6, ACCEPT, partial(matroska_duration, math.inf)),
    Trick("duration-negative.mkv", 6, ACCEPT, partial(matroska_duration, -1e300)),
    Trick("fps-1000000.avi", 6, ACCEPT, fast_avi),
    *(Trick(f"cut-in-{name}.mp4", 6, EITHER, partial(cut_inside, name.encode())) for name in CUTS),
]

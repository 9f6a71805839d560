"""Walks the boxes of a film that a child wrote for somebody outside. Opens and decodes nothing.

The child may have been taken over by the file it decoded. It cannot be believed that a film holds pictures
and sound alone, so every box must be one that our own writer makes, in its place, and lie within its parent.
"""

from __future__ import annotations

import os
from typing import BinaryIO

MOST_BOXES, DEEPEST = 2_000, 10
LARGEST_INDEX = 512 * 1024 * 1024
# What may stand in what. A box that is not a key here holds no others.
INSIDE: dict[bytes, frozenset[bytes]] = {
    b"": frozenset({b"ftyp", b"moov", b"mdat", b"free"}),
    b"moov": frozenset({b"mvhd", b"trak", b"udta"}),
    b"trak": frozenset({b"tkhd", b"edts", b"mdia"}),
    b"edts": frozenset({b"elst"}),
    b"mdia": frozenset({b"mdhd", b"hdlr", b"minf"}),
    b"minf": frozenset({b"vmhd", b"smhd", b"dinf", b"stbl"}),
    b"dinf": frozenset({b"dref"}),
    b"stbl": frozenset(
        {b"stsd", b"stts", b"stss", b"ctts", b"stsc", b"stsz", b"stco", b"co64", b"sgpd", b"sbgp", b"sdtp"}
    ),
}
EMPTY = frozenset({b"free"})  # must be nothing but zeros
PIECE = 64 * 1024
# The list of tags that our writer makes where there is none.
NO_TAGS = b"\0\0\0\x35meta\0\0\0\0\0\0\0\x21hdlr\0\0\0\0\0\0\0\0mdirappl\0\0\0\0\0\0\0\0\0\0\0\0\x08ilst"


class _Odd(Exception):
    """Not a film that our writer makes."""


def is_plain_film(file: BinaryIO) -> bool:
    """Whether the file is an MP4 with nothing in it but one index and what it points at."""
    size = file.seek(0, os.SEEK_END)
    try:
        kinds = _walk(file, 0, size, b"", [0], 0)
    except _Odd:
        return False
    return kinds[:1] == [b"ftyp"] and kinds.count(b"moov") == 1 and kinds.count(b"mdat") == 1


def _walk(file: BinaryIO, begin: int, end: int, parent: bytes, counted: list[int], depth: int) -> list[bytes]:
    """The kinds of the boxes between two places; raises _Odd for what has no business there."""
    kinds, at = [], begin
    while at < end:
        counted[0] += 1
        if counted[0] > MOST_BOXES or depth > DEEPEST:
            raise _Odd
        kind, head, size = _box(file, at, end)
        if kind not in INSIDE[parent]:
            raise _Odd
        if kind in EMPTY:
            _require_zeros(file, at + head, at + size)
        elif kind == b"udta":
            file.seek(at + head)
            if file.read(min(size - head, PIECE)) != NO_TAGS:
                raise _Odd
        elif kind in INSIDE:
            _walk(file, at + head, at + size, kind, counted, depth + 1)
        kinds.append(kind)
        at += size
    return kinds


def _box(file: BinaryIO, at: int, end: int) -> tuple[bytes, int, int]:
    """Kind, length of its head, length in all."""
    file.seek(at)
    head = file.read(16)
    if len(head) < 8:
        raise _Odd
    size, kind, length = int.from_bytes(head[:4], "big"), head[4:8], 8
    if size == 1 and len(head) == 16:
        size, length = int.from_bytes(head[8:16], "big"), 16
    if size < length or at + size > end or (kind == b"moov" and size > LARGEST_INDEX):
        raise _Odd
    return kind, length, size


def _require_zeros(file: BinaryIO, begin: int, end: int) -> None:
    file.seek(begin)
    left = end - begin
    while left > 0:
        piece = file.read(min(PIECE, left))
        if not piece or any(piece):
            raise _Odd
        left -= len(piece)

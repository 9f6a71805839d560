"""The zip around a package, byte for byte: one form, written by the station and expected by the check.

Everything is stored, nothing compressed; the checksum of a file follows it (its bytes are not read twice),
its size stands before it. As every byte outside the files follows from their names, sizes and checksums, no
byte of a package can change unseen. PKWARE's APPNOTE 6.3.9, sections 4.3 to 4.5.
"""

from __future__ import annotations

import struct
from typing import NamedTuple

LOCAL, DESCRIPTOR, CENTRAL, END = b"PK\x03\x04", b"PK\x07\x08", b"PK\x01\x02", b"PK\x05\x06"
END64, LOCATOR64 = b"PK\x06\x06", b"PK\x06\x07"
FLAGS = 0x0808  # the checksum follows; names are UTF-8 (ours are plain ASCII)
LIMIT = 0xFFFFFFFF  # from here on a number needs the long form
LIMIT_ENTRIES = 0xFFFF
DOS_DATE = (2000 - 1980) << 9 | 1 << 5 | 1  # 2000-01-01, midnight: true times stand in the metadata
UNIX_MODE = 0o100644 << 16  # a plain file that everybody may read


class Member(NamedTuple):
    """One file as the directory at the end lists it; `name` is the raw bytes."""

    name: bytes
    size: int
    crc: int
    offset: int


def local_header(name: bytes, size: int) -> bytes:
    is_long = size >= LIMIT
    extra = struct.pack("<HHQQ", 1, 16, size, size) if is_long else b""
    told = LIMIT if is_long else size
    return (
        struct.pack(
            "<4sHHHHHLLLHH", LOCAL, 45 if is_long else 20, FLAGS, 0, 0, DOS_DATE, 0, told, told, len(name),
            len(extra),
        )
        + name
        + extra
    )  # fmt: skip


def descriptor(size: int, crc: int) -> bytes:
    return struct.pack("<4sLQQ" if size >= LIMIT else "<4sLLL", DESCRIPTOR, crc, size, size)


def central_header(one: Member) -> bytes:
    longs = [one.size, one.size] if one.size >= LIMIT else []
    longs += [one.offset] if one.offset >= LIMIT else []
    extra = struct.pack(f"<HH{len(longs)}Q", 1, 8 * len(longs), *longs) if longs else b""
    version = 45 if longs else 20
    size, offset = min(one.size, LIMIT), min(one.offset, LIMIT)
    return (
        struct.pack(
            "<4sBBHHHHHLLLHHHHHLL", CENTRAL, version, 3, version, FLAGS, 0, 0, DOS_DATE, one.crc, size, size,
            len(one.name), len(extra), 0, 0, 0, UNIX_MODE, offset,
        )
        + one.name
        + extra
    )  # fmt: skip


def ending(number: int, start: int, size: int) -> bytes:
    """What follows the directory: how many entries it has and where it begins."""
    long = b""
    if number >= LIMIT_ENTRIES or start >= LIMIT or size >= LIMIT:
        long = struct.pack("<4sQBBHLLQQQQ", END64, 44, 45, 3, 45, 0, 0, number, number, size, start)
        long += struct.pack("<4sLQL", LOCATOR64, 0, start + size, 1)
    told = min(number, LIMIT_ENTRIES)
    return long + struct.pack("<4sHHHHLLH", END, 0, 0, told, told, min(size, LIMIT), min(start, LIMIT), 0)

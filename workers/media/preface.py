"""Finds where a recording begins when other bytes stand before it: zeros of a disk, a recorder's own header.

A container's header is only believed with what must stand around its magic, so that footage is never cut.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from workers.media import plain, sniff

SEARCH_BYTES = 1024 * 1024

Check = Callable[[bytes, int], bool]


def length(descriptor: int) -> int:
    """How many bytes to leave out at the front; 0 where the file begins as files do."""
    head = plain.pread(descriptor, sniff.HEAD_BYTES, 0)
    if sniff.is_known(head):
        return 0
    head += plain.pread(descriptor, SEARCH_BYTES - len(head), len(head))
    found = (_first(head, magic, back, check) for magic, back, check in HEADERS)
    return min((at for at in found if at is not None), default=0)


def _first(head: bytes, magic: bytes, back: int, check: Check) -> int | None:
    for match in re.finditer(re.escape(magic), head):
        at = match.start() - back
        if at >= 0 and check(head, at):
            return at
    return None


def _is_box(head: bytes, at: int) -> bool:
    size = int.from_bytes(head[at : at + 4], "big")
    brand = head[at + 8 : at + 12]
    return 16 <= size <= 512 and size % 4 == 0 and brand.isascii() and brand.strip().isalnum()


def _is_matroska(head: bytes, at: int) -> bool:
    near = head[at : at + 80]
    return b"matroska" in near or b"webm" in near


def _is_flash(head: bytes, at: int) -> bool:
    return head[at + 4 : at + 5] in (b"\x01", b"\x04", b"\x05") and head[at + 5 : at + 9] == b"\0\0\0\x09"


def _is_dhav(head: bytes, at: int) -> bool:
    return head[at + 4 : at + 5] in (b"\xfd", b"\xfc", b"\xf1", b"\xfb")


HEADERS: tuple[tuple[bytes, int, Check], ...] = (
    (b"ftyp", 4, _is_box),
    (b"\x1aE\xdf\xa3", 0, _is_matroska),
    (b"AVI LIST", 8, lambda head, at: head[at : at + 4] == b"RIFF"),
    (b"FLV\x01", 0, _is_flash),
    (b"0&\xb2u\x8ef\xcf\x11\xa6\xd9\x00\xaa\x00b\xcel", 0, lambda head, at: True),
    (b"IMKH\x01\x01", 0, lambda head, at: True),
    (b"DHAV", 0, _is_dhav),
)

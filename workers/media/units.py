"""Finds coded pictures in bytes whose index is lost, by their own form alone.

MP4 files hold the units of H.264 and H.265 one after the other, each behind its length in four bytes, with
sound between. A unit is believed when its header, the first bits of its slice and the bytes it may not hold
agree; after anything else the search goes on from the next place that looks like one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from workers.media import plain

LONGEST_UNIT = 8 * 1024 * 1024
WINDOW = 4 * 1024 * 1024
LONGEST_GAP = 64 * 1024 * 1024  # so much that is no picture (sound, zeros) is walked over
FORBIDDEN = re.compile(rb"\x00\x00[\x00-\x02]")
START = b"\x00\x00\x00\x01"


class Window:
    """Bytes of a file by position, read in large pieces."""

    def __init__(self, descriptor: int, size: int) -> None:
        self.descriptor, self.size = descriptor, size
        self._from, self._piece = 0, b""

    def at(self, offset: int, count: int) -> bytes:
        """``count`` bytes from ``offset``; fewer at the end of the file."""
        begin = offset - self._from
        if begin < 0 or begin + count > len(self._piece):
            self._piece = plain.pread(self.descriptor, max(WINDOW, count), offset)
            self._from, begin = offset, 0
        return self._piece[begin : begin + count]


@dataclass(frozen=True)
class H264:
    """What units of H.264 look like."""

    name: str = "h264"
    likely: re.Pattern[bytes] = re.compile(
        rb"\x00[\x00-\x7f]..(?:[\x25\x45\x65\x21\x41\x61\x01][\x80-\xff]|[\x27\x47\x67][\x42\x4d\x58\x64\x6e\x7a]"
        rb"|[\x28\x48\x68].|\x06[\x00-\x2f]|\x09[\x10-\xf0])",
        re.DOTALL,
    )
    head: int = 1

    def kind(self, unit: bytes) -> int:
        """The number of the kind, or -1 when this is no unit a camera writes."""
        if unit[0] & 0x80 or unit[0] & 0x1F not in (1, 5, 6, 7, 8, 9, 10, 11, 12):
            return -1
        return unit[0] & 0x1F

    def is_slice(self, kind: int) -> bool:
        """Whether it holds a picture or part of one."""
        return kind in (1, 5)

    def slice_agrees(self, unit: bytes) -> bool:
        """First block, kind of slice and number of the parameter set, as far as they can be."""
        bits = int.from_bytes(unit[1:9].ljust(8, b"\0"), "big")
        first, at = _golomb(bits, 0)
        kind, at = _golomb(bits, at)
        parameters, _ = _golomb(bits, at)
        return 0 <= first < 140_000 and 0 <= kind <= 9 and 0 <= parameters < 32


@dataclass(frozen=True)
class Hevc:
    """What units of H.265 look like: two bytes of header, of which the second is nearly always 1."""

    name: str = "hevc"
    likely: re.Pattern[bytes] = re.compile(
        rb"\x00[\x00-\x7f]..[\x00\x02\x10\x12\x26\x28\x2a\x40\x42\x44\x46\x4e]\x01", re.DOTALL
    )
    head: int = 2

    def kind(self, unit: bytes) -> int:
        """The number of the kind, or -1."""
        if len(unit) < 2 or unit[0] & 0x81 or unit[1] & 0xF8 or not unit[1] & 0x07:
            return -1
        kind = unit[0] >> 1
        return kind if kind <= 9 or 16 <= kind <= 21 or 32 <= kind <= 40 else -1

    def is_slice(self, kind: int) -> bool:
        """Whether it holds a picture or part of one."""
        return kind < 32

    def slice_agrees(self, unit: bytes) -> bool:
        """Nothing is told by the first bits alone; the header is strict enough."""
        return len(unit) > 4


Codec = H264 | Hevc


@dataclass(frozen=True)
class Unit:
    """Where a unit lies (behind its length) and what it is."""

    offset: int
    length: int
    kind: int


def found(window: Window, codec: Codec, begin: int, end: int) -> Iterator[Unit]:
    """Every unit between two places, in order."""
    at: int | None = begin
    while at is not None and at + 6 < end:
        unit = _unit_at(window, codec, at, end)
        if unit is None:
            at = _next_likely(window, codec, at + 1, end)
            continue
        yield unit
        at = unit.offset + unit.length


def _unit_at(window: Window, codec: Codec, at: int, end: int) -> Unit | None:
    start = window.at(at, 16)
    length = int.from_bytes(start[:4], "big")
    if not codec.head < length <= LONGEST_UNIT or at + 4 + length > end or len(start) < 6:
        return None
    kind = codec.kind(start[4:])
    if kind < 0 or (codec.is_slice(kind) and not codec.slice_agrees(start[4:])):
        return None
    # A unit may not hold what would look like the start of the next one.
    return None if FORBIDDEN.search(window.at(at + 4, length).rstrip(b"\0")) else Unit(at + 4, length, kind)


def _next_likely(window: Window, codec: Codec, begin: int, end: int) -> int | None:
    for at in range(begin, min(end, begin + LONGEST_GAP), WINDOW // 2):
        match = codec.likely.search(window.at(at, min(WINDOW // 2 + 8, end - at)))
        if match:
            return at + match.start()
    return None


def _golomb(bits: int, at: int) -> tuple[int, int]:
    """An Exp-Golomb number out of 64 bits, and where the next one begins; -1 when it does not end."""
    zeros = 0
    while at + zeros < 64 and not bits >> (63 - at - zeros) & 1:
        zeros += 1
    after = at + 2 * zeros + 1
    if after > 64:
        return -1, 64
    return (bits >> (64 - after) & ((1 << (zeros + 1)) - 1)) - 1, after

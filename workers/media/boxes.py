"""Walks the outermost boxes of MP4, MOV, HEIC and AVIF files, to see what is there and what is missing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from workers.media import plain

MOST = 4_096


@dataclass(frozen=True)
class Box:
    """A box by its claim; what it claims may reach beyond the file."""

    name: bytes
    begin: int  # of what is inside
    end: int


def outermost(descriptor: int, size: int, begin: int = 0) -> Iterator[Box]:
    """The boxes one after the other, until something else comes."""
    at = begin
    for _ in range(MOST):
        head = plain.pread(descriptor, 16, at)
        if len(head) < 8 or not head[4:8].isascii():
            return
        length, name, inside = int.from_bytes(head[:4], "big"), head[4:8], 8
        if length == 1 and len(head) == 16:
            length, inside = int.from_bytes(head[8:16], "big"), 16
        end = size if length == 0 else at + length
        if end < at + inside:
            return
        yield Box(name, at + inside, end)
        if end >= size:  # perhaps so far behind the end that no position says it
            return
        at = end


def is_cut_short(descriptor: int, size: int) -> bool:
    """Whether a box claims more than the file holds."""
    return any(box.end > size for box in outermost(descriptor, size))


def has(descriptor: int, size: int, name: bytes) -> bool:
    """Whether such a box is there."""
    return any(box.name == name for box in outermost(descriptor, size))

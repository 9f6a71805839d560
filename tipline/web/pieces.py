"""A body in pieces that fit its line: large where bytes pour in, small where they drip.

A large piece costs less for each byte. A small one is written sooner, so that a phone that vanishes loses
less, and a newer connection waits less before it takes over.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Protocol

SMALLEST = 16 * 1024
FIRST = 64 * 1024
LARGEST = 1024 * 1024
QUICK_S = 0.05
SLOW_S = 0.5


class Body(Protocol):
    """What a server hands over: `read(size)` waits until so much is there or the body ends."""

    def read(self, size: int, /) -> bytes:
        """At most `size` bytes; none at the end."""


def pieces_of(body: Body, length: int | None) -> Iterator[bytes]:
    """Pieces until `length` bytes are here, or the body ends; nothing that follows them is touched."""
    size, left = FIRST, length
    while left is None or left > 0:
        began = time.monotonic()
        piece = body.read(size if left is None else min(size, left))
        if not piece:
            return
        took = time.monotonic() - began
        if left is not None:
            left -= len(piece)
        if took < QUICK_S:
            size = min(2 * size, LARGEST)
        elif took > SLOW_S:
            size = max(size // 2, SMALLEST)
        yield piece

"""The one loop that moves arriving pieces into an upload session, the same for every store.

It decides when bytes are made durable and when that is told. How they are written is the sink's business.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import BinaryIO, Protocol

from storage.base import OnDurable, OutOfSpace, StoreError

SYNC_EVERY = 32 * 1024 * 1024
# A slow phone must not lose an hour's work to a process that dies, nor look as if it had gone.
SYNC_AFTER_S = 60.0
PIECE = 1024 * 1024


class Sink(Protocol):
    """Takes bytes in order. `durable` grows when `write` or `flush` has made more of them safe."""

    durable: int

    def write(self, piece: bytes) -> None:
        """Take a piece of any size."""

    def flush(self) -> None:
        """Make everything taken durable."""


def pump(sink: Sink, pieces: Iterable[bytes], on_durable: OnDurable | None) -> int:
    """Feed `pieces` to `sink`; return the durable offset."""
    told, told_at = sink.durable, time.monotonic()

    def tell() -> None:
        nonlocal told, told_at
        if sink.durable > told:
            told, told_at = sink.durable, time.monotonic()
            if on_durable:
                on_durable(told)

    source = iter(pieces)
    while True:
        try:
            piece = next(source, None)
        except BaseException:
            # The phone hung up. What came before is kept, then the caller hears of it.
            sink.flush()
            tell()
            raise
        if piece is None:
            break
        try:
            sink.write(piece)
        except OutOfSpace:
            # A full disk still holds what it took: save the sender from sending that again. That it is full
            # is the news to tell, so a second fault while saving must not hide it.
            with suppress(StoreError):
                sink.flush()
            tell()
            raise
        if time.monotonic() - told_at >= SYNC_AFTER_S:
            sink.flush()
        tell()
    sink.flush()
    tell()
    return sink.durable


def pieces_of(data: bytes | BinaryIO) -> Iterator[bytes]:
    """The data in pieces small enough to hold."""
    if isinstance(data, bytes):
        yield data
        return
    while piece := data.read(PIECE):
        yield piece

"""Bytes on their way through a seal: opened as they are read, sealed as they are given away."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, BinaryIO, cast

from storage.cipher import Seal, Stream

if TYPE_CHECKING:
    from typing_extensions import Buffer

_READ_BUFFER = 256 * 1024


class Opened(io.RawIOBase):
    """A reader of sealed bytes that gives the plain ones; closes the other."""

    def __init__(self, sealed: BinaryIO, stream: Stream) -> None:
        self._sealed, self._stream = sealed, stream

    @classmethod
    def buffered(cls, sealed: BinaryIO, stream: Stream) -> BinaryIO:
        return io.BufferedReader(cls(sealed, stream), _READ_BUFFER)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Buffer) -> int:
        view = memoryview(buffer).cast("B")
        count = int(cast(io.BufferedReader, self._sealed).readinto(view))
        if count:
            self._stream.turn(view[:count])
        return count

    def close(self) -> None:
        if not self.closed:
            self._sealed.close()
        super().close()


class Sealing:
    """What `read`s like the header and then the sealed bytes of a file."""

    def __init__(self, header: bytes, seal: Seal, plain: BinaryIO) -> None:
        self._header, self._stream, self._plain = header, seal.stream(), plain

    def read(self, size: int = -1) -> bytes:
        if self._header:
            given = self._header if size < 0 else self._header[:size]
            self._header = self._header[len(given) :]
            return given if size >= 0 else given + self.read()
        return bytes(self._stream.turned(self._plain.read(size)))

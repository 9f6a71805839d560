"""Reads the file a child was handed: as it lies, or, where it lies sealed, through the one key that opens it.

The key comes with the job, over the pipe, and opens nothing but this file, all of which the child is here to
read anyway. Bytes are opened as they are read, so nothing plain is written down for the child's sake.
"""

from __future__ import annotations

import io
import os
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from typing_extensions import Buffer

BLOCK = 16
# Descriptor → the key and the length of the header that stands before the bytes.
_seals: dict[int, tuple[bytes, int]] = {}


def unseal(descriptor: int | None, seal: Sequence[Any] | None) -> None:
    """From now on this file is read through its seal: the key in hex, and where the bytes begin."""
    if descriptor is not None and seal is not None:
        _seals[descriptor] = (bytes.fromhex(str(seal[0])), int(seal[1]))


def pread(descriptor: int, count: int, at: int) -> bytes:
    """As `os.pread`, of the plain bytes."""
    seal = _seals.get(descriptor)
    if seal is None:
        return os.pread(descriptor, count, at)
    key, skip = seal
    return _opened(key, os.pread(descriptor, count, at + skip), at)


def size_of(descriptor: int) -> int:
    """How many plain bytes there are by now."""
    seal = _seals.get(descriptor)
    return max(0, os.fstat(descriptor).st_size - (seal[1] if seal else 0))


def reader(descriptor: int) -> io.BufferedReader:
    """The plain bytes as a file of their own, which may be closed."""
    if descriptor not in _seals:
        return io.BufferedReader(io.FileIO(os.dup(descriptor)))
    return io.BufferedReader(_File(descriptor), 256 * 1024)


def _opened(key: bytes, sealed: bytes, at: int) -> bytes:
    if not sealed:
        return sealed
    # Only where it is needed, and behind the wall: it takes a moment to load.
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    counter = (at // BLOCK).to_bytes(BLOCK, "big")
    cipher = Cipher(algorithms.AES(key), modes.CTR(counter)).decryptor()
    cipher.update(bytes(at % BLOCK))
    return cipher.update(sealed)


class _File(io.RawIOBase):
    """What `reader` reads from."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor, self._at = descriptor, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: size_of(self._descriptor)}[whence]
        if base + offset < 0:
            raise ValueError("before the beginning")
        self._at = base + offset
        return self._at

    def tell(self) -> int:
        return self._at

    def readinto(self, buffer: Buffer) -> int:
        view = memoryview(buffer).cast("B")
        piece = pread(self._descriptor, len(view), self._at)
        view[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)

"""SHA-256 that runs along with the bytes, the one digest the product speaks of. No bytes are kept."""

from __future__ import annotations

import hashlib
from typing import BinaryIO

PIECE = 1024 * 1024


class Digest:
    """A running SHA-256 that also counts. It cannot be saved: after a restart read the bytes again."""

    def __init__(self) -> None:
        self.size = 0
        self._sha = hashlib.sha256()

    def update(self, piece: bytes | bytearray | memoryview) -> None:
        self._sha.update(piece)
        self.size += memoryview(piece).nbytes

    def hexdigest(self) -> str:
        return self._sha.hexdigest()


def sha256_of(reader: BinaryIO) -> str:
    """The SHA-256, in lower-case hex, of everything the reader still gives."""
    digest = Digest()
    while piece := reader.read(PIECE):
        digest.update(piece)
    return digest.hexdigest()

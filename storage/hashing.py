"""SHA-256 that runs along with the bytes, the one digest the product seals by. No bytes are kept.

Large pieces are hashed in a thread while the caller writes or reads on; the interpreter lets go of its lock
for that, so it is work on another core.
"""

from __future__ import annotations

import hashlib
import os
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache
from typing import BinaryIO

PIECE = 1024 * 1024
# For less than this a thread is not worth the way.
WORTH_A_THREAD = 64 * 1024
THREADS = 4


class Digest:
    """A running SHA-256 that also counts. It cannot be saved: after a restart read the bytes again."""

    def __init__(self, algorithm: str = "sha256") -> None:
        self.size = 0
        # Another one than SHA-256 is only ever asked whether a piece came through a line unharmed.
        self._sha = hashlib.new(algorithm, usedforsecurity=False)
        self._under_way: Future[None] | None = None

    def update(self, piece: bytes | bytearray | memoryview) -> None:
        self._wait()
        # What its owner may change in the meantime is hashed before we return.
        if isinstance(piece, bytes) and len(piece) >= WORTH_A_THREAD:
            self._under_way = _threads().submit(self._sha.update, piece)
        else:
            self._sha.update(piece)
        self.size += memoryview(piece).nbytes

    def digest(self) -> bytes:
        self._wait()
        return self._sha.digest()

    def hexdigest(self) -> str:
        return self.digest().hex()

    def _wait(self) -> None:
        """One piece at a time, in order."""
        if self._under_way:
            self._under_way.result()
            self._under_way = None


def sha256_of(reader: BinaryIO) -> str:
    """The SHA-256, in lower-case hex, of everything the reader still gives."""
    digest = Digest()
    while piece := reader.read(PIECE):
        digest.update(piece)
    return digest.hexdigest()


@cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(THREADS, thread_name_prefix="sha256")


# A fork has none of its parent's threads.
os.register_at_fork(after_in_child=_threads.cache_clear)

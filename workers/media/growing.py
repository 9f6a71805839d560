"""A file that is still coming, as the reader sees it: whoever reads beyond its present end waits a while.

In order only, for most kinds; with the end of the film sent ahead, anywhere. What has not come within the
patience is as if the file ended there, and a later look goes on.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from workers.media import plain

LOOK_AGAIN_S = 0.05
MOST_AT_ONCE = 1024 * 1024


class Patience:
    """How long to wait for bytes: not longer than this for the next ones, and not longer than that in all."""

    def __init__(self, idle_s: float, whole_s: float, sleep: Callable[[float], None] = time.sleep) -> None:
        self._idle_s, self._sleep = idle_s, sleep
        self._waited = 0.0
        self._end = time.monotonic() + whole_s

    @property
    def is_over(self) -> bool:
        """Whether it is time to end, bytes or not."""
        return time.monotonic() >= self._end

    def came(self) -> None:
        """Bytes came: from here on it is new."""
        self._waited = 0.0

    def waits(self) -> bool:
        """Wait a moment for more bytes; False when that was long enough."""
        if self._waited >= self._idle_s or self.is_over:
            return False
        self._sleep(LOOK_AGAIN_S)
        self._waited += LOOK_AGAIN_S
        return True


class InOrder:
    """From `skip` on to the last byte there will ever be. No seek: a reader that could would want the end."""

    def __init__(self, descriptor: int, length: int, patience: Patience, skip: int = 0) -> None:
        self._descriptor, self._length, self._patience = descriptor, length, patience
        self.at = skip

    @property
    def is_over(self) -> bool:
        """Whether it is time to end, bytes or not."""
        return self._patience.is_over

    def read(self, count: int) -> bytes:
        """The next bytes, at least one, or none at the end of the file or of the patience."""
        piece = self._read(self.at, count)
        self.at += len(piece)
        return piece

    def _read(self, at: int, count: int, end: int | None = None) -> bytes:
        wanted = min(count, MOST_AT_ONCE, (self._length if end is None else end) - at)
        while wanted > 0:
            piece = plain.pread(self._descriptor, wanted, at)
            if piece:
                self._patience.came()
                return piece
            if not self._patience.waits():
                break
        return b""


class WithTail(InOrder):
    """The same with the last bytes of the film at hand, so that it can be read anywhere."""

    def __init__(
        self, descriptor: int, length: int, patience: Patience, tail: int, tail_size: int, most: int
    ) -> None:
        super().__init__(descriptor, length, patience)
        self._tail, self._tail_at = tail, max(0, length - tail_size)
        self._most = min(most, self._tail_at)

    def read(self, count: int) -> bytes:
        """Bytes from the present position."""
        if self.at >= self._tail_at:
            piece = plain.pread(self._tail, min(count, MOST_AT_ONCE), self.at - self._tail_at)
        else:
            piece = self._read(self.at, count, self._most)
        self.at += len(piece)
        return piece

    def seek(self, offset: int, whence: int = 0) -> int:
        """Move; positions outside the film are clamped to it."""
        base = {0: 0, 1: self.at, 2: self._length}.get(whence, 0)
        self.at = min(max(0, base + offset), self._length)
        return self.at

    def tell(self) -> int:
        """The present position."""
        return self.at

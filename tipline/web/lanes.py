"""How many may send files at the same time; the server has more threads than these, so pages find one.

One address has a part of them, so that a single machine with slow bodies keeps nobody else from sending.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from tipline.errors import TiplineError

LANES = threading.BoundedSemaphore(200)
OF_ONE = 40

_held: Counter[str] = Counter()
_lock = threading.Lock()


@contextmanager
def lane(sender: str | None) -> Iterator[None]:
    """Room to send in; raises service:busy when all is taken, or all that one address may have."""
    lanes = LANES
    if not _enter(sender):
        raise TiplineError("service:busy")
    try:
        if not lanes.acquire(blocking=False):
            raise TiplineError("service:busy")
        try:
            yield
        finally:
            lanes.release()
    finally:
        _leave(sender)


def _enter(sender: str | None) -> bool:
    if sender is None:
        return True
    with _lock:
        if _held[sender] >= OF_ONE:
            return False
        _held[sender] += 1
        return True


def _leave(sender: str | None) -> None:
    if sender is None:
        return
    with _lock:
        _held[sender] -= 1
        if not _held[sender]:
            del _held[sender]

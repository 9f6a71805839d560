"""How many uploads may send at the same time; the server has more threads than these, so pages find one."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from tipline.errors import TiplineError

LANES = threading.BoundedSemaphore(200)


@contextmanager
def lane() -> Iterator[None]:
    """Room to send in; raises service:busy when all is taken."""
    lanes = LANES
    if not lanes.acquire(blocking=False):
        raise TiplineError("service:busy")
    try:
        yield
    finally:
        lanes.release()

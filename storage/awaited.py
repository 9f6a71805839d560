"""Whether somebody waits before a page for what is read: then a store says sooner that it cannot.

A mark of the thread and no argument, since it has to pass through stores that lie over each other, and
through keys that lie in a store of their own.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_awaited: ContextVar[bool] = ContextVar("awaited", default=False)


@contextmanager
def awaited() -> Iterator[None]:
    """Within: readers are opened for a page, and go on being read for it after that."""
    before = _awaited.set(True)
    try:
        yield
    finally:
        _awaited.reset(before)


def is_awaited() -> bool:
    return _awaited.get()

"""Counters that all web hosts share, by way of the broker. One that is down closes no door: for a while this
process then counts by itself.
"""

from __future__ import annotations

import time
from typing import Any

from flask import current_app
from limits.errors import StorageError
from limits.storage import MemoryStorage
from redis import RedisError

from tipline.web.limiting import limiter

# A broker that does not answer costs every request a second; it is not asked again for so long.
TRUSTED_AGAIN_S = 5.0


class _Own:
    """What this process counts by itself, and until when."""

    def __init__(self) -> None:
        self.storage = MemoryStorage()
        self.until = 0.0


def ask(act: str, *arguments: Any) -> Any:
    """Call `act` of the counters: incr(key, seconds[, by]), get(key), get_expiry(key), clear(key)."""
    own: _Own = current_app.extensions.setdefault("tipline.counting", _Own())
    if time.monotonic() >= own.until:
        try:
            return getattr(limiter.storage, act)(*arguments)
        except (RedisError, StorageError):
            own.until = time.monotonic() + TRUSTED_AGAIN_S
    return getattr(own.storage, act)(*arguments)


def hit(name: str, most: int, seconds: int) -> int:
    """Count one under this name; 0 if it is within `most` in `seconds`, else how many seconds are left."""
    if ask("incr", name, seconds) <= most:
        return 0
    return max(1, int(ask("get_expiry", name) - time.time()) + 1)


def forget(name: str) -> None:
    ask("clear", name)

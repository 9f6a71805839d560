"""Threads of one job write by turns: SQLite lets in whoever asks at the right moment, not the first."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from tipline.db import Transaction
from tipline.services import Services

_TURN = threading.Lock()


@contextmanager
def by_turns(services: Services) -> Iterator[Transaction]:
    """A transaction, once no other thread of this process is within one."""
    with _TURN, services.database.transaction() as tx:
        yield tx

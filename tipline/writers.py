"""Writers of one SQLite file, let in in the order in which they came.

SQLite has whoever finds the file locked look again after a pause that grows to a tenth of a second. So who
has waited longest looks least often, and beside a dozen others it waits for seconds while they come and go.
Here threads of a process stand in line, and of each process only the first asks for the file; of those one at
a time stands before SQLite's own lock, and none of the others passes it there.

All of this is courtesy and decides nothing. Who has stood in line for too long, or cannot, asks SQLite all
the same.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Lock
from weakref import WeakSet

PATIENCE_S = 5.0
LOOK_AGAIN_S = 0.002


class Line:
    """Threads of this process, one at a time, first come, first served."""

    def __init__(self) -> None:
        _lines.add(self)
        self.clear()

    def clear(self) -> None:
        """As if nobody had ever come."""
        self._lock = Lock()
        self._is_taken = False
        self._waiting: deque[Lock] = deque()

    def __len__(self) -> int:
        """How many wait."""
        return len(self._waiting)

    @contextmanager
    def turn(self, patience_s: float | None = None) -> Iterator[bool]:
        """Within: the only one of this line, or not, if that took too long."""
        is_mine = self._enter(PATIENCE_S if patience_s is None else patience_s)
        try:
            yield is_mine
        finally:
            if is_mine:
                self._hand_over()

    def _enter(self, patience_s: float) -> bool:
        with self._lock:
            if not self._is_taken:
                self._is_taken = True
                return True
            # Locked, and opened by whoever hands the turn over.
            ticket = Lock()
            ticket.acquire()
            self._waiting.append(ticket)
        try:
            if ticket.acquire(timeout=patience_s):
                return True
        except BaseException:
            if not self._step_out(ticket):
                self._hand_over()
            raise
        return not self._step_out(ticket)

    def _step_out(self, ticket: Lock) -> bool:
        """Wait no longer; False if the turn has come in this very moment."""
        with self._lock:
            if ticket not in self._waiting:
                return False
            self._waiting.remove(ticket)
            return True

    def _hand_over(self) -> None:
        with self._lock:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._is_taken = False


_lines: WeakSet[Line] = WeakSet()


def _clear_all() -> None:
    for line in list(_lines):
        line.clear()


# A fork has none of its parent's threads: whoever had the turn there would never hand it over here.
os.register_at_fork(after_in_child=_clear_all)


@contextmanager
def turnstile(path: str, patience_s: float | None = None) -> Iterator[bool]:
    """Within: the only one of all processes, or not, if that took too long. Ends with a process that dies.

    Whoever is through goes on and leaves it to the next one: so who has just had the file comes after those
    who waited meanwhile.
    """
    try:
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError:
        file = None  # no room, or a folder that is only read: SQLite will say so
    try:
        yield file is not None and _is_locked(file, PATIENCE_S if patience_s is None else patience_s)
    finally:
        if file is not None:
            # Not left to the closing: a child that is just being started may hold the file open as well.
            with suppress(OSError):
                fcntl.flock(file, fcntl.LOCK_UN)
            os.close(file)


def _is_locked(file: int, patience_s: float) -> bool:
    end = time.monotonic() + patience_s
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= end:
                return False
            time.sleep(LOOK_AGAIN_S)
        except OSError:  # a filesystem that has no such locks
            return False
        else:
            return True

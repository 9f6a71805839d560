"""Whether the server answers at all, so that nobody waits before a page for one that does not.

Only reads that a page waits for come here (`storage.awaited`). The first that gets no answer asks for the
bucket; if that is not answered either, and nobody else was meanwhile, the server is silent, and whoever comes
is told so at once. After a pause one is let through to try it, one at a time. Whatever it answers to anybody,
a byte of a slow line included, ends the silence: one object that does not come is no silence of the server.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock

from storage.base import Silent, StoreError

PAUSE_S = 3.0
# A web server has a few hundred threads; while nothing comes only some of them may stand here.
MUTE_S = 2.0
MOST_WHILE_MUTE = 8
MOST = 128


class Silence:
    """Of one server, as one process knows it. `ask` wants any answer of it, once and briefly."""

    def __init__(self, ask: Callable[[], object], now: Callable[[], float] = time.monotonic) -> None:
        self._ask, self._now = ask, now
        self._lock = Lock()
        self._heard = float("-inf")
        self._since: float | None = None  # silent, and when that was last seen
        self._waiting: dict[object, float] = {}  # who waits for an answer, since when, oldest first
        self._is_tried = self._is_asked = False

    def heard(self) -> None:
        """It answered somebody something."""
        with self._lock:
            self._heard, self._since = self._now(), None

    @property
    def lasts(self) -> bool:
        return self._since is not None

    @contextmanager
    def borne(self) -> Iterator[None]:
        """Within: a call that a page waits for. Silent at once while the server is."""
        me = object()
        began, tries = self._enter(me)
        try:
            yield
        except Silent:
            if not tries:
                self._judge(began)
            raise
        finally:
            self._leave(me, began, tries=tries)

    def _enter(self, me: object) -> tuple[float, bool]:
        with self._lock:
            now, tries = self._now(), self._since is not None
            if self._since is not None:
                if self._is_tried or now < self._since + PAUSE_S:
                    raise Silent("the object store does not answer")
                self._is_tried = True
            elif self._is_crowded(now):
                raise Silent("the object store keeps too many waiting")
            self._waiting[me] = now
            return now, tries

    def _leave(self, me: object, began: float, *, tries: bool) -> None:
        with self._lock:
            del self._waiting[me]
            if tries:
                self._is_tried = False
                if self._heard < began:
                    self._since = self._now()

    def _is_crowded(self, now: float) -> bool:
        if not self._waiting:
            return False
        mute = now - max(self._heard, next(iter(self._waiting.values())))
        return len(self._waiting) >= (MOST_WHILE_MUTE if mute > MUTE_S else MOST)

    def _judge(self, began: float) -> None:
        """Nothing came: was it this object, or the server? Asked once, however many want to know."""
        with self._lock:
            if self._is_asked or self._since is not None or self._heard >= began:
                return
            self._is_asked = True
        try:
            self._ask()
        except StoreError:
            with self._lock:
                if self._heard < began:
                    self._since = self._now()
        finally:
            with self._lock:
                self._is_asked = False

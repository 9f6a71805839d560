"""Which requests wait for their bodies, and from where: a slow body holds a thread for as long as it lasts.

Wraps the WSGI application from outside. `tipline.stalled` asks it which addresses keep threads waiting:
those of connections, be they a proxy's. Knows nothing of what a body means.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

Environ = dict[str, Any]
Application = Callable[[Environ, Any], Iterable[bytes]]


@dataclass
class Waiting:
    """One request whose body has not been read to its end. `since` is when the present read began."""

    address: str
    since: float | None = None


class Bodies:
    """A WSGI application around another."""

    def __init__(self, application: Application) -> None:
        self._application = application
        self._lock = threading.Lock()
        self._under_way: dict[int, Waiting] = {}

    def __call__(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        if not _has_body(environ):
            return self._application(environ, start_response)
        waiting = Waiting(environ.get("REMOTE_ADDR", ""))
        self._enter(waiting)
        environ["wsgi.input"] = _Watched(environ["wsgi.input"], waiting)
        try:
            return self._application(environ, start_response)
        finally:
            self._leave(waiting)

    def stuck(self, for_s: float) -> set[str]:
        """Addresses of requests that have waited this long for the next piece of their bodies."""
        before = time.monotonic() - for_s
        with self._lock:
            return {one.address for one in self._under_way.values() if one.since and one.since < before}

    def _enter(self, waiting: Waiting) -> None:
        with self._lock:
            self._under_way[id(waiting)] = waiting

    def _leave(self, waiting: Waiting) -> None:
        with self._lock:
            del self._under_way[id(waiting)]


class _Watched:
    """A body that notes since when somebody waits for it."""

    def __init__(self, body: Any, waiting: Waiting) -> None:
        self._body, self._waiting = body, waiting

    def read(self, size: int | None = None) -> bytes:
        # The server knows None for «all», not the -1 of files.
        piece: bytes = self._noted(self._body.read, size if size is not None and size >= 0 else None)
        return piece

    def readline(self, size: int | None = None) -> bytes:
        line: bytes = self._noted(self._body.readline, size)
        return line

    def readlines(self, hint: int | None = None) -> list[bytes]:
        lines: list[bytes] = self._noted(self._body.readlines, hint)
        return lines

    def __iter__(self) -> Iterator[bytes]:
        while line := self.readline():
            yield line

    def _noted(self, call: Callable[[int | None], Any], size: int | None) -> Any:
        self._waiting.since = time.monotonic()
        try:
            return call(size)
        finally:
            self._waiting.since = None


def _has_body(environ: Environ) -> bool:
    return environ.get("CONTENT_LENGTH", "0") not in ("", "0") or "HTTP_TRANSFER_ENCODING" in environ

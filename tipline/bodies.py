"""Which requests wait for their bodies, and from where: a slow body holds a thread for as long as it lasts.

Wraps the WSGI application from outside. `tipline.stalled` asks it which addresses keep threads waiting; the
application asks whether one address sends too many bodies at once. Knows nothing of what a body means.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any

CROWDED = "tipline.crowded"
# Bodies one address may have under way. Uploads are bounded apart from this, and lower; a school or a
# shopping centre behind one address sends few forms in the same second.
MOST_OF_ONE = 64

Environ = dict[str, Any]
Application = Callable[[Environ, Any], Iterable[bytes]]


@dataclass
class Waiting:
    """One request whose body has not been read to its end. `since` is when the present read began."""

    address: str
    since: float | None = None


class Bodies:
    """A WSGI application around another."""

    def __init__(self, application: Application, *, most_of_one: int | None = MOST_OF_ONE) -> None:
        """With `most_of_one` None nobody is crowded: behind a proxy all share the proxy's address."""
        self._application = application
        self._most = most_of_one
        self._lock = threading.Lock()
        self._under_way: dict[int, Waiting] = {}
        self._by_address: Counter[str] = Counter()

    def __call__(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        if not _has_body(environ):
            return self._application(environ, start_response)
        waiting = Waiting(environ.get("REMOTE_ADDR", ""))
        environ[CROWDED] = self._enter(waiting)
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

    def _enter(self, waiting: Waiting) -> bool:
        with self._lock:
            self._under_way[id(waiting)] = waiting
            self._by_address[waiting.address] += 1
            if self._most is None or self._by_address[waiting.address] <= self._most:
                return False
        # A proxy nobody told us of, or an onion service: everybody comes from this machine.
        return not _is_this_machine(waiting.address)

    def _leave(self, waiting: Waiting) -> None:
        with self._lock:
            del self._under_way[id(waiting)]
            self._by_address[waiting.address] -= 1
            if not self._by_address[waiting.address]:
                del self._by_address[waiting.address]


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


def _is_this_machine(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return True


def _has_body(environ: Environ) -> bool:
    return environ.get("CONTENT_LENGTH", "0") not in ("", "0") or "HTTP_TRANSFER_ENCODING" in environ

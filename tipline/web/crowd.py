"""Forms and JSON whose bodies are under way: each holds a thread until its last byte is here.

Whoever lets many of them drip must not keep pages from answering, nor one address everybody else from
sending. Bodies with files have lanes of their own (`lanes`). Stands inside of what reads a proxy's headers,
so that addresses are told apart behind a proxy, too.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING

from tipline.web import limiting
from tipline.web.requests import is_for_files

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

REFUSED = "tipline.crowd"  # in the request's environment: the code of the «no»
# With all lanes taken there are still threads left for pages, which send nothing.
MOST = 40
# A school or a shopping centre behind one address sends few forms in the same second.
OF_ONE = 16


class Crowd:
    """A WSGI application around another."""

    def __init__(self, application: WSGIApplication) -> None:
        self._application = application
        self._lock = threading.Lock()
        self._by_address: Counter[str] = Counter()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if not _has_body(environ) or is_for_files(environ.get("PATH_INFO", "")):
            return self._application(environ, start_response)
        asker = limiting.counted(environ.get("REMOTE_ADDR", "")) or ""
        refused = self._enter(asker)
        if refused:
            environ[REFUSED] = refused
            return self._application(environ, start_response)
        try:
            return self._application(environ, start_response)
        finally:
            self._leave(asker)

    def _enter(self, asker: str) -> str | None:
        with self._lock:
            if asker and self._by_address[asker] >= OF_ONE:
                return "request:crowded"
            if self._by_address.total() >= MOST:
                return "service:crowded"
            self._by_address[asker] += 1
            return None

    def _leave(self, asker: str) -> None:
        with self._lock:
            self._by_address[asker] -= 1
            if not self._by_address[asker]:
                del self._by_address[asker]


def _has_body(environ: WSGIEnvironment) -> bool:
    return environ.get("CONTENT_LENGTH", "0") not in ("", "0") or "HTTP_TRANSFER_ENCODING" in environ

"""What one process remembers of the uploads it serves: running digests, and who writes at the moment.

Only a shortcut: another process, or this one after a restart, reads the bytes again instead.
"""

from __future__ import annotations

import threading
from collections import OrderedDict

from storage import hashing

REMEMBERED = 512


class Running:
    """Safe to use from many threads."""

    def __init__(self) -> None:
        self._digests: OrderedDict[str, hashing.Digest] = OrderedDict()
        self._writers: dict[str, threading.Event] = {}
        self._lock = threading.Lock()

    def digest(self, upload_id: str, offset: int) -> hashing.Digest | None:
        """The digest of the bytes before `offset`, if this process saw them all. It is handed out only once."""
        if offset == 0:
            return hashing.Digest()
        with self._lock:
            digest = self._digests.pop(upload_id, None)
        return digest if digest and digest.size == offset else None

    def remember(self, upload_id: str, digest: hashing.Digest | None, durable: int) -> None:
        """Keep a digest for the next piece, if it covers just the durable bytes."""
        if digest is None or digest.size != durable:
            return
        with self._lock:
            self._digests[upload_id] = digest
            while len(self._digests) > REMEMBERED:
                self._digests.popitem(last=False)

    def forget(self, upload_id: str) -> None:
        with self._lock:
            self._digests.pop(upload_id, None)

    def announce(self, upload_id: str) -> threading.Event:
        """Say that this thread writes now; the event it gets is set when a newer one takes over."""
        stop = threading.Event()
        with self._lock:
            self._writers[upload_id] = stop
        return stop

    def stop_older(self, upload_id: str) -> None:
        with self._lock:
            stop = self._writers.pop(upload_id, None)
        if stop:
            stop.set()

    def depart(self, upload_id: str, stop: threading.Event) -> None:
        with self._lock:
            if self._writers.get(upload_id) is stop:
                del self._writers[upload_id]

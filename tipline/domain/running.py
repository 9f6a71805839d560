"""What one process remembers of the uploads it serves: running digests, and who writes at the moment.

Only a shortcut: another process, or this one after a restart, reads the bytes again instead. That an older
writer changes nothing is the business of the row's mark and of the store; here it is asked to stop by
itself, so that it says how far it came.
"""

from __future__ import annotations

import threading
from collections import OrderedDict

from storage import hashing
from tipline.errors import TiplineError

REMEMBERED = 512
# A connection that still moves stops at its next piece; a dead one is not waited for longer than this.
COURTESY_S = 1.0


class Writer:
    """One connection that sends bytes of an upload; a newer one can make it stop between two pieces."""

    def __init__(self) -> None:
        self.took_over = False
        self._stop = threading.Event()
        self._gone = threading.Event()

    def require_own_turn(self) -> None:
        """Raise upload:superseded if a newer connection has asked this one to stop."""
        if self._stop.is_set():
            raise TiplineError("upload:superseded")

    def depart(self) -> None:
        self._gone.set()

    def stop(self) -> None:
        """Make it stop, and let it say first how far it came; one that hangs is not waited for."""
        self._stop.set()
        self._gone.wait(COURTESY_S)


class Running:
    """Safe to use from many threads."""

    def __init__(self) -> None:
        # The mark beside a digest is the writer that made it: if the row bears another mark by now, somebody
        # else wrote in between and the digest is worth nothing.
        self._digests: OrderedDict[str, tuple[str, hashing.Digest | None]] = OrderedDict()
        self._writers: dict[str, Writer] = {}
        self._lock = threading.Lock()

    def digest(self, upload_id: str, offset: int, mark: str | None) -> hashing.Digest | None:
        """The digest of the bytes before `offset`, if this process saw them all; it is handed out once."""
        with self._lock:
            kept_mark, digest = self._digests.pop(upload_id, (None, None))
        if offset == 0:
            return hashing.Digest()
        return digest if digest and digest.size == offset and kept_mark == mark else None

    def remember(self, upload_id: str, mark: str, digest: hashing.Digest | None, durable: int) -> None:
        """This writer is done and has said how far it came; its digest serves if it covers just that."""
        if digest and digest.size != durable:
            digest = None
        with self._lock:
            self._digests[upload_id] = (mark, digest)
            while len(self._digests) > REMEMBERED:
                self._digests.popitem(last=False)

    def rests(self, upload_id: str, mark: str) -> bool:
        """Whether the writer of this mark was here and is done, so that the row says all there is."""
        with self._lock:
            return self._digests.get(upload_id, ("", None))[0] == mark

    def forget(self, upload_id: str) -> None:
        with self._lock:
            self._digests.pop(upload_id, None)

    def announce(self, upload_id: str) -> Writer:
        """Say that this thread writes now, in the place of an older one, which is stopped first."""
        writer = Writer()
        with self._lock:
            older = self._writers.get(upload_id)
            self._writers[upload_id] = writer
        if older:
            writer.took_over = True
            older.stop()
        return writer

    def stop_older(self, upload_id: str) -> bool:
        """Make a connection that writes stop; whether there was one."""
        with self._lock:
            older = self._writers.get(upload_id)
        if older:
            older.stop()
        return older is not None

    def depart(self, upload_id: str, writer: Writer) -> None:
        writer.depart()
        with self._lock:
            if self._writers.get(upload_id) is writer:
                del self._writers[upload_id]

"""What one process remembers of the uploads it serves: running digests, and who writes at the moment.

Only a shortcut: another process, or this one after a restart, reads the bytes again instead.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator

from storage import hashing
from tipline.errors import TiplineError

REMEMBERED = 512
# A connection that still moves stops at its next piece; a dead one is not waited for longer than this.
COURTESY_S = 1.0
# A piece on its way to a slow store must land before anybody else may write.
PIECE_S = 20.0


class Writer:
    """One connection that sends bytes of an upload; a newer one can make it stop between two pieces."""

    def __init__(self, *, is_checked: bool) -> None:
        # Bytes under a checksum count all together or not at all.
        self.is_checked = is_checked
        self.took_over = False
        self._stop = threading.Event()
        self._gone = threading.Event()
        self._writing = threading.Lock()

    @property
    def stopped(self) -> bool:
        return self._stop.is_set()

    def pass_on(self, piece: bytes) -> Iterator[bytes]:
        """The piece, held so that a stop comes before it or after it has been written, never between."""
        with self._writing:
            if self.stopped:
                raise TiplineError("upload:superseded")
            yield piece

    def depart(self) -> None:
        self._gone.set()

    def stop(self) -> bool:
        """Make it stop; False if it hangs on a dead line and will say nothing more."""
        self._stop.set()
        return self._gone.wait(COURTESY_S)

    def require_idle(self) -> None:
        """Raise upload:busy if a piece is still being written; after this call none ever is."""
        if self._gone.is_set():
            return
        if not self._writing.acquire(timeout=PIECE_S):
            raise TiplineError("upload:busy")
        self._writing.release()


class Running:
    """Safe to use from many threads."""

    def __init__(self) -> None:
        # The mark beside a digest is the writer that made it: if the row bears another mark by now, somebody
        # else wrote in between and the digest is worth nothing.
        self._digests: OrderedDict[str, tuple[str, hashing.Digest]] = OrderedDict()
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
        """Keep a digest for the next piece, if it covers just the durable bytes."""
        if digest is None or digest.size != durable:
            return
        with self._lock:
            self._digests[upload_id] = (mark, digest)
            while len(self._digests) > REMEMBERED:
                self._digests.popitem(last=False)

    def forget(self, upload_id: str) -> None:
        with self._lock:
            self._digests.pop(upload_id, None)

    def announce(self, upload_id: str, *, is_checked: bool) -> Writer:
        """Say that this thread writes now, in the place of an older one, which is stopped first."""
        writer = Writer(is_checked=is_checked)
        with self._lock:
            older = self._writers.get(upload_id)
            self._writers[upload_id] = writer
            writer.took_over = older is not None
        if older:
            older.stop()
            try:
                older.require_idle()
            except TiplineError:
                self.depart(upload_id, writer)
                raise
        return writer

    def stop_older(self, upload_id: str) -> Writer | None:
        """Make a connection that writes stop, and let it say first how far it came; gives one that hangs."""
        with self._lock:
            older = self._writers.get(upload_id)
        return None if older is None or older.stop() else older

    def depart(self, upload_id: str, writer: Writer) -> None:
        writer.depart()
        with self._lock:
            if self._writers.get(upload_id) is writer:
                del self._writers[upload_id]

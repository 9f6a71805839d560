"""A store in a folder of this machine.

`objects/<shard>/<key>` are the kept files, `uploads/<token>@<key>` those still growing, in one filesystem:
nothing is written twice: completing is one `link()`, which can never replace what is already there.
Acknowledged means that the file and every folder above it have been through fsync.
"""

from __future__ import annotations

import os
import re
import secrets
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

from storage import keys, local_tail
from storage.appending import SYNC_EVERY, pieces_of, pump
from storage.base import (
    DEFAULT_TYPE,
    Missing,
    OffsetMismatch,
    OnDurable,
    OnTurn,
    Session,
    SessionGone,
    Stat,
    Unavailable,
)
from storage.faults import told_plainly
from storage.local_files import FileReader, FileSink, fsync_folder, publish_once, publish_over, remove
from storage.local_tail import COMING, TAIL
from storage.local_turn import Turn, alone, is_completed

_SESSION = re.compile(r"([0-9a-f]{32})@([a-z0-9@._-]+)")
# Beside a session: that it was completed, and whose turn it is to write. No key contains the tilde.
_DONE = "~done"
_TURN = "~turn"
_SCRATCH = (_TURN, TAIL, COMING)


class LocalStore:
    """Store, LocalPath, Growing and FreeSpace in one folder. Needs a filesystem with hard links."""

    def __init__(self, root: Path) -> None:
        with told_plainly():
            root.mkdir(mode=0o750, parents=True, exist_ok=True)
            self._root = root.resolve()
            self._objects = self._root / "objects"
            self._uploads = self._root / "uploads"
            self._objects.mkdir(mode=0o750, exist_ok=True)
            self._uploads.mkdir(mode=0o750, exist_ok=True)
            fsync_folder(self._root)

    @property
    def root(self) -> Path:
        return self._root

    def below(self, name: str) -> LocalStore:
        """Another store in a corner of this one."""
        return LocalStore(self._root / name)

    counts_untold = True

    # --- upload sessions

    def begin(self, key: str) -> str:
        self._path(key)
        session = _session_for(key)
        with told_plainly():
            os.close(os.open(self._uploads / session, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o640))
            fsync_folder(self._uploads)
        return session

    def append(
        self, session: str, offset: int, pieces: Iterable[bytes], on_durable: OnDurable | None = None,
        on_turn: OnTurn | None = None,
    ) -> int:  # fmt: skip
        with self._open_part(session, os.O_RDWR) as handle, self._turn(handle, session) as turn:
            have = self._synced_size(handle, session)
            if have < offset:
                raise OffsetMismatch(have)
            if on_turn:
                on_turn()
            with told_plainly(), turn:
                os.ftruncate(handle, offset)
            return pump(FileSink(handle, offset, SYNC_EVERY, turn), pieces, on_durable)

    def size(self, session: str) -> int:
        with self._open_part(session, os.O_RDONLY) as handle:
            return self._synced_size(handle, session)

    def take_over(self, session: str) -> int:
        with self._open_part(session, os.O_RDWR) as handle, self._turn(handle, session):
            return self._synced_size(handle, session)

    def complete(self, session: str, size: int) -> Stat:
        part, key = self._part(session)
        try:
            # From here on the bytes are an original: nobody who still has the file open may write.
            with self._open_part(session, os.O_RDONLY) as handle, alone(handle, part):
                self._end_turns(handle, session)
                self._finish(handle, part, session, size)
                publish_once(part, self._path(key), self._objects)
        except SessionGone:
            if self._beside(session, _DONE).exists():
                with suppress(Missing):
                    return self.stat(key)
            raise
        self._retire(part, session)
        return self.stat(key)

    def abort(self, session: str) -> None:
        part, _ = self._part(session)
        with told_plainly():
            part.unlink(missing_ok=True)
            for mark in (_DONE, *_SCRATCH):
                self._beside(session, mark).unlink(missing_ok=True)
            fsync_folder(self._uploads)

    def list_sessions(self, older_than: datetime) -> Iterator[Session]:
        touched: dict[str, datetime] = {}
        with told_plainly(), os.scandir(self._uploads) as entries:
            for entry in entries:
                text = entry.name.partition("~")[0]
                if _SESSION.fullmatch(text):
                    # Ended since the folder was read: not a leftover any more.
                    with suppress(FileNotFoundError):
                        moved = datetime.fromtimestamp(entry.stat().st_mtime, UTC)
                        touched[text] = max(moved, touched.get(text, moved))
        for text, moved in touched.items():
            if moved < older_than:
                yield Session(text, self._part(text)[1], moved)

    # --- objects

    def put(
        self, key: str, data: bytes | BinaryIO, *, content_type: str = DEFAULT_TYPE, if_absent: bool = False
    ) -> Stat:
        # Files carry no content type: whoever serves them knows it from the database.
        target = self._path(key)
        part = self._uploads / _session_for(key)
        try:
            with told_plainly():
                handle = os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o440 if if_absent else 0o640)
            try:
                pump(FileSink(handle, 0, SYNC_EVERY), pieces_of(data), None)
                with told_plainly():
                    os.fsync(handle)
            finally:
                os.close(handle)
            (publish_once if if_absent else publish_over)(part, target, self._objects)
        finally:
            with told_plainly():
                part.unlink(missing_ok=True)
        return self.stat(key)

    def open(self, key: str, start: int = 0, length: int | None = None) -> BinaryIO:
        if start < 0 or (length is not None and length < 0):
            raise ValueError("a range begins at 0 or later and is not negative")
        with told_plainly(_nothing(key)):
            handle = os.open(self.path_of(key), os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        return FileReader.buffered(handle, start, length)

    def stat(self, key: str) -> Stat:
        with told_plainly(_nothing(key)):
            found = self._path(key).lstat()
        if not stat.S_ISREG(found.st_mode):
            raise _nothing(key)
        return Stat(key, found.st_size, datetime.fromtimestamp(found.st_mtime, UTC))

    def delete(self, key: str) -> None:
        remove(self._path(key), self._objects)

    def list(self, prefix: str) -> Iterator[Stat]:
        keys.checked_prefix(prefix)
        with told_plainly():
            shards = [self._shard(prefix)] if prefix.count("/") > 1 else sorted(self._objects.iterdir())
        return (found for shard in shards for found in self._list_shard(shard, prefix))

    def check(self) -> None:
        probe = self._uploads / f"probe-{secrets.token_hex(8)}"
        with told_plainly():
            try:
                probe.write_bytes(b"x")
            finally:
                probe.unlink(missing_ok=True)

    # --- extra powers

    def path_of(self, key: str) -> Path:
        self.stat(key)
        return self._path(key)

    def growing_path(self, session: str) -> Path:
        part, _ = self._part(session)
        with told_plainly(SessionGone("the upload session has ended")):
            is_file = stat.S_ISREG(part.lstat().st_mode)
        if not is_file:
            raise SessionGone("the upload session has ended")
        return part

    def growing_head(self, session: str, size: int) -> bytes:
        with told_plainly(SessionGone("the upload session has ended")):
            return local_tail.head(self.growing_path(session), size)

    def keep_tail(self, session: str, data: BinaryIO, most: int) -> int:
        self.growing_path(session)
        coming, tail = (self._beside(session, mark) for mark in (COMING, TAIL))
        size = local_tail.keep(data, coming, tail, most)
        try:
            self.growing_path(session)
        except SessionGone:
            # It ended meanwhile, and nobody else would take this away with it.
            tail.unlink(missing_ok=True)
            raise
        return size

    def find_tail(self, session: str) -> Path | None:
        self._part(session)
        tail = self._beside(session, TAIL)
        return tail if tail.is_file() and not tail.is_symlink() else None

    def free_bytes(self) -> int:
        with told_plainly():
            room = os.statvfs(self._root)
        return room.f_bavail * room.f_frsize

    # --- inside

    def _list_shard(self, shard: Path, prefix: str) -> Iterator[Stat]:
        for path in _files_under(shard / prefix.rpartition("/")[0]):
            key = path.relative_to(shard).as_posix()
            if key.startswith(prefix):
                # Deleted since the folder was read: then it is not in the list.
                with suppress(Missing):
                    yield self.stat(key)

    def _path(self, key: str) -> Path:
        path = self._shard(keys.checked(key)) / key
        # The letters of a key cannot climb; a link somebody put into the folder could.
        if not path.parent.resolve().is_relative_to(self._objects):
            raise ValueError("this key leaves the folder of the store")
        return path

    def _shard(self, key: str) -> Path:
        """Folder of all keys that share their first two parts, so that one prefix is one folder."""
        family = "/".join(key.split("/")[:2])
        return self._objects / sha256(family.encode()).hexdigest()[:2]

    def _part(self, session: str) -> tuple[Path, str]:
        found = _SESSION.fullmatch(session)
        if not found:
            raise SessionGone("this is not a session of this store")
        return self._uploads / session, found[2].replace("@", "/")

    def _beside(self, session: str, mark: str) -> Path:
        return self._uploads / f"{session}{mark}"

    @contextmanager
    def _turn(self, handle: int, session: str) -> Iterator[Turn]:
        """The turn to write, taken from whoever had it."""
        part, _ = self._part(session)
        with alone(handle, part), told_plainly():
            if is_completed(handle):
                raise SessionGone("the upload session has ended")
            turn = Turn.take(handle, self._beside(session, _TURN))
        try:
            yield turn
        finally:
            turn.close()

    def _end_turns(self, handle: int, session: str) -> None:
        """Whoever still writes is stopped for good; if nobody ever wrote there is nothing to stop."""
        mark = self._beside(session, _TURN)
        with told_plainly():
            if mark.exists():
                Turn.take(handle, mark).close()

    @contextmanager
    def _open_part(self, session: str, flags: int) -> Iterator[int]:
        part, _ = self._part(session)
        with told_plainly(SessionGone("the upload session has ended")):
            handle = os.open(part, flags | os.O_NOFOLLOW | os.O_CLOEXEC)
        try:
            yield handle
        finally:
            os.close(handle)

    def _finish(self, handle: int, part: Path, session: str, size: int) -> None:
        """Cut to size, write-protect, fsync: all that must be true before the file gets its name."""
        have = self._synced_size(handle, session)
        if have < size:
            raise OffsetMismatch(have)
        with told_plainly():
            if have > size:
                os.truncate(part, size)
            os.fchmod(handle, 0o440)
            os.fsync(handle)

    def _synced_size(self, handle: int, session: str) -> int:
        """A killed process may leave bytes only the page cache holds: none counts before it is on disk."""
        with told_plainly():
            try:
                os.fdatasync(handle)
            except OSError:
                # Nobody can say which bytes are lost, and the next fsync would not mention it. The copy goes,
                # the sender begins again.
                self.abort(session)
                raise
            return os.fstat(handle).st_size

    def _retire(self, part: Path, session: str) -> None:
        """Leave a mark first, so that a repeated `complete` knows this session from a stranger's."""
        with told_plainly():
            self._beside(session, _DONE).touch(mode=0o640)
            fsync_folder(self._uploads)
            part.unlink(missing_ok=True)
            for mark in _SCRATCH:
                self._beside(session, mark).unlink(missing_ok=True)
            fsync_folder(self._uploads)


def _session_for(key: str) -> str:
    return f"{secrets.token_hex(16)}@{key.replace('/', '@')}"


def _files_under(folder: Path) -> Iterator[Path]:
    def stop(fault: OSError) -> None:
        if not isinstance(fault, FileNotFoundError | NotADirectoryError):
            raise Unavailable(fault.strerror or type(fault).__name__) from fault

    for where, _, names in os.walk(folder, onerror=stop):
        for name in names:
            yield Path(where, name)


def _nothing(key: str) -> Missing:
    return Missing(f"nothing is kept under {key}")

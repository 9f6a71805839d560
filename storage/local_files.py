"""Files that survive a power cut: written, published, removed and read. Knows no keys and no sessions."""

from __future__ import annotations

import io
import os
from contextlib import AbstractContextManager, nullcontext, suppress
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from storage.base import KeyTaken, SessionGone, Unavailable
from storage.faults import told_plainly

if TYPE_CHECKING:
    from typing_extensions import Buffer

# A folder can be removed by a delete between being made and being used; nobody is that unlucky five times.
_TRIES = 5
_READ_BUFFER = 256 * 1024


class FileSink:
    """Writes at offsets of an open file and makes the bytes durable every `sync_every`.

    Every change is made within `turn`, which raises Superseded when somebody else has it by now.
    """

    def __init__(
        self, handle: int, offset: int, sync_every: int, turn: AbstractContextManager[None] | None = None
    ) -> None:
        self.durable = offset
        self._turn = turn or nullcontext()
        self._handle = handle
        self._position = offset
        self._sync_every = sync_every

    def write(self, piece: bytes) -> None:
        view = memoryview(piece)
        with told_plainly(), self._turn:
            while view:
                written = os.pwrite(self._handle, view, self._position)
                self._position += written
                view = view[written:]
        if self._position - self.durable >= self._sync_every:
            self.flush()

    def flush(self) -> None:
        if self._position == self.durable:
            return
        with told_plainly():
            try:
                os.fdatasync(self._handle)
            except OSError:
                # The kernel reports lost pages once and then calls them clean. What was not durable before
                # must go, or a later fsync would vouch for it.
                self._position = self.durable
                with self._turn:
                    os.ftruncate(self._handle, self.durable)
                raise
            # Only now, for what was cut away meanwhile is not durable.
            with self._turn:
                pass
        self.durable = self._position


class FileReader(io.RawIOBase):
    """A range of an open file; closes it."""

    def __init__(self, handle: int, start: int, length: int | None) -> None:
        self._handle = handle
        self._position = start
        self._left = length

    @classmethod
    def buffered(cls, handle: int, start: int, length: int | None) -> BinaryIO:
        return io.BufferedReader(cls(handle, start, length), _READ_BUFFER)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Buffer) -> int:
        view = memoryview(buffer)
        wanted = len(view) if self._left is None else min(len(view), self._left)
        with told_plainly():
            count = os.preadv(self._handle, [view[:wanted]], self._position) if wanted else 0
        self._position += count
        if self._left is not None:
            self._left -= count
        return count

    def close(self) -> None:
        if not self.closed:
            os.close(self._handle)
        super().close()


def fsync_folder(folder: Path) -> None:
    """Make the names in a folder durable."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def publish_once(part: Path, target: Path, top: Path) -> None:
    """Give the finished `part` its second name `target`, durably; KeyTaken if another file has that name."""
    with told_plainly(SessionGone("the upload session has ended")):
        inode = part.stat().st_ino
    with told_plainly():
        for _ in range(_TRIES):
            try:
                _make_folders(target.parent, top)
                os.link(part, target)
            except FileNotFoundError:
                if not part.exists():
                    raise SessionGone("the upload session has ended") from None
                continue
            except FileExistsError:
                if not _is_file(target, inode):
                    raise KeyTaken("the key holds another object") from None
            return _settle(target, top)
    raise Unavailable("the folder of the object vanished again and again")


def publish_over(part: Path, target: Path, top: Path) -> None:
    """Move the finished `part` to `target`, durably, in place of what is there."""
    with told_plainly():
        for _ in range(_TRIES):
            try:
                _make_folders(target.parent, top)
                os.replace(part, target)
            except FileNotFoundError:
                continue
            return _sync_up(target.parent, top)
    raise Unavailable("the folder of the object vanished again and again")


def remove(target: Path, top: Path) -> None:
    """Remove a file durably, and the folders under `top` that this leaves empty. It may be gone already."""
    with told_plainly():
        with suppress(FileNotFoundError, NotADirectoryError):
            target.unlink()
            fsync_folder(target.parent)
        # A folder that is not empty, or was removed by a neighbour, is where the tidying ends.
        with suppress(OSError):
            for folder in target.parents:
                if folder == top:
                    break
                folder.rmdir()


def _make_folders(folder: Path, top: Path) -> None:
    # Path.mkdir(parents=True) would give the upper ones to everybody.
    for missing in reversed([folder, *takewhile(lambda upper: upper != top, folder.parents)]):
        missing.mkdir(mode=0o750, exist_ok=True)


def _settle(target: Path, top: Path) -> None:
    try:
        _sync_up(target.parent, top)
    except OSError:
        # Not durable means not acknowledged, so it must not be seen either.
        target.unlink(missing_ok=True)
        raise


def _sync_up(folder: Path, top: Path) -> None:
    """fsync a folder and all above it up to `top`: any of them may be new."""
    fsync_folder(folder)
    while folder != top:
        folder = folder.parent
        fsync_folder(folder)


def _is_file(target: Path, inode: int) -> bool:
    try:
        return target.lstat().st_ino == inode
    except FileNotFoundError:
        return False

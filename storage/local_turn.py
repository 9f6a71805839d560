"""Whose turn it is to write into a growing file, among processes that share nothing but the folder.

A turn is a random mark in a small file beside the growing one. Whoever takes it replaces the mark while it
holds the growing file's lock alone; whoever writes looks at the mark and writes while it shares that lock.
So between the look and the write nobody can take the turn, and after it was taken no older writer changes a
byte: not by a write that was stuck, not by one that comes late. Locks belong to open files, hence they hold
between threads too and end with a process that dies. Nothing here has to survive a power cut: the writers
do not either.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType

from storage.base import Busy, SessionGone, Superseded
from storage.faults import told_plainly

# A write that holds the lock for longer is stuck in the disk; whoever waits for it is told so.
PATIENCE_S = 5.0
_LOOK_AGAIN_S = 0.001
_MARK_BYTES = 16


class Turn:
    """The right to write through `handle`; within, it is sure to be ours or Superseded is raised."""

    def __init__(self, handle: int, mark_file: int, mark: bytes) -> None:
        self._handle, self._mark_file, self._mark = handle, mark_file, mark

    @classmethod
    def take(cls, handle: int, mark_path: Path) -> Turn:
        """Take it from whoever had it; the caller holds the lock of `handle` alone."""
        flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
        mark_file = os.open(mark_path, flags, 0o640)
        mark = secrets.token_bytes(_MARK_BYTES)
        try:
            os.pwrite(mark_file, mark, 0)
        except BaseException:
            os.close(mark_file)
            raise
        return cls(handle, mark_file, mark)

    def close(self) -> None:
        os.close(self._mark_file)

    def __enter__(self) -> None:
        lock(self._handle, fcntl.LOCK_SH)
        if os.pread(self._mark_file, _MARK_BYTES, 0) != self._mark:
            fcntl.flock(self._handle, fcntl.LOCK_UN)
            raise Superseded("a newer call writes into this session")

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        fcntl.flock(self._handle, fcntl.LOCK_UN)


@contextmanager
def alone(handle: int, part: Path) -> Iterator[None]:
    """Within, nobody writes into the growing file nor completes it; SessionGone if that is over."""
    with told_plainly(SessionGone("the upload session has ended")):
        lock(handle, fcntl.LOCK_EX)
    try:
        with told_plainly(SessionGone("the upload session has ended")):
            # Completed or dropped while we waited: then these bytes are an original, or nobody's.
            if part.lstat().st_ino != os.fstat(handle).st_ino:
                raise SessionGone("the upload session has ended")
        yield
    finally:
        fcntl.flock(handle, fcntl.LOCK_UN)


def is_completed(handle: int) -> bool:
    """Whether the growing file has its second name already: its bytes must not change any more."""
    return os.fstat(handle).st_nlink != 1


def lock(handle: int, kind: int) -> None:
    """Lock, or raise Busy: the system's own lock would wait for a stuck disk as long as that is stuck."""
    end = time.monotonic() + PATIENCE_S
    while True:
        try:
            fcntl.flock(handle, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= end:
                raise Busy("an earlier write has not ended") from None
            time.sleep(_LOOK_AGAIN_S)
        else:
            return

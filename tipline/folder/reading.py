"""One file of the folder, read from any place in it, and only while it stays what it was."""

from __future__ import annotations

import errno
import fcntl
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tipline.folder.scan import Seen

PIECE = 1024 * 1024


class Changed(Exception):
    """The file is not, or no longer, the one that was looked at: somebody still writes to it."""


class Stopped(Exception):
    """The watch ends; what arrived is kept and gone on with at the next start."""


@contextmanager
def opened(seen: Seen) -> Iterator[int]:
    """A descriptor of just this file; raises Changed or OSError. Never a link, a pipe or a device."""
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    try:
        # So that not even the time of the last access changes; only its owner may ask for that.
        file = os.open(seen.found.path, flags | os.O_NOATIME)
    except PermissionError:
        file = os.open(seen.found.path, flags)
    try:
        require_same(file, seen)
        if _is_written_to(file):
            raise Changed
        yield file
    finally:
        os.close(file)


def pieces(file: int, seen: Seen, offset: int, is_stopped: Callable[[], bool]) -> Iterator[bytes]:
    """Bytes from `offset` on. The last piece is handed out only if the file is still the same."""
    left = seen.found.size - offset
    os.lseek(file, offset, os.SEEK_SET)
    while left:
        if is_stopped():
            raise Stopped
        piece = os.read(file, min(PIECE, left))
        left -= len(piece)
        if not piece or not left:
            require_same(file, seen)
        if not piece:
            raise Changed
        yield piece


def require_same(file: int, seen: Seen) -> None:
    status = os.fstat(file)
    now = (status.st_size, status.st_mtime_ns, status.st_ino)
    if now != seen.stamp or status.st_dev != seen.inode[0] or not stat.S_ISREG(status.st_mode):
        raise Changed


def _is_written_to(file: int) -> bool:
    """Whether some process holds the file open for writing; the kernel gives no read lease then.

    Where it cannot tell (network shares, files of others) standing still has to do.
    """
    try:
        fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_RDLCK)
    except OSError as fault:
        return fault.errno == errno.EAGAIN
    fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    return False

"""Ports for the servers of tests and benchmarks, each given to nobody else for as long as this process lives.

A port the kernel calls free may go to any outgoing connection, or to the server of a neighbouring process,
before its server listens. These lie below the range the kernel gives out by itself (from 32768, ip(7)),
and each is held by a lock on a file, so that whole runs side by side on one machine have ports of their own.
"""

from __future__ import annotations

import fcntl
import os
import socket
import tempfile
from pathlib import Path

_FIRST, _END = 10_200, 32_700
_HELD: list[int] = []  # open files: a lock lives as long as its file, and these as long as the process


def lease(also_at: int = 0) -> int:
    """A port of this process alone; with `also_at` the port that far above it too."""
    numbers = range(_FIRST, _END - also_at)
    for tried in range(len(numbers)):
        port = numbers[(os.getpid() * 31 + len(_HELD) + tried) % len(numbers)]
        wanted = [port, port + also_at] if also_at else [port]
        locks = [lock for one in wanted if (lock := _lock(one)) is not None]
        if len(locks) == len(wanted) and all(map(_is_free, wanted)):
            _HELD.extend(locks)
            return port
        for lock in locks:
            os.close(lock)
    raise AssertionError("all ports for tests are taken")


def _lock(port: int) -> int | None:
    folder = Path(tempfile.gettempdir()) / f"tipline-ports-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    lock = os.open(folder / str(port), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        return None
    return lock


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True

"""Looks before the leap: what would keep a start from working, each with a sentence that says what to do."""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tipline.errors import N_
from tipline.i18n import say
from tipline.settings import OUTER_PROGRAMS, Settings

# Less than this and not even the database can write.
HOPELESS_BYTES = 64 * 1024 * 1024

TAKEN = N_(
    "Port %(port)s is taken by another program. Stop that program, or choose another port: "
    "TIPLINE_PORT=%(other)s make run"
)
NOT_ALLOWED = N_(
    "Port %(port)s may only be opened by root. Choose one above 1023: TIPLINE_PORT=8000 make run"
)
NO_SUCH_HOST = N_(
    "This machine has no address %(host)s. Set TIPLINE_HOST to one it has, to 127.0.0.1 for this machine "
    "alone, or to 0.0.0.0 for all of them."
)
DISK_FULL = N_(
    "The disk that holds %(folder)s is full: %(free)s MB are left. Free some space, or set TIPLINE_DATA to a "
    "folder on another disk, and start again."
)
DISK_LOW = N_(
    "Only %(free)s MB are left on the disk that holds %(folder)s, less than the reserve of %(reserve)s MB. "
    "Reports and review work, but files are turned away until space is freed."
)
NO_WRITING = N_(
    "The data folder %(folder)s can't be written. Give this user the right to, or set TIPLINE_DATA to "
    "another folder."
)
RUNS_ALREADY = N_(
    "Tipline already runs on the data folder %(folder)s (process %(pid)s). Use that one, stop it, or set "
    "TIPLINE_DATA to another folder."
)
OUTER_MISSING = N_(
    "TIPLINE_OUTER_SANDBOX is %(layer)s, but its program %(program)s was not found on this machine. "
    "Install it, or set TIPLINE_OUTER_SANDBOX=none."
)


class NotReady(Exception):
    """The start is refused; the text is a sentence for the operator."""


@contextmanager
def only_instance(settings: Settings) -> Iterator[None]:
    """Hold the data folder; NotReady if another instance does."""
    path = settings.data / "instance.lock"
    try:
        settings.data.mkdir(parents=True, exist_ok=True)
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as fault:
        if fault.errno == errno.ENOSPC:
            raise NotReady(say(settings.locale, DISK_FULL, folder=settings.data, free=0)) from fault
        raise NotReady(say(settings.locale, NO_WRITING, folder=settings.data)) from fault
    try:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as fault:
            pid = path.read_text(errors="replace").strip() or "?"
            raise NotReady(say(settings.locale, RUNS_ALREADY, folder=settings.data, pid=pid)) from fault
        os.ftruncate(file, 0)
        os.write(file, str(os.getpid()).encode())
        yield
    finally:
        os.close(file)


def check_outer(settings: Settings) -> None:
    """NotReady if media are to be opened inside a layer that this machine does not have."""
    program = OUTER_PROGRAMS.get(settings.outer_sandbox)
    if program and shutil.which(program) is None:
        words = {"layer": settings.outer_sandbox, "program": program}
        raise NotReady(say(settings.locale, OUTER_MISSING, **words))


def check_port(settings: Settings, *, beside_ours: bool = False) -> None:
    """NotReady unless the web server could listen there now.

    `beside_ours` lets a port pass that another web server of ours still holds: one that is started again need
    not wait until the one before it is quite gone.
    """
    values: dict[str, object] = {"port": settings.port, "host": settings.host, "other": settings.port + 80}
    sentences = {errno.EADDRINUSE: TAKEN, errno.EACCES: NOT_ALLOWED, errno.EADDRNOTAVAIL: NO_SUCH_HOST}
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        # A port whose last connections are only fading out is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if beside_ours:
            # As the server opens its own. Bound alone, it takes no connection from the other.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        try:
            probe.bind((settings.host, settings.port))
            if not beside_ours:
                probe.listen(1)
        except OSError as fault:
            sentence = sentences.get(fault.errno or 0, NO_SUCH_HOST)
            raise NotReady(say(settings.locale, sentence, **values)) from fault


def check_disk(settings: Settings, free: int | None = None) -> str | None:
    """NotReady when nothing can be written; a sentence when only files must wait; None when there is room."""
    free = shutil.disk_usage(existing(settings.data)).free if free is None else free
    values = {
        "folder": settings.data,
        "free": free // 1_000_000,
        "reserve": settings.min_free_bytes // 1_000_000,
    }
    if free < HOPELESS_BYTES:
        raise NotReady(say(settings.locale, DISK_FULL, **values))
    return say(settings.locale, DISK_LOW, **values) if free < settings.min_free_bytes else None


def existing(path: Path) -> Path:
    while not path.exists():
        path = path.parent
    return path

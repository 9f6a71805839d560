"""The bytes of an original as a file of this machine: the store's own, or a private copy for a while."""

from __future__ import annotations

import errno
import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from storage import Digest, LocalPath, OutOfSpace, Store

PIECE = 4 * 1024 * 1024


@dataclass(frozen=True)
class LocalFile:
    """All bytes have been read once: `sha256` is theirs, not what somebody wrote down."""

    path: Path
    sha256: str


@contextmanager
def file_of(
    store: Store, key: str, folder: Path, go_on: Callable[[], None], *, known: str | None = None
) -> Iterator[LocalFile]:
    """The file of `key`. A copy lies alone in a folder of its own, under a name that says nothing.

    `go_on` is called between pieces and may raise. A file on this host whose digest was compared just now,
    by an earlier step (`known`), is not read another time for that.
    """
    if isinstance(store, LocalPath):
        yield LocalFile(store.path_of(key), known or _read(store, key, None, go_on))
        return
    place = folder / f"{os.getpid()}-{secrets.token_hex(16)}"
    place.mkdir(parents=True, mode=0o700)
    try:
        copy = place / "input"
        sha256 = _copied(store, key, copy, go_on)
        yield LocalFile(copy, sha256)
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _copied(store: Store, key: str, copy: Path, go_on: Callable[[], None]) -> str:
    """A full disk is told like a full store: it passes, and says nothing about the file."""
    try:
        with copy.open("xb") as file:
            return _read(store, key, file, go_on)
    except OSError as fault:
        if fault.errno in (errno.ENOSPC, errno.EDQUOT):
            raise OutOfSpace("no room for a working copy") from fault
        raise


def scratch(data: Path) -> Path:
    """The folder for what is only needed while a job runs."""
    folder = data / "tmp"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def clear(folder: Path) -> None:
    """Remove copies whose process is gone: it was killed before it could do so itself."""
    for place in folder.glob("*-*"):
        pid = place.name.partition("-")[0]
        if not (pid.isdigit() and Path(f"/proc/{pid}").exists()):
            shutil.rmtree(place, ignore_errors=True)


def _read(store: Store, key: str, copy: BinaryIO | None, go_on: Callable[[], None]) -> str:
    digest = Digest()
    with store.open(key) as reader:
        while piece := reader.read(PIECE):
            go_on()
            digest.update(piece)
            if copy:
                copy.write(piece)
    return digest.hexdigest()

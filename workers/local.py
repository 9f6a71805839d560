"""The bytes of an original as a file of this machine: the store's own, or a private copy for a while.

A copy is kept between the steps of one look, so that a film of hours is fetched once and not for each of its
ranges; it goes when the look is over, or when nobody has used it for a while.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from storage import Digest, LocalPath, OutOfSpace, Seal, SealedStore, Store

PIECE = 4 * 1024 * 1024
UNUSED_S = 600.0
WAIT_S = 0.2


@dataclass(frozen=True)
class LocalFile:
    """All bytes have been read once: `sha256` is theirs, not what somebody wrote down.

    Where there is a `seal` the file lies sealed, and so does every copy of it: nothing plain is written down.
    """

    path: Path
    sha256: str
    seal: Seal | None = None

    def head(self, size: int) -> bytes:
        """The first plain bytes."""
        with self.path.open("rb") as file:
            if self.seal is None:
                return file.read(size)
            file.seek(self.seal.skip)
            return bytes(self.seal.stream().turned(file.read(size)))

    @contextmanager
    def opened(self, folder: Path) -> Iterator[BinaryIO]:
        """The plain bytes as an open file without a name, for a program that knows nothing of seals."""
        with self.path.open("rb") as file:
            if self.seal is None:
                yield file
                return
            with tempfile.TemporaryFile(dir=folder) as opened:
                file.seek(self.seal.skip)
                stream = self.seal.stream()
                while piece := file.read(PIECE):
                    opened.write(stream.turned(piece))
                opened.flush()
                opened.seek(0)
                yield opened


@contextmanager
def file_of(
    store: Store, key: str, folder: Path, go_on: Callable[[], None], *, known: str | None = None
) -> Iterator[LocalFile]:
    """The file of `key`. A copy lies alone in a folder of its own, under a name that says nothing.

    `go_on` is called between pieces and may raise. With `known`, the digest that an earlier step compared,
    bytes that are on this host already are not read another time for that.
    """
    kept, lies, seal = store.lies(key) if isinstance(store, SealedStore) else (store, key, None)
    if isinstance(kept, LocalPath):
        yield LocalFile(kept.path_of(lies), known or _read(kept, lies, None, seal, go_on), seal)
        return
    place = _place(folder, key)
    with _locked(place, go_on, may_share=known is not None) as handle:
        copy = place / "input"
        if known is None or not copy.exists():
            copy.unlink(missing_ok=True)
            known = _copied(kept, lies, copy, seal, go_on)
        os.utime(place)
        fcntl.flock(handle, fcntl.LOCK_SH)  # others may read beside us
        yield LocalFile(copy, known, seal)


def drop(folder: Path, key: str) -> None:
    """The look is over: remove its copy, if no other step still reads it."""
    _remove(_place(folder, key))


def clear(folder: Path, unused_s: float = 0.0) -> None:
    """Remove copies that nobody reads, and what killed steps were making, unused for so long."""
    for place in [*folder.glob("kept-*"), *folder.glob("made-*")]:
        with suppress(FileNotFoundError):
            if time.time() - place.stat().st_mtime >= unused_s:
                _remove(place)


@contextmanager
def output(folder: Path | None = None) -> Iterator[BinaryIO]:
    """A file that a child may fill, gone afterwards. It has a name: an outer sandbox passes on only
    what it can find by one. So a kill leaves it behind; whoever works on it holds it locked."""
    with tempfile.NamedTemporaryFile(dir=folder, prefix="made-") as made:
        fcntl.flock(made, fcntl.LOCK_EX)
        yield made.file  # type: ignore[misc]


def scratch(data: Path) -> Path:
    """The folder for what is only needed while a job runs."""
    folder = data / "tmp"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def _place(folder: Path, key: str) -> Path:
    return folder / f"kept-{hashlib.sha256(key.encode()).hexdigest()[:32]}"


@contextmanager
def _locked(place: Path, go_on: Callable[[], None], *, may_share: bool) -> Iterator[int]:
    """The folder of a copy: ours alone, or shared where it holds one and that is good enough. A process that
    dies lets go of it."""
    while True:
        place.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(place, os.O_RDONLY | os.O_DIRECTORY)
        try:
            _wait_for(handle, go_on, lambda: may_share and (place / "input").exists())
            if _is_still(handle, place):
                yield handle
                return
        finally:
            os.close(handle)


def _wait_for(handle: int, go_on: Callable[[], None], is_shared: Callable[[], bool]) -> None:
    while True:
        try:
            return fcntl.flock(handle, (fcntl.LOCK_SH if is_shared() else fcntl.LOCK_EX) | fcntl.LOCK_NB)
        except BlockingIOError:
            go_on()
            time.sleep(WAIT_S)


def _is_still(handle: int, place: Path) -> bool:
    """Whether the folder was not removed while we waited for it."""
    try:
        return os.fstat(handle).st_ino == place.stat().st_ino
    except FileNotFoundError:
        return False


def _remove(place: Path) -> None:
    with suppress(FileNotFoundError, BlockingIOError):
        handle = os.open(place, os.O_RDONLY)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if place.is_dir():
                shutil.rmtree(place, ignore_errors=True)
            else:
                place.unlink()
        finally:
            os.close(handle)


def _copied(store: Store, key: str, copy: Path, seal: Seal | None, go_on: Callable[[], None]) -> str:
    """A full disk is told like a full store: it passes, and says nothing about the file. What bears a copy's
    name is whole, also after a kill."""
    part = copy.with_name("part")
    try:
        with part.open("wb") as file:
            sha256 = _read(store, key, file, seal, go_on)
        part.rename(copy)
        return sha256
    except OSError as fault:
        if fault.errno in (errno.ENOSPC, errno.EDQUOT):
            raise OutOfSpace("no room for a working copy") from fault
        raise
    finally:
        part.unlink(missing_ok=True)


def _read(store: Store, key: str, copy: BinaryIO | None, seal: Seal | None, go_on: Callable[[], None]) -> str:
    """The digest of the plain bytes; the copy is as they lie."""
    digest, stream = Digest(), seal.stream() if seal else None
    with store.open(key) as reader:
        header = reader.read(seal.skip) if seal else b""
        if copy:
            copy.write(header)
        while piece := reader.read(PIECE):
            go_on()
            # A piece of its own, for the digest may look at it while the next one is opened.
            digest.update(bytes(stream.turned(piece)) if stream else piece)
            if copy:
                copy.write(piece)
    return digest.hexdigest()

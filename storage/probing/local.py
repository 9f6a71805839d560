"""Checks of a folder: what kind of disk it lies on, and whether that disk keeps what fsync promises."""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import stat
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from storage import keys
from storage.local import LocalStore
from storage.local_files import fsync_folder
from storage.probing import contract
from storage.probing.contract import Corner
from storage.probing.telling import Told

OLD_S = 600
_LEFT = re.compile(r"probe-(\d{9,11})-[0-9a-f]{8}")
_IN_MEMORY = frozenset({"tmpfs", "ramfs"})
_ELSEWHERE = re.compile(r"nfs\d?|cifs|smb3?|9p|ceph|glusterfs|afs|fuse\..*|fuseblk|virtiofs")
_LONGEST_NAME = 240


@dataclass
class Folder(Corner):
    """A corner of the operator's folder, and that folder itself."""

    store: LocalStore
    other: LocalStore
    root: Path
    corner: Path
    reserve: int
    free: int


@contextmanager
def prepared(store: LocalStore, corner: str, reserve: int) -> Iterator[Folder]:
    _sweep(store.root)
    try:
        first, second = store.below(corner), store.below(corner)
        yield Folder(first, second, store.root, first.root, reserve, store.free_bytes())
    finally:
        try:
            shutil.rmtree(store.root / corner, ignore_errors=True)
        except KeyboardInterrupt:
            # Pressed while we tidied up: that is finished first.
            shutil.rmtree(store.root / corner, ignore_errors=True)
            raise


def place(folder: Folder) -> Told:
    kind = _filesystem(folder.root)
    if kind in _IN_MEMORY:
        return Told("place-memory", kind=kind)
    if _ELSEWHERE.fullmatch(kind):
        return Told("place-elsewhere", kind=kind)
    return Told("place", kind=kind)


def room(folder: Folder) -> Told:
    return Told("room" if folder.free >= folder.reserve else "room-low", free=folder.free)


def private(folder: Folder) -> Told:
    inside = [folder.root / "objects", folder.root / "uploads"]
    is_open = [path for path in inside if stat.S_IMODE(path.stat().st_mode) & 0o007]
    if is_open and stat.S_IMODE(folder.root.stat().st_mode) & 0o007:
        return Told("private-not", folder=folder.root)
    return Told("private")


def one_filesystem(folder: Folder) -> Told:
    """Completing an upload gives its file a second name; that works within one filesystem only."""
    uploads, objects = folder.root / "uploads", folder.root / "objects"
    first, second = uploads / folder.corner.name, objects / folder.corner.name
    try:
        first.write_bytes(b"x")
        try:
            os.link(first, second)
        except OSError as fault:
            is_split = uploads.stat().st_dev != objects.stat().st_dev
            return Told("two-filesystems") if is_split else Told("no-links", fault=fault.strerror)
        return Told("one-filesystem")
    finally:
        for path in (first, second):
            with suppress(OSError):
                path.unlink()


def names(folder: Folder) -> Told:
    path = folder.corner / ("n" * _LONGEST_NAME)
    try:
        path.write_bytes(b"")
    except OSError as fault:
        return Told("names-short", fault=fault.strerror)
    path.unlink()
    return Told("names")


def synced(folder: Folder) -> Told:
    path = folder.corner / "synced"
    try:
        handle = os.open(path, os.O_CREAT | os.O_WRONLY, 0o600)
        try:
            os.write(handle, b"x" * 4096)
            began = time.perf_counter()
            os.fdatasync(handle)
            os.fsync(handle)
        finally:
            os.close(handle)
        fsync_folder(folder.corner)
    except OSError as fault:
        return Told("synced-not", fault=fault.strerror)
    return Told("synced", took=f"{(time.perf_counter() - began) * 1000:.1f}")


def locks(folder: Folder) -> Told:
    """Writers into one upload keep apart by a lock on its file, whichever process they are in."""
    path = folder.corner / "locks"
    path.write_bytes(b"")
    with path.open("rb") as first, path.open("rb") as second:
        try:
            fcntl.flock(first, fcntl.LOCK_SH)
        except OSError as fault:
            return Told("locks-not", fault=fault.strerror)
        try:
            fcntl.flock(second, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return Told("locks")
    return Told("locks-not", fault="flock")


def protected(folder: Folder) -> Told:
    """Originals lose their write bits. Root may write all the same."""
    key = keys.original("protected")
    session = folder.store.begin(key)
    folder.store.append(session, 0, [b"x"])
    folder.store.complete(session, 1)
    path = folder.store.path_of(key)
    if stat.S_IMODE(path.stat().st_mode) & 0o222:
        return Told("protected-not")
    try:
        os.close(os.open(path, os.O_WRONLY))
    except PermissionError:
        return Told("protected")
    return Told("protected-but-root")


CHECKS: dict[str, Callable[[Folder], Told]] = {
    "place": place,
    "room": room,
    "private": private,
    "links": one_filesystem,
    "names": names,
    "fsync": synced,
    "locks": locks,
    "round trip": contract.round_trip,
    "ranges": contract.ranges,
    "write once": contract.first_put_wins,
    "resuming": contract.resuming,
    "too early": contract.too_early,
    "aborting": contract.aborting,
    "originals": protected,
    "speed": contract.speed,
}


def _filesystem(path: Path) -> str:
    """The kind of filesystem the folder lies on, by the longest mount point above it."""
    best, kind = "", "unknown"
    for line in Path("/proc/self/mountinfo").read_text().splitlines():
        before, _, after = line.partition(" - ")
        point = before.split()[4].encode().decode("unicode_escape")
        if path.is_relative_to(point) and len(point) >= len(best):
            best, kind = point, after.split()[0]
    return kind


def _sweep(root: Path) -> None:
    """Corners of runs that were killed."""
    for path in root.iterdir():
        found = _LEFT.fullmatch(path.name)
        if found and time.time() - int(found[1]) > OLD_S:
            shutil.rmtree(path, ignore_errors=True)
    for folder in (root / "uploads", root / "objects"):
        for path in folder.glob("probe-*"):
            found = _LEFT.fullmatch(path.name)
            if found and path.is_file() and time.time() - int(found[1]) > OLD_S:
                path.unlink(missing_ok=True)

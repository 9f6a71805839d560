"""What lies in a folder: plain files a person put there, bounded in depth and number. Opens nothing.

Paths are bytes, for a stick may hold names in any encoding; a name is data and never more.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass

from tipline.domain.taken import Found

DEEPEST = 8
MOST_ENTRIES = 50_000
# What systems put on every stick, and files that a copy under way is called by.
_OF_SYSTEMS = {
    b"system volume information", b"$recycle.bin", b"recycler", b"recycled", b"lost+found", b"lost.dir",
    b"found.000", b"thumbs.db", b"ehthumbs.db", b"desktop.ini", b"autorun.inf", b"ntuser.dat", 
    b"pagefile.sys", b"iconcache.db", b"indexervolumeguid", b"wpsettings.dat", b"bootsect.bak",
}  # fmt: skip
_UNFINISHED = (b".part", b".partial", b".crdownload", b".filepart", b".tmp", b".download")


@dataclass(frozen=True)
class Seen:
    """A file as it stood when it was looked at; `inode` tells it from one that took its place."""

    found: Found
    inode: tuple[int, int]

    @property
    def stamp(self) -> tuple[int, int, int]:
        """What must stand still before the file counts as whole."""
        return self.found.size, self.found.mtime_ns, self.inode[1]


class TooMany(Exception):
    """More lies there than is looked at in one round."""


def files(root: bytes, *, without: bytes | None = None) -> Iterator[Seen]:
    """Every file below `root`, folder by folder in the order of names; raises OSError if root is not there.

    Links, devices, hidden files and those of systems are passed over, and the folder `without`.
    """
    left = [MOST_ENTRIES]
    yield from _below(root, root, without, 0, left)


def _below(root: bytes, folder: bytes, without: bytes | None, depth: int, left: list[int]) -> Iterator[Seen]:
    try:
        with os.scandir(folder) as listed:
            entries = sorted(_counted(listed, left), key=lambda one: one.name)
    except OSError:
        if folder == root:
            raise
        return  # pulled out or forbidden: the others are still worth looking at
    folders = []
    for entry in entries:
        if is_passed_over(entry.name):
            continue
        try:
            status = entry.stat(follow_symlinks=False)
        except OSError:
            continue
        if stat.S_ISDIR(status.st_mode):
            folders.append(entry.path)
        elif stat.S_ISREG(status.st_mode):
            found = Found(entry.path, group_of(root, entry.path), status.st_size, status.st_mtime_ns)
            yield Seen(found, (status.st_dev, status.st_ino))
    for one in folders:
        if depth < DEEPEST and one != without:
            yield from _below(root, one, without, depth + 1, left)


def _counted(listed: Iterator[os.DirEntry[bytes]], left: list[int]) -> Iterator[os.DirEntry[bytes]]:
    for entry in listed:
        left[0] -= 1
        if left[0] < 0:
            raise TooMany
        yield entry


def is_passed_over(name: bytes) -> bool:
    lower = name.lower()
    return lower.startswith((b".", b"~$")) or lower in _OF_SYSTEMS or lower.endswith(_UNFINISHED)


def group_of(root: bytes, path: bytes) -> bytes:
    """The folder whose files belong together: the first below the root, or the root itself."""
    parts = os.path.relpath(path, root).split(b"/")
    return os.path.join(root, parts[0]) if len(parts) > 1 else root

"""The files of a package, from the zip or from the folder it was unpacked to. Nothing is ever written.

A zip is read by what its directory claims, which is a stranger's word: every number is compared with the file
before it is used, and each byte outside the files with the one form that the station writes (`envelope`).
"""

from __future__ import annotations

import os
import stat
import struct
import zlib
from typing import BinaryIO, Iterable, Iterator  # noqa: UP035 - Python 3.8 knows no other place for it

from tipline.verifier.envelope import (
    CENTRAL,
    END,
    END64,
    LIMIT,
    LOCAL,
    Member,
    central_header,
    descriptor,
    ending,
    local_header,
)
from tipline.verifier.faults import Findings
from tipline.verifier.names import unsafe

MOST_ENTRIES = 200_000
LARGEST_DIRECTORY = 64 * 1024 * 1024
CHUNK = 1024 * 1024


class Damaged(Exception):
    """The bytes of a file cannot be had."""


class Files:
    """Name → size of each file that may be looked at, and how to read it."""

    def __init__(self) -> None:
        self.sizes: dict[str, int] = {}
        self.unread: list[str] = []

    def chunks(self, name: str) -> Iterator[bytes]:
        """The bytes of a file; raises Damaged."""
        raise NotImplementedError

    def whole(self, name: str, most: int) -> bytes:
        """All of a small file; raises Damaged when it is larger."""
        if self.sizes[name] > most:
            raise Damaged("too large")
        return b"".join(self.chunks(name))

    def finish(self, found: Findings) -> None:
        """What can only be said once everything was read."""

    def close(self) -> None:
        """Let go of the file."""

    def take(self, found: Findings, name: str, size: int, folded: dict[str, str]) -> bool:
        """Whether to look at a file of this name."""
        why = unsafe(name)
        if why:
            found.fault("name-unsafe", name=name, why=why)
            return False
        if name.lower() in folded:
            found.fault("name-twice", name=name)
            return False
        folded[name.lower()] = name
        self.sizes[name] = size
        return True


class Folder(Files):
    """An unpacked package."""

    def __init__(self, path: str, found: Findings) -> None:
        super().__init__()
        self.path = path
        folded: dict[str, str] = {}
        for where, folders, names in os.walk(path):
            for one in sorted(folders + names):
                full = os.path.join(where, one)
                name = os.path.relpath(full, path).replace(os.sep, "/")
                told = os.lstat(full)
                if stat.S_ISLNK(told.st_mode):
                    found.fault("link", name=name)
                    self.unread.append(name)
                elif not stat.S_ISREG(told.st_mode):
                    if not stat.S_ISDIR(told.st_mode):
                        found.fault("damaged", name=name, fault="no file")
                        self.unread.append(name)
                elif not self.take(found, name, told.st_size, folded):
                    self.unread.append(name)
            if len(folded) + len(self.unread) > MOST_ENTRIES:
                found.fault("too-many", number=len(folded) + len(self.unread))
                self.sizes = {}
                return

    def chunks(self, name: str) -> Iterator[bytes]:
        try:
            with open(os.path.join(self.path, *name.split("/")), "rb") as file:
                while True:
                    piece = file.read(CHUNK)
                    if not piece:
                        return
                    yield piece
        except OSError as fault:
            raise Damaged(fault.strerror or type(fault).__name__) from fault


class Zip(Files):
    """A package as it was downloaded."""

    def __init__(self, file: BinaryIO, found: Findings) -> None:
        super().__init__()
        self.file = file
        self.end = file.seek(0, os.SEEK_END)
        self.members: dict[str, Member] = {}
        self.listed: list[Member] = []
        self.crcs: dict[int, int] = {}
        directory = self._directory(found)
        if directory is not None:
            self._list(directory, found)

    def chunks(self, name: str) -> Iterator[bytes]:
        one = self.members[name]
        crc, left = 0, one.size
        self.file.seek(one.offset)
        head = self.file.read(30)
        if len(head) < 30 or head[:4] != LOCAL:
            raise Damaged("nothing begins where the directory says")
        at = one.offset + 30 + sum(struct.unpack("<HH", head[26:30]))
        while left:
            self.file.seek(at)  # another member may be read beside this one
            piece = self.file.read(min(CHUNK, left))
            if not piece:
                raise Damaged("cut short")
            at += len(piece)
            crc, left = zlib.crc32(piece, crc), left - len(piece)
            yield piece
        self.crcs[one.offset] = crc

    def finish(self, found: Findings) -> None:
        """The envelope as it must be, compared with what stands there."""
        for where in self._differences():
            found.fault("envelope", where=where)
            return

    def close(self) -> None:
        self.file.close()

    def _differences(self) -> Iterator[str]:
        at = 0
        for one in self.listed:
            name = one.name.decode("ascii", "replace")
            if one.offset != at or name.endswith("/"):
                yield "before " + name
            head = local_header(one.name, one.size)
            crc = self.crcs.get(one.offset, one.crc)
            tail = descriptor(one.size, crc)
            if self._at(at, len(head)) != head:
                yield "head of " + name
            if one.crc != crc or self._at(at + len(head) + one.size, len(tail)) != tail:
                yield "end of " + name
            at += len(head) + one.size + len(tail)
        directory = b"".join(map(central_header, self.listed))
        directory += ending(len(self.listed), at, len(directory))
        if self._at(at, len(directory) + 1) != directory:
            yield "directory"

    def _at(self, offset: int, length: int) -> bytes:
        self.file.seek(offset)
        return self.file.read(length)

    def _directory(self, found: Findings) -> bytes | None:
        """The raw directory, once its size and number are known to be bearable."""
        if self._at(0, 4) not in (LOCAL, END):
            found.fault("not-a-package")
            return None
        start = max(0, self.end - 65_557 - 76)
        tail = self._at(start, self.end - start)
        at = tail.rfind(END)
        if at < 0 or len(tail) - at < 22:
            found.fault("cut-short", size=self.end)
            return None
        number, size, offset = struct.unpack("<HLL", tail[at + 10 : at + 20])
        long = tail.rfind(END64, 0, at)
        if long >= 0 and at - long >= 56 and LIMIT in (size, offset, number | 0xFFFF0000):
            number, size, offset = struct.unpack("<QQQ", tail[long + 32 : long + 56])
        if number > MOST_ENTRIES or size > LARGEST_DIRECTORY:
            found.fault("too-many", number=number)
            return None
        if offset + size > self.end:
            found.fault("cut-short", size=self.end)
            return None
        return self._at(offset, size)

    def _list(self, directory: bytes, found: Findings) -> None:
        folded: dict[str, str] = {}
        told = list(self._told(directory))
        base = base_of(name for name, *_ in told)
        for raw_name, mode, is_packed, one in told:
            name = raw_name[len(base) :] if raw_name.startswith(base) else raw_name
            if name.endswith("/") and not one.size and not unsafe(name[:-1]):
                continue  # a folder, as other programs list them
            if stat.S_ISLNK(mode):
                found.fault("link", name=name)
            elif is_packed:
                found.fault("compressed", name=name)
            elif one.offset + one.size > self.end:
                found.fault("damaged", name=name, fault="larger than the file")
            elif self.take(found, name, one.size, folded):
                self.members[name] = one
                continue
            self.unread.append(name)

    def _told(self, directory: bytes) -> Iterator[tuple[str, int, bool, Member]]:
        """Name, mode, whether it is not stored plainly, and the rest of each entry."""
        at = 0
        while at + 46 <= len(directory) and directory[at : at + 4] == CENTRAL:
            flags, method = struct.unpack("<HH", directory[at + 8 : at + 12])
            crc, packed, size, named, more, said = struct.unpack("<LLLHHH", directory[at + 16 : at + 34])
            mode, offset = struct.unpack("<LL", directory[at + 38 : at + 46])
            raw = directory[at + 46 : at + 46 + named]
            extra = directory[at + 46 + named : at + 46 + named + more]
            at += 46 + named + more + said
            size, packed, offset = long_numbers(extra, size, packed, offset)
            self.listed.append(Member(raw, size, crc, offset))
            if len(self.listed) > MOST_ENTRIES:
                return
            is_packed = bool(method or flags & 1 or packed != size)
            yield raw.decode("utf-8", "backslashreplace"), mode >> 16, is_packed, self.listed[-1]


def base_of(names: Iterable[str]) -> str:
    """The one folder of the zip in which the bag lies, with its stroke; nothing where it lies beside none.

    What somebody put outside that folder keeps its whole name, and is found as what no list names.
    """
    found = {one.rpartition("bagit.txt")[0] for one in names if one.endswith("/bagit.txt")}
    found = {one for one in found if one.count("/") == 1}
    return found.pop() if len(found) == 1 else ""


def long_numbers(extra: bytes, size: int, packed: int, offset: int) -> list[int]:
    """The same numbers, those that did not fit taken from the extra field."""
    told = [size, packed, offset]
    while len(extra) >= 4:
        kind, length = struct.unpack("<HH", extra[:4])
        body, extra = extra[4 : 4 + length], extra[4 + length :]
        for index in range(3):
            if kind == 1 and told[index] == LIMIT and len(body) >= 8:
                told[index], body = struct.unpack("<Q", body[:8])[0], body[8:]
    return told


def open_files(path: str, found: Findings) -> Files | None:
    """The package at this path; None after a fault that leaves nothing to look at."""
    try:
        if os.path.isdir(path):
            inside = os.listdir(path)
            if len(inside) == 1 and "bagit.txt" not in inside:  # where the zip was unpacked to
                path = os.path.join(path, inside[0])
            if not os.path.isfile(os.path.join(path, "bagit.txt")):
                found.fault("not-a-package")
                return None
            return Folder(path, found)
        file = open(path, "rb")  # noqa: SIM115 - it stays open as long as the package is looked at
    except OSError as fault:
        found.fault("unreadable", fault=fault.strerror or type(fault).__name__)
        return None
    opened = Zip(file, found)
    if found.whole or opened.sizes:
        return opened
    file.close()
    return None

"""The end of a film, sent ahead of the rest: scratch beside the growing file, so that an index is read early.

Nothing here is made durable: who loses it loses a glance, no evidence.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import BinaryIO

from storage.appending import pieces_of
from storage.base import SessionGone
from storage.faults import told_plainly

TAIL, COMING = "~tail", "~tail-comes"


def keep(data: BinaryIO, coming: Path, tail: Path, most: int) -> int:
    """Write `data` to `coming`, and when all is there give it the name `tail`; how many bytes there were."""
    try:
        size = _write(data, coming, most)
        with told_plainly(SessionGone("the upload session has ended")):
            os.replace(coming, tail)
    except BaseException:
        with told_plainly():
            coming.unlink(missing_ok=True)
        raise
    return size


def head(growing: Path, size: int) -> bytes:
    """The first bytes of a file that grows."""
    with growing.open("rb") as file:
        return file.read(size)


def _write(data: BinaryIO, coming: Path, most: int) -> int:
    flags = os.O_CREAT | os.O_TRUNC | os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC
    with told_plainly():
        handle = os.open(coming, flags, 0o640)
    size = 0
    try:
        for piece in pieces_of(data):
            if size + len(piece) > most:
                raise ValueError("more bytes than a tail may have")
            with told_plainly():
                size += os.pwrite(handle, piece, size)
    finally:
        os.close(handle)
    return size

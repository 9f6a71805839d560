"""Where the page finds the end of a film to send ahead: only where it helps, whatever a file claims."""

from __future__ import annotations

import json
import struct
import subprocess
from pathlib import Path

from tests.clients.node import HERE, find_node

MIB = 1024 * 1024
FTYP = b"\x00\x00\x00\x18ftypisom" + bytes(12)


def box(name: bytes, size: int) -> bytes:
    return struct.pack(">I4s", size, name) + bytes(size - 8)


def large(name: bytes, size: int) -> bytes:
    """With its size in 64 bits."""
    return struct.pack(">I4sQ", 1, name, size) + bytes(size - 16)


MDAT, MOOV = box(b"mdat", 2 * MIB), box(b"moov", 50_000)
HEAD = len(FTYP) + len(MDAT)
FILMS: dict[str, tuple[bytes, int]] = {
    "index last": (FTYP + MDAT + MOOV, HEAD),
    "old quicktime": (box(b"wide", 8) + MDAT + MOOV, 8 + len(MDAT)),
    "sizes in 64 bits": (FTYP + large(b"mdat", 2 * MIB) + MOOV, HEAD),
    "more behind the index": (FTYP + MDAT + MOOV + box(b"free", 999), HEAD),
    "room before the index": (FTYP + MDAT + box(b"free", MIB) + MOOV, HEAD + MIB),
    "index first": (FTYP + MOOV + MDAT, -1),
    "fragments": (FTYP + MOOV + box(b"moof", 100) + MDAT, -1),
    "no index": (FTYP + MDAT, -1),
    "pictures to the end": (FTYP + struct.pack(">I4s", 0, b"mdat") + bytes(2 * MIB), -1),
    "an index that is most of the film": (FTYP + box(b"mdat", MIB) + box(b"moov", MIB), -1),
    "small": (FTYP + box(b"mdat", 1000) + box(b"moov", 100), -1),
    "larger than the file": (FTYP + struct.pack(">I4s", 2**31, b"mdat") + bytes(2 * MIB), -1),
    "larger than any file": (FTYP + struct.pack(">I4sQ", 1, b"mdat", 2**64 - 1) + bytes(2 * MIB), -1),
    "no size at all": (FTYP + struct.pack(">I4s", 3, b"mdat") + bytes(2 * MIB), -1),
    "boxes without end": (FTYP + MDAT + box(b"free", 8) * 100 + MOOV, -1),
    "another kind of file": (b"\x1aE\xdf\xa3" + bytes(2 * MIB), -1),
    "broken off in a box's head": (FTYP + MDAT + MOOV[:9], -1),
}


def test_the_end_is_found_where_it_helps_and_nowhere_else(tmp_path: Path) -> None:
    paths = []
    for number, (data, _) in enumerate(FILMS.values()):
        (path := tmp_path / str(number)).write_bytes(data)
        paths.append(str(path))

    said = subprocess.check_output(
        [find_node(), str(HERE / "tail.mjs"), json.dumps(paths)], text=True, timeout=60
    )

    assert dict(zip(FILMS, json.loads(said), strict=True)) == {name: at for name, (_, at) in FILMS.items()}

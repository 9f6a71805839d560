"""A map of one tile as a PMTiles file: a town's main street with a Chinese name, written by hand."""

from __future__ import annotations

import json
import struct
from pathlib import Path

ZOOM = 10
TILE = (835, 405)  # holds 34.72 north, 113.67 east


def write(path: Path) -> Path:
    """The smallest file that a map of the desk draws: uncompressed, one entry in its only directory."""
    tile = _tile()
    directory = b"".join(map(_varint, (1, _tile_id(ZOOM, *TILE), 1, len(tile), 1)))
    metadata = json.dumps({"name": "drawn"}).encode()
    root_at = 127
    metadata_at = root_at + len(directory)
    tiles_at = metadata_at + len(metadata)
    header = b"PMTiles\x03" + struct.pack(
        "<11Q", root_at, len(directory), metadata_at, len(metadata), tiles_at, 0, tiles_at, len(tile), 1, 1, 1
    )
    edges = [round(one * 10**7) for one in (113.5, 34.6, 113.8, 34.8)]
    header += struct.pack("<BBBBBB", 1, 1, 1, 1, ZOOM, ZOOM) + struct.pack("<4i", *edges)
    header += struct.pack("<B2i", ZOOM, round(113.67 * 10**7), round(34.72 * 10**7))
    assert len(header) == root_at, len(header)
    path.write_bytes(header + directory + metadata + tile)
    return path


def _tile() -> bytes:
    """A vector tile with one road right across it."""
    line = [_command(1, 1), _zigzag(0), _zigzag(2000), _command(2, 1), _zigzag(4096), _zigzag(0)]
    words = [("kind", "major_road"), ("name", "航海路"), ("kind_detail", "primary")]
    tags = b"".join(_varint(one) for at in range(len(words)) for one in (at, at))
    feature = _field(2, tags) + _number(3, 2) + _field(4, b"".join(map(_varint, line)))
    layer = _number(15, 2) + _field(1, b"roads") + _field(2, feature)
    layer += b"".join(_field(3, key.encode()) for key, _value in words)
    layer += b"".join(_field(4, _field(1, value.encode())) for _key, value in words) + _number(5, 4096)
    return _field(3, layer)


def _tile_id(zoom: int, x: int, y: int) -> int:
    """Tiles are counted along Hilbert's curve, level by level."""
    found = sum(4**level for level in range(zoom))
    side = 1 << (zoom - 1)
    while side:
        right, down = int(bool(x & side)), int(bool(y & side))
        found += side * side * ((3 * right) ^ down)
        if not down:
            if right:
                x, y = side - 1 - (x & (side - 1)), side - 1 - (y & (side - 1))
            x, y = y, x
        side >>= 1
    return found


def _command(kind: int, times: int) -> int:
    return times << 3 | kind


def _zigzag(value: int) -> int:
    return value << 1 if value >= 0 else (-value << 1) - 1


def _varint(value: int) -> bytes:
    out = b""
    while value > 0x7F:
        out += bytes([value & 0x7F | 0x80])
        value >>= 7
    return out + bytes([value])


def _field(number: int, data: bytes) -> bytes:
    return _varint(number << 3 | 2) + _varint(len(data)) + data


def _number(number: int, value: int) -> bytes:
    return _varint(number << 3) + _varint(value)

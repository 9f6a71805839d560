"""What may cross the wall: small JSON headers, each with raw pixels of exactly the announced size behind it.

The child writes with ``send``. The parent feeds whatever bytes arrive to ``Reader``, which believes nothing:
lengths, sides, totals and counts are bounded before a byte is kept.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO

HEADER_BYTES = 512 * 1024
JSON_BYTES = 8 * 1024 * 1024
SIDE = 20_000
FRAME_PIXELS = 24_000_000
PICTURES = 96
PICTURE_BYTES = 3 * 1024**3
TILE_SIDE = 320
TILES = 400
TABLE_ROWS = 2_000_000
ROW = struct.Struct("<qq")  # of a table of frames: when it is shown, in ticks, and its number
MESSAGES = 20_000
JOB_BYTES = 512 * 1024
KINDS = frozenset({"facts", "keyframe", "tile", "table", "progress", "done", "refused"})
WITH_PIXELS = frozenset({"keyframe", "tile"})
LENGTH = struct.Struct(">I")


class Broken(ValueError):
    """The child said something that the protocol does not allow."""


@dataclass(frozen=True)
class Message:
    """One message: a kind, a JSON object, and what comes raw behind it: pixels, or the rows of a table."""

    kind: str
    body: dict[str, Any]
    pixels: bytes = b""


def send(out: BinaryIO, kind: str, body: Mapping[str, Any], pixels: bytes | memoryview = b"") -> None:
    """Write one message. NaN and infinity are refused here already."""
    header = json.dumps({"kind": kind, **body}, allow_nan=False, separators=(",", ":")).encode("ascii")
    if len(header) > HEADER_BYTES:
        raise Broken("header too large")
    out.write(LENGTH.pack(len(header)))
    out.write(header)
    out.write(pixels)
    out.flush()


@dataclass
class Reader:
    """Parses the child's bytes as they come. ``feed`` gives the messages completed by a piece."""

    _buffer: bytearray = field(default_factory=bytearray)
    _waiting: dict[str, Any] | None = None
    _pixels_due: int = 0
    _json_total: int = 0
    _pixel_total: int = 0
    _pictures: int = 0
    _tiles: int = 0
    _rows: int = 0
    _messages: int = 0

    def feed(self, piece: bytes) -> Iterator[Message]:
        """Take a piece of any size; raise ``Broken`` on the first thing that is not allowed."""
        self._buffer += piece
        while (message := self._next()) is not None:
            yield message

    def finish(self) -> None:
        """The stream ended: anything half said is a fault."""
        if self._buffer or self._waiting is not None:
            raise Broken("ended in the middle of a message")

    def _next(self) -> Message | None:
        if self._waiting is None:
            self._waiting = self._header()
            if self._waiting is None:
                return None
        if len(self._buffer) < self._pixels_due:
            return None
        pixels = bytes(memoryview(self._buffer)[: self._pixels_due])
        del self._buffer[: self._pixels_due]
        body, self._waiting, self._pixels_due = self._waiting, None, 0
        return Message(body.pop("kind"), body, pixels)

    def _header(self) -> dict[str, Any] | None:
        if len(self._buffer) < LENGTH.size:
            return None
        (length,) = LENGTH.unpack_from(self._buffer)
        if length > HEADER_BYTES:
            raise Broken("header too large")
        if len(self._buffer) < LENGTH.size + length:
            return None
        raw = bytes(self._buffer[LENGTH.size : LENGTH.size + length])
        del self._buffer[: LENGTH.size + length]
        self._count(length)
        body = _parse(raw)
        if body["kind"] in WITH_PIXELS:
            self._announce(body, small=body["kind"] == "tile")
        elif body["kind"] == "table":
            self._announce_rows(body.get("rows"))
        return body

    def _count(self, length: int) -> None:
        self._messages += 1
        self._json_total += length
        if self._messages > MESSAGES or self._json_total > JSON_BYTES:
            raise Broken("too much said")

    def _announce_rows(self, rows: Any) -> None:
        self._rows += rows if type(rows) is int and rows > 0 else TABLE_ROWS + 1
        if self._rows > TABLE_ROWS:
            raise Broken("rows out of bounds")
        self._pixels_due = rows * ROW.size

    def _announce(self, body: dict[str, Any], *, small: bool) -> None:
        width, height = body.get("width"), body.get("height")
        if type(width) is not int or type(height) is not int:
            raise Broken("a side is not a whole number")
        side = TILE_SIDE if small else SIDE
        if not (1 <= width <= side and 1 <= height <= side) or width * height > FRAME_PIXELS:
            raise Broken("picture out of bounds")
        self._pixels_due = width * height * 3
        self._pixel_total += self._pixels_due
        self._tiles += small
        self._pictures += not small
        if self._pictures > PICTURES or self._tiles > TILES or self._pixel_total > PICTURE_BYTES:
            raise Broken("too many pictures")


def _parse(raw: bytes) -> dict[str, Any]:
    try:
        body = json.loads(raw.decode("utf-8"), parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise Broken("not JSON") from error
    if not isinstance(body, dict) or not isinstance(body.get("kind"), str) or body["kind"] not in KINDS:
        raise Broken("unknown kind of message")
    return body


def _no_constant(name: str) -> None:
    raise Broken(f"{name} is no number")

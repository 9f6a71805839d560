"""Our side of a browser copy: hands over the pieces that earlier steps wrote, keeps what was made of them.

Opens none of it: pieces and copy are as little to be trusted as the film they come from.
"""

from __future__ import annotations

import io
import os
import shutil
from pathlib import Path
from typing import BinaryIO, NamedTuple

import structlog

import storage
from storage import Store
from tipline.db import Database
from tipline.domain import renditions, steps
from workers import encode, framelist
from workers.lease import Lease
from workers.media import codes, wire
from workers.pictures import FRAMES_NAME, OUTPUTS, Pictures
from workers.sandbox import Answer

log = structlog.get_logger(__name__)
PIECE = 1024 * 1024
MP4_MARK = b"ftyp"
Parts = list[list[int]]


class Gathered(NamedTuple):
    """Of each piece where it lies, its size, its first tick; and whether a part of the film is missing."""

    parts: Parts
    lacks: bool = False

    def warn(self, answer: Answer) -> None:
        """Say of a copy that was joined of these pieces that it stands still where one is missing."""
        if self.lacks and answer.result.get("playable") == "proxy":
            answer.result["warnings"] = [*answer.result.get("warnings", []), codes.COPY_LACKS]


class Heard:
    """The list of frames that a child told, checked."""

    def __init__(self) -> None:
        self.frames: framelist.FrameList | None = None

    def take(self, message: wire.Message) -> None:
        """One table; what is not right ends the child."""
        self.frames = framelist.checked(message.body, message.pixels)


class Folder:
    """The copy of a local file, made without a server: pieces are gathered here, what plays is written into a
    folder."""

    def __init__(self, folder: Path, held: BinaryIO) -> None:
        self._folder, self.held, self.heard = folder, held, Heard()
        self._parts: Parts = []
        self._lacks = self._lacks_first = False

    @property
    def gathered(self) -> Gathered:
        """Where each piece lies, as `gathered` finds it at the desk."""
        return Gathered([]) if self._lacks_first else Gathered(self._parts, self._lacks)

    def add(self, answer: Answer, output: BinaryIO) -> None:
        """What one span wrote."""
        if not answer.failure and not (answer.result.get("tally") or {}).get("frames"):
            return  # a hole in the recording
        told, size = answer.result.get("piece"), output.seek(0, io.SEEK_END)
        if answer.failure or not told:
            self._lacks, self._lacks_first = True, self._lacks_first or not self._parts
            return
        self._parts.append([self.held.seek(0, io.SEEK_END), size, told["first"]])
        output.seek(0)
        shutil.copyfileobj(output, self.held, PIECE)
        self.held.flush()

    def keep(self, answer: Answer, output: BinaryIO | None) -> None:
        """The copy, if it is one, and when each of its frames is shown; half a file is nobody's copy."""
        if answer.failure:
            return
        playable = answer.result.get("playable")
        if playable == "proxy" and output is not None:
            if os.pread(output.fileno(), 4, 4) != MP4_MARK:
                answer.failure, answer.result = codes.BAD_ANSWER, {}
                return
            self.write("copy", output)
        if self.heard.frames and playable in ("proxy", "original"):
            listed = framelist.described(self.heard.frames, "copy" if playable == "proxy" else "original")
            with fresh(self._folder / FRAMES_NAME) as file:
                file.write(encode.document(listed).data)

    def write(self, kind: str, output: BinaryIO) -> None:
        """What a step made, under the name it has at the desk."""
        output.seek(0)
        with fresh(self._folder / OUTPUTS[kind][0]) as file:
            shutil.copyfileobj(output, file, PIECE)


def fresh(path: Path) -> BinaryIO:
    """A new file in place of what had its name: never into a file that lies elsewhere and is linked here."""
    path.unlink(missing_ok=True)
    return path.open("xb")


def gathered(database: Database, store: Store, lease: Lease, evidence_id: str, held: BinaryIO) -> Gathered:
    """Write all pieces into ``held``, one after another.

    A span that failed leaves a gap, which costs the copy nothing else. Where the first one did, or none made
    a piece, the child encodes the film by itself.
    """
    with database.reading() as tx:
        spans = [one for one in steps.list_of(tx, evidence_id) if one.kind == "span"]
        rows = {one.name: one for one in renditions.list_of(tx, evidence_id, renditions.PIECE)}
    parts: Parts = []
    lacks = False
    for span in sorted(spans, key=lambda one: one.number):
        row, told = rows.get(piece_name(span.number)), span.found.get("piece")
        if span.state == "done" and not (span.found.get("tally") or {}).get("frames"):
            continue  # a hole in the recording
        if row is None or not told:
            if not parts:
                return Gathered([])
            lacks = True
            continue
        parts.append([held.tell(), row.size, told["first"]])
        with store.open(row.key) as piece:
            while part := piece.read(PIECE):
                lease.check()
                held.write(part)
    held.flush()
    return Gathered(parts, lacks)


def piece_name(number: int) -> str:
    """The same for the same span of a film."""
    return f"piece-{number:04d}.mp4"


def keep(pictures: Pictures, kind: str, number: int, answer: Answer, output: BinaryIO, heard: Heard) -> None:
    """What a step wrote and told, if it came to its end; half a file is nobody's copy."""
    if answer.failure:
        return
    playable = answer.result.get("playable")
    if (kind == "span" and answer.result.get("piece")) or playable == "proxy":
        if os.pread(output.fileno(), 4, 4) != MP4_MARK:
            answer.failure, answer.result = codes.BAD_ANSWER, {}
            return
        pictures.keep_output(kind, number, output)
    if heard.frames and playable in ("proxy", "original"):
        pictures.keep_frames(heard.frames, "copy" if playable == "proxy" else "original")


def clear(database: Database, store: Store, evidence_id: str) -> None:
    """The copy is made: its pieces go. One whose bytes cannot be deleted now only takes room."""
    with database.transaction() as tx:
        gone = [renditions.drop(tx, one) for one in renditions.list_of(tx, evidence_id, renditions.PIECE)]
    for key in gone:
        try:
            store.delete(key)
        except storage.StoreError as fault:
            log.warning("copy.leftover", key=key, fault=type(fault).__name__)

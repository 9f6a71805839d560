"""The wall seen from our side: starts the child, feeds it one open file, believes nothing it says.

Hostile input never raises here: a crash, a kill, a limit or a lie becomes a failure code in the media object.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from workers import untrusted
from workers.childprocess import Child, Ended
from workers.media import codes, wire
from workers.media.job import Job, Limits
from workers.selfcheck import self_check

__all__ = ["Keyframe", "Limits", "Tile", "examine", "self_check"]

LONGEST_T = 1e9
HASH_PIECE = 4 * 1024 * 1024


@dataclass(frozen=True)
class Keyframe:
    """One picture out of a file: upright RGB, three bytes a pixel, and where it came from."""

    t: float
    frame: int | None
    width: int
    height: int
    rgb: bytes
    reason: str
    sharpness: float
    pdq: str | None = None
    pdq_quality: int | None = None

    @property
    def name(self) -> str:
        """The same for the same position in the same file, so that a second run replaces, not doubles."""
        sign = "m" if self.t < 0 else ""
        return f"keyframe-{sign}{abs(round(self.t * 1000)):010d}"


@dataclass(frozen=True)
class Tile:
    """One small picture for the strip shown while somebody hovers over a film."""

    t: float
    width: int
    height: int
    rgb: bytes


class _Answer:
    """What has been said so far, checked."""

    def __init__(
        self,
        on_keyframe: Callable[[Keyframe], None] | None,
        on_progress: Callable[[float], None] | None,
        on_tile: Callable[[Tile], None] | None = None,
    ) -> None:
        self._on_keyframe, self._on_progress, self._on_tile = on_keyframe, on_progress, on_tile
        self.media = untrusted.media({})
        self.listed: dict[str, dict[str, Any]] = {}
        self.finished = False

    def take(self, message: wire.Message) -> None:
        """One message of the child."""
        if message.kind == "keyframe":
            self._keyframe(message)
        elif message.kind == "tile":
            self._tile(message)
        elif message.kind == "progress":
            part = untrusted.number(0, 1)(message.body.get("done"))
            if part is not None and self._on_progress:
                self._on_progress(part)
        elif message.kind == "refused":
            self.media["failure"], self.finished = codes.NO_SANDBOX, True
        else:
            self.media = untrusted.media(message.body.get("media"))
            self.finished = message.kind == "done"

    def _keyframe(self, message: wire.Message) -> None:
        body = message.body
        t = _position(body)
        reason = body.get("reason")
        if t is None or not isinstance(reason, str) or reason not in untrusted.REASONS:
            raise wire.Broken("a keyframe without a position or a reason")
        frame = untrusted.whole(0, untrusted.MOST_FRAMES)(body.get("frame"))
        sharp = untrusted.number(0, 1e9)(body.get("sharpness")) or 0.0
        pdq, quality = _fingerprint(body)
        size = (body["width"], body["height"])
        picture = Keyframe(t, frame, *size, message.pixels, reason, sharp, pdq, quality)
        if picture.name in self.listed:
            return
        self.listed[picture.name] = {
            "t": t,
            "frame": frame,
            "file": f"{picture.name}.jpg",
            "width": picture.width,
            "height": picture.height,
            "sharpness": sharp,
            "reason": reason,
            "pdq": pdq,
            "pdq_quality": quality,
        }
        if self._on_keyframe:
            self._on_keyframe(picture)

    def _tile(self, message: wire.Message) -> None:
        body = message.body
        t = _position(body)
        if t is None:
            raise wire.Broken("a tile without a position")
        if self._on_tile:
            self._on_tile(Tile(t, body["width"], body["height"], message.pixels))


def _position(body: Mapping[str, Any]) -> float | None:
    t: float | None = untrusted.number(-LONGEST_T, LONGEST_T)(body.get("t"))
    return t


def _fingerprint(body: Mapping[str, Any]) -> tuple[str | None, int | None]:
    """The PDQ of a picture and how far it can be trusted: both, or neither when it has none."""
    pdq, quality = body.get("pdq"), body.get("pdq_quality")
    if pdq is None and quality is None:
        return None, None
    checked = untrusted.like(untrusted.PDQ)(pdq), untrusted.whole(0, 100)(quality)
    if None in checked:
        raise wire.Broken("a keyframe with a fingerprint that is none")
    return checked


def examine(
    path: Path,
    *,
    limits: Limits | None = None,
    on_keyframe: Callable[[Keyframe], None] | None = None,
    on_progress: Callable[[float], None] | None = None,
    on_tile: Callable[[Tile], None] | None = None,
    on_tick: Callable[[], None] | None = None,
    output: BinaryIO | None = None,
    sha256: str | None = None,
    allow_unsandboxed: bool = False,
) -> dict[str, Any]:
    """The whole media object of one file. Keyframes are handed to ``on_keyframe`` as they are found.

    ``on_tick`` is called about twice a second meanwhile. What any of these raises goes through to the caller,
    after the child has been ended. ``output`` is open for reading and writing: the one file the child may
    write, up to ``limits.output_bytes``. ``sha256`` spares reading the file a second time when it is known.
    """
    answer = _Answer(on_keyframe, on_progress, on_tile)
    try:
        file = path.open("rb")
    except OSError:
        answer.media["failure"] = codes.UNREADABLE
        return _whole(answer, 0, sha256 or "")
    with file, ThreadPoolExecutor(1) as reader:
        size = os.fstat(file.fileno()).st_size
        bounds = limits or Limits().within(size)
        writable = None if output is None else output.fileno()
        job = Job(file.fileno(), size, os.getpid(), bounds, allow_unsandboxed, writable)
        digest = reader.submit(_sha256, path) if sha256 is None else None
        _run(job, file, answer, bounds, on_tick)
        return _whole(answer, size, _known(digest, sha256))


def _run(
    job: Job, file: BinaryIO, answer: _Answer, limits: Limits, on_tick: Callable[[], None] | None
) -> None:
    with Child(job, pass_file=file) as child:
        ended = child.converse(answer.take, limits.wall_seconds, on_tick)
    if answer.finished:
        return
    code = _why(ended)
    if answer.listed:
        # Pictures were handed over: the file is shown, with a warning, as far as it was read.
        answer.media["warnings"] = [*answer.media["warnings"], codes.INCOMPLETE, code]
    else:
        answer.media["failure"] = code


def _why(ended: Ended) -> str:
    return {
        "broken": codes.BAD_ANSWER,
        "timeout": codes.TIMEOUT,
        "memory": codes.MEMORY,
        "no child": codes.NO_SANDBOX,
    }.get(ended.how, codes.CRASHED)


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(HASH_PIECE):
            digest.update(piece)
    return digest.hexdigest()


def _known(digest: Future[str] | None, sha256: str | None) -> str:
    return digest.result() if digest is not None else sha256 or ""


def _whole(answer: _Answer, size: int, sha256: str) -> dict[str, Any]:
    """The media object as outsiders know it."""
    pictures = sorted(answer.listed.values(), key=lambda listed: (listed["t"], listed["file"]))
    if answer.media["failure"] in codes.REFUSALS:
        answer.media["kind"] = "other"
    return {
        **answer.media,
        "size": size,
        "sha256": sha256,
        "clock": None,
        "provenance": None,
        "keyframes": pictures,
    }

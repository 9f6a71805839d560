"""The wall seen from our side: starts the child, feeds it one open file, believes nothing it says.

Hostile input never raises here: a crash, a kill, a limit or a lie becomes a failure code.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from storage import Seal
from workers import untrusted, untrusted_results
from workers.childprocess import Child, Ended
from workers.media import codes, wire
from workers.media.job import Job, Limits
from workers.selfcheck import self_check

__all__ = ["Answer", "Hooks", "Keyframe", "Limits", "Tile", "ask", "self_check"]

LONGEST_T = 1e9
FIRST = "first"


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
    pdq: str | None = None  # 64 hex digits
    pdq_quality: int | None = None  # 0 to 100

    @property
    def name(self) -> str:
        """The same for the same position in the same file, so that a second run replaces, not doubles."""
        sign = "m" if self.t < 0 else ""
        return f"keyframe-{sign}{abs(round(self.t * 1000)):010d}"

    @property
    def listed(self) -> dict[str, Any]:
        """As the media object lists it."""
        named = ("t", "frame", "width", "height", "sharpness", "reason", "pdq", "pdq_quality")
        return {**{name: getattr(self, name) for name in named}, "file": f"{self.name}.jpg"}


@dataclass(frozen=True)
class Tile:
    """One small picture for the strip shown while somebody hovers over a film."""

    t: float
    width: int
    height: int
    rgb: bytes


@dataclass(frozen=True)
class Hooks:
    """Who wants to hear what while a child is at work. What any of these raises goes through to the caller,
    after the child has been ended."""

    on_keyframe: Callable[[Keyframe], None] | None = None
    on_tile: Callable[[Tile], None] | None = None
    on_table: Callable[[wire.Message], None] | None = None  # when each frame of a playable file is shown
    on_progress: Callable[[float], None] | None = None  # from 0 to 1
    on_result: Callable[[dict[str, Any]], None] | None = None  # of a later step, until now
    on_tick: Callable[[], None] | None = None  # about twice a second, however silent the child is


@dataclass
class Answer:
    """What a child said, checked. ``failure`` is the code of why there is no (whole) answer."""

    media: dict[str, Any] = field(default_factory=lambda: untrusted.media({}))
    plan: dict[str, Any] = field(default_factory=lambda: untrusted_results.plan(None))
    result: dict[str, Any] = field(default_factory=dict)
    keyframes: list[dict[str, Any]] = field(default_factory=list)
    failure: str | None = None


class _Ear:
    """Hears one child out and checks every word."""

    def __init__(self, task: str, hooks: Hooks) -> None:
        self.task, self.hooks = task, hooks
        self._names: set[str] = set()
        self.answer = Answer()
        self.finished = False

    def take(self, message: wire.Message) -> None:
        """One message of the child."""
        if message.kind == "keyframe":
            self._keyframe(message)
        elif message.kind == "tile":
            tile = _tile(message)
            if self.hooks.on_tile:
                self.hooks.on_tile(tile)
        elif message.kind == "table":
            if self.hooks.on_table:
                self.hooks.on_table(message)
        elif message.kind == "progress":
            part = untrusted.number(0, 1)(message.body.get("done"))
            if part is not None and self.hooks.on_progress:
                self.hooks.on_progress(part)
        elif message.kind == "refused":
            self.answer.failure, self.finished = codes.NO_SANDBOX, True
        else:
            self._facts(message)

    def _facts(self, message: wire.Message) -> None:
        answer = self.answer
        if self.task == FIRST:
            answer.media = untrusted.media(message.body.get("media"))
            answer.plan = untrusted_results.plan(message.body.get("plan"))
            answer.failure = answer.media["failure"]
        else:
            said = message.body.get("result")
            answer.result = untrusted_results.of(self.task, said)
            answer.failure = untrusted.failure(said.get("failure")) if isinstance(said, dict) else None
            if message.kind == "facts" and self.hooks.on_result:
                self.hooks.on_result(answer.result)
        self.finished = message.kind == "done"

    def _keyframe(self, message: wire.Message) -> None:
        picture = _picture(message)
        if picture.name in self._names:
            return
        self._names.add(picture.name)
        self.answer.keyframes.append(picture.listed)
        if self.hooks.on_keyframe:
            self.hooks.on_keyframe(picture)


def _picture(message: wire.Message) -> Keyframe:
    body = message.body
    t, reason = _position(body), body.get("reason")
    if t is None or not isinstance(reason, str) or reason not in untrusted.REASONS:
        raise wire.Broken("a keyframe without a position or a reason")
    frame = untrusted.whole(0, untrusted.MOST_FRAMES)(body.get("frame"))
    sharp = untrusted.number(0, 1e9)(body.get("sharpness")) or 0.0
    size = (body["width"], body["height"])
    return Keyframe(t, frame, *size, message.pixels, reason, sharp, *_fingerprint(body))


def _tile(message: wire.Message) -> Tile:
    t = _position(message.body)
    if t is None:
        raise wire.Broken("a tile without a position")
    return Tile(t, message.body["width"], message.body["height"], message.pixels)


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


def ask(
    path: Path,
    task: str = FIRST,
    *,
    given: dict[str, Any] | None = None,
    output: BinaryIO | None = None,
    pieces: BinaryIO | None = None,
    limits: Limits | None = None,
    hooks: Hooks | None = None,
    allow_unsandboxed: bool = False,
    seal: Seal | None = None,
) -> Answer:
    """Have one task done on one file, which may lie sealed. ``given`` is what earlier steps learnt and
    ``pieces`` what they wrote, one after another. ``output`` is open for reading and writing: the one file
    the child may write, up to ``limits.output_bytes``."""
    ear = _Ear(task, hooks or Hooks())
    with ExitStack() as stack:
        try:
            file = stack.enter_context(path.open("rb"))
        except OSError:
            ear.answer.failure = ear.answer.media["failure"] = codes.UNREADABLE
            return ear.answer
        size = max(0, os.fstat(file.fileno()).st_size - (seal.skip if seal else 0))
        bounds = limits or Limits().within(size)
        job = Job(
            file.fileno(),
            size,
            os.getpid(),
            bounds,
            task=task,
            given=given or {},
            output=output.fileno() if output else None,
            pieces=pieces.fileno() if pieces else None,
            allow_unsandboxed=allow_unsandboxed,
            seal=passed_on(seal),
        )
        child = stack.enter_context(Child(job, pass_file=file))
        ended = child.converse(ear.take, bounds.wall_seconds, ear.hooks.on_tick)
    return _whole(ear, ended)


def passed_on(seal: Seal | None) -> tuple[str, int] | None:
    """A seal as a child is told it."""
    return (seal.key.hex(), seal.skip) if seal else None


def _whole(ear: _Ear, ended: Ended) -> Answer:
    """The answer, with what an early end means for it."""
    answer = ear.answer
    if not ear.finished:
        code = why(ended)
        if answer.keyframes and ear.task == FIRST:
            # Pictures were handed over: the file is shown, with a warning, as far as it was read.
            answer.media["warnings"] = [*answer.media["warnings"], codes.INCOMPLETE, code]
            answer.failure = None
        else:
            answer.failure = code
    answer.media["failure"] = answer.failure
    if answer.failure in codes.REFUSALS:
        answer.media["kind"] = "other"
    return answer


def why(ended: Ended) -> str:
    """The code of an early end."""
    return {
        "broken": codes.BAD_ANSWER,
        "timeout": codes.TIMEOUT,
        "memory": codes.MEMORY,
        "no child": codes.NO_SANDBOX,
    }.get(ended.how, codes.CRASHED)

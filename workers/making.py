"""How each kind of export is made: what the child is told, and how what it hands over becomes a file.

The child decodes and we encode, as everywhere; a clip it has to write itself, so of that we know only what
its first bytes claim. `MAKERS` is the table of kinds.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from tipline import captions
from tipline.domain import derivatives, exports
from tipline.domain.derivatives import Derivative
from tipline.domain.evidence import Evidence
from tipline.domain.tips import Tip
from tipline.settings import Settings
from workers import captions as drawing
from workers import encode, framelist, limiting, local, sandbox
from workers.local import LocalFile
from workers.media import codes
from workers.sandbox import Answer, Hooks, Keyframe

MP4_MARK = b"ftyp"
PIECE = 1024 * 1024
LONGEST_CLIP_S = exports.LONGEST_CLIP.total_seconds()


@dataclass
class Made:
    """What came of it. ``file`` is open at its beginning; ``about`` is told beside it and kept with it."""

    failure: str | None = None
    file: BinaryIO | None = None
    suffix: str = ""
    mime: str = ""
    width: int = 0
    height: int = 0
    about: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Making:
    """One export under way. ``about`` is what is known of it before; ``output`` is a file for the child."""

    row: Derivative
    subject: Evidence
    tip: Tip
    file: LocalFile
    about: dict[str, Any]
    output: BinaryIO
    hooks: Hooks
    settings: Settings
    places: framelist.Places | None = None  # where each frame stands, where that was listed before

    @property
    def wanted(self) -> dict[str, Any]:
        return self.row.wanted

    def ask(self, given: dict[str, Any], *, task: str = "", **more: Any) -> Answer:
        """Have the child do a task; it bears the name of this kind if none is said."""
        task = task or self.row.kind
        return sandbox.ask(
            self.file.path,
            task,
            seal=self.file.seal,
            given=given,
            limits=limiting.for_step(task, self.subject.size),
            allow_unsandboxed=self.settings.allow_unsandboxed,
            **{"hooks": self.hooks, **more},
        )

    def described(self, place: dict[str, Any], answer: Answer) -> dict[str, Any]:
        """All that the export says of itself."""
        where = exports.placed(self.subject, self.tip, place["t"], self.wanted["zone"])
        tools = answer.result.get("tools") or {}
        said = {**self.about, **place, **where, "with": tools, "band": self.wanted["band"]}
        warned = answer.result.get("warnings")
        return {**said, "warnings": warned} if warned else said

    @property
    def foretold(self) -> dict[str, Any]:
        """Where a stretch lies, as far as that is known before it is made: numbers and positions."""
        known: dict[str, Any] = {
            name: self.wanted[name] for name in ("first", "last", "t", "until") if name in self.wanted
        }
        return {**self.places.completed(known), **known} if self.places else known

    def lines(self, said: dict[str, Any]) -> list[str]:
        """The caption in the language of whoever asked; nothing when it is not wanted."""
        return captions.lines(said, self.wanted["locale"]) if self.wanted["band"] else []


def still(making: Making) -> Made:
    """One frame as a picture."""
    answer, seen = _one_frame(making)
    if seen is None:
        return Made(answer.failure or codes.BAD_ANSWER)
    said = making.described({name: answer.result[name] for name in ("frame", "t")}, answer)
    said |= {"width": seen.width, "height": seen.height}
    made = encode.still(seen, making.lines(said), said, making.wanted["form"])
    return Made(None, io.BytesIO(made.data), made.suffix, made.mime, made.width, made.height, said)


def moment(making: Making) -> Made:
    """The frame of a sighting, as large as a page shows it."""
    answer, seen = _one_frame(making)
    if seen is None:
        return Made(answer.failure or codes.BAD_ANSWER)
    made = encode.medium(seen)
    about = {**making.about, **{name: answer.result[name] for name in ("frame", "t")}}
    return Made(None, io.BytesIO(made.data), made.suffix, made.mime, made.width, made.height, about)


def _one_frame(making: Making) -> tuple[Answer, Keyframe | None]:
    """The child's answer, and the frame where it is the very one that was asked for."""
    seen: list[Keyframe] = []
    place: dict[str, Any] = {name: making.wanted[name] for name in ("frame", "t") if name in making.wanted}
    answer = making.ask(place, task=derivatives.STILL, hooks=_with(making.hooks, seen))
    if answer.failure:
        return answer, None
    number, t = answer.result["frame"], answer.result["t"]
    is_it = len(seen) == 1 and t is not None and number is not None and place.get("frame", number) == number
    return answer, seen[0] if is_it else None


def clip(making: Making) -> Made:
    """A stretch of frames as a film of its own. Which frames it holds is known when it is written, so its
    caption names those that were asked for, by number where numbers were given."""
    names = ("first", "last", "t", "until")
    place = {name: making.wanted[name] for name in names if name in making.wanted}
    with local.output() as under:
        given = {**place, "longest_s": LONGEST_CLIP_S, "metadata": {}}
        if making.wanted["band"]:
            given["band"] = _drawn_band(making, under)
        given["metadata"] = {"comment": json.dumps(making.about, ensure_ascii=False, sort_keys=True)}
        answer = making.ask(given, output=making.output, pieces=under)
    if answer.failure:
        return Made(answer.failure)
    told = {name: answer.result[name] for name in (*names, "frames")}
    if None in told.values() or any(place.get(name, told[name]) != told[name] for name in ("first", "last")):
        return Made(codes.BAD_ANSWER)
    if making.output.seek(0, io.SEEK_END) == 0 or _head(making.output) != MP4_MARK:
        return Made(codes.BAD_ANSWER)
    said = making.described({**told, "sound": answer.result["sound"]}, answer)
    return Made(None, making.output, ".mp4", "video/mp4", about=said)


def _drawn_band(making: Making, under: BinaryIO) -> list[int]:
    """The caption as raw pixels, as wide as the film says it is."""
    facts = making.subject.facts
    sides = (facts.get("width") or 640, facts.get("height") or 360)
    width = int(sides[int(facts.get("rotation") or 0) % 180 == 90])
    place = making.foretold
    where = {}
    if "t" in place:
        where = exports.placed(making.subject, making.tip, place["t"], making.wanted["zone"])
    drawn = drawing.strip(
        max(drawing.NARROWEST, width // 2 * 2), making.lines({**making.about, **place, **where})
    )
    under.write(drawn.tobytes())
    under.flush()
    return [drawn.width, drawn.height]


def _with(hooks: Hooks, seen: list[Keyframe]) -> Hooks:
    return Hooks(on_keyframe=seen.append, on_progress=hooks.on_progress, on_tick=hooks.on_tick)


def _head(file: BinaryIO) -> bytes:
    file.seek(4)
    found = file.read(4)
    file.seek(0)
    return found


def digest_of(file: BinaryIO) -> tuple[str, int]:
    """SHA-256 and size; the file stands at its beginning afterwards."""
    digest, size = hashlib.sha256(), 0
    file.seek(0)
    while piece := file.read(PIECE):
        digest.update(piece)
        size += len(piece)
    file.seek(0)
    return digest.hexdigest(), size


MAKERS: dict[str, Callable[[Making], Made]] = {
    derivatives.STILL: still,
    derivatives.CLIP: clip,
    derivatives.MOMENT: moment,
}

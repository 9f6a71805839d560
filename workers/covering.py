"""Searches for faces, follows boxes, and makes covered copies of what somebody asked for: our side of it.

A covered picture is encoded here of raw pixels; a covered film the child has to write itself, and reads back.
Neither carries anything of the original but its pictures and, where it was wanted, its sound.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

from tipline.domain import derivatives
from workers import encode
from workers.making import MP4_MARK, Made, Making, digest_of
from workers.media import codes
from workers.sandbox import Answer, Hooks, Keyframe

LOSSLESS = frozenset({"image/png", "image/bmp"})  # pictures of screens: letters stay sharp
# What every task tells beside its result, kept under names of their own.
BESIDE = ("warnings", "timings_s", "tools")


def search(making: Making) -> Made:
    """Boxes of faces, or the way of one box: a result without a file."""
    answer = making.ask(making.wanted)
    return Made(answer.failure, about={**found(answer.result), "with": answer.result.get("tools") or {}})


def found(result: dict[str, Any]) -> dict[str, Any]:
    """What a search found, without what every task tells."""
    return {name: value for name, value in result.items() if name not in BESIDE}


def covered(making: Making) -> Made:
    """The picture or film with its covers."""
    seen: list[Keyframe] = []
    hooks = Hooks(on_keyframe=seen.append, on_progress=making.hooks.on_progress, on_tick=making.hooks.on_tick)
    answer = making.ask(making.wanted, output=making.output, hooks=hooks)
    if answer.failure:
        return Made(answer.failure)
    is_picture = making.subject.kind == "photo" or making.wanted.get("still") is not None
    made = _picture(making, seen) if is_picture else _film(making, answer)
    if made.file is None:
        return made
    made.about = {**_told(making, answer), "file_sha256": digest_of(made.file)[0]}
    return made


def _picture(making: Making, seen: list[Keyframe]) -> Made:
    if len(seen) != 1:
        return Made(codes.BAD_ANSWER)
    made = encode.plain(seen[0], is_lossless=making.subject.facts.get("mime") in LOSSLESS)
    return Made(None, io.BytesIO(made.data), made.suffix, made.mime, made.width, made.height)


def _film(making: Making, answer: Answer) -> Made:
    making.output.seek(4)
    is_mp4 = making.output.read(4) == MP4_MARK
    making.output.seek(0)
    # Each frame was read back, and every cover found in it: else it never leaves.
    if not is_mp4 or not answer.result["frames"] or answer.result["checked"] != answer.result["frames"]:
        return Made(codes.NOT_COVERED)
    result = answer.result
    return Made(None, making.output, ".mp4", "video/mp4", result["width"], result["height"])


def _told(making: Making, answer: Answer) -> dict[str, Any]:
    """Where it is from, what was covered, by whom, and with what."""
    wanted, result = making.wanted, answer.result
    named = ("frames", "covered", "checked", "width", "height", "sound", "duration_s")
    return {
        **making.about,
        **{name: result[name] for name in named},
        **{name: wanted.get(name) for name in ("margin", "range", "still", "version")},
        "boxes_digest": wanted["digest"],
        "tracks": len(wanted["tracks"]),
        "boxes": sum(len(one["boxes"]) for one in wanted["tracks"]),
        "with": result.get("tools") or {},
        "warnings": result.get("warnings") or [],
    }


MAKERS: dict[str, Callable[[Making], Made]] = {
    derivatives.FACES: search,
    derivatives.TRACK: search,
    derivatives.REDACTION: covered,
}

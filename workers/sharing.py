"""Makes the copy for somebody outside: our side of it. The mark is drawn here and laid in behind the wall.

A picture is encoded here of raw pixels; a film the child has to write itself, so its mark is looked for in
every frame and the boxes of the file are walked: one that could carry more than that is refused.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any, BinaryIO

from tipline.domain import derivatives
from workers import encode, local, watermark
from workers.boxwalk import is_plain_film
from workers.making import LONGEST_CLIP_S, Made, Making
from workers.media import codes
from workers.sandbox import Answer, Hooks, Keyframe

PLACE = ("t", "until")


def shared(making: Making) -> Made:
    """The picture or film with its mark."""
    return _film(making) if making.wanted["is_film"] else _picture(making)


def _picture(making: Making) -> Made:
    seen: list[Keyframe] = []
    hooks = Hooks(on_keyframe=seen.append, on_progress=making.hooks.on_progress, on_tick=making.hooks.on_tick)
    answer = making.ask(_place(making), hooks=hooks)
    if answer.failure or len(seen) != 1:
        return Made(answer.failure or codes.BAD_ANSWER)
    made = encode.marked(seen[0], watermark.lines_of(making.wanted))
    told = _told(making, answer)
    return Made(None, io.BytesIO(made.data), made.suffix, made.mime, made.width, made.height, told)


def _film(making: Making) -> Made:
    with local.output() as held:
        given = {
            **_place(making), "is_film": True, "sound": making.wanted["sound"], "longest_s": LONGEST_CLIP_S,
            "mark": _drawn(making, held),
        }  # fmt: skip
        answer = making.ask(given, output=making.output, pieces=held)
    if answer.failure:
        return Made(answer.failure)
    result = answer.result
    if not result["frames"] or result["marked"] != result["frames"]:
        return Made(codes.NOT_MARKED)
    if (result["sound"] != "none" and not making.wanted["sound"]) or not is_plain_film(making.output):
        return Made(codes.BAD_ANSWER)
    making.output.seek(0)
    return Made(None, making.output, ".mp4", "video/mp4", about=_told(making, answer))


def _place(making: Making) -> dict[str, Any]:
    return {name: making.wanted[name] for name in PLACE if name in making.wanted}


def _drawn(making: Making, held: BinaryIO) -> list[int]:
    """Both planes of the mark as raw bytes; as large as the film says it is, and the child fits them."""
    facts = making.subject.facts
    sides = [int(facts.get(name) or other) for name, other in (("width", 1280), ("height", 720))]
    if int(facts.get("rotation") or 0) % 180 == 90:
        sides.reverse()
    for plane in watermark.planes(size := watermark.bounded(*sides), watermark.lines_of(making.wanted)):
        held.write(plane.tobytes())
    held.flush()
    return list(size)


def _told(making: Making, answer: Answer) -> dict[str, Any]:
    """What is kept of it beside the copy; nothing of this is handed out."""
    named = ("frames", "marked", "first", "last", "t", "until", "sound")
    return {
        **making.about,
        **{name: answer.result[name] for name in named if answer.result.get(name) is not None},
        "share": making.wanted["share"],
        "with": answer.result.get("tools") or {},
    }


MAKERS: dict[str, Callable[[Making], Made]] = {derivatives.SHARED: shared}

"""Makes the still that a bulletin shows, from the decoded pixels of a covered copy that a person confirmed.

The child is asked as for a share and hands over raw pixels; they are encoded here, with no mark and no word.
"""

from __future__ import annotations

import io
from collections.abc import Callable

from tipline.domain import derivatives
from workers import encode
from workers.making import Made, Making
from workers.media import codes
from workers.sandbox import Hooks, Keyframe


def posted(making: Making) -> Made:
    """One picture."""
    seen: list[Keyframe] = []
    hooks = Hooks(on_keyframe=seen.append, on_progress=making.hooks.on_progress, on_tick=making.hooks.on_tick)
    place = {"t": making.wanted["t"]} if "t" in making.wanted else {}
    answer = making.ask(place, task=derivatives.SHARED, hooks=hooks)
    if answer.failure or len(seen) != 1:
        return Made(answer.failure or codes.BAD_ANSWER)
    made = encode.posted(seen[0])
    about = {**making.about, "bulletin": making.wanted["bulletin"]}
    return Made(None, io.BytesIO(made.data), made.suffix, made.mime, made.width, made.height, about)


MAKERS: dict[str, Callable[[Making], Made]] = {derivatives.POSTED: posted}

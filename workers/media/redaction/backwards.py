"""The pictures of a film from a moment back to an earlier one, the last first.

A film is only decoded forward, so it is read in stretches, the latest first, and each is held until it was
handed on from its end: small pictures, and no more of them than there is room for.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator

from av.video.frame import VideoFrame

from workers.media import frames
from workers.media.job import MIB, Job
from workers.media.redaction.passage import Passage
from workers.media.report import Pixels

STRETCH_S = 4.0
HELD_BYTES = 192 * MIB
Shown = tuple[Pixels, float]


def pictures(
    job: Job, start: float, end: float, small: Callable[[VideoFrame, int], Pixels]
) -> Iterator[Shown]:
    """Each made ``small`` with its turns, with the moment from which it is shown."""
    budget = frames.Budget(job.limits)
    while end > start:
        stretch = Passage(job, max(start, end - STRETCH_S), end, budget)
        held: deque[Shown] = deque()
        size = 0
        for frame, t, _ in stretch.frames():
            held.append((small(frame, stretch.turns), t))
            size += held[-1][0].nbytes
            while size > HELD_BYTES and len(held) > 1:
                size -= held.popleft()[0].nbytes
        if not held:
            return
        yield from reversed(held)
        end = held[0][1]

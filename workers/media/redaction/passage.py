"""The frames of a time range of a film, each with the time it is shown from and until.

The one that is shown when the range begins belongs to it, though it came earlier. Where a jump into the film
lands behind the beginning, the film is read from its start: nothing of the range is left out.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field

from av.error import FFmpegError
from av.video.frame import VideoFrame

from workers.media import frames, opening
from workers.media.job import Job
from workers.media.walk import Walk

LATE_S = 0.02
ROUNDED_S = 0.002  # by which a moment may be told too early: a browser copy counts in ticks of its own
USUAL_S = 0.04  # how long the last frame of a film is shown, where no other tells


@dataclass
class Passage:
    """A range of a film, from its job. ``turns`` sets its frames upright, known with the first of them."""

    job: Job
    start: float
    end: float
    budget: frames.Budget
    tally: frames.Decoded = field(default_factory=frames.Decoded)
    turns: int = 0

    @classmethod
    def of(cls, job: Job) -> Passage:
        """The range that a job was given; the whole film without one."""
        start, end = job.given.get("range") or (None, None)
        first = -math.inf if start is None else float(start)
        return cls(job, first, math.inf if end is None else float(end), frames.Budget(job.limits))

    def part_done(self, t: float, length: float) -> float:
        """How much of the range lies before ``t``; ``length`` is the film's, as it is told."""
        start = self.start if math.isfinite(self.start) else 0.0
        end = self.end if math.isfinite(self.end) else length
        return (t - start) / (end - start) if end > start else 0.0

    def frames(self) -> Iterator[tuple[VideoFrame, float, float]]:
        """Each frame with when it is shown, and until when."""
        yielded = False
        if self.start > LATE_S:
            try:
                for one in self._frames(jump=True):
                    yielded = True
                    yield one
            except (FFmpegError, OSError, ValueError):
                if yielded:
                    raise
        if not yielded:
            yield from self._frames(jump=False)

    def _frames(self, jump: bool) -> Iterator[tuple[VideoFrame, float, float]]:
        with opening.opened(self.job) as container:
            stream = opening.picture_stream(container, self.job.limits)
            if stream is None:
                return
            walk = Walk(container, stream, self.budget, self.tally)
            if jump:
                walk.jump(self.start)
            waiting: tuple[VideoFrame, float] | None = None
            step = USUAL_S
            for frame, t in walk.until(math.inf):
                if waiting is None:
                    if jump and not walk.began <= self.start + LATE_S:
                        return
                    self.turns = round(frame.rotation / 90) % 4
                elif t <= waiting[1]:
                    continue  # shown at no time of its own
                elif t > self.start:
                    yield (*waiting, t)
                    step = t - waiting[1]
                waiting = frame, t
                if t >= self.end:
                    return
            if waiting:
                yield (*waiting, waiting[1] + step)

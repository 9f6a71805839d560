"""One film under examination: what every pass over it shares, and how a picture of it is handed over."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from av.video.frame import VideoFrame

from workers.media import frames, pdq, picks, wire
from workers.media.activity import HEIGHT, WIDTH, Grid, Samples, grid_of
from workers.media.job import Job
from workers.media.picks import Picker
from workers.media.report import Pixels, Report, sharpness
from workers.media.timeline import Timeline

SHARP_WIDTH, SHARP_HEIGHT = 480, 270


@dataclass
class Film:
    """The job, the report, and what the passes have learnt so far."""

    job: Job
    report: Report
    budget: frames.Budget
    picker: Picker
    turns: int = 0  # quarter turns against the clock that set a frame upright
    declared_s: float | None = None  # what the header claims; compared, never used
    line: Timeline | None = None
    rate: float | None = None  # of an even film whose packets were not counted in this pass
    start: float = 0.0  # when its first frame is shown
    length: float = 0.0  # as an earlier pass counted it
    part: tuple[float, float] = (0.0, 0.0)  # what this pass looks at
    convert: frames.Converter = field(default_factory=frames.Converter)
    samples: Samples = field(default_factory=Samples)
    tally: frames.Decoded = field(default_factory=frames.Decoded)

    @property
    def duration(self) -> float:
        """True length as far as known, 0 before the timeline is read."""
        return self.line.duration if self.line else self.length

    def part_done(self, t: float) -> float:
        """How much of the pass lies before ``t``."""
        start, end = self.part
        return (t - start) / (end - start) if end > start else 0.0

    def number(self, t: float) -> int | None:
        """The number of the frame shown at ``t``, where it can be told."""
        if self.line is not None:
            return self.line.number(t)
        return round(max(0.0, t - self.start) * self.rate) if self.rate else None

    def offer(
        self,
        frame: VideoFrame,
        t: float,
        reason: str,
        *,
        opens: bool = False,
        same: int = picks.SAME,
        near: float = math.inf,
    ) -> bool:
        """Hand the picture over if it shows what those before do not."""
        mark = self.fingerprint(frame)
        if not self.picker.takes(t, mark[0], opens=opens, same=same, near=near):
            return False
        self.send(frame, t, reason, mark)
        return True

    def send(self, frame: VideoFrame, t: float, reason: str, mark: tuple[str, int] | None = None) -> None:
        """Hand one picture over, upright and in colour."""
        mark = mark or self.fingerprint(frame)
        rgb = self.convert.rgb(frame, self.turns, wire.FRAME_PIXELS)
        number = self.number(t) if self.line or self.rate else 0 if reason == picks.FIRST else None
        self.report.keyframe(t, number, rgb, reason, self.sharpness(frame), mark)
        self.picker.keep(t, mark[0])

    def fingerprint(self, frame: VideoFrame) -> tuple[str, int]:
        """What tells this picture from others."""
        return pdq.of(self.convert.shrunk(frame, self.turns, pdq.WIDEST))

    def small(self, frame: VideoFrame) -> Pixels:
        """The little gray picture that movement is judged by."""
        return self.convert.gray(frame, WIDTH, HEIGHT)

    def grid(self, frame: VideoFrame) -> Grid:
        """The same as block means."""
        return grid_of(self.small(frame))

    def sharpness(self, frame: VideoFrame) -> float:
        """How sharp the frame is, at one size for all films."""
        return sharpness(self.convert.gray(frame, SHARP_WIDTH, SHARP_HEIGHT))

"""One film under examination: what every pass over it shares, and how a picture of it is handed over."""

from __future__ import annotations

from dataclasses import dataclass, field

from av.video.frame import VideoFrame

from workers.media import frames, wire
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
    last_t: float = 0.0
    convert: frames.Converter = field(default_factory=frames.Converter)
    samples: Samples = field(default_factory=Samples)
    tally: frames.Decoded = field(default_factory=frames.Decoded)

    @property
    def duration(self) -> float:
        """True length as far as known, 0 before the timeline is read."""
        return self.line.duration if self.line else 0.0

    def send(self, frame: VideoFrame, t: float, reason: str, grid: Grid) -> None:
        """Hand one picture over, upright and in colour."""
        rgb = self.convert.rgb(frame, self.turns, wire.FRAME_PIXELS)
        number = self.line.number(t) if self.line else 0
        self.report.keyframe(t, number, rgb, reason, self.sharpness(frame))
        self.picker.keep(t, grid)

    def offer(self, frame: VideoFrame, t: float, grid: Grid) -> None:
        """Send the frame if it shows a new scene or fills a gap."""
        reason = self.picker.wants(t, grid)
        if reason:
            self.send(frame, t, reason, grid)

    def small(self, frame: VideoFrame) -> Pixels:
        """The little gray picture that movement and likeness are judged by."""
        return self.convert.gray(frame, WIDTH, HEIGHT)

    def grid(self, frame: VideoFrame) -> Grid:
        """The same as block means."""
        return grid_of(self.small(frame))

    def sharpness(self, frame: VideoFrame) -> float:
        """How sharp the frame is, at one size for all films."""
        return sharpness(self.convert.gray(frame, SHARP_WIDTH, SHARP_HEIGHT))

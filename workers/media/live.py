"""Key frames of a film whose end has not come yet: the first at once, then one for each part of the film.

Given are `length` (bytes there will be), `idle_s` and `whole_s` (how long to wait), `after_s` (where the last
picture that was kept stands, or null), `most` (bytes that count, or null) and `tail` (how many bytes of the
end are at hand, with `Job.beside`). Says nothing of the film but its pictures: what it is will be found out
when all of it is here.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from workers.media import frames, opening, picks, plain, preface, wire
from workers.media.growing import InOrder, Patience, WithTail
from workers.media.job import Job
from workers.media.report import Report, sharpness

PARTS = 24
LEAST_GAP_S = 1.0
# Going over what was seen before takes time that is not counted: so many bytes a second.
SKIPPED_A_SECOND = 128 * 1024 * 1024
SHARP_WIDTH, SHARP_HEIGHT = 480, 270


def run(job: Job, report: Report) -> None:
    """Hand over what can be seen by now."""
    whole_s = float(job.given["whole_s"]) + here(job) / SKIPPED_A_SECOND
    look(job, report, source_of(job, Patience(float(job.given["idle_s"]), whole_s)))


def here(job: Job) -> int:
    """How many bytes have come."""
    return plain.size_of(job.input)


def source_of(job: Job, patience: Patience) -> InOrder:
    """The reader that fits what is at hand."""
    length, most = int(job.given["length"]), job.given.get("most")
    counts = length if most is None else min(length, int(most))
    if job.beside is not None:
        tail = int(job.given["tail"])
        return WithTail(job.input, length, patience, job.beside, tail, counts)
    return InOrder(job.input, counts, patience, preface.length(job.input))


@dataclass
class Glance:
    """Which key frames are wanted: those far enough behind the last, by bytes and by time."""

    step: int
    after_s: float | None
    due: int = 0

    def wants(self, t: float, at: int) -> bool:
        """Whether the key frame at this position is one to decode."""
        if self.after_s is None:
            return True
        if t <= self.after_s + 1e-3:
            # It, or one before it, was kept by an earlier look.
            self.due = at + self.step
            return False
        return at >= self.due and t >= self.after_s + LEAST_GAP_S - 1e-3

    def kept(self, t: float, at: int) -> None:
        self.after_s, self.due = t, at + self.step


def look(job: Job, report: Report, source: InOrder) -> None:
    """All key frames that are wanted and have come, until the patience of `source` is over."""
    given, tally = job.given, frames.Decoded()
    glance = Glance(max(1, int(given["length"]) // PARTS), given.get("after_s"))
    with opening.coming(source, job.limits) as container:
        stream = opening.picture_stream(container, job.limits)
        if stream is None:
            return
        stream.codec_context.skip_frame = "NONKEY"
        clock = frames.clock_for(container, stream)
        budget = frames.Budget(job.limits)
        try:
            for packet in frames.packets(container, stream, budget, tally):
                if source.is_over:
                    return
                t = _time(packet, clock)
                if t is None or not glance.wants(t, at := _place(packet, source)):
                    continue
                frame = _alone(stream, packet)
                if frame is not None:
                    _send(report, frame, t, picks.FIRST if glance.after_s is None else picks.COVERAGE)
                    glance.kept(t, at)
        except frames.Spent:
            return


def _time(packet: Packet[Any], clock: frames.Clock) -> float | None:
    if not packet.is_keyframe or not packet.size:
        return None
    stamp = packet.pts if packet.pts is not None else packet.dts
    seconds = None if stamp is None or packet.time_base is None else float(stamp * packet.time_base)
    t = clock.of(seconds)
    return t if math.isfinite(t) else None


def _place(packet: Packet[Any], source: InOrder) -> int:
    return packet.pos if packet.pos is not None and packet.pos >= 0 else source.at


def _alone(stream: VideoStream, packet: Packet[Any]) -> VideoFrame | None:
    """The picture of this packet at once: a decoder that waits for those after it is told there are none."""
    context: Any = stream.codec_context
    try:
        found = [*context.decode(packet), *context.decode(None)]
    except frames.UNDECODABLE:
        found = []
    context.flush_buffers()
    return next((frame for frame in found if isinstance(frame, VideoFrame) and not frame.is_corrupt), None)


def _send(report: Report, frame: VideoFrame, t: float, reason: str) -> None:
    convert = frames.Converter()
    turns = round(frame.rotation / 90) % 4
    sharp = sharpness(convert.gray(frame, SHARP_WIDTH, SHARP_HEIGHT))
    report.keyframe(t, None, convert.rgb(frame, turns, wire.FRAME_PIXELS), reason, sharp)

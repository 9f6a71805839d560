"""Single pictures of a film at wanted moments, by jumping to key frames: as little as possible is decoded."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from av.container import InputContainer
from av.error import FFmpegError
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from workers.media import frames, opening
from workers.media.job import Job
from workers.media.report import Pixels

NEAR_S = 3.0  # what is this close ahead is reached by decoding on
MOST_FORWARD = 300  # frames decoded on from a key frame to come near a wanted moment
APART_S = 0.5  # two pictures closer than this show the same second
MOST_CPU_S = 30.0
MOST_PIXELS = 4096 * 2304


@dataclass(frozen=True)
class Still:
    """One upright picture and its true time."""

    t: float
    picture: Pixels


class Stills:
    """A film held open. ``at`` may go back and forth."""

    def __init__(self, job: Job, container: InputContainer, stream: VideoStream) -> None:
        self._container, self._stream = container, stream
        self._clock = frames.clock_for(container, stream)
        self._budget = frames.Budget(job.limits, share=min(1.0, MOST_CPU_S / job.limits.decode_cpu_seconds))
        self._convert = frames.Converter()
        self._frames = self._decode()
        self._t = -math.inf
        self._is_timed = True  # a bare stream is counted, so nothing of it may be left out

    @property
    def length(self) -> float:
        """As far as the header tells."""
        told = (self._container.duration or 0) / 1e6
        return told if math.isfinite(told) and 0 < told < 1e7 else 0.0

    def at(self, t: float) -> Still | None:
        """The picture at ``t``, or the nearest before it that is to be had at a bounded price."""
        if not self._t < t <= self._t + NEAR_S:
            self._jump(t)
        best: tuple[VideoFrame, float] | None = None
        for count, frame in enumerate(self._frames):
            self._place(frame)
            if best is None or not frame.is_corrupt:
                best = frame, self._t
            if self._t >= t - APART_S / 2 or count >= MOST_FORWARD:
                break
        return self._upright(*best) if best else None

    def key(self, t: float, after: float) -> Still | None:
        """The key frame before ``t``, at the price of one picture; like ``at`` where it is no later."""
        self._jump(t)
        frame = next(self._frames, None)
        if frame is not None:
            self._place(frame)
            if self._t > after + APART_S and not frame.is_corrupt:
                return self._upright(frame, self._t)
        return self.at(t) if frame is not None and self._t < t else None

    def _place(self, frame: VideoFrame) -> None:
        self._is_timed = frame.time is not None
        self._t = self._clock.of(frame.time)

    def _upright(self, frame: VideoFrame, t: float) -> Still:
        turns = round(frame.rotation / 90) % 4
        return Still(t, self._convert.rgb(frame, turns, MOST_PIXELS))

    def _jump(self, t: float) -> None:
        base = self._stream.time_base
        if not base or not self._is_timed:
            return
        try:
            self._container.seek(int((t + self._clock.origin) / base), stream=self._stream)
        except (FFmpegError, OSError, ValueError, OverflowError):
            return  # no index: only what lies ahead can be had
        self._frames, self._t = self._decode(), -math.inf

    def _decode(self) -> Iterator[VideoFrame]:
        tally = frames.Decoded()
        with suppress(frames.Spent):
            for packet in frames.packets(self._container, self._stream, self._budget, tally):
                yield from frames.decode(packet, self._budget, tally)


@contextmanager
def opened(job: Job) -> Iterator[Stills | None]:
    """The film, open; None where there is no moving picture."""
    with opening.opened(job) as container:
        stream = opening.picture_stream(container, job.limits)
        yield Stills(job, container, stream) if stream else None

"""Decodes packet by packet: one bad packet costs itself, not the rest of the file. Also tells true times."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from av.container import InputContainer
from av.error import FFmpegError
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.reformatter import Interpolation, VideoReformatter
from av.video.stream import VideoStream

from workers.media.job import Limits
from workers.media.report import Pixels

# Their clock starts anywhere (a recorder's wall clock, a broadcast's): positions count from the start.
FREE_RUNNING = frozenset({"dhav", "mpegts", "mpeg", "flv", "asf"})
# Streams without a container hold no times: frames are counted at the rate.
BARE = frozenset({"h264", "hevc", "mpegvideo", "m4v", "mjpeg"})
DEFAULT_RATE = 25.0
UNDECODABLE = (FFmpegError, OSError, ValueError, OverflowError)


class Spent(Exception):
    """The budget of processor time, frames or packets is used up."""


@dataclass
class Budget:
    """Counts what was really done."""

    limits: Limits
    packets: int = 0
    frames: int = 0
    share: float = 1.0  # of the processor time; a pass leaves the rest to those after it

    def packet(self) -> None:
        """One more packet read."""
        self.packets += 1
        if self.packets > self.limits.packets:
            raise Spent
        if self.packets % 16 == 0 and time.process_time() > self.limits.decode_cpu_seconds * self.share:
            raise Spent

    def frame(self) -> None:
        """One more frame decoded."""
        self.frames += 1
        if self.frames > self.limits.frames:
            raise Spent


@dataclass
class Clock:
    """Turns timestamps into seconds from the start; a stream without any is counted at its rate."""

    origin: float = 0.0
    rate: float = DEFAULT_RATE
    counted: int = 0

    def of(self, moment: float | None) -> float:
        """Seconds for a frame or packet with this time, called in order of presentation."""
        self.counted += 1
        if moment is None or not math.isfinite(moment) or abs(moment) > 1e12:
            return (self.counted - 1) / self.rate
        return moment - self.origin


def clock_for(container: InputContainer, stream: VideoStream) -> Clock:
    """A fresh clock for one pass over this container."""
    origin = 0.0
    if FREE_RUNNING & set(container.format.name.split(",")) and stream.start_time is not None:
        origin = float(stream.start_time * (stream.time_base or 0))
    told, guessed = stream.average_rate, stream.guessed_rate
    # A bare stream gets its average from a default; what its own headers say is the guess.
    rate = float((guessed or told if container.format.name in BARE else told or guessed) or 0)
    sane = rate if math.isfinite(rate) and 0.01 < rate <= 1000 else DEFAULT_RATE
    return Clock(origin=origin if math.isfinite(origin) else 0.0, rate=sane)


@dataclass
class Decoded:
    """Counts of one pass, beside the frames it yields."""

    errors: int = 0
    corrupt: int = 0
    frames: int = 0
    ended_badly: bool = False
    last_error: str = field(default="")


def packets(
    container: InputContainer, stream: VideoStream, budget: Budget, tally: Decoded
) -> Iterator[Packet[Any]]:
    """All packets of the stream, then the flushing one; a file that breaks off ends them early."""
    walk = container.demux(stream)
    while True:
        try:
            packet = next(walk)
        except StopIteration:
            return
        except UNDECODABLE as error:
            tally.ended_badly = True
            tally.last_error = type(error).__name__
            return
        budget.packet()
        yield packet


def decode(packet: Packet[Any], budget: Budget, tally: Decoded) -> list[VideoFrame]:
    """The frames of a packet; an undecodable one is counted."""
    try:
        found: list[Any] = list(packet.decode())
    except UNDECODABLE as error:
        tally.errors += 1
        tally.last_error = type(error).__name__
        return []
    pictures = [frame for frame in found if isinstance(frame, VideoFrame)]
    for frame in pictures:
        budget.frame()
        tally.frames += 1
        tally.corrupt += bool(frame.is_corrupt)
    return pictures


class Converter:
    """Scales and converts frames. Each use has its own scaler: one that changes its task is built anew."""

    def __init__(self) -> None:
        self._scalers: dict[str, VideoReformatter] = {}

    def _to(self, frame: VideoFrame, width: int, height: int, form: str, smooth: bool = True) -> Pixels:
        scaler = self._scalers.setdefault(f"{form} {width}x{height}", VideoReformatter())
        how = Interpolation.AREA if smooth else Interpolation.BILINEAR
        made = scaler.reformat(frame, width, height, form, interpolation=how)
        return np.asarray(made.to_ndarray(), dtype=np.uint8)

    def gray(self, frame: VideoFrame, width: int, height: int) -> Pixels:
        """A small gray picture, area averaged."""
        return self._to(frame, width, height, "gray")

    def tile(self, frame: VideoFrame, quarter_turns: int, size: tuple[int, int]) -> Pixels:
        """An upright picture in colour of just this size."""
        across = size if quarter_turns % 2 == 0 else (size[1], size[0])
        return self._upright(self._to(frame, *across, "rgb24"), quarter_turns)

    def rgb(self, frame: VideoFrame, quarter_turns: int, most_pixels: int) -> Pixels:
        """The upright picture in colour, at most so many pixels."""
        scale = min(1.0, (most_pixels / max(1, frame.width * frame.height)) ** 0.5)
        width, height = max(1, int(frame.width * scale)), max(1, int(frame.height * scale))
        return self._upright(self._to(frame, width, height, "rgb24", smooth=False), quarter_turns)

    def shrunk(self, frame: VideoFrame, quarter_turns: int, widest: int) -> Pixels:
        """The upright picture in colour, made small and smooth."""
        upright_width = frame.height if quarter_turns % 2 else frame.width
        scale = min(1.0, widest / max(1, upright_width))
        width, height = max(1, round(frame.width * scale)), max(1, round(frame.height * scale))
        return self._upright(self._to(frame, width, height, "rgb24"), quarter_turns)

    @staticmethod
    def _upright(pixels: Pixels, quarter_turns: int) -> Pixels:
        return np.ascontiguousarray(np.rot90(pixels, k=quarter_turns))

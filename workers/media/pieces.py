"""Writes one stretch of a film as a small H.264 picture track: a piece of the browser copy.

Whoever decodes a stretch hands every frame over once, with its position; the piece keeps those positions, so
a film of uneven pace stays one. Pieces of one film have the same shape and are joined without encoding again.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from av.container import OutputContainer
from av.packet import Packet
from av.video.frame import PictureType, VideoFrame
from av.video.reformatter import VideoReformatter
from av.video.stream import VideoStream

from workers.media import strips, writing
from workers.media.report import Pixels

LINES = 480
WIDEST = 1280
MOST_PER_S = 30.0
FAST = 33.0  # a film of uneven pace is faster than 30 for moments; only one that is on average is thinned
LEAST_S, LEAST_S_OF_FAST = 1 / 250, 0.97 / MOST_PER_S
KEY_EVERY_S = 2.0
# No frames that wait for later ones: the times stand in the file as they are, and a step back is cheap.
ENCODER = {"preset": "veryfast", "crf": "26", "threads": "1", "bf": "0", "forced-idr": "1"}


@dataclass(frozen=True)
class Shape:
    """What all pieces of a film have in common."""

    width: int
    height: int
    turns: int  # quarter turns against the clock that set a frame upright
    ticks: Fraction
    rate: int
    least_s: float = LEAST_S  # frames nearer to the last one are left out


def shape_of(
    stream: VideoStream, turns: int, lines: int = LINES, widest: int = WIDEST, least_s: float | None = None
) -> Shape:
    """480 lines upright unless told otherwise, with square pixels; never larger than the source."""
    context = stream.codec_context
    aspect = float(stream.sample_aspect_ratio or 0)
    aspect = aspect if math.isfinite(aspect) and 0.2 <= aspect <= 5 else 1.0
    width, height = context.width * aspect, float(context.height)
    if turns % 2:
        width, height = height, width
    scale = min(1.0, lines / min(width, height), widest / max(width, height))
    rate = float(stream.average_rate or stream.guessed_rate or 0)
    return Shape(
        _even(width * scale),
        _even(height * scale),
        turns % 4,
        writing.ticks_of(stream.time_base),
        round(min(rate, MOST_PER_S)) if math.isfinite(rate) and rate >= 1 else 25,
        least_s if least_s is not None else _least(rate),
    )


def _least(rate: float) -> float:
    return LEAST_S_OF_FAST if math.isfinite(rate) and rate > FAST else LEAST_S


def _even(side: float) -> int:
    return max(16, round(side / 2) * 2)


class Pictures:
    """Encodes frames into the picture track of a copy that is being written. ``under``: a strip of pixels
    that stands under each picture."""

    def __init__(
        self,
        out: OutputContainer,
        shape: Shape,
        encoder: Mapping[str, str] | None = None,
        under: Pixels | None = None,
    ) -> None:
        self._shape = shape
        self._under = None if under is None else strips.planes_of(strips.fitted(under, shape.width))
        height = shape.height + (self._under[0].shape[0] if self._under else 0)
        self._stream: Any = out.add_stream("libx264", rate=shape.rate, options=dict(encoder or ENCODER))
        self._stream.width, self._stream.height, self._stream.pix_fmt = shape.width, height, "yuv420p"
        self._stream.time_base = self._stream.codec_context.time_base = shape.ticks
        self._stream.codec_context.gop_size = 600
        self._scaler = VideoReformatter()
        self.first: int | None = None
        self.frames = 0
        self._last = self._last_key = 0

    def add(
        self, frame: VideoFrame, t: float, paint: Callable[[VideoFrame], VideoFrame] | None = None
    ) -> list[Packet[Any]] | None:
        """What is ready to be written; None when the frame shown at ``t`` seconds is left out. ``paint`` is
        given the picture just before it is encoded."""
        at = round(t / float(self._shape.ticks))
        if self.first is None:
            self.first = self._last_key = at
        elif at <= self._last or (at - self._last) * self._shape.ticks < self._shape.least_s:
            return None
        picture = self._scaled(frame) if paint is None else paint(self._scaled(frame))
        picture.pts, picture.time_base = at - self.first, self._shape.ticks
        is_key = not self.frames or (at - self._last_key) * self._shape.ticks >= KEY_EVERY_S
        picture.pict_type = PictureType.I if is_key else PictureType.NONE
        self._last, self._last_key = at, at if is_key else self._last_key
        self.frames += 1
        found: list[Packet[Any]] = self._stream.encode(picture)
        return found

    def rest(self) -> list[Packet[Any]]:
        """What the encoder still holds."""
        found: list[Packet[Any]] = self._stream.encode() if self.frames else []
        return found

    def _scaled(self, frame: VideoFrame) -> VideoFrame:
        shape = self._shape
        across = (shape.height, shape.width) if shape.turns % 2 else (shape.width, shape.height)
        small = self._scaler.reformat(
            frame, *across, "yuv420p", interpolation="AREA", dst_color_range="MPEG", threads=1
        )
        upright = _turned(small, shape.turns) if shape.turns else small
        return strips.joined(upright, self._under) if self._under else upright


class PieceWriter:
    """``add`` every decoded frame in order, then ``close``. Of a faster film 30 a second are kept."""

    def __init__(self, descriptor: int, shape: Shape) -> None:
        self._ticks = shape.ticks
        self._out = writing.mp4(descriptor, shape.ticks)
        self._pictures = Pictures(self._out, shape)

    def add(self, frame: VideoFrame, t: float) -> bool:
        """Whether the frame shown at ``t`` seconds was taken. One that is not later than the last is not."""
        packets = self._pictures.add(frame, t)
        self._out.mux(packets or [])
        return packets is not None

    def close(self) -> dict[str, Any]:
        """Finish the file and say what it holds; ``first`` counts in ``ticks`` from the start of the film."""
        if self._pictures.frames:
            self._out.mux(self._pictures.rest())
            self._out.close()
        return {
            "frames": self._pictures.frames,
            "first": self._pictures.first or 0,
            "ticks": [self._ticks.numerator, self._ticks.denominator],
        }


def _turned(frame: VideoFrame, turns: int) -> VideoFrame:
    """The frame set upright, plane by plane."""
    whole = np.asarray(frame.to_ndarray(), dtype=np.uint8)
    width, height = frame.width, frame.height
    luma, rest = whole[:height], whole[height:].reshape(2, height // 2, width // 2)
    planes = [np.rot90(luma, k=turns), *(np.rot90(plane, k=turns) for plane in rest)]
    upright = (height, width) if turns % 2 else (width, height)
    flat = np.concatenate([np.ascontiguousarray(plane).reshape(-1) for plane in planes])
    return VideoFrame.from_ndarray(flat.reshape(upright[1] * 3 // 2, upright[0]), format="yuv420p")

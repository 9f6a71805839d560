"""A position in a film that only moves forward, by decoding or by jumping to a key frame."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from av.container import InputContainer
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from workers.media import frames
from workers.media.frames import Budget, Decoded

EARLY_S = 0.02  # a frame this little before a wanted time still counts


class Walk:
    """Frames in order of presentation, each with its true time."""

    def __init__(
        self, container: InputContainer, stream: VideoStream, budget: Budget, tally: Decoded | None = None
    ) -> None:
        self.at = -math.inf  # time of the frame last given
        self.began = -math.inf  # of the first frame since the last jump; unknown until there is one
        self.is_over = False
        self._container, self._stream = container, stream
        self._budget, self._tally = budget, tally or Decoded()
        self._clock = frames.clock_for(container, stream)
        self._skip_before: float | None = None
        self._ahead: tuple[VideoFrame, float] | None = None
        self._frames = self._decode()

    def jump(self, t: float) -> None:
        """To the key frame at or before ``t``, where the file knows it. Check ``began`` afterwards."""
        if not self._stream.time_base or self._stream.start_time is None:
            return
        stamp = math.ceil(round((t + self._clock.origin) / float(self._stream.time_base), 3))
        self._container.seek(stamp, stream=self._stream)
        self._anew(math.nan)

    def skip(self, t: float) -> None:
        """To the key frame at ``t`` by reading on without decoding: slower than a jump, and always right."""
        self._skip_before = t - EARLY_S
        self._anew(math.nan)

    def until(self, end: float) -> Iterator[tuple[VideoFrame, float]]:
        """The frames from here up to ``end``; the one beyond is kept for the next call."""
        while (found := self._next()) is not None:
            if found[1] >= end:
                self._ahead = found
                return
            yield found

    def back(self, frame: VideoFrame, t: float) -> None:
        """Give this frame again next."""
        self._ahead = frame, t

    def _next(self) -> tuple[VideoFrame, float] | None:
        found, self._ahead = self._ahead, None
        if found is None:
            frame = next(self._frames, None)
            if frame is None:
                self.is_over = True
                return None
            found = frame, self._clock.of(frame.time)
        self.at = found[1]
        if math.isnan(self.began):
            self.began = self.at
        return found

    def _anew(self, began: float) -> None:
        self.began = began
        self._ahead = None
        self._frames = self._decode()

    def _decode(self) -> Iterator[VideoFrame]:
        for packet in frames.packets(self._container, self._stream, self._budget, self._tally):
            if self._is_wanted(packet):
                yield from frames.decode(packet, self._budget, self._tally)

    def _is_wanted(self, packet: Packet[Any]) -> bool:
        if self._skip_before is None or not packet.size:
            return True
        stamp = packet.pts if packet.pts is not None else packet.dts
        if not packet.is_keyframe or stamp is None or packet.time_base is None:
            return False
        if float(stamp * packet.time_base) - self._clock.origin < self._skip_before:
            return False
        self._skip_before = None
        return True

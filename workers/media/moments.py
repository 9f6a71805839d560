"""Goes back into a film for the pictures of its movement: the sharpest frame in each wanted window."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from av.container import InputContainer
from av.error import FFmpegError
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from workers.media import frames, opening, picks
from workers.media.activity import Event
from workers.media.film import Film

SEEK_AHEAD_S = 3.0
EARLY_S = 0.02  # a frame this little before the window is still in it
LATE_S = 0.5  # a jump that lands later than this after the window's start has missed it


def collect(film: Film, events: list[Event]) -> None:
    """Jump from window to window; those that a jump misses (a file without index) are reached by walking."""
    wanted = picks.windows(events, film.job.limits.keyframes - len(film.picker.kept))
    if not wanted:
        return
    try:
        missed = _visit(film, wanted, jump=True)
    except (FFmpegError, OSError, ValueError):
        missed = wanted
    if missed:
        _visit(film, missed, jump=False)


def _visit(film: Film, wanted: list[picks.Window], jump: bool) -> list[picks.Window]:
    """Send a picture for each window in order of time; return the windows that were not reached."""
    missed: list[picks.Window] = []
    with opening.opened(film.job) as container:
        stream = opening.picture_stream(container, film.job.limits)
        if stream is None:
            return []
        walk = _Walk(film, container, stream)
        for window in wanted:
            if jump and window.start > walk.at + SEEK_AHEAD_S:
                walk.jump(window.start)
            best = walk.sharpest(window)
            if best is None:
                missed.append(window)
                continue
            frame, t = best
            grid = film.grid(frame)
            if film.picker.takes(t, grid, window.opens):
                film.send(frame, t, picks.ACTIVITY, grid)
    return missed


@dataclass
class _Walk:
    """A position in the film that only moves forward, by decoding or by jumping."""

    film: Film
    container: InputContainer
    stream: VideoStream
    at: float = -math.inf

    def __post_init__(self) -> None:
        self._clock = frames.clock_for(self.container, self.stream)
        self._tally = frames.Decoded()
        self._frames = self._decode()
        self._ahead: tuple[VideoFrame, float] | None = None
        self._from = -math.inf  # where the present stretch of decoding began

    def jump(self, t: float) -> None:
        """To the key frame at or before ``t``, where the file knows it."""
        if self.stream.time_base and self.stream.start_time is not None:
            self.container.seek(int((t + self._clock.origin) / self.stream.time_base), stream=self.stream)
            self._frames = self._decode()
            self._ahead = None
            self._from = math.nan

    def sharpest(self, window: picks.Window) -> tuple[VideoFrame, float] | None:
        """The sharpest frame in the window, or the next one after it; None when it cannot be reached."""
        best: tuple[float, VideoFrame, float] | None = None
        for frame, t in self._forward():
            if math.isnan(self._from):
                self._from = t
            if t > window.end and best is not None:
                self._ahead = (frame, t)
                break
            if t >= window.start - EARLY_S and not frame.is_corrupt:
                sharp = self.film.sharpness(frame)
                if best is None or sharp > best[0]:
                    best = (sharp, frame, t)
        if best is None or self._from > window.start + LATE_S:
            return None
        return best[1], best[2]

    def _forward(self) -> Iterator[tuple[VideoFrame, float]]:
        if self._ahead is not None:
            ahead, self._ahead = self._ahead, None
            yield ahead
        for frame in self._frames:
            self.at = self._clock.of(frame.time)
            yield frame, self.at

    def _decode(self) -> Iterator[VideoFrame]:
        for packet in frames.packets(self.container, self.stream, self.film.budget, self._tally):
            yield from frames.decode(packet, self.film.budget, self._tally)

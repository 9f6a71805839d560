"""The one file a child may write: an open descriptor from our parent, written as an MP4.

Nothing is opened here and nothing has a name. The index stands at the front, so that a browser can jump
before the film has come whole: room for it is left open while the film is written (reopening the file to move
things about, as FFmpeg's own way does, is what this process may not do).
"""

from __future__ import annotations

import os
from fractions import Fraction
from typing import Any

import av
from av.container import OutputContainer

REST_BYTES = 64 * 1024
FINEST_TICKS = 1_000_000
USUAL_TICKS = Fraction(1, 90_000)


class Output:
    """The descriptor as the writer sees it: write, seek, tell, and no name."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor, self._at, self.size = descriptor, 0, 0

    def write(self, piece: bytes) -> int:
        """Put the bytes at the present position."""
        view = memoryview(piece)
        while view:
            done = os.pwrite(self._descriptor, view, self._at)
            self._at += done
            view = view[done:]
        self.size = max(self.size, self._at)
        return len(piece)

    def seek(self, offset: int, whence: int = 0) -> int:
        """Move; also beyond the end."""
        base = {0: 0, 1: self._at, 2: self.size}.get(whence, 0)
        self._at = max(0, base + offset)
        return self._at

    def tell(self) -> int:
        """The present position."""
        return self._at


def mp4(descriptor: int, ticks: Fraction, room: int = 0) -> OutputContainer:
    """A writer for this descriptor; ``room`` bytes in front are left for the index, else it is at the end."""
    os.ftruncate(descriptor, 0)
    options = {
        "movie_timescale": str(ticks.denominator),
        "video_track_timescale": str(ticks.denominator),
        "fflags": "+bitexact",
    }
    if room:
        options["moov_size"] = str(room)
    target: Any = Output(descriptor)
    return av.open(target, "w", format="mp4", options=options, buffer_size=256 * 1024)


def room_for(pictures: int, sounds: int, *, even: bool, reordered: bool) -> int:
    """Bytes for the index of so many frames: for each its size and, where they differ, times and place."""
    each = 8 + (0 if even else 8) + (8 if reordered else 0) + (24 if sounds else 0)
    return REST_BYTES + pictures * each + sounds * 28


def ticks_of(time_base: Fraction | None) -> Fraction:
    """The unit of time of the copy: the source's own where an MP4 can hold it."""
    if time_base is None or time_base <= 0 or time_base.denominator > FINEST_TICKS:
        return USUAL_TICKS
    return time_base

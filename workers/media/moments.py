"""Goes back into a film for pictures: key frames that show all of it, the sharpest frames of its movement."""

from __future__ import annotations

import math

from av.error import FFmpegError
from av.video.frame import VideoFrame

from workers.media import opening, picks
from workers.media.activity import Event
from workers.media.film import Film
from workers.media.timeline import Timeline
from workers.media.walk import EARLY_S, Walk

SEEK_AHEAD_S = 3.0
LATE_S = 0.5  # a jump that lands later than this after the wanted time has missed it


def collect(film: Film, events: list[Event]) -> None:
    """Pictures of movement."""
    visit(film, picks.windows(events, film.picker.most - film.picker.sent), picks.ACTIVITY)


def cover(film: Film, line: Timeline) -> None:
    """Pictures that together show the whole film."""
    if line.times.size:
        end = float(line.times[-1])
        visit(film, picks.coverage(line.key_times, line.duration, end), picks.COVERAGE)


def scenes(film: Film, key_times: list[float]) -> None:
    """Pictures of these key frames, which show another scene than the ones before."""
    visit(film, [picks.Window(t, t, 0, from_key=t) for t in key_times[: picks.SCENES]], picks.SCENE)


def visit(film: Film, wanted: list[picks.Window], reason: str) -> None:
    """Jump from window to window; those that a jump misses (a file without index) are reached by walking."""
    if not wanted:
        return
    try:
        missed = _visit(film, wanted, reason, jump=True)
    except (FFmpegError, OSError, ValueError):
        missed = wanted
    if missed:
        _visit(film, missed, reason, jump=False)


def _visit(film: Film, wanted: list[picks.Window], reason: str, jump: bool) -> list[picks.Window]:
    """Offer a picture for each window in order of time; return the windows that were not reached."""
    missed: list[picks.Window] = []
    with opening.opened(film.job) as container:
        stream = opening.picture_stream(container, film.job.limits)
        if stream is None:
            return []
        walk = Walk(container, stream, film.budget)
        for window in wanted:
            if film.picker.full:
                return []
            if window.start > walk.at + SEEK_AHEAD_S:
                if jump:
                    walk.jump(window.start)
                elif window.from_key is not None and window.from_key > walk.at:
                    walk.skip(window.from_key)
            best = _sharpest(film, walk, window)
            if best is None:
                missed.append(window)
            else:
                film.offer(*best, reason, opens=window.opens, same=window.same, near=window.near)
    return missed


def _sharpest(film: Film, walk: Walk, window: picks.Window) -> tuple[VideoFrame, float] | None:
    """The sharpest frame in the window, or the next one after it; None when it cannot be reached."""
    best: tuple[float, VideoFrame, float] | None = None
    for frame, t in walk.until(math.inf):
        if t >= window.start - EARLY_S and not frame.is_corrupt:
            if best is not None and t > window.end:
                walk.back(frame, t)
                break
            sharp = 0.0 if window.start == window.end else film.sharpness(frame)
            if best is None or sharp > best[0]:
                best = (sharp, frame, t)
            if t >= window.end - EARLY_S:
                break
    if best is None or walk.began > window.start + LATE_S:
        return None
    return best[1], best[2]

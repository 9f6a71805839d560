"""Decodes stretches of a film frame by frame and samples them for movement."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from av.error import FFmpegError
from av.video.frame import VideoFrame

from workers.media import opening, picks
from workers.media.activity import grid_of
from workers.media.film import Film
from workers.media.walk import EARLY_S, Walk

SCORES_MOST = 20_000
AFTER_S = 0.6  # decoded beyond the end, because the next stretch has nothing to compare its first frames with
LATE_S = 0.5
Feed = Callable[[VideoFrame, float], object]


@dataclass(frozen=True)
class Stretch:
    """From one key frame to another. ``is_all``: also look for pictures of the film, not only of movement."""

    start: float
    end: float
    is_all: bool = False
    is_last: bool = False


@dataclass
class Seen:
    """What was decoded of a stretch."""

    stretch: Stretch
    start: float
    end: float
    judged_to: float
    frames: int = 0
    errors: int = 0
    corrupt: int = 0
    last: float = 0.0
    is_complete: bool = False


def over(film: Film, stretches: list[Stretch], seen: list[Seen], feed: Feed | None = None) -> None:
    """Add to ``seen`` as it goes, so that what was decoded counts when the budget ends."""
    try:
        missed = _over(film, stretches, seen, feed, jump=True)
    except (FFmpegError, OSError, ValueError):
        missed = stretches[len(seen) :]
    if missed:
        _over(film, missed, seen, feed, jump=False)


def _over(
    film: Film, stretches: list[Stretch], seen: list[Seen], feed: Feed | None, jump: bool
) -> list[Stretch]:
    """Decode them in order; gives those that a jump did not reach."""
    missed: list[Stretch] = []
    with opening.opened(film.job) as container:
        stream = opening.picture_stream(container, film.job.limits)
        if stream is None:
            return []
        walk = Walk(container, stream, film.budget, film.tally)
        for stretch in stretches:
            if stretch.start > max(walk.at, 0.0) + LATE_S:
                (walk.jump if jump else walk.skip)(stretch.start)
            film.samples.jump()
            if not _stretch(film, walk, stretch, seen, feed, jump):
                missed.append(stretch)
    return missed


def _stretch(
    film: Film, walk: Walk, stretch: Stretch, seen: list[Seen], feed: Feed | None, jump: bool
) -> bool:
    """False when the jump landed behind the start, and nothing was looked at."""
    errors = film.tally.errors
    end = math.inf if stretch.is_last else stretch.end
    found = Seen(stretch, stretch.start, stretch.start, stretch.start)
    last: tuple[VideoFrame, float] | None = None
    for frame, t in walk.until(end + (AFTER_S if stretch.is_all else 0.0)):
        if jump and walk.began > stretch.start + LATE_S:
            return False
        if t < stretch.start - EARLY_S and math.isfinite(walk.began):
            continue
        if not found.frames:
            seen.append(found)
            # What could not be decoded right behind a jump leans on frames that were jumped over.
            errors = film.tally.errors if math.isfinite(walk.began) else errors
        _sample(film, frame, t, stretch, inside=t < end)
        if t < end:
            _count(found, frame, t)
            found.errors = film.tally.errors - errors
            last = last if frame.is_corrupt else (frame, t)
            if feed:
                feed(frame, t)
        found.judged_to = t + EARLY_S
    if stretch.is_all and stretch.is_last and last:
        film.offer(*last, picks.COVERAGE, near=picks.END_S)
    if not found.frames:
        return not jump
    found.is_complete = True
    found.end = stretch.end if walk.at >= stretch.end else min(stretch.end, found.end)
    return True


def _count(found: Seen, frame: VideoFrame, t: float) -> None:
    step = t - found.last if found.frames else 0.0
    found.frames += 1
    found.corrupt += bool(frame.is_corrupt)
    found.last = max(found.last, t) if found.frames > 1 else t
    found.end = max(found.end, t + max(0.0, min(step, 1.0)))


def _sample(film: Film, frame: VideoFrame, t: float, stretch: Stretch, inside: bool) -> None:
    if not film.samples.due(t):
        return
    gray = film.small(frame)
    film.samples.add(t, gray)
    if stretch.is_all and inside and not frame.is_corrupt:
        reason = film.picker.wants(t, grid_of(gray))
        if reason:
            film.offer(frame, t, reason, near=film.picker.near if reason == picks.COVERAGE else math.inf)
    film.report.progress(0.9 * film.part_done(t))

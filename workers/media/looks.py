"""Later looks at parts of a film, every frame decoded: the suspect stretches, or one span of the whole.

What they find is in terms that can be laid together, whatever the order in which parts are done: scores on a
common grid of time, events in seconds, counts.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any

from av.video.frame import VideoFrame

from workers.media import codes, frames, moments, picks, watch
from workers.media.activity import Activity
from workers.media.film import Film
from workers.media.job import Job
from workers.media.report import Report
from workers.media.tiles import Tiles
from workers.media.walk import EARLY_S
from workers.media.watch import Seen, Stretch

SHARE_OF_EVERY_FRAME = 0.85  # of the processor time; the rest is for pictures
HALF_A_FRAME = 0.5
SHORT_OF_S, SHORT_OF = 1.0, 0.05  # how much earlier a film may end than its packets say
Feed = Callable[[VideoFrame, float], object]


def suspects(job: Job, report: Report) -> None:
    """Decode what the first look found suspicious. Of a short film that is all of it."""
    film = _film(job, report)
    ranges = [(float(start), float(end)) for start, end in job.given["plan"]["suspects"]]
    all_of_it = len(ranges) == 1 and ranges[0][1] - ranges[0][0] >= film.duration - EARLY_S
    _look(
        film,
        [Stretch(start, end, is_all=all_of_it, is_last=all_of_it) for start, end in ranges],
        Tiles(film).offer if all_of_it else None,
    )


def span(job: Job, report: Report, feed: Feed | None = None) -> None:
    """Decode one span; ``feed`` is given each of its frames once, in order."""
    film = _film(job, report)
    start, end = (float(one) for one in job.given["range"])
    last = end >= max(until for _, until in job.given["plan"]["spans"])
    film.picker.plan(film.duration, start)
    _look(film, [Stretch(start, end, is_all=True, is_last=last)], feed)


def _film(job: Job, report: Report) -> Film:
    media, plan = job.given["media"], job.given["plan"]
    film = Film(job, report, frames.Budget(job.limits), picks.Picker(most=int(job.given.get("room", 0))))
    film.turns = (-int(media.get("rotation") or 0) // 90) % 4
    film.length = float(media.get("duration_s") or 0)
    film.start = min((start for start, _ in [*plan["spans"], *plan["suspects"]]), default=0.0)
    film.rate = _rate(media, film.length)
    film.picker.knows([(float(t), str(mark)) for t, mark in job.given.get("kept", []) if mark])
    film.picker.plan(film.duration)
    return film


def _rate(media: dict[str, Any], length: float) -> float | None:
    """Frames a second, where numbers of frames follow from it: at an even pace without a gap."""
    rate, count = media.get("fps"), media.get("frame_count")
    if media.get("vfr") or not rate or abs(length * rate - (count or 0)) > HALF_A_FRAME:
        return None
    return float(rate)


def _look(film: Film, ranges: list[Stretch], feed: Feed | None = None) -> None:
    report = film.report
    film.part = (ranges[0].start, ranges[-1].end) if ranges else (0.0, 0.0)
    film.budget.share = SHARE_OF_EVERY_FRAME
    seen: list[Seen] = []
    with report.step("decode"):
        try:
            watch.over(film, ranges, seen, feed)
        except frames.Spent:
            # What is missing shows as not seen. If spans follow, they see it.
            if film.job.task == "span" or not film.job.given["plan"]["spans"]:
                report.warn(codes.SAMPLED)
    film.budget.share = 1.0
    whole = len(seen) == len(ranges) and all(one.stretch.is_all and one.is_complete for one in seen)
    found = [film.samples.judge(one.start, one.judged_to) for one in seen]
    report.result |= _result(film, seen, found, whole)
    _warn(film, seen)
    with report.step("pictures"), contextlib.suppress(frames.Spent):
        moments.collect(film, [event for activity in found for event in activity.events])


def _result(film: Film, seen: list[Seen], found: list[Activity], whole: bool) -> dict[str, Any]:
    step = max(1.0, film.duration / watch.SCORES_MOST)
    return {
        "stretches": [
            {
                "start": round(one.start, 3),
                "end": round(one.end, 3),
                "step_s": step,
                "score": activity.score(step, one.start, one.end),
            }
            for one, activity in zip(seen, found, strict=True)
        ],
        "events": [
            {"start": event.start, "end": event.end, "peak": event.peak, "area": event.area}
            for activity in found
            for event in activity.events
        ],
        "tally": {
            "frames": sum(one.frames for one in seen),
            "errors": sum(one.errors for one in seen),
            "corrupt": sum(one.corrupt for one in seen),
            "last_s": max((one.last for one in seen), default=None),
        },
        "whole": whole,
    }


def _warn(film: Film, seen: list[Seen]) -> None:
    if any(one.errors or one.corrupt for one in seen):
        film.report.warn(codes.DAMAGED)
    for one in seen:
        if one.is_complete and one.stretch.end - one.end > max(SHORT_OF_S, SHORT_OF * film.duration):
            film.report.warn(codes.TRUNCATED)

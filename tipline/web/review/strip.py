"""The strip under a film: how much moved when. What was only sampled is never drawn as calm."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

WIDTH, HEIGHT = 1000, 40
COLUMNS = 1000  # a long film has more scores than a screen has dots
SAMPLED = "media:sampled"
NEARLY_ALL = 0.995
Span = tuple[float, float]


@dataclass(frozen=True)
class Event:
    """A stretch with movement, in seconds."""

    start: float
    end: float
    peak: float


@dataclass(frozen=True)
class Strip:
    """Geometry in units of the drawing."""

    duration: float
    seen_area: str  # movement where every frame was decoded
    sampled_area: str  # between key frames
    gaps: list[Span]  # left edge and width of what was only sampled
    events: list[Event]
    marks: list[float]
    seen_part: float

    @property
    def is_whole(self) -> bool:
        """Whether every frame of the film was looked at."""
        return self.seen_part >= NEARLY_ALL

    def x(self, t: float) -> float:
        """Where a time lies."""
        return round(min(max(t / self.duration, 0.0), 1.0) * WIDTH, 1)


def drawn(media: dict[str, Any], moments: list[float]) -> Strip | None:
    """None where there is nothing to draw."""
    duration = float(media.get("duration_s") or 0)
    activity = media.get("activity") or {}
    score = [float(one) for one in activity.get("score") or []]
    step = float(activity.get("step_s") or 0)
    if duration <= 0 or not score or step <= 0:
        return None
    seen = _seen(media, activity, duration, len(score) * step)
    found = [Event(one["start"], one["end"], one["peak"]) for one in activity.get("events") or []]
    seen_area, sampled_area = _areas(score, step, duration, seen)
    return Strip(
        duration,
        seen_area,
        sampled_area,
        _gaps(seen, duration),
        found,
        [round(min(t / duration, 1.0) * WIDTH, 1) for t in moments],
        min(1.0, sum(end - start for start, end in seen) / duration),
    )


def _seen(media: dict[str, Any], activity: dict[str, Any], duration: float, scored: float) -> list[Span]:
    """Stretches that were decoded frame by frame, in order; an older look knew only how far it came."""
    if "seen" not in activity:
        return [(0.0, min(scored, duration) if SAMPLED in (media.get("warnings") or []) else duration)]
    pairs = ((max(0.0, start), min(end, duration)) for start, end in activity["seen"])
    return sorted((start, end) for start, end in pairs if start < end)


def _gaps(seen: list[Span], duration: float) -> list[Span]:
    found: list[Span] = []
    at = 0.0
    for start, end in [*seen, (duration, duration)]:
        if (start - at) / duration * WIDTH >= 1:
            found.append((round(at / duration * WIDTH, 1), round((start - at) / duration * WIDTH, 1)))
        at = max(at, end)
    return found


def _areas(score: list[float], step: float, duration: float, seen: list[Span]) -> tuple[str, str]:
    """Two stairs, a step a column: over what was decoded, and over the rest."""
    slots = min(len(score), math.ceil(duration / step))
    fold = math.ceil(slots / COLUMNS)
    wide = fold * step / duration * WIDTH
    decoded, sampled = [f"M0 {HEIGHT}"], [f"M0 {HEIGHT}"]
    inside = _inside(seen, slots, step)
    for column, first in enumerate(range(0, slots, fold)):
        mine = range(first, min(first + fold, slots))
        looked = max((score[at] for at in mine if inside[at]), default=0.0)
        guessed = max((score[at] for at in mine if not inside[at]), default=0.0)
        edges = min(column * wide, WIDTH), min((column + 1) * wide, WIDTH)
        decoded.append(_step(*edges, looked))
        sampled.append(_step(*edges, 0.0 if looked else guessed))
    return "".join([*decoded, f"V{HEIGHT}Z"]), "".join([*sampled, f"V{HEIGHT}Z"])


def _inside(seen: list[Span], slots: int, step: float) -> list[bool]:
    """For each score whether the middle of its time was decoded."""
    found = [False] * slots
    for start, end in seen:
        first, last = max(0, round(start / step)), min(slots, round(end / step))
        found[first:last] = [True] * max(0, last - first)
    return found


def _step(left: float, right: float, score: float) -> str:
    y = round(HEIGHT - min(max(score, 0.0), 1.0) * (HEIGHT - 4), 1)
    return f"L{left:.1f} {y:g}H{right:.1f}"

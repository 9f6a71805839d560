"""The strip under a film: how much moved when. What was never looked at is not drawn as calm."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

WIDTH, HEIGHT = 1000, 40
SAMPLED = "media:sampled"


@dataclass(frozen=True)
class Event:
    """A stretch with movement, in seconds."""

    start: float
    end: float
    peak: float


@dataclass(frozen=True)
class Strip:
    """Geometry in units of the drawing; `seen_to` is where the full examination ended."""

    duration: float
    area: str
    events: list[Event]
    marks: list[float]
    seen_to: float

    @property
    def is_whole(self) -> bool:
        return self.seen_to >= WIDTH

    def x(self, t: float) -> float:
        return round(min(max(t / self.duration, 0.0), 1.0) * WIDTH, 1)


def drawn(media: dict[str, Any], moments: list[float]) -> Strip | None:
    """None where there is nothing to draw."""
    duration = float(media.get("duration_s") or 0)
    activity = media.get("activity") or {}
    score = [float(one) for one in activity.get("score") or []]
    step = float(activity.get("step_s") or 0)
    if duration <= 0 or not score or step <= 0:
        return None
    seen_s = len(score) * step if SAMPLED in (media.get("warnings") or []) else duration
    seen_to = round(min(seen_s / duration, 1.0) * WIDTH, 1)
    events = [Event(one["start"], one["end"], one["peak"]) for one in activity.get("events") or []]
    marks = [round(min(t / duration, 1.0) * WIDTH, 1) for t in moments]
    return Strip(duration, _area(score, step / duration * WIDTH, seen_to), events, marks, seen_to)


def _area(score: list[float], step: float, end: float) -> str:
    """The path of the area: a stair, one step a score."""
    points = [f"M0 {HEIGHT}"]
    for at, one in enumerate(score):
        left, right = min(at * step, end), min((at + 1) * step, end)
        y = round(HEIGHT - min(max(one, 0.0), 1.0) * (HEIGHT - 4), 1)
        points.append(f"L{left:.1f} {y}L{right:.1f} {y}")
    return "".join(points) + f"L{end} {HEIGHT}Z"

"""Joins the boxes of one face over time into a track: by place and size alone, which is all that is known.

A track bridges short stretches in which its face was not found (turned away, behind a hand); those are told,
so that somebody looks. What was seen once and weakly is no face.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from workers.media.redaction.model import Face, shared

BRIDGED_S = 1.5  # a face that comes back within this is the same
HELD_S = 0.4  # a face is covered this long before it was first and after it was last found
NEAR, ALIKE = 1.5, 0.45  # of its size, how far a face moves between two looks; how alike two sizes must be
ENOUGH, SURE = 2, 0.45  # seen so often, or once so surely
EXACT = 0.04  # of a box, by which one between two others may differ to be left out
MOST_TRACKS, MOST_BOXES = 400, 6_000


@dataclass
class Trail:
    """One face while it is followed."""

    times: list[float] = field(default_factory=list)
    boxes: list[Face] = field(default_factory=list)

    def add(self, t: float, face: Face) -> None:
        self.times.append(t)
        self.boxes.append(face)

    def expected(self, t: float) -> Face:
        """Where the face should be: it goes on as it went, for a moment."""
        last = self.boxes[-1]
        if len(self.boxes) < 2 or self.times[-1] - self.times[-2] > BRIDGED_S / 2:
            return last
        before, span = self.boxes[-2], self.times[-1] - self.times[-2]
        ahead = min(t - self.times[-1], span) / span
        x, y = last.x + (last.x - before.x) * ahead, last.y + (last.y - before.y) * ahead
        return Face(x, y, last.w, last.h, last.score)

    @property
    def is_face(self) -> bool:
        return len(self.boxes) >= ENOUGH or max(one.score for one in self.boxes) >= SURE


class Linker:
    """``add`` the faces of each picture in order; ``tracks`` gives what came of it so far."""

    def __init__(self, start: float, end: float, step: float) -> None:
        self._start, self._end, self._step = start, end, step
        self._open: list[Trail] = []
        self._closed: list[Trail] = []

    def add(self, t: float, faces: list[Face]) -> None:
        """The faces found in the picture at ``t``."""
        self._closed += [one for one in self._open if t - one.times[-1] > BRIDGED_S]
        self._open = [one for one in self._open if t - one.times[-1] <= BRIDGED_S]
        pairs = sorted(
            (
                (nearness(trail.expected(t), face), at, place)
                for at, trail in enumerate(self._open)
                for place, face in enumerate(faces)
            ),
            reverse=True,
        )
        taken: set[int] = set()
        used: set[int] = set()
        for near, at, place in pairs:
            if near > 0 and at not in taken and place not in used:
                self._open[at].add(t, faces[place])
                taken.add(at)
                used.add(place)
        for place, face in enumerate(faces):
            if place not in used:
                self._open.append(Trail([t], [face]))

    def tracks(self) -> list[dict[str, Any]]:
        """In the order in which the faces come; bounded in number and in boxes."""
        trails = [one for one in [*self._closed, *self._open] if one.is_face]
        trails.sort(key=lambda one: one.times[0])
        found, boxes = [], 0
        for trail in trails[:MOST_TRACKS]:
            track = self._track(trail)
            boxes += len(track["boxes"])
            if boxes > MOST_BOXES:
                break
            found.append(track)
        return found

    def _track(self, trail: Trail) -> dict[str, Any]:
        hold = max(HELD_S, 2 * self._step)
        gaps = [
            [round(a, 3), round(b, 3)]
            for a, b in zip(trail.times, trail.times[1:], strict=False)
            if b - a > 1.6 * self._step
        ]
        start, end = max(self._start, trail.times[0] - hold), min(self._end, trail.times[-1] + hold)
        found = thinned(trail.times, trail.boxes)
        came, went = (
            onward(trail.times[::-1], trail.boxes[::-1], start),
            onward(trail.times, trail.boxes, end),
        )
        rows = [*([(start, came)] if came else []), *found, *([(end, went)] if went else [])]
        return {
            "start": round(start, 3),
            "end": round(end, 3),
            "boxes": [row(t, one) for t, one in rows],
            "bridged": gaps,
            "score": round(max(one.score for one in trail.boxes), 2),
        }


def onward(times: list[float], boxes: list[Face], t: float) -> Face | None:
    """Beyond the last of these boxes, at ``t``: all between where it was last seen and where it was going, so
    that somebody who walks fast is covered before being found and after being lost."""
    if len(boxes) < 2 or abs(times[-1] - times[-2]) > BRIDGED_S / 2 or abs(t - times[-1]) < EXACT:
        return None
    last, before = boxes[-1], boxes[-2]
    share = (t - times[-1]) / (times[-1] - times[-2])
    x, y = last.x + (last.x - before.x) * share, last.y + (last.y - before.y) * share
    left, top = max(0.0, min(x, last.x)), max(0.0, min(y, last.y))
    right, bottom = min(1.0, max(x, last.x) + last.w), min(1.0, max(y, last.y) + last.h)
    return Face(left, top, right - left, bottom - top, last.score)


def row(t: float, box: Face) -> list[float]:
    """A moment and a box as they are told."""
    return [round(t, 3), *(round(one, 4) for one in (box.x, box.y, box.w, box.h))]


def nearness(a: Face, b: Face) -> float:
    """How well two boxes could be one face a moment apart; 0 when they could not."""
    off_x = abs(a.x + a.w / 2 - b.x - b.w / 2) / max(a.w, b.w)
    if off_x >= NEAR or min(a.w / b.w, b.w / a.w) < ALIKE or min(a.h / b.h, b.h / a.h) < ALIKE:
        return 0.0
    off_y = abs(a.y + a.h / 2 - b.y - b.h / 2) / max(a.h, b.h)
    return shared(a, b) + max(0.0, NEAR - max(off_x, off_y))


def thinned(times: list[float], boxes: list[Face]) -> list[tuple[float, Face]]:
    """Only boxes that do not lie where a straight way between two others would put them."""
    kept = [0]
    for at in range(2, len(boxes)):
        if not _is_straight(times, boxes, kept[-1], at):
            kept.append(at - 1)
    if len(boxes) > 1:
        kept.append(len(boxes) - 1)
    return [(times[at], boxes[at]) for at in kept]


def _is_straight(times: list[float], boxes: list[Face], first: int, last: int) -> bool:
    a, b, span = boxes[first], boxes[last], times[last] - times[first]
    for at in range(first + 1, last):
        part, box = (times[at] - times[first]) / span, boxes[at]
        for name, side in (("x", box.w), ("y", box.h), ("w", box.w), ("h", box.h)):
            way = getattr(a, name) + (getattr(b, name) - getattr(a, name)) * part
            if abs(way - getattr(box, name)) > EXACT * side:
                return False
    return True

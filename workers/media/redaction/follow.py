"""The task ``track``: follows what stands in a box that somebody drew, from frame to frame, by its looks.

Given are `t`, `box`, `until` and whether to go `back`. Compared is the patch itself, as it was drawn and as
it was last seen, at three sizes around where it should be. When neither is found for a while the track ends
where it was last seen, and says so: an invented place would be worse than none.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import cv2
import numpy as np
from av.video.frame import VideoFrame

from workers.media import confine, frames
from workers.media.job import Job
from workers.media.redaction import backwards
from workers.media.redaction.linking import row, thinned
from workers.media.redaction.model import Face
from workers.media.redaction.passage import ROUNDED_S, Passage
from workers.media.report import Pixels, Report

WORKED_ON = 64  # pixels of the shorter side of the box, at most: enough to tell it, cheap to find
LEAST_SIDE = 6
WIDEST = 1920
SCALES = (1.0, 0.96, 1.04)
REACH = 0.7  # of the box, how far it may move in a frame
ALIKE, VERY_ALIKE = 0.55, 0.8
OCCLUDED_S = 0.7  # hidden longer than this it is lost
EDGE = 0.01
FLAT = 2.0  # a patch of one colour cannot be told from the next


@dataclass
class Patch:
    """Where it is, in pixels of the small picture: its middle and its size; and how it moves."""

    x: float
    y: float
    w: float
    h: float
    step_x: float = 0.0
    step_y: float = 0.0


class Follower:
    """``look`` at each picture in order; None when the patch is not seen in it."""

    def __init__(self, picture: Pixels, patch: Patch) -> None:
        self.patch = patch
        self.score = 1.0
        self._missed = 0
        self._first = self._last = _cut(picture, patch)

    @property
    def can_be_told(self) -> bool:
        """Whether there is anything in the box to be recognised by."""
        return bool(self._first.size and float(self._first.std()) > FLAT)

    def look(self, picture: Pixels) -> Patch | None:
        reach = REACH + 0.25 * min(self._missed, 8)
        best: tuple[float, Patch] | None = None
        for scale in SCALES:
            for looks in (self._last, self._first):
                found = self._search(picture, looks, scale, reach)
                # A change of size must be worth it: noise alone makes the box creep.
                if found and (best is None or found[0] > best[0] + (0.01 if scale != 1.0 else 0.0)):
                    best = found
        if best is None or best[0] < ALIKE:
            self._missed += 1
            self.score = best[0] if best else 0.0
            return None
        self.score, found_at = best
        self._missed = 0
        moved = replace(found_at, step_x=found_at.x - self.patch.x, step_y=found_at.y - self.patch.y)
        self.patch = moved
        if self.score > VERY_ALIKE:
            self._last = _cut(picture, moved)
        return moved

    def _search(
        self, picture: Pixels, looks: Pixels, scale: float, reach: float
    ) -> tuple[float, Patch] | None:
        wide, high = round(self.patch.w * scale), round(self.patch.h * scale)
        if min(wide, high) < LEAST_SIDE:
            return None
        x, y = self.patch.x + self.patch.step_x, self.patch.y + self.patch.step_y
        around = Patch(x, y, wide * (1 + 2 * reach), high * (1 + 2 * reach))
        place = _cut(picture, around)
        template = cv2.resize(looks, (wide, high), interpolation=cv2.INTER_AREA)
        if place.shape[0] <= high or place.shape[1] <= wide or float(template.std()) <= FLAT:
            return None
        heat = cv2.matchTemplate(place, template, cv2.TM_CCOEFF_NORMED)
        _, score, _, (column, down) = cv2.minMaxLoc(np.nan_to_num(heat, nan=-1.0, posinf=-1.0, neginf=-1.0))
        left, top = round(around.x - around.w / 2), round(around.y - around.h / 2)
        size = (self.patch.w * scale, self.patch.h * scale)
        return float(score), Patch(left + column + wide / 2, top + down + high / 2, *size)


def _cut(picture: Pixels, patch: Patch) -> Pixels:
    """What stands there; beyond the edge the edge goes on."""
    height, width = picture.shape[:2]
    left, top = round(patch.x - patch.w / 2), round(patch.y - patch.h / 2)
    rows = np.clip(np.arange(top, top + round(patch.h)), 0, height - 1)
    columns = np.clip(np.arange(left, left + round(patch.w)), 0, width - 1)
    return np.ascontiguousarray(picture[np.ix_(rows, columns)])


def run(job: Job, report: Report) -> None:
    """Fill in the result: `boxes`; from when (`start`) or until when (`end`) they hold; and `lost`: when and
    why it ended before the range did."""
    confine.lower_memory(job.limits.video_memory)
    report.result = {"boxes": [], "lost": None, "start": None, "end": None}
    way = _Way(report, float(job.given["t"]), [float(one) for one in job.given["box"]])
    until = job.given.get("until")
    if job.given.get("back"):
        way.back(job, -math.inf if until is None else float(until))
    else:
        way.on(job, math.inf if until is None else float(until))


class _Way:
    """The way of one box through a film."""

    def __init__(self, report: Report, t: float, box: list[float]) -> None:
        self._report, self._begins, self._box = report, t, box
        self._convert = frames.Converter()
        self._size = (0, 0)
        self._times: list[float] = []
        self._boxes: list[Face] = []
        self._follower: Follower | None = None

    def on(self, job: Job, until: float) -> None:
        """As the film runs, up to ``until``."""
        passage = Passage(job, self._begins + ROUNDED_S, until, frames.Budget(job.limits))
        last = min(until, float(job.given.get("length") or 0.0) or until)
        shown = ((self._small(frame, passage.turns), t, end) for frame, t, end in passage.frames())
        why, reached = self._go(shown, last)
        last_seen = self._times[-1] if self._times else self._begins
        # Where it was hidden at the end, the cover stays a moment longer than it was seen.
        end = min(reached, until) if why is None else min(reached, until, last_seen + OCCLUDED_S)
        self._say(why, last_seen, end=end)

    def back(self, job: Job, until: float) -> None:
        """Against the film, down to ``until``: it is covered a moment earlier than it was first seen."""
        shown = backwards.pictures(job, until, self._begins + ROUNDED_S, self._small)
        why, reached = self._go(((picture, t, t) for picture, t in shown), max(until, 0.0))
        last_seen = self._times[-1] if self._times else self._begins
        start = max(reached, until) if why is None else max(reached, until, last_seen - OCCLUDED_S)
        self._times.reverse()
        self._boxes.reverse()
        self._say(why, last_seen, start=start)

    def _go(self, shown: Iterator[tuple[Pixels, float, float]], last: float) -> tuple[str | None, float]:
        """Why it ended before the pictures did, and how far it got."""
        why, reached = None, self._begins
        try:
            for picture, t, edge in shown:
                if self._follower is None:
                    self._follower = Follower(picture, self._begin(picture))
                    self._keep(self._begins)
                    if not self._follower.can_be_told:
                        return "flat", reached
                elif self._follower.look(picture):
                    self._keep(t)
                elif abs(t - self._times[-1]) > OCCLUDED_S:
                    return "edge" if self._is_at_edge() else "hidden", reached
                reached = edge
                if last != self._begins and math.isfinite(last):
                    self._report.progress((t - self._begins) / (last - self._begins))
        except frames.Spent:
            why = "time"
        return why, reached

    def _small(self, frame: VideoFrame, turns: int) -> Pixels:
        """Gray and upright, so small that the box is just large enough to be told."""
        if self._size == (0, 0):
            wide, high = (frame.height, frame.width) if turns % 2 else (frame.width, frame.height)
            short = max(1.0, min(self._box[2] * wide, self._box[3] * high))
            scale = min(1.0, WORKED_ON / short, WIDEST / max(wide, high))
            self._size = (
                max(LEAST_SIDE, round(frame.width * scale)),
                max(LEAST_SIDE, round(frame.height * scale)),
            )
        gray = self._convert.gray(frame, *self._size)
        return np.ascontiguousarray(np.rot90(gray, k=turns))

    def _begin(self, picture: Pixels) -> Patch:
        height, width = picture.shape[:2]
        x, y, w, h = self._box
        self._scale = (width, height)
        wide, high = max(LEAST_SIDE, w * width), max(LEAST_SIDE, h * height)
        return Patch((x + w / 2) * width, (y + h / 2) * height, wide, high)

    def _keep(self, t: float) -> None:
        if self._follower is None or (self._times and t == self._times[-1]):
            return
        patch, (width, height) = self._follower.patch, self._scale
        left, top = (patch.x - patch.w / 2) / width, (patch.y - patch.h / 2) / height
        x, y = min(max(left, 0.0), 1.0), min(max(top, 0.0), 1.0)
        right = min(max(left + patch.w / width, 0.0), 1.0)
        bottom = min(max(top + patch.h / height, 0.0), 1.0)
        if right > x and bottom > y:
            self._times.append(t)
            self._boxes.append(Face(x, y, right - x, bottom - y, 1.0))

    def _is_at_edge(self) -> bool:
        box = self._boxes[-1]
        return min(box.x, box.y) < EDGE or max(box.x + box.w, box.y + box.h) > 1 - EDGE

    def _say(
        self, why: str | None, seen: float, start: float | None = None, end: float | None = None
    ) -> None:
        if not self._boxes:
            return
        result: dict[str, Any] = {
            "boxes": [row(t, box) for t, box in thinned(self._times, self._boxes)],
            "start": None if start is None or not math.isfinite(start) else round(start, 3),
            "end": None if end is None or not math.isfinite(end) else round(end, 3),
            "lost": None if why is None else {"t": round(seen, 3), "why": why},
        }
        self._report.result |= result

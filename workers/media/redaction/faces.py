"""The task ``faces``: where faces are in a photo, or over a range of a film, as tracks of boxes.

Given is `range`. Every frame is decoded, the model looks at a few a second; what was found by now is told
while the search goes on. A search whose time is used up says how far it came.
"""

from __future__ import annotations

import time

import cv2
from av.video.frame import VideoFrame

from workers.media import codes, confine, frames, photo, plain, sniff
from workers.media.job import Job
from workers.media.redaction import model
from workers.media.redaction.linking import Linker, row
from workers.media.redaction.model import Face, Finder
from workers.media.redaction.passage import Passage
from workers.media.report import Pixels, Report

EVERY_S = 0.2
# The longest side of what the model sees, where faces of 10 pixels are found; of a photo more, for crowds.
FILM_SIDE, PHOTO_SIDES = 896, (1600, 640, 320)
# Fields of a picture by which it is told from the last that was looked at: where none differs by so many
# shades of gray, nobody moved, and what was found still holds. Once a second it is looked at all the same.
FIELDS, STILL, LOOK_AGAIN_S = (96, 54), 3, 1.0
TELL_EVERY_S = 2.0
TOLD_BYTES = 3 * 1024 * 1024  # that partial results may take together, of what may be said at all


def find(job: Job, report: Report) -> None:
    """Fill in the result: `tracks`, and `searched`, the range that was looked through."""
    report.media["tools"] |= model.versions()
    report.result = {"tracks": [], "searched": None, "pictures": 0}
    form = sniff.photo_format(plain.pread(job.input, sniff.HEAD_BYTES, 0))
    try:
        if form:
            confine.lower_memory(job.limits.photo_memory)
            _in_photo(photo.main_picture(job, report, form), report)
        else:
            confine.lower_memory(job.limits.video_memory)
            _Search(job, report).run()
    except model.NoModel:
        report.fail(codes.NO_MODEL)


def _in_photo(picture: Pixels | None, report: Report) -> None:
    if picture is None:
        return
    finder = Finder()
    found = model.apart([face for side in PHOTO_SIDES for face in finder.faces(picture, side)])
    report.result["tracks"] = [
        {"start": None, "end": None, "boxes": [row(0.0, face)], "bridged": [], "score": round(face.score, 2)}
        for face in found
    ]
    report.result["pictures"] = 1


class _Search:
    """One search through a film."""

    def __init__(self, job: Job, report: Report) -> None:
        self._report = report
        self._passage = Passage.of(job)
        self._length = float(job.given.get("length") or 0.0)
        self._finder, self._convert = Finder(), frames.Converter()
        self._linker: Linker | None = None
        self._gray: Pixels | None = None
        self._found: list[Face] = []
        self._looked_at = -1e18
        self._next_told, self._told = time.monotonic() + TELL_EVERY_S, 0

    def run(self) -> None:
        start = last = None
        step, due, looked = EVERY_S, -1e18, 0
        try:
            for frame, t, until in self._passage.frames():
                if start is None:
                    start = max(t, self._passage.start)
                    self._linker = Linker(start, self._passage.end, step)
                last = min(until, self._passage.end)
                if t >= due and not frame.is_corrupt:
                    due, looked = t + step - 1e-3, looked + 1
                    self._look(t, frame)
                    self._tell(start, last, looked)
                self._report.progress(self._passage.part_done(t, self._length))
        except frames.Spent:
            pass  # how far it came is told
        self._say(start, last, looked)

    def _look(self, t: float, frame: VideoFrame) -> None:
        gray = self._convert.gray(frame, *FIELDS)
        is_same = self._gray is not None and int(cv2.absdiff(gray, self._gray).max()) < STILL
        if not is_same or t - self._looked_at >= LOOK_AGAIN_S:
            turns = self._passage.turns
            across = frame.height if turns % 2 else frame.width
            scale = min(1.0, FILM_SIDE / max(frame.width, frame.height))
            picture = self._convert.shrunk(frame, turns, max(1, round(across * scale)))
            self._found = self._finder.faces(picture, FILM_SIDE)
            self._gray, self._looked_at = gray, t
        if self._linker:
            self._linker.add(t, self._found)

    def _say(self, start: float | None, last: float | None, looked: int) -> None:
        self._report.result |= {
            "tracks": self._linker.tracks() if self._linker else [],
            "searched": None if start is None or last is None else [round(start, 3), round(last, 3)],
            "pictures": looked,
        }

    def _tell(self, start: float, last: float, looked: int) -> None:
        if time.monotonic() < self._next_told or self._told > TOLD_BYTES:
            return
        self._say(start, last, looked)
        self._told += len(str(self._report.result))
        self._report.so_far()
        self._next_told = time.monotonic() + TELL_EVERY_S

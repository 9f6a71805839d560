"""The task ``redaction``: the picture or film made anew with covers that hide all that lies under them.

Given are `tracks`, `margin`, `range`, `sound`, how long the longer side may be (`widest`) and, for one
picture out of a film, `still`. What leaves is made of decoded pixels alone, painted over before anything is
encoded: no stream, thumbnail or tag of the source is passed on. The film is read back at the end, and every
cover is looked for in every frame.
"""

from __future__ import annotations

import heapq
import math
import os
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import numpy as np
from av.container import InputContainer, OutputContainer
from av.error import FFmpegError
from av.video.frame import VideoFrame

from workers.media import (
    codes,
    confine,
    frames,
    opening,
    photo,
    pieces,
    plain,
    sniff,
    soundtrack,
    table,
    tracks,
    wire,
    writing,
)
from workers.media.job import Job
from workers.media.redaction import covers, proof
from workers.media.redaction.covers import Cover, Rect
from workers.media.redaction.passage import ROUNDED_S, Passage
from workers.media.report import Pixels, Report

LONGEST_SIDE = 3840  # where the job says nothing smaller
LUMA, NEUTRAL, FILL = 34, 128, (21, 21, 21)  # one colour: as a film holds it, and as a picture does
ENCODER = {"preset": "veryfast", "crf": "23", "threads": "1", "bf": "0", "forced-idr": "1"}
UNREADABLE_SOUND = (FFmpegError, OSError, ValueError)
TOO_LATE = 0.5  # seconds before the range at which sound is looked for


def run(job: Job, report: Report) -> None:
    """Write the film into ``job.output``, or hand over the picture; say what was covered."""
    form = sniff.photo_format(plain.pread(job.input, sniff.HEAD_BYTES, 0))
    placed = covers.read(job.given)
    margin = float(job.given.get("margin", 0.0))
    if form:
        confine.lower_memory(job.limits.photo_memory)
        picture = photo.main_picture(job, report, form)
        if picture is None:
            return report.fail(codes.TOO_MANY_PIXELS)
        return _hand_over(picture, placed, 0.0, math.inf, margin, report)
    confine.lower_memory(job.limits.video_memory)
    try:
        if job.given.get("still") is not None:
            return _still(job, placed, margin, report)
        return _Film(job, placed, margin, report).make()
    except frames.Spent:
        # Half a film would be taken for the whole.
        if job.output is not None:
            os.ftruncate(job.output, 0)
        return report.fail(codes.TIMEOUT)


def _still(job: Job, placed: list[Cover], margin: float, report: Report) -> None:
    t = float(job.given["still"])
    passage = Passage(job, t + ROUNDED_S, t + 2 * ROUNDED_S, frames.Budget(job.limits))
    for frame, at, until in passage.frames():
        picture = frames.Converter().rgb(frame, passage.turns, wire.FRAME_PIXELS)
        return _hand_over(picture, placed, at, until, margin, report)
    return report.fail(codes.NO_FRAMES)


def _hand_over(
    picture: Pixels, placed: list[Cover], t: float, until: float, margin: float, report: Report
) -> None:
    shown = picture.copy()
    height, width = shown.shape[:2]
    found = covers.rects(placed, t, until, (width, height), margin)
    for rect in found:
        shown[rect.top : rect.bottom, rect.left : rect.right] = FILL
    report.keyframe(t, None, shown, "first", 0.0, ("0" * 64, 0))
    report.result = {"frames": 1, "covered": int(bool(found)), "checked": 1, "width": width, "height": height}
    report.result |= {"sound": "none", "duration_s": 0.0}


class _Film:
    """One film being made."""

    def __init__(self, job: Job, placed: list[Cover], margin: float, report: Report) -> None:
        self._job, self._placed, self._margin, self._report = job, placed, margin, report
        self._passage = Passage.of(job)
        self._length = float(job.given.get("length") or 0.0)
        self._painted: list[list[Rect]] = []
        self._first: tuple[float, float] | None = None  # of the first frame: in the film, on its own clock
        self._last = 0.0

    def make(self) -> None:
        shape = self._shape()
        if shape is None or self._job.output is None:
            return self._report.fail(codes.NO_FRAMES)
        with ExitStack() as stack:
            out = stack.enter_context(writing.mp4(self._job.output, shape.ticks, self._room()))
            pictures = self._pictures(pieces.Pictures(out, shape, ENCODER), shape)
            opening_one = next(pictures, None)  # only with it is known where the sound begins
            if opening_one is None:
                return self._report.fail(codes.NO_FRAMES)
            heard, sounds = self._sounds(out, stack)
            for _, packet in heapq.merge(
                self._chained(opening_one, pictures), *sounds, key=lambda pair: pair[0]
            ):
                out.mux(packet)
            out.close()
        checked = proof.check(self._job, self._painted, (LUMA, NEUTRAL), heard != "none")
        self._report.result = {
            "frames": len(self._painted),
            "covered": sum(bool(one) for one in self._painted),
            "checked": checked,
            "width": shape.width,
            "height": shape.height,
            "sound": heard,
            "duration_s": round(max(0.0, self._last - (self._first or (0.0,))[0]), 3),
        }
        if checked != len(self._painted):
            os.ftruncate(self._job.output, 0)
            self._report.fail(codes.NOT_COVERED)
        return None

    @staticmethod
    def _chained(first: Any, rest: Iterator[Any]) -> Iterator[Any]:
        yield first
        yield from rest

    def _shape(self) -> pieces.Shape | None:
        """Upright, with square pixels and even sides, as large as the source where that is not too much."""
        widest = min(int(self._job.given.get("widest") or LONGEST_SIDE), LONGEST_SIDE)
        with opening.opened(self._job) as container:
            stream = opening.picture_stream(container, self._job.limits)
            if stream is None:
                return None
            for packet in frames.packets(container, stream, self._passage.budget, frames.Decoded()):
                for frame in frames.decode(packet, self._passage.budget, frames.Decoded()):
                    turns = round(frame.rotation / 90) % 4
                    return pieces.shape_of(stream, turns, widest, widest)
        return None

    def _room(self) -> int:
        """Bytes for the index in front: for as many frames and pieces of sound as the range holds."""
        start, end = max(0.0, self._passage.start), self._passage.end
        try:
            shown = table.read(self._job, self._passage.budget).seconds()
            many = int(((shown >= start - 1.0) & (shown <= end)).sum()) + 1
            seconds = min(end, float(shown[-1])) - start + 1
        except table.Unlisted:
            seconds = min(end, max(self._length, 60.0)) - start + 1
            many = round(seconds * 60)
        return writing.room_for(many, round(seconds * 50), even=False, reordered=False)

    def _pictures(self, made: pieces.Pictures, shape: pieces.Shape) -> tracks.Track:
        passage, size = self._passage, (shape.width, shape.height)
        for frame, t, until in passage.frames():
            rects = covers.rects(self._placed, t, until, size, self._margin)
            packets = made.add(frame, t, lambda picture, rects=rects: painted(picture, rects))  # type: ignore[misc]
            if packets is None:
                continue  # nearer to the last than any player shows
            if self._first is None:
                self._first = t, t if frame.time is None else float(frame.time)
            self._painted.append(rects)
            self._last = until
            self._report.progress(0.9 * passage.part_done(t, self._length))
            yield from map(tracks.placed, packets)
        yield from map(tracks.placed, made.rest())

    def _sounds(self, out: OutputContainer, stack: ExitStack) -> tuple[str, list[tracks.Track]]:
        """The sound of the range, made anew, where it is wanted and can be read."""
        if self._first is None or not self._job.given.get("sound"):
            return "none", []
        source = stack.enter_context(opening.opened(self._job))
        stream = soundtrack.stream_of(source)
        if stream is None:
            return "none", []
        begins = self._first[1]
        self._to_sound(source, begins)
        length = min(self._passage.end, self._length or math.inf) - self._first[0]
        encoder = soundtrack.Encoder(out, stream)
        track = encoder.track(source, stream, begins, begins + min(length, 7200.0), self._passage.budget)
        return "made", [track]

    @staticmethod
    def _to_sound(source: InputContainer, begins: float) -> None:
        """Near the range, where the file knows the way; what comes before it is left out anyway."""
        if begins > TOO_LATE:
            try:
                source.seek(int((begins - TOO_LATE) * 1_000_000))
            except UNREADABLE_SOUND:
                return


def painted(picture: VideoFrame, rects: list[Rect]) -> VideoFrame:
    """The picture with covers in it, in all three planes; the decoder's own frame is left as it is."""
    if not rects:
        return picture
    whole: Any = picture.to_ndarray()
    width, height = picture.width, picture.height
    light = whole[:height]
    colour = whole[height:].reshape(2, height // 2, width // 2)
    for rect in rects:
        light[rect.top : rect.bottom, rect.left : rect.right] = LUMA
        half = slice(rect.top // 2, rect.bottom // 2), slice(rect.left // 2, rect.right // 2)
        colour[:, half[0], half[1]] = NEUTRAL
    made = VideoFrame.from_ndarray(np.ascontiguousarray(whole), format="yuv420p")
    made.color_range = picture.color_range
    return made

"""Examines one film: first picture at once, an overview from its key frames, then every frame for movement.

Each pass opens the file anew, so nothing depends on finding back to the start of a broken file.
"""

from __future__ import annotations

import math
from typing import Any

from av.container import InputContainer
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from workers.media import codes, facts, frames, moments, opening, picks, timeline
from workers.media.activity import grid_of
from workers.media.film import Film
from workers.media.job import Job
from workers.media.report import Report

OVERVIEW_FRAMES = 300
SHARE_OF_EVERY_FRAME = 0.85
HOPELESS_FRAMES = 250  # after so many damaged frames a damaged one is the first picture
SCORES_MOST = 20_000
# Declared and real length may differ by this much; a claim beyond all reason is a lie, not a film cut short.
SLACK_S, DIFFERENT_BY, ABSURD = 1.0, 0.05, 100


def examine(job: Job, report: Report) -> None:
    """Fill the report. Raises FFmpeg's errors when the file cannot be opened at all."""
    film = Film(job, report, frames.Budget(job.limits), picks.Picker(most=job.limits.keyframes))
    try:
        with report.step("probe"):
            found = _probe(film)
        report.facts()
        if found:
            _look_through(film)
    except frames.Spent:
        report.warn(codes.SAMPLED)


def _probe(film: Film) -> bool:
    """What the header says, and the first picture. False when there is no picture to be had."""
    with opening.opened(film.job) as container:
        facts.of_container(container, film.report.media)
        stream = opening.picture_stream(container, film.job.limits)
        if stream is None:
            facts.of_sound(container, film.report)
            return False
        facts.of_picture(container, stream, film.report.media)
        film.declared_s = facts.claimed_length(container)
        if _first_picture(film, container, stream):
            return True
        pixels = (film.report.media["width"] or 0) * (film.report.media["height"] or 0)
        film.report.fail(codes.TOO_MANY_PIXELS if pixels > film.job.limits.video_pixels else codes.NO_FRAMES)
        return False


def _first_picture(film: Film, container: InputContainer, stream: VideoStream) -> bool:
    clock = frames.clock_for(container, stream)
    damaged: tuple[VideoFrame, float] | None = None
    for packet in frames.packets(container, stream, film.budget, film.tally):
        for frame in frames.decode(packet, film.budget, film.tally):
            t = clock.of(frame.time)
            if not frame.is_corrupt:
                return _begin(film, frame, t)
            damaged = damaged or (frame, t)
        if damaged and film.tally.frames > HOPELESS_FRAMES:
            break
    return _begin(film, *damaged) if damaged else False


def _begin(film: Film, frame: VideoFrame, t: float) -> bool:
    film.turns = round(frame.rotation / 90) % 4
    facts.of_first_frame(frame, film.turns, film.report.media)
    film.send(frame, t, picks.FIRST, film.grid(frame))
    film.tally = frames.Decoded()
    return True


def _look_through(film: Film) -> None:
    """The three passes, each handing over what it found before the next begins."""
    report = film.report
    with report.step("timeline"):
        film.line = timeline.read(film.job, film.budget)
        film.picker.plan(film.line.duration)
        facts.of_timeline(film.line, report.media)
    report.facts()
    with report.step("overview"):
        _overview(film)
    with report.step("activity"):
        film.budget.share = SHARE_OF_EVERY_FRAME
        whole = _every_frame(film)
        seen = film.samples.judge()
    step = max(1.0, film.last_t / SCORES_MOST)
    report.media["activity"] = {
        "step_s": step,
        "score": seen.score(step),
        "events": [{"start": e.start, "end": e.end, "peak": e.peak} for e in seen.events],
    }
    _conclude(film, whole)
    report.facts()
    with report.step("pictures"):
        film.budget.share = 1.0
        moments.collect(film, seen.events)


def _overview(film: Film) -> None:
    """Key frames only, evenly thinned in long films: seconds for an hour of footage."""
    if film.line is None or film.line.key_times.size < 2:
        return
    tally = frames.Decoded()
    with opening.opened(film.job) as container:
        stream = opening.picture_stream(container, film.job.limits)
        if stream is None:
            return
        stream.codec_context.skip_frame = "NONKEY"
        clock = frames.clock_for(container, stream)
        thinned = _Thinned(clock.origin, film.duration / OVERVIEW_FRAMES)
        for packet in frames.packets(container, stream, film.budget, tally):
            for frame in frames.decode(packet, film.budget, tally) if thinned.takes(packet) else ():
                if frame.time is not None and not frame.is_corrupt:
                    film.offer(frame, clock.of(frame.time), film.grid(frame))


class _Thinned:
    """Lets key frames through that lie far enough apart, and the packet that flushes the decoder."""

    def __init__(self, origin: float, gap: float) -> None:
        self._origin, self._gap, self._due = origin, gap, -math.inf

    def takes(self, packet: Packet[Any]) -> bool:
        if not packet.size:
            return True
        stamp = packet.pts if packet.pts is not None else packet.dts
        if not packet.is_keyframe or stamp is None or packet.time_base is None:
            return False
        seconds = float(stamp * packet.time_base) - self._origin
        if seconds < self._due:
            return False
        self._due = seconds + self._gap
        return True


def _every_frame(film: Film) -> bool:
    """Decode everything, sampling five times a second. False when the budget ended first."""
    film.picker.again()
    last: tuple[VideoFrame, float] | None = None
    try:
        with opening.opened(film.job) as container:
            stream = opening.picture_stream(container, film.job.limits)
            if stream is None:
                return False
            clock = frames.clock_for(container, stream)
            for packet in frames.packets(container, stream, film.budget, film.tally):
                for frame in frames.decode(packet, film.budget, film.tally):
                    t = clock.of(frame.time)
                    last = last if frame.is_corrupt else (frame, t)
                    _pass_by(film, frame, t)
    except frames.Spent:
        film.report.warn(codes.SAMPLED)
        return False
    if last and film.picker.takes(last[1], grid := film.grid(last[0]), opens=False):
        film.send(last[0], last[1], picks.COVERAGE, grid)
    return True


def _pass_by(film: Film, frame: VideoFrame, t: float) -> None:
    film.last_t = max(film.last_t, t)
    if not film.samples.due(t):
        return
    gray = film.small(frame)
    film.samples.add(t, gray)
    if not frame.is_corrupt:
        film.offer(frame, t, grid_of(gray))
    film.report.progress(0.9 * t / film.duration if film.duration > 0 else 0.0)


def _conclude(film: Film, whole: bool) -> None:
    """The true length, and what people should know about the file."""
    media, line = film.report.media, film.line
    if film.tally.errors or film.tally.corrupt:
        film.report.warn(codes.DAMAGED)
    if not whole or line is None or not line.times.size:
        return
    length = max(0.0, min(line.duration, film.last_t - float(line.times[0]) + line.interval))
    media["duration_s"], media["frame_count"] = round(length, 3), film.tally.frames
    broke_off = film.tally.ended_badly or not line.whole
    _compare(film.report, film.declared_s, length, broke_off)


def _compare(report: Report, declared: float | None, length: float, broke_off: bool) -> None:
    """The length a header claims against the real one."""
    if broke_off:
        report.warn(codes.TRUNCATED)
    elif declared is not None and abs(declared - length) > max(SLACK_S, DIFFERENT_BY * length):
        missing = length < declared < length * ABSURD
        report.warn(codes.TRUNCATED if missing else codes.DURATION_DIFFERS)

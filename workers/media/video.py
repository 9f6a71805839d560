"""The first look at a film, in seconds: a picture at once, packets, pictures that show all of it, key frames.

Also says where to look closer (`workers.media.looks`). Each part opens the file anew, so nothing depends on
finding back to the start of a broken file.
"""

from __future__ import annotations

from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from workers.media import codes, facts, frames, moments, opening, overview, picks, planning, timeline
from workers.media.film import Film
from workers.media.job import Job
from workers.media.report import Report

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
    film.send(frame, t, picks.FIRST)
    film.tally = frames.Decoded()
    return True


def _look_through(film: Film) -> None:
    """Packets, pictures that show the whole film, key frames; and what should follow."""
    report, line = film.report, _timeline(film)
    try:
        with report.step("sheet"):
            moments.cover(film, line)
        with report.step("overview"):
            seen = overview.look(film)
            suspects = planning.suspects(line, seen)
    except frames.Spent:
        report.warn(codes.SAMPLED)
        report.plan |= {"suspects": [], "spans": planning.spans(line)}
        return
    step = max(1.0, line.duration / SCORES_MOST)
    score = seen.score(step, line.end)
    report.media["activity"] = {"step_s": step, "score": score, "events": [], "seen": []}
    # A film that is decoded whole at once needs no second time, unless it must be encoded anew in any case.
    once = suspects == [[line.start, line.end]]
    report.plan |= {"suspects": suspects, "spans": [] if once else planning.spans(line)}
    report.facts()
    with report.step("scenes"):
        moments.scenes(film, seen.cuts)


def _timeline(film: Film) -> timeline.Timeline:
    """Count the packets, and compare them with what the header claims."""
    report = film.report
    with report.step("timeline"):
        film.line = line = timeline.read(film.job, film.budget)
        facts.of_timeline(line, report.media)
        if line.times.size:
            _compare(report, film.declared_s, line.duration, broke_off=not line.whole)
    report.facts()
    return line


def _compare(report: Report, declared: float | None, length: float, broke_off: bool) -> None:
    """The length a header claims against the real one."""
    if broke_off:
        report.warn(codes.TRUNCATED)
    elif declared is not None and abs(declared - length) > max(SLACK_S, DIFFERENT_BY * length):
        missing = length < declared < length * ABSURD
        report.warn(codes.TRUNCATED if missing else codes.DURATION_DIFFERS)

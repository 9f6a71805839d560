"""The task ``copy``: the film as a browser plays it, and the list of its frames.

Nothing of the original changes; where it plays as it is, only its frames are listed. A way that turns out not
to work gives place to the next dearer one.
"""

from __future__ import annotations

import heapq
import os
import sys
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from av.container import InputContainer, OutputContainer
from av.error import FFmpegError

from workers.media import codes, frames, looks, opening, pieces, plan, soundtrack, table, tracks, writing
from workers.media.job import Job
from workers.media.report import Report
from workers.media.table import Table
from workers.media.tracks import CannotCopy, Track

DEARER = {plan.REMUX: plan.SOUND, plan.SOUND: plan.ENCODE}
ROOMS = (1, 3)  # the room for the index, and how many times that at a second try
Parts = list[tuple[int, int, int]]  # of each piece: where it lies, its size, its first tick


@dataclass(frozen=True)
class Film:
    """What the copy is made of."""

    job: Job
    report: Report
    table: Table
    budget: frames.Budget
    parts: Parts

    @property
    def start(self) -> float:
        """When the first picture is shown, on the film's own clock."""
        return float(self.table.shown[0] * self.table.tick)

    @property
    def end(self) -> float:
        """When the last one is."""
        return float(self.table.shown[-1] * self.table.tick)


def run(job: Job, report: Report) -> None:
    """Make the copy into ``job.output``; tell its frames, what plays, and how it was made."""
    budget = frames.Budget(job.limits)
    report.result = {"playable": "none", "how": plan.NONE}
    try:
        film = Film(job, report, table.read(job, budget), budget, _parts(job))
    except table.Unlisted:
        return
    how = job.given.get("plan", {}).get("copy") or plan.ENCODE
    if how == plan.ORIGINAL:
        report.table(film.table, film.table.numbers, film.start - film.table.origin)
        report.result = {"playable": "original", "how": how}
        return
    try:
        made = _make(film, how)
    except frames.Spent:
        report.warn(codes.SAMPLED)
        made = None
    if made is None:
        if job.output is not None:
            os.ftruncate(job.output, 0)
        return
    how, heard = made
    copy = table.of_output(job, os.fstat(job.output or 0).st_size, budget)
    first = film.start - film.table.origin
    report.table(copy, table.numbered(copy, film.table, first), first)
    report.result = {"playable": "proxy", "how": how, "sound": heard}


def span(job: Job, report: Report) -> None:
    """Look at one span; while its frames are at hand, write its piece of a copy that has to be encoded."""
    if job.output is None:
        return looks.span(job, report)
    with opening.opened(job) as container:
        stream = opening.picture_stream(container, job.limits)
        if stream is None:
            return looks.span(job, report)
        turns = -int(job.given["media"].get("rotation") or 0) // 90
        shape = pieces.shape_of(stream, turns % 4)
    piece = pieces.PieceWriter(job.output, shape)
    looks.span(job, report, piece.add)
    report.result["piece"] = piece.close()
    return None


def _parts(job: Job) -> Parts:
    return [(int(at), int(size), int(first)) for at, size, first in job.given.get("pieces", [])]


def _make(film: Film, how: str) -> tuple[str, str] | None:
    """Write the copy by this way, or else the next; which way it was, and what became of the sound."""
    if film.job.output is None:
        return None
    while True:
        for room in ROOMS:
            try:
                return how, _write(film, how, room)
            except (CannotCopy, FFmpegError, OSError, ValueError) as error:
                print(f"copy by {how}: {type(error).__name__}: {error}"[:300], file=sys.stderr)
        if how in DEARER:
            how = DEARER[how]
        elif film.parts:
            film = replace(film, parts=[])  # pieces that do not fit together: encoded anew, in one go
        else:
            return None


def _write(film: Film, how: str, room: int) -> str:
    """One try."""
    shape = _shape(film) if how == plan.ENCODE else None
    ticks = shape.ticks if shape else writing.ticks_of(film.table.tick)
    if shape is None and ticks != film.table.tick:
        raise CannotCopy
    with ExitStack() as stack:
        out = stack.enter_context(writing.mp4(film.job.output or 0, ticks, room * _room(film, how)))
        source = stack.enter_context(opening.opened(film.job))
        pictures = _pictures(film, out, source, shape, stack)
        heard, sounds = _sounds(film, out, how, stack)
        length = max(film.end - film.start, 0.001)
        for at, packet in heapq.merge(pictures, *sounds, key=lambda pair: pair[0]):
            film.report.progress(at / length)
            out.mux(packet)
        out.close()
    return heard


def _room(film: Film, how: str) -> int:
    steps = np.diff(film.table.shown)
    with opening.opened(film.job) as source:
        stream = soundtrack.stream_of(source)
        rate = stream.codec_context.sample_rate if stream else 0
    return writing.room_for(
        film.table.shown.size + film.table.hidden.size,
        round((film.end - film.start + 1) * min(rate, 48_000) / 960) if rate else 0,
        even=bool(steps.size and np.ptp(steps) == 0),
        reordered=how != plan.ENCODE,
    )


def _shape(film: Film) -> pieces.Shape:
    """Of an encoded copy; how the camera was held is told by the first picture."""
    with opening.opened(film.job) as source:
        stream = opening.picture_stream(source, film.job.limits)
        if stream is None:
            raise CannotCopy
        for packet in frames.packets(source, stream, film.budget, frames.Decoded()):
            for frame in frames.decode(packet, film.budget, frames.Decoded()):
                return pieces.shape_of(stream, round(frame.rotation / 90) % 4)
    raise CannotCopy


def _pictures(
    film: Film, out: OutputContainer, source: InputContainer, shape: pieces.Shape | None, stack: ExitStack
) -> Track:
    stream = opening.picture_stream(source, film.job.limits)
    if stream is None:
        raise CannotCopy
    if shape is None:
        made = out.add_stream_from_template(stream)
        return tracks.copied(source, stream, made, film.table, film.budget)
    if not film.parts:
        return _encoded(film, source, stream, pieces.Pictures(out, shape))
    parts = _opened_parts(film, stack)
    made = out.add_stream_from_template(parts[0].source.streams.video[0])
    return tracks.joined(parts, made, shape.ticks, film.budget)


def _opened_parts(film: Film, stack: ExitStack) -> list[tracks.Piece]:
    if film.job.pieces is None:
        raise CannotCopy
    job = replace(film.job, input=film.job.pieces)
    return [
        tracks.Piece(stack.enter_context(opening.opened(job, (at, size))), first)
        for at, size, first in film.parts
        if size
    ]


def _encoded(film: Film, source: InputContainer, stream: Any, pictures: pieces.Pictures) -> Track:
    """Decoded and encoded in one go, where nobody made pieces before."""
    clock = frames.clock_for(source, stream)
    tally = frames.Decoded()
    for packet in frames.packets(source, stream, film.budget, tally):
        for frame in frames.decode(packet, film.budget, tally):
            for ready in pictures.add(frame, clock.of(frame.time)) or []:
                yield tracks.placed(ready)
    for ready in pictures.rest():
        yield tracks.placed(ready)


def _sounds(film: Film, out: OutputContainer, how: str, stack: ExitStack) -> tuple[str, list[Track]]:
    """The sound track, read beside the pictures: as it is where browsers play it, else made anew."""
    source = stack.enter_context(opening.opened(film.job))
    stream = soundtrack.stream_of(source)
    if stream is None:
        return "none", []
    name = stream.codec_context.codec.canonical_name
    if name in plan.SOUND_IN_MP4 and how != plan.SOUND:
        made = out.add_stream_from_template(stream)
        return "copied", [soundtrack.copied(source, stream, made, film.start, film.budget)]
    encoder = soundtrack.Encoder(out, stream)
    return "made", [encoder.track(source, stream, film.start, film.end, film.budget)]

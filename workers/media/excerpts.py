"""The tasks `still` and `clip`: frames of the original in full size, exactly those that were asked for.

What stands under the picture was drawn by our parent and comes as raw pixels; nothing is ever drawn over it.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field

import numpy as np
from av.container import OutputContainer
from av.video.frame import VideoFrame

from workers.media import (
    codes,
    exact,
    frames,
    opening,
    pieces,
    plain,
    soundtrack,
    table,
    tracks,
    wire,
    writing,
)
from workers.media.job import Job
from workers.media.report import Pixels, Report
from workers.media.table import Table
from workers.media.tracks import Track

ASKED = "asked"
# To be looked at closely, and still to be sent on.
ENCODER = {"preset": "veryfast", "crf": "18", "threads": "1", "bf": "0", "forced-idr": "1"}
MOST_LINES = 4320
ROOMS = 2


@dataclass(frozen=True)
class Style:
    """How the frames of a stretch are written anew. ``paint`` is given each just before it is encoded."""

    lines: int = MOST_LINES
    encoder: Mapping[str, str] = field(default_factory=lambda: ENCODER)
    under: Pixels | None = None
    paint: Callable[[VideoFrame], VideoFrame] | None = None
    has_sound: bool = True
    metadata: Mapping[str, str] = field(default_factory=dict)


def still(job: Job, report: Report) -> None:
    """Send the one frame, upright and in full size."""
    budget = frames.Budget(job.limits)
    told(report, lambda: _still(job, report, budget))


def clip(job: Job, report: Report) -> None:
    """Write the frames as H.264, with the sound beside them, into ``job.output``."""
    budget = frames.Budget(job.limits)
    style = Style(under=_band(job), metadata=job.given.get("metadata") or {})
    told(report, lambda: write(job, report, budget, style))


def told(report: Report, work: Callable[[], None]) -> None:
    """What cannot be had is a code."""
    try:
        work()
    except (exact.Lost, table.Unlisted):
        report.fail(codes.FRAME_LOST)
    except frames.Spent:
        report.fail(codes.TIMEOUT)


def _still(job: Job, report: Report, budget: frames.Budget) -> None:
    film = table.read(job, budget)
    number, _ = exact.range_of(film, job.given)
    for frame, _ in exact.between(job, film, number, number, budget):
        upright = frames.Converter().rgb(frame, turns(frame), wire.FRAME_PIXELS)
        t = exact.position(film, number)
        report.keyframe(t, number, upright, ASKED, 0.0)
        report.result = {"frame": number, "t": round(t, 6)}


def write(job: Job, report: Report, budget: frames.Budget, style: Style) -> None:
    """The frames that are given, written into ``job.output``."""
    film = table.read(job, budget)
    first, last = exact.range_of(film, job.given)
    start, stop = exact.position(film, first), exact.ends(film, last)
    if job.output is None or stop - start > float(job.given.get("longest_s", 600)):
        report.fail(codes.TIMEOUT)
        return
    ticks = writing.ticks_of(film.tick)
    with ExitStack() as stack:
        room = ROOMS * writing.room_for(
            last - first + 1, round((stop - start) * 50), even=False, reordered=False
        )
        out = stack.enter_context(writing.mp4(job.output, ticks, room))
        out.metadata.update(style.metadata)
        taken: list[int] = []
        pictures = _pictures(job, film, (first, last), out, budget, taken, style)
        span = (start + film.origin, stop + film.origin)
        heard, sounds = _sounds(job, out, span, budget, stack) if style.has_sound else ("none", [])
        for at, packet in heapq.merge(pictures, *sounds, key=lambda pair: pair[0]):
            report.progress(at / max(stop - start, 0.001))
            out.mux(packet)
        out.close()
    report.result = {
        "first": taken[0], "last": taken[-1], "frames": len(taken), "t": round(start, 6),
        "until": round(stop, 6), "sound": heard,
    }  # fmt: skip


def _pictures(
    job: Job,
    film: Table,
    asked: tuple[int, int],
    out: OutputContainer,
    budget: frames.Budget,
    taken: list[int],
    style: Style,
) -> Track:
    """The encoder is made when the first frame tells how the camera was held."""
    made: pieces.Pictures | None = None
    for frame, number in exact.between(job, film, *asked, budget):
        if made is None:
            made = pieces.Pictures(
                out, _shape(job, frame, style.lines), encoder=style.encoder, under=style.under
            )
        packets = made.add(frame, exact.position(film, number), style.paint)
        if packets is None:
            continue  # two frames at one moment: a player shows the first alone
        taken.append(number)
        for ready in packets:
            yield tracks.placed(ready)
    if made is not None:
        for ready in made.rest():
            yield tracks.placed(ready)


def _shape(job: Job, frame: VideoFrame, lines: int) -> pieces.Shape:
    with opening.opened(job) as container:
        stream = opening.picture_stream(container, job.limits)
        if stream is None:
            raise exact.Lost
        return pieces.shape_of(stream, turns(frame), lines=lines, widest=2 * lines, least_s=0.0)


def _sounds(
    job: Job, out: OutputContainer, span: tuple[float, float], budget: frames.Budget, stack: ExitStack
) -> tuple[str, list[Track]]:
    source = stack.enter_context(opening.opened(job))
    stream = soundtrack.stream_of(source)
    if stream is None:
        return "none", []
    encoder = soundtrack.Encoder(out, stream)
    soundtrack.jump(source, stream, span[0])
    return "made", [encoder.track(source, stream, *span, budget, beyond=0.0)]


def _band(job: Job) -> Pixels | None:
    """What stands under the picture, as our parent drew it."""
    size = job.given.get("band")
    if not size or job.pieces is None:
        return None
    width, height = int(size[0]), int(size[1])
    raw = plain.pread(job.pieces, width * height * 3, 0)
    return np.frombuffer(raw, dtype=np.uint8).reshape(height, width, 3)


def turns(frame: VideoFrame) -> int:
    """Quarter turns that set a frame upright."""
    return round(frame.rotation / 90) % 4

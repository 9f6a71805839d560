"""Decides how a film gets to play in a browser, by the cheapest way that works.

What was seen to play decides, not what a standard allows: a browser that cannot decode a film often shows
nothing and raises no error, so it cannot be asked.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, replace

from av.container import InputContainer
from av.video.stream import VideoStream

from workers.media import codes, opening, plain, preface
from workers.media.job import Job
from workers.media.report import Report

# As it is · only the container is wrong · only the sound is · all of it · there is no way.
ORIGINAL, REMUX, SOUND, ENCODE, NONE = "original", "remux", "sound", "encode", "none"
WAYS = frozenset({ORIGINAL, REMUX, SOUND, ENCODE, NONE})

PLAIN = frozenset({"yuv420p", "yuvj420p"})
# Codecs that play inside an MP4; those that a WebM may hold.
IN_MP4 = frozenset({"h264", "av1", "vp9"})
IN_WEBM = frozenset({"vp8", "vp9", "av1"})
SOUND_IN_MP4 = frozenset({"aac", "mp3"})
SOUND_IN_WEBM = frozenset({"opus", "vorbis"})
LONG_SIDE, SHORT_SIDE = 1920, 1088
PROBED_PACKETS = 200
HEAD_BYTES = 64


@dataclass(frozen=True)
class Film:
    """What decides. ``form``: mov, webm or the name of another container."""

    form: str
    codec: str
    pixels: str | None
    width: int
    height: int
    sound: str | None
    timed: bool = True  # every frame's place in time is told, or follows from the order
    prefaced: bool = False  # other bytes stand before the film; a browser would not look past them
    damaged: bool = False


def decide(film: Film) -> str:
    """One of ``WAYS``."""
    if film.form == "gif":
        return ORIGINAL
    if film.damaged or not _plays(film):
        return ENCODE
    if film.form == "mov" and not film.prefaced:
        return ORIGINAL if film.sound is None or film.sound in SOUND_IN_MP4 else SOUND
    if film.form == "webm" and film.codec in IN_WEBM and not film.prefaced:
        return ORIGINAL if film.sound is None or film.sound in SOUND_IN_WEBM else ENCODE
    if film.codec not in IN_MP4 or not film.timed:
        return ENCODE
    return REMUX if film.sound is None or film.sound in SOUND_IN_MP4 else SOUND


def _plays(film: Film) -> bool:
    """Whether browsers decode the pictures, in whatever container."""
    known = film.codec in IN_MP4 or (film.form == "webm" and film.codec in IN_WEBM)
    long, short = max(film.width, film.height), min(film.width, film.height)
    return known and film.pixels in PLAIN and long <= LONG_SIDE and short <= SHORT_SIDE


def film_of(
    container: InputContainer,
    stream: VideoStream,
    head: bytes,
    *,
    damaged: bool = False,
    prefaced: bool = False,
) -> Film:
    """What decides, of an opened file whose packets were not read yet; ``head`` is where the film begins."""
    context = stream.codec_context
    names = container.format.name.split(",")
    webm = "matroska" in names and b"webm" in head[:64]
    return Film(
        "webm" if webm else names[0],
        context.codec.canonical_name,
        context.pix_fmt,
        context.width,
        context.height,
        sound_of(container),
        _is_timed(container, stream),
        prefaced,
        damaged,
    )


def noted(job: Job, report: Report) -> None:
    """Say in the report of a film how it gets to play; a repaired one, how what was made of it does."""
    is_repaired = report.media.get("derived") is not None
    if is_repaired and job.output is not None:
        job = replace(job, input=job.output, size=os.fstat(job.output).st_size)
    damaged = not is_repaired and bool({codes.DAMAGED, codes.TRUNCATED} & set(report.media["warnings"]))
    begins = preface.length(job.input)
    with opening.opened(job) as container:
        stream = opening.picture_stream(container, job.limits)
        if stream is None:
            return
        head = plain.pread(job.input, HEAD_BYTES, begins)
        film = film_of(container, stream, head, damaged=damaged, prefaced=begins > 0)
    how = decide(film)
    how = REMUX if is_repaired and how == ORIGINAL else how
    report.plan["copy"] = "" if film.form == "gif" else how
    report.media["playable"] = "original" if how == ORIGINAL else "none"
    if film.form == "webm":
        report.media["mime"] = "video/webm"


def sound_of(container: InputContainer) -> str | None:
    """The codec of the sound track that is heard."""
    for stream in container.streams.audio:
        if stream.codec_context is not None:
            return str(stream.codec_context.codec.canonical_name)
    return None


def _is_timed(container: InputContainer, stream: VideoStream) -> bool:
    """Whether the first packets tell when they are shown. Without frames out of order the order tells it."""
    if not stream.codec_context.has_b_frames:
        return True
    for count, packet in enumerate(container.demux(stream)):
        if packet.size and packet.pts is None:
            return False
        if count >= PROBED_PACKETS:
            break
    return True

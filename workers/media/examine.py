"""Does one step of a look at one file: which reader is meant for it, what became of it. Behind the wall.

Whatever a reader raises is a result about the file, not a fault: it becomes a failure code.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib import import_module
from typing import BinaryIO

import av
import cv2
import numpy as np
import PIL
import pillow_heif
from av.error import FFmpegError

from workers.media import (
    boxes,
    codes,
    confine,
    frames,
    opening,
    photo,
    plain,
    plan,
    preface,
    repair,
    rescue,
    sniff,
    sound,
    video,
)
from workers.media.job import Job
from workers.media.report import Report

INDEX_SEARCH_BYTES = 64 * 1024 * 1024
CANNOT_READ = (
    FFmpegError,
    OSError,
    ValueError,
    TypeError,
    KeyError,
    AttributeError,
    IndexError,
    OverflowError,
)


def run(job: Job, out: BinaryIO, warnings: list[str]) -> None:
    """Do the task and report. Never raises for what a file contains."""
    av.logging.set_level(None)
    cv2.setNumThreads(1)
    report = Report(out, warnings)
    report.media["tools"] = tools()
    try:
        TASKS[job.task](job, report)
    except MemoryError:
        _give_up(report, codes.MEMORY)
    except CANNOT_READ as error:
        print(f"{type(error).__name__}: {error}"[:500], file=sys.stderr)
        _give_up(report, codes.CORRUPT)
    if job.task != "first":
        report.done_with_step()
        return
    if report.media["failure"] is not None:
        report.media["playable"] = "none"
    report.done()


def tools() -> dict[str, str]:
    """Versions of everything that had a hand in the pictures."""
    return {
        "python": sys.version.split()[0],
        "av": av.__version__,
        "ffmpeg": str(av.ffmpeg_version_info),
        "opencv": cv2.__version__,
        "numpy": np.__version__,
        "pillow": PIL.__version__,
        "pillow_heif": pillow_heif.__version__,
        "libheif": pillow_heif.libheif_version(),
    }


def _first(job: Job, report: Report) -> None:
    head = plain.pread(job.input, sniff.HEAD_BYTES, 0)
    refused = sniff.refusal(head, job.size)
    if refused:
        return report.fail(refused)
    form = sniff.photo_format(head)
    if form:
        confine.lower_memory(job.limits.photo_memory)
        photo.examine(job, report, form)
        if report.media["failure"] != codes.CORRUPT or not boxes.has(job.input, job.size, b"moov"):
            return None
        report.media["failure"] = None  # a burst kept as a film: only the reader of films knows it
    confine.lower_memory(job.limits.video_memory)
    _film(job, report, head)
    if report.media["kind"] == "audio":
        sound.examine(job, report)
    elif report.media["kind"] == "video" and not report.media["failure"]:
        plan.noted(job, report)
    if report.media["container"] is not None:
        _note(job, report, head)
    return None


def _film(job: Job, report: Report, head: bytes) -> None:
    try:
        video.examine(job, report)
        if report.media["container"] == "mov" and report.pictures:
            report.media["setup"] = repair.setup_of(job)
    except MemoryError:
        # FFmpeg tells "too many streams" as a lack of memory too.
        _give_up(report, codes.TOO_COMPLEX if report.media["container"] is None else codes.MEMORY)
    except CANNOT_READ as error:
        print(f"{type(error).__name__}: {error}"[:500], file=sys.stderr)
        why = _why(job, head, report)
        if not rescue.shown(job, report, why):
            _give_up(report, why)


def _note(job: Job, report: Report, head: bytes) -> None:
    """What the form of the file tells beside its pictures."""
    if report.media["container"] in frames.BARE:
        report.warn(codes.TIMES_COUNTED)
    if preface.length(job.input):
        report.warn(codes.PREFACE)
        report.media["playable"] = "none"  # a browser would not look past the other bytes
    if sniff.is_gif(head):
        if not sniff.is_gif_whole(plain.pread(job.input, 64, max(0, job.size - 64))):
            report.warn(codes.TRUNCATED)
        if report.media.get("frame_count") == 1:
            report.media |= {"kind": "photo", "duration_s": None, "activity": None}


def _why(job: Job, head: bytes, report: Report) -> str:
    if report.media["container"] is not None:
        return codes.CORRUPT
    if sniff.is_mp4(head):
        return codes.INDEX_LOST if _no_index(job, head) else codes.CORRUPT
    return codes.CORRUPT if sniff.is_known(head) else codes.UNKNOWN


def _no_index(job: Job, head: bytes) -> bool:
    """Look for the index where cameras write it: at the front or near the end."""
    begin = max(0, job.size - INDEX_SEARCH_BYTES)
    reader = opening.Bytes(job.input, job.size)
    reader.seek(begin)
    tail = b""
    while piece := reader.read(4 * 1024 * 1024):
        if b"moov" in tail[-3:] + piece:
            return False
        tail = piece
    return b"moov" not in head


def _give_up(report: Report, code: str) -> None:
    """A failure if nothing can be shown; a warning if pictures were already handed over."""
    if report.pictures:
        report.warn(codes.INCOMPLETE)
        report.warn(code)
    else:
        report.fail(code)


def _step(module: str, function: str = "run", *, of_a_film: bool = False) -> Callable[[Job, Report], None]:
    """A step after the first, loaded when it is asked for: who waits for the first picture of a file waits
    for no reader of clocks and no finder of faces. ``of_a_film``: with no more memory than a film needs."""

    def done(job: Job, report: Report) -> None:
        if of_a_film:
            confine.lower_memory(job.limits.video_memory)
        task = getattr(import_module(f"workers.media.{module}"), function)
        task(job, report)

    return done


# Each step of a look, by the name that the parent gives it.
TASKS: dict[str, Callable[[Job, Report], None]] = {
    "first": _first,
    "suspects": _step("looks", "suspects", of_a_film=True),
    "span": _step("copying", "span", of_a_film=True),
    "clock": _step("clock.step", "examine"),
    "copy": _step("copying", of_a_film=True),
    "live": _step("live"),
    "provenance": _step("provenance", "task", of_a_film=True),
    "faces": _step("redaction.faces", "find"),
    "track": _step("redaction.follow"),
    "redaction": _step("redaction.burn"),
    "still": _step("excerpts", "still", of_a_film=True),
    "clip": _step("excerpts", "clip", of_a_film=True),
    "shared": _step("sharing"),
}

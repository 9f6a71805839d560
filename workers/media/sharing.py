"""The task `shared`: a stretch of a film, one frame of it or a picture, made anew for somebody outside.

What leaves is made of decoded pixels alone: no stream, thumbnail, second picture, tag or name of the source
is passed on, and sound only where it was asked for. Our parent drew the mark that names the recipient; it is
laid into every frame before anything is encoded, and looked for in every frame of what was written.
"""

from __future__ import annotations

import os
from dataclasses import replace
from typing import Any

import cv2
import numpy as np
from av.video.frame import VideoFrame

from workers.media import codes, confine, exact, excerpts, frames, opening, photo, plain, sniff, table, wire
from workers.media.excerpts import Style
from workers.media.job import Job
from workers.media.report import Pixels, Report

LINES = 1080
ENCODER = {"preset": "veryfast", "crf": "23", "threads": "1", "bf": "0", "forced-idr": "1"}
INK, RIM = 235, 16  # of a film: white letters with a black rim, so that they are seen on any ground
# How much lighter letters are than their rim, on the whole frame: a mark laid at 45 of 100 gives about 98.
LEAST_CONTRAST = 30.0


def run(job: Job, report: Report) -> None:
    """Write the film into ``job.output``, or hand over the one picture."""
    form = sniff.photo_format(plain.pread(job.input, sniff.HEAD_BYTES, 0))
    if form:
        confine.lower_memory(job.limits.photo_memory)
        picture = photo.main_picture(job, report, form)
        if picture is None:
            return report.fail(codes.TOO_MANY_PIXELS)
        return _hand_over(report, picture, 0.0, None)
    confine.lower_memory(job.limits.video_memory)
    budget = frames.Budget(job.limits)
    work = _film if job.given.get("is_film") else _still
    return excerpts.told(report, lambda: work(job, report, budget))


def _still(job: Job, report: Report, budget: frames.Budget) -> None:
    film = table.read(job, budget)
    number, _ = exact.range_of(film, job.given)
    for frame, _ in exact.between(job, film, number, number, budget):
        upright = frames.Converter().rgb(frame, excerpts.turns(frame), wire.FRAME_PIXELS)
        _hand_over(report, upright, exact.position(film, number), number)


def _hand_over(report: Report, picture: Pixels, t: float, number: int | None) -> None:
    report.keyframe(t, number, picture, excerpts.ASKED, 0.0, ("0" * 64, 0))
    report.result = {"frames": 1, "marked": 0, "sound": "none", "t": round(t, 6), "until": round(t, 6)}


def _film(job: Job, report: Report, budget: frames.Budget) -> None:
    mark = Mark.of(job)
    style = Style(LINES, ENCODER, paint=mark.laid, has_sound=job.given.get("sound") is True)
    excerpts.write(job, report, budget, style)
    if report.result and job.output is not None:
        report.result["marked"] = _marked(job, mark, report.result["sound"] != "none")
        if report.result["marked"] != report.result["frames"]:
            os.ftruncate(job.output, 0)
            report.fail(codes.NOT_MARKED)


class Mark:
    """What our parent drew: how light each point of it is, and how much of it covers the picture."""

    def __init__(self, light: Pixels, cover: Pixels) -> None:
        self._drawn = light, cover
        self._fitted: tuple[Any, Any] | None = None
        self._size = (0, 0)

    @classmethod
    def of(cls, job: Job) -> Mark:
        """Two planes, one after the other, in what was handed over beside the file."""
        width, height = (int(side) for side in job.given["mark"])
        raw = plain.pread(job.pieces, 2 * width * height, 0) if job.pieces is not None else b""
        light, cover = np.frombuffer(raw, dtype=np.uint8).reshape(2, height, width)
        return cls(light, cover)

    def fitted(self, width: int, height: int) -> tuple[Any, Any]:
        """As large as the picture: light from 16 to 235, cover from 0 to 1."""
        if self._fitted is None or self._size != (width, height):
            light, cover = (
                cv2.resize(plane, (width, height), interpolation=cv2.INTER_AREA) for plane in self._drawn
            )
            scaled = RIM + light.astype(np.float32) * ((INK - RIM) / 255)
            self._fitted, self._size = (scaled, cover.astype(np.float32) / 255), (width, height)
        return self._fitted

    def laid(self, picture: VideoFrame) -> VideoFrame:
        """The picture with the mark in its light; colours stay, so that nothing is hidden under it."""
        whole: Any = picture.to_ndarray()
        light, cover = self.fitted(picture.width, picture.height)
        ground = whole[: picture.height].astype(np.float32)
        whole[: picture.height] = np.clip(ground + (light - ground) * cover, 0, 255).astype(np.uint8)
        made = VideoFrame.from_ndarray(np.ascontiguousarray(whole), format="yuv420p")
        made.color_range = picture.color_range
        return made

    def is_in(self, gray: Any) -> bool:
        """Whether letters stand out from their rim."""
        light, cover = self.fitted(gray.shape[1], gray.shape[0])
        is_laid = cover > 0.3
        ink, rim = is_laid & (light > (INK + RIM) / 2 + 60), is_laid & (light < (INK + RIM) / 2 - 60)
        return bool(ink.any() and rim.any() and gray[ink].mean() - gray[rim].mean() >= LEAST_CONTRAST)


def _marked(job: Job, mark: Mark, has_sound: bool) -> int:
    """How many frames of what was written bear the mark; -1 where anything else is in it."""
    output = replace(job, input=job.output or 0, size=os.fstat(job.output or 0).st_size)
    budget = frames.Budget(replace(job.limits, decode_cpu_seconds=float(job.limits.cpu_seconds)))
    good = 0
    with opening.opened(output) as container:
        kinds = [stream.type for stream in container.streams]
        stream = opening.picture_stream(container, job.limits)
        if stream is None or sorted(kinds) != [*(["audio"] if has_sound else []), "video"]:
            return -1
        tally = frames.Decoded()
        for packet in frames.packets(container, stream, budget, tally):
            for frame in frames.decode(packet, budget, tally):
                if not mark.is_in(frame.to_ndarray()[: frame.height].astype(np.float32)):
                    return -1
                good += 1
    return good

"""Reads a covered film back: whether each frame is there, and each cover is nothing but its colour.

What this finds wrong is a mistake of ours, and the film is thrown away.
"""

from __future__ import annotations

import os
from dataclasses import replace
from typing import Any

import numpy as np

from workers.media import frames, opening
from workers.media.job import Job
from workers.media.redaction.covers import Rect

# What an encoder may make of one flat colour: most of the cover just this, its rim a little off.
MEAN_OFF, INSIDE_OFF, RIM = 4.0, 24, 8


def check(job: Job, painted: list[list[Rect]], colour: tuple[int, int], has_sound: bool) -> int:
    """How many frames of the output are as they must be, in order; all of them, if nothing is wrong."""
    output = replace(job, input=job.output or 0, size=os.fstat(job.output or 0).st_size)
    good = 0
    # Decoding what was made here counts anew: it is as bounded as the making was.
    budget = frames.Budget(replace(job.limits, decode_cpu_seconds=float(job.limits.cpu_seconds)))
    with opening.opened(output) as container:
        kinds = [stream.type for stream in container.streams]
        if kinds != ["video", *(["audio"] if has_sound else [])]:
            return -1
        stream = opening.picture_stream(container, job.limits)
        if stream is None:
            return -1
        tally = frames.Decoded()
        for packet in frames.packets(container, stream, budget, tally):
            for frame in frames.decode(packet, budget, tally):
                if good >= len(painted) or not _is_covered(frame, painted[good], colour):
                    return -1
                good += 1
    return good


def _is_covered(frame: Any, rects: list[Rect], colour: tuple[int, int]) -> bool:
    if not rects:
        return True
    whole = frame.to_ndarray().astype(np.int16)
    height, width = frame.height, frame.width
    light, tint = whole[:height], whole[height:].reshape(2, height // 2, width // 2)
    return all(
        _is_flat(light[one.top : one.bottom, one.left : one.right], colour[0], RIM)
        and all(
            _is_flat(
                plane[one.top // 2 : one.bottom // 2, one.left // 2 : one.right // 2], colour[1], RIM // 2
            )
            for plane in tint
        )
        for one in rects
    )


def _is_flat(part: Any, value: int, rim: int) -> bool:
    off = np.abs(part - value)
    inside = off[rim:-rim, rim:-rim]
    return bool((inside.size == 0 or inside.max() <= INSIDE_OFF) and off.size and off.mean() <= MEAN_OFF * 4)

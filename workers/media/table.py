"""Lists when each frame of a film is shown, in whole ticks: what exact stepping is built on.

The same reading is done on the original and on its browser copy, so that the list is what a player will meet
and not what somebody meant to write.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from workers.media import frames, opening, writing
from workers.media.job import Job

Ticks = NDArray[np.int64]
NOWHERE = np.iinfo(np.int64).min


class Unlisted(Exception):
    """No times can be told."""


@dataclass(frozen=True)
class Table:
    """All frames as they are stored: ``stamps`` say when each is shown, ``hidden`` which never is."""

    tick: Fraction  # seconds
    stamps: Ticks
    hidden: NDArray[np.bool_]
    skipped: int  # packets before the first frame that stands alone; not in the lists
    origin: float  # what positions in the film are counted from, in seconds of its own clock
    begins: float  # where the earliest track begins; before zero, browsers shift everything by it

    @cached_property
    def order(self) -> NDArray[np.intp]:
        """The places of the frames, in the order they are shown."""
        return np.argsort(self.stamps, kind="stable")

    @cached_property
    def shown(self) -> Ticks:
        """When each frame that is shown begins, in order."""
        return self.stamps[self.order][~self.hidden[self.order]]

    @cached_property
    def numbers(self) -> Ticks:
        """For each frame that is shown, its number among all that there are."""
        return np.flatnonzero(~self.hidden[self.order]).astype(np.int64) + self.skipped

    def seconds(self) -> NDArray[np.float64]:
        """The frames that are shown, as positions in the film."""
        return np.asarray(self.shown * float(self.tick) - self.origin, dtype=np.float64)


def read(job: Job, budget: frames.Budget) -> Table:
    """Walk all packets of the picture track."""
    with opening.opened(job) as container:
        stream = opening.picture_stream(container, job.limits)
        if stream is None:
            raise Unlisted
        clock = frames.clock_for(container, stream)
        is_bare = container.format.name in frames.BARE
        tick = writing.USUAL_TICKS if is_bare or not stream.time_base else stream.time_base
        reorders = bool(stream.codec_context.has_b_frames)
        stamps: list[int] = []
        hidden: list[bool] = []
        skipped = 0
        for packet in frames.packets(container, stream, budget, frames.Decoded()):
            if packet.size and not stamps and not packet.is_keyframe:
                skipped += 1
            elif packet.size:
                told = packet.dts if packet.pts is None and not reorders else packet.pts
                stamps.append(NOWHERE if told is None or is_bare else told)
                hidden.append(bool(packet.is_discard))
        starts = [
            float(one.start_time * one.time_base)
            for one in container.streams
            if one.start_time and one.time_base
        ]
    if not stamps or all(hidden):
        raise Unlisted
    filled = _filled(np.array(stamps, dtype=np.int64), 1 / clock.rate / float(tick))
    return Table(tick, filled, np.array(hidden), skipped, clock.origin, min([0.0, *starts]))


def _filled(stamps: Ticks, step: float) -> Ticks:
    """Times that are not told, by counting on from those before; between two that are, evenly."""
    known = np.flatnonzero(stamps != NOWHERE)
    if known.size == stamps.size:
        return stamps
    places = np.arange(stamps.size)
    if not known.size:
        return np.round(places * step).astype(np.int64)
    if known.size > 1:
        # What the film itself tells is worth more than the rate its header names.
        step = float(stamps[known[-1]] - stamps[known[0]]) / float(known[-1] - known[0])
    between = np.interp(places, known, stamps[known].astype(np.float64))
    between += (np.minimum(places - known[0], 0) + np.maximum(places - known[-1], 0)) * step
    return np.where(stamps == NOWHERE, np.round(between).astype(np.int64), stamps)


def of_output(job: Job, size: int, budget: frames.Budget) -> Table:
    """The same of the file that was just written."""
    if job.output is None:
        raise Unlisted
    return read(replace(job, input=job.output, size=size), budget)


def numbered(copy: Table, source: Table, first: float) -> Ticks:
    """For each frame of a copy the number of the source's; ``first`` is where the copy begins in the film.

    A copy of as many frames holds them all, in order. One that was thinned is matched by its times.
    """
    if copy.shown.size == source.shown.size:
        return source.numbers
    there = source.seconds()
    here = (copy.shown - copy.shown[0]) * float(copy.tick) + first
    after = np.clip(np.searchsorted(there, here), 0, there.size - 1)
    before = np.clip(after - 1, 0, None)
    is_nearer = np.abs(there[before] - here) <= np.abs(there[after] - here)
    return np.asarray(source.numbers[np.where(is_nearer, before, after)], dtype=np.int64)

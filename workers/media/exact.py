"""Finds frames of a film by their number: each in the order shown, as the list of frames counts them.

A jump may land beside what was meant, so each frame is known by its own time, told to the tick; only where a
film tells none is it counted from the beginning.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import closing

import numpy as np
from av.container import InputContainer
from av.error import FFmpegError
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from workers.media import frames, opening
from workers.media.job import Job
from workers.media.table import Table

NEAR_S = 0.0005
BACK_S = (0.0, 12.0)  # how far before the frame a jump aims, one try after the other; then from the start


class Lost(Exception):
    """The film holds no such frame, or it cannot be decoded."""


def range_of(table: Table, given: dict[str, object]) -> tuple[int, int]:
    """The numbers of the first and the last frame that are asked for, by number or by position."""
    if "frame" in given:
        first = last = _whole(given["frame"])
    elif "first" in given:
        first, last = _whole(given["first"]), _whole(given["last"])
    else:
        first = _number_at(table, _real(given["t"]))
        last = _number_at(table, _real(given["until"])) if "until" in given else first
    if first not in table.numbers or last not in table.numbers or last < first:
        raise Lost
    return first, last


def position(table: Table, number: int) -> float:
    """Where a frame stands in the film, in seconds."""
    return float(_stamp(table, number) * table.tick) - table.origin


def ends(table: Table, number: int) -> float:
    """When the frame gives way to the next; of the last one it is guessed from the one before."""
    at = int(np.searchsorted(table.shown, _stamp(table, number), side="right"))
    if at < table.shown.size:
        return float(int(table.shown[at]) * table.tick) - table.origin
    step = int(table.shown[-1] - table.shown[-2]) if table.shown.size > 1 else round(0.04 / table.tick)
    return position(table, number) + float(step * table.tick)


def between(
    job: Job, table: Table, first: int, last: int, budget: frames.Budget
) -> Iterator[tuple[VideoFrame, int]]:
    """The frames with these numbers, in order. Raises Lost where the first cannot be had at all."""
    for back in (*BACK_S, None):
        begun = False
        with closing(_tried(job, table, first, last, budget, back)) as found:
            for frame, number in found:
                begun = begun or number == first
                if not begun:
                    break
                yield frame, number
        if begun:
            return
    raise Lost


def _tried(
    job: Job, table: Table, first: int, last: int, budget: frames.Budget, back: float | None
) -> Generator[tuple[VideoFrame, int], None, None]:
    with opening.opened(job) as container:
        stream = opening.picture_stream(container, job.limits)
        if stream is None:
            raise Lost
        counting = container.format.name in frames.BARE
        if back is not None and (counting or not _jump(container, stream, table, first, back)):
            return
        known = {} if counting else _known(table, first, last)
        tally = frames.Decoded()
        count = table.skipped - 1
        for packet in frames.packets(container, stream, budget, tally):
            for frame in frames.decode(packet, budget, tally):
                count += 1
                stamp = _tick_of(frame, table)
                number = count if counting else known.get(stamp) if stamp is not None else None
                if number is not None and first <= number <= last:
                    yield frame, number
                if number == last:
                    return


def _known(table: Table, first: int, last: int) -> dict[int, int]:
    """When each frame that is wanted is shown, in ticks → its number."""
    inside = table.numbers[(table.numbers >= first) & (table.numbers <= last)]
    return {_stamp(table, int(one)): int(one) for one in inside}


def _jump(container: InputContainer, stream: VideoStream, table: Table, number: int, back: float) -> bool:
    """To the key frame before it; False where the film does not know how."""
    aim = _stamp(table, number) - round(back / table.tick)
    try:
        container.seek(aim, stream=stream)
    except (FFmpegError, OSError):
        return False
    return True


def _tick_of(frame: VideoFrame, table: Table) -> int | None:
    if frame.pts is None or frame.time_base is None:
        return None
    if frame.time_base == table.tick:
        return int(frame.pts)
    return round(frame.pts * frame.time_base / table.tick)


def _stamp(table: Table, number: int) -> int:
    return int(table.stamps[table.order[number - table.skipped]])


def _number_at(table: Table, t: float) -> int:
    """The frame that stands at a position: the last that has begun."""
    at = int(np.searchsorted(table.seconds(), t + NEAR_S, side="right")) - 1
    return int(table.numbers[max(0, at)])


def _whole(value: object) -> int:
    if type(value) is not int:
        raise Lost
    return value


def _real(value: object) -> float:
    if not isinstance(value, int | float):
        raise Lost
    return float(value)

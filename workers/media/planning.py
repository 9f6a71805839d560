"""Decides, after the first look, which stretches of a film are decoded next and in which pieces the whole is.

Pure: times and marks in, ranges of seconds out. All ranges begin at key frames.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from workers.media import gate
from workers.media.overview import Overview
from workers.media.timeline import Timeline

Ranges = list[list[float]]
Marks = NDArray[np.bool_]

SHORT_S = 120.0  # such a film is decoded whole at once
KEY_GAP_S, KEYS_LEAST = 2.1, 8  # farther apart or fewer, key frames tell too little
WHOLE_MOST_S = 1200.0  # of a longer one what packets and key frames do tell; its spans see the rest
STRETCH_S, SATURATED = 600.0, 0.6
BUSY = 0.6  # of the film's GOPs: then the whole of it costs hardly more
JOIN_S = 0.1  # a jump costs next to nothing
CALM_EVERY_S, CALM_GOPS = 300.0, 2  # decoded beside the suspects, to know what is usual there
SPAN_S, SPAN_LEAST_S, SPANS = 300.0, 120.0, 300  # of a film longer than a day, each is longer
RANGES = 800


def suspects(line: Timeline, seen: Overview | None) -> Ranges:
    """The stretches that may hold movement; the whole of a film that is short or cannot be judged so."""
    if line.duration <= 0:
        return []
    if is_whole(line) and line.duration <= WHOLE_MOST_S:
        return [[line.start, line.end]]
    if seen is None or not line.is_timed or not line.key_times.size:
        return []
    marks, dense = _marks(line, seen)
    begins = np.append(line.key_times, line.end)
    wanted = marks | dense
    if not wanted.any():
        return []
    if wanted.mean() > BUSY and line.duration <= WHOLE_MOST_S:
        return [[line.start, line.end]]
    wanted[_calm(line, wanted)] = True
    return _joined([[float(begins[at]), float(begins[at + 1])] for at in np.flatnonzero(wanted).tolist()])


def is_whole(line: Timeline) -> bool:
    """Whether to decode all of it rather than to ask its packets: short, few key frames, or odd ones."""
    keys = line.key_times
    if line.duration <= SHORT_S or not line.is_timed or keys.size < KEYS_LEAST:
        return True
    return line.duration / keys.size > KEY_GAP_S or not gate.is_regular(line.packets)


def spans(line: Timeline) -> Ranges:
    """The film in pieces of some minutes, each a job of its own."""
    if line.duration <= 0:
        return []
    if not line.is_timed or line.duration < 2 * SPAN_LEAST_S or line.key_times.size < 2:
        return [[line.start, line.end]]
    count = min(max(2, round(line.duration / SPAN_S)), SPANS)
    wanted = line.start + line.duration / count * np.arange(1, count)
    inner = np.unique(
        line.key_times[np.searchsorted(line.key_times, wanted).clip(max=line.key_times.size - 1)]
    )
    cuts = [line.start]
    for at in inner.tolist():
        if at - cuts[-1] >= SPAN_LEAST_S and line.end - at >= SPAN_LEAST_S:
            cuts.append(at)
    return [[begin, end] for begin, end in zip(cuts, [*cuts[1:], line.end], strict=True)]


def _marks(line: Timeline, seen: Overview) -> tuple[Marks, Marks]:
    """GOPs that look like movement, and those of stretches where nearly all do."""
    count = line.key_times.size
    marks, heavy = np.zeros(count, np.bool_), np.zeros(count, np.bool_)
    if gate.is_regular(line.packets):
        opened = gate.read(line.packets)
        # In the order of presentation, as everything here.
        order = np.argsort(line.packets.times[line.packets.starts], kind="stable")
        marks, heavy = opened.marked[order], opened.heavy[order]
    for begin, end, hot in zip(seen.times, seen.times[1:], seen.hot, strict=False):
        if hot:
            low, high = np.searchsorted(line.key_times, [begin - 0.01, end - 0.01])
            marks[low:high] = True
    stretch = np.floor((line.key_times - line.start) / STRETCH_S).astype(int)
    share = np.bincount(stretch, heavy) / np.maximum(np.bincount(stretch), 1)
    return marks, np.asarray((share > SATURATED)[stretch], dtype=np.bool_)


def _calm(line: Timeline, wanted: Marks) -> NDArray[np.int64]:
    """A few GOPs in a row in which nothing seems to happen, for every few minutes."""
    quiet = np.ones(wanted.size - CALM_GOPS + 1, np.bool_)
    for at in range(CALM_GOPS):
        quiet &= ~wanted[at : at + quiet.size]
    begins = np.flatnonzero(quiet)
    _, first = np.unique(np.floor(line.key_times[begins] / CALM_EVERY_S), return_index=True)
    return np.unique(begins[first][:, None] + np.arange(CALM_GOPS))


def _joined(ranges: Ranges, gap_s: float = JOIN_S) -> Ranges:
    """Those that touch made one; of very many, those that lie near each other too."""
    found: Ranges = []
    for start, end in sorted(ranges):
        if found and start <= found[-1][1] + gap_s:
            found[-1][1] = max(found[-1][1], end)
        else:
            found.append([start, end])
    if len(found) > RANGES:
        return _joined(found, 2 * gap_s)
    return [[round(start, 4), round(end, 4)] for start, end in found]

"""Checks what the child says of faces, followed boxes and covers, as if an attacker had written it."""

from __future__ import annotations

from typing import Any

from workers import untrusted

LONGEST_S = 1e7
TRACKS, BOXES, GAPS = 400, 6_000, 500
LEAST_SIDE = 1e-4
WHY_LOST = frozenset({"edge", "hidden", "flat", "time", "other"})
SOUNDS = frozenset({"made", "none"})
SIDE = 20_000
_moment = untrusted.number(-LONGEST_S, LONGEST_S)
_part = untrusted.number(0, 1)
Checked = dict[str, Any]


def faces(said: Checked) -> Checked:
    """Tracks of boxes, and the range that was looked through. Nothing else of a face crosses the wall."""
    found: list[Checked] = []
    room = BOXES
    value = said.get("tracks")
    for one in map(_track, value[:TRACKS] if isinstance(value, list) else []):
        if one is None or len(one["boxes"]) > room:
            continue
        room -= len(one["boxes"])
        found.append(one)
    return {
        "tracks": found,
        "searched": _range(said.get("searched")),
        "pictures": untrusted.whole(0, untrusted.MOST_FRAMES)(said.get("pictures")) or 0,
    }


def track(said: Checked) -> Checked:
    """One followed box, and where it was lost."""
    lost = said.get("lost")
    source = lost if isinstance(lost, dict) else {}
    t = _moment(source.get("t"))
    return {
        "boxes": boxes(said.get("boxes")),
        "start": _moment(said.get("start")),
        "end": _moment(said.get("end")),
        "lost": None
        if t is None
        else {"t": t, "why": untrusted.one_of(WHY_LOST, "other")(source.get("why"))},
    }


def redaction(said: Checked) -> Checked:
    """What was covered: counts, size, sound."""
    count = untrusted.whole(0, untrusted.MOST_FRAMES)
    return {
        **{name: count(said.get(name)) or 0 for name in ("frames", "covered", "checked")},
        **{name: untrusted.whole(1, SIDE)(said.get(name)) or 0 for name in ("width", "height")},
        "sound": untrusted.one_of(SOUNDS, "none")(said.get("sound")),
        "duration_s": untrusted.number(0, LONGEST_S)(said.get("duration_s")) or 0.0,
    }


def boxes(value: Any) -> list[list[float]]:
    """Rows of moment, x, y, width, height, in order; what is no box within the picture is left out."""
    found: list[list[float]] = []
    for one in value[:BOXES] if isinstance(value, list) else []:
        row = _row(one)
        if row is not None and (not found or row[0] > found[-1][0]):
            found.append(row)
    return found


def _row(value: Any) -> list[float] | None:
    if not isinstance(value, list) or len(value) != 5:
        return None
    t, sides = _moment(value[0]), [_part(one) for one in value[1:]]
    if t is None or None in sides or min(sides[2:]) < LEAST_SIDE:
        return None
    x, y, w, h = sides
    return [t, x, y, min(w, 1 - x), min(h, 1 - y)] if x < 1 and y < 1 else None


def _track(value: Any) -> Checked | None:
    if not isinstance(value, dict):
        return None
    rows = boxes(value.get("boxes"))
    if not rows:
        return None
    gaps = value.get("bridged")
    return {
        "start": _moment(value.get("start")),
        "end": _moment(value.get("end")),
        "boxes": rows,
        "bridged": [
            one for one in map(_range, gaps[:GAPS] if isinstance(gaps, list) else []) if one is not None
        ],
        "score": _part(value.get("score")) or 0.0,
    }


def _range(value: Any) -> list[float] | None:
    if not isinstance(value, list) or len(value) != 2:
        return None
    start, end = _moment(value[0]), _moment(value[1])
    return None if start is None or end is None or start > end else [start, end]

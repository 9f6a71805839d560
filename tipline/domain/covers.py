"""Boxes that cover parts of a picture or film: what a track may be, whoever sends it. Pure.

A track is one thing that is covered: rows of moment, x, y, width, height in fractions of the upright picture,
and from when to when it lasts. Between two rows the box moves straight; open ends reach to those of the film.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
from typing import Any

from tipline.errors import TiplineError

FACE, HAND, FOLLOW = SOURCES = ("face", "hand", "follow")
WHY_LOST = ("edge", "hidden", "flat", "time", "other")
MOST_TRACKS, MOST_BOXES, MOST_GAPS = 400, 6_000, 500
LONGEST_S, LONGEST_LABEL = 1e7, 60
LEAST_SIDE = 0.001
MARGINS = (0.1, 0.2, 0.35)
_ID = re.compile(r"[a-z0-9-]{1,24}")
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
Track = dict[str, Any]


def cleaned(untrusted: Any) -> list[Track]:
    """The tracks, each of known keys alone; raises redaction:boxes-unclear, redaction:too-many-boxes."""
    if not isinstance(untrusted, list):
        raise _unclear()
    if len(untrusted) > MOST_TRACKS:
        raise _too_many()
    tracks = [_track(one) for one in untrusted]
    if sum(len(one["boxes"]) for one in tracks) > MOST_BOXES:
        raise _too_many()
    if len({one["id"] for one in tracks}) < len(tracks):
        raise _unclear()
    return tracks


def box_of(untrusted: Any) -> list[float]:
    """x, y, width, height, cut to the picture."""
    return _row([0.0, *untrusted] if isinstance(untrusted, list) else None)[1:]


def range_of(untrusted: Any) -> list[float] | None:
    """From when to when, or None for all of it; raises redaction:range-unclear."""
    if untrusted is None:
        return None
    if isinstance(untrusted, list | tuple) and len(untrusted) == 2:
        start, end = moment(untrusted[0]), moment(untrusted[1])
        if start is not None and end is not None and start < end:
            return [start, end]
    raise TiplineError("redaction:range-unclear", fields={"range": "redaction:range-unclear"})


def margin_of(untrusted: Any) -> float:
    """One of MARGINS, the nearest."""
    value = _number(untrusted, 0, 10)
    return MARGINS[1] if value is None else min(MARGINS, key=lambda one: abs(one - value))


def moment(value: Any) -> float | None:
    """A position in a film in seconds, or None."""
    return _number(value, -LONGEST_S, LONGEST_S)


def burned(tracks: list[Track]) -> list[Track]:
    """Of each track what covers; the rest only helps whoever edits."""
    return [{name: one[name] for name in ("start", "end", "boxes")} for one in tracks]


def digest(wanted: dict[str, Any]) -> str:
    """SHA-256 over what is covered, in one canonical form: two results of one digest hide the same."""
    told = {name: wanted.get(name) for name in ("tracks", "margin", "range", "still")}
    return hashlib.sha256(json.dumps(told, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def _track(value: Any) -> Track:
    if not isinstance(value, dict):
        raise _unclear()
    rows = value.get("boxes")
    if not isinstance(rows, list) or not rows:
        raise _unclear()
    if len(rows) > MOST_BOXES:
        raise _too_many()
    boxes = sorted(map(_row, rows))
    if any(a[0] == b[0] for a, b in zip(boxes, boxes[1:], strict=False)):
        raise _unclear()
    start, end = _open_end(value.get("start")), _open_end(value.get("end"))
    if start is not None and end is not None and start > end:
        raise _unclear()
    return {
        "id": _known(value.get("id"), _ID),
        "source": value["source"] if value.get("source") in SOURCES else HAND,
        "label": _text(value.get("label")),
        "start": start,
        "end": end,
        "boxes": boxes,
        "bridged": _gaps(value.get("bridged")),
        "lost": _lost(value.get("lost")),
        "lost_back": _lost(value.get("lost_back")),
        "job": value["job"] if type(value.get("job")) is int and 0 < value["job"] < 2**31 else None,
        "edited": value.get("edited") is True,
    }


def _row(value: Any) -> list[float]:
    """A moment and a box within the picture; what lies partly outside is cut."""
    if not isinstance(value, list | tuple) or len(value) != 5:
        raise _unclear()
    t = moment(value[0])
    sides = [_number(one, -10, 10) for one in value[1:]]
    if t is None or any(one is None for one in sides):
        raise _unclear()
    x, y, w, h = (one for one in sides if one is not None)
    left, top, right, bottom = max(x, 0.0), max(y, 0.0), min(x + w, 1.0), min(y + h, 1.0)
    if right - left < LEAST_SIDE or bottom - top < LEAST_SIDE:
        raise _unclear()
    return [round(t, 3), *(round(one, 4) for one in (left, top, right - left, bottom - top))]


def _open_end(value: Any) -> float | None:
    if value is None:
        return None
    t = moment(value)
    if t is None:
        raise _unclear()
    return round(t, 3)


def _gaps(value: Any) -> list[list[float]]:
    found = []
    for one in value[:MOST_GAPS] if isinstance(value, list) else []:
        if isinstance(one, list | tuple) and len(one) == 2:
            start, end = moment(one[0]), moment(one[1])
            if start is not None and end is not None and start <= end:
                found.append([round(start, 3), round(end, 3)])
    return found


def _lost(value: Any) -> dict[str, Any] | None:
    t = moment(value.get("t")) if isinstance(value, dict) else None
    if t is None:
        return None
    return {"t": round(t, 3), "why": value["why"] if value.get("why") in WHY_LOST else "other"}


def _number(value: Any, low: float, high: float) -> float | None:
    # A truth value is a whole number to Python; NaN and infinity lie within no bounds.
    if type(value) not in (int, float) or not low <= value <= high or not math.isfinite(value):
        return None
    return float(value)


def _known(value: Any, form: re.Pattern[str]) -> str:
    if not isinstance(value, str) or not form.fullmatch(value):
        raise _unclear()
    return value


def _text(value: Any) -> str:
    return _UNPRINTABLE.sub(" ", value[:LONGEST_LABEL]).strip() if isinstance(value, str) else ""


def _unclear() -> TiplineError:
    return TiplineError("redaction:boxes-unclear")


def _too_many() -> TiplineError:
    return TiplineError("redaction:too-many-boxes", tracks=MOST_TRACKS, boxes=MOST_BOXES)

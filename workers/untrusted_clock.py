"""Checks what the child says of a camera's clock, as if an attacker had written it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from workers import untrusted

Checked = dict[str, Any]
# A camera's own time knows no zone; the day or the seconds may be missing, where none are shown.
AT = re.compile(r"^([0-9]{4}-[0-9]{2}-[0-9]{2}T)?([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?$")
READINGS, JUMPS, MEANINGS, TEXTS, TEXT = 40, 20, 3, 20, 120
LONGEST_S, FARTHEST_S = 1e9, 4e9


def result(said: Checked) -> Checked:
    """The result of the step `clock`."""
    texts = said.get("texts")
    lines = [untrusted.text(one, TEXT) for one in (texts[:TEXTS] if isinstance(texts, list) else [])]
    return {"clock": _clock(said.get("clock")), "texts": [one for one in lines if one]}


def _clock(said: Any) -> Checked | None:
    if not isinstance(said, dict):
        return None
    readings = _listed(said.get("readings"), READINGS, _reading)
    if not readings:
        return None
    return {
        "readings": readings,
        "agreeing": untrusted.whole(0, READINGS)(said.get("agreeing")) or 0,
        "looked": untrusted.whole(0, 1000)(said.get("looked")) or 0,
        "offset_s": untrusted.number(-FARTHEST_S, FARTHEST_S)(said.get("offset_s")),
        "started_at": _at(said.get("started_at")),
        "confidence": untrusted.number(0, 1)(said.get("confidence")) or 0.0,
        "ambiguous": _listed(said.get("ambiguous"), MEANINGS, _at),
        "jumps": _listed(said.get("jumps"), JUMPS, _jump),
        "pace": untrusted.number(-1000, 1000)(said.get("pace")),
        "weekday_differs": said.get("weekday_differs") is True,
        "box": _box(said.get("box")),
        "beside": _beside(said.get("beside")),
    }


def _listed(value: Any, most: int, check: Callable[[Any], Any]) -> list[Any]:
    said = value[:most] if isinstance(value, list) else []
    return [checked for one in said if (checked := check(one)) is not None]


def _at(value: Any) -> str | None:
    if isinstance(value, str) and "T" in value:
        dated: str | None = untrusted.moment(AT)(value)
        return dated
    found: str | None = untrusted.like(AT)(value)
    return found


def _reading(value: Any) -> Checked | None:
    if not isinstance(value, dict):
        return None
    t = untrusted.number(-LONGEST_S, LONGEST_S)(value.get("t"))
    at, text = _at(value.get("at")), untrusted.text(value.get("text"), TEXT)
    return None if t is None or at is None or not text else {"t": t, "text": text, "at": at}


def _jump(value: Any) -> Checked | None:
    if not isinstance(value, dict):
        return None
    jump = {
        "start": untrusted.number(-LONGEST_S, LONGEST_S)(value.get("start")),
        "end": untrusted.number(-LONGEST_S, LONGEST_S)(value.get("end")),
        "before": _at(value.get("before")),
        "after": _at(value.get("after")),
        "by_s": untrusted.number(-FARTHEST_S, FARTHEST_S)(value.get("by_s")),
    }
    return None if None in jump.values() else jump


def _box(value: Any) -> list[int] | None:
    sides = [untrusted.whole(0, untrusted.SIDE)(one) for one in value] if isinstance(value, list) else []
    return [side or 0 for side in sides] if len(sides) == 4 and None not in sides else None


def _beside(value: Any) -> Checked | None:
    """The other clock in a photo that was taken to compare the two."""
    if not isinstance(value, dict):
        return None
    at, text = _at(value.get("at")), untrusted.text(value.get("text"), TEXT)
    return {"text": text, "at": at} if at and text else None

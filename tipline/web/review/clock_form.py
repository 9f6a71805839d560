"""The form of a file's clock, read: which way the offset is known, and what was typed for it."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from datetime import date, datetime

from werkzeug.datastructures import MultiDict

from tipline.domain import clocks
from tipline.domain.burned import Read
from tipline.domain.clocks import Clock
from tipline.errors import TiplineError
from tipline.web import current
from tipline.web.review.truth import Truth

AS_TIP, READINGS, TYPED, UNKNOWN = WAYS = ("tip", "readings", "typed", "unknown")
_DAY = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?")
_HOUR = re.compile(r"(\d{1,2})\s*[:点时]\s*(\d{1,2})(?:\s*[:分]\s*(\d{1,2}))?\s*[分秒]?|(\d\d)(\d\d)(\d\d)")
_POSITION = re.compile(r"(?:(?:(\d{1,3}):)?(\d{1,4}):)?(\d{1,7}(?:\.\d{1,6})?)")
_DIGITS = re.compile(r"\d{0,9}")
Form = MultiDict[str, str]


def wanted(form: Form, held: Clock, truth: Truth) -> Clock:
    """The clock as the form says; raises a fault that stands beside its field."""
    way = form.get("way", "")
    named = replace(held, camera=form.get("camera", held.camera))
    if way == AS_TIP:
        return replace(named, offset_s=None, source=None)
    if way == UNKNOWN:
        return replace(named, offset_s=None, source=clocks.TYPED)
    if way == TYPED:
        return replace(named, offset_s=_offset(form), source=clocks.TYPED)
    if way == READINGS:
        return clocks.read(named, _reading(form, truth))
    raise TiplineError("clock:way-needed", fields={"way": "clock:way-needed"})


def way_of(held: Clock) -> str:
    """Which way the present state was chosen."""
    if held.source == clocks.READINGS or (held.source is None and held.reading):
        return READINGS
    if held.source is None:
        return AS_TIP
    return UNKNOWN if held.offset_s is None else TYPED


def _reading(form: Form, truth: Truth) -> Read:
    t = position(form.get("t", ""))
    if truth.length_s and t > truth.length_s + 1:
        raise _fault("clock:position-outside", "t")
    shown_day = truth.camera[0][:10] if truth.camera else None
    true_day = current.local(truth.start).date().isoformat() if truth.start else shown_day
    shown = moment(form.get("shown", ""), "shown", shown_day or true_day)
    day = true_day if shown is None else true_day or shown.date().isoformat()
    true = moment(form.get("true", ""), "true", day)
    return Read(t, shown, _in_station(true) if true else None)


def position(text: str) -> float:
    """`00:01:23.480`, `1:23`, or seconds."""
    found = _POSITION.fullmatch(_plain(text))
    if not found:
        raise _fault("clock:position-unclear", "t")
    hours, minutes, seconds = (float(one or 0) for one in found.groups())
    return hours * 3600 + minutes * 60 + seconds


def moment(text: str, field: str, day: str | None) -> datetime | None:
    """A time on a wall, with its day or without; None of an empty field."""
    text = _plain(text).replace("T", " ")
    if not text:
        return None
    dated = _DAY.match(text)
    hour = _HOUR.fullmatch(text[dated.end() :].strip() if dated else text)
    if not hour or not (dated or day):
        raise _fault("clock:time-unclear", field)
    hours, minutes, seconds = hour.groups()[:3] if hour[1] else hour.groups()[3:]
    try:
        on = date(*(int(one) for one in dated.groups())) if dated else date.fromisoformat(day or "")
        return datetime(on.year, on.month, on.day, int(hours), int(minutes), int(seconds or 0))
    except ValueError:
        raise _fault("clock:time-unclear", field) from None


def _offset(form: Form) -> float:
    """Two or three numbers and a direction."""
    if form.get("direction") not in ("ahead", "behind"):
        raise _fault("tip:offset-unclear", "offset")
    numbers = [_plain(form.get(name, "")) for name in ("offset_h", "offset_min", "offset_sec")]
    if not all(_DIGITS.fullmatch(one) for one in numbers):
        raise _fault("tip:offset-unclear", "offset")
    hours, minutes, seconds = (int(one or 0) for one in numbers)
    total = float(hours * 3600 + minutes * 60 + seconds)
    return total if form["direction"] == "ahead" else -total


def _in_station(wall: datetime) -> datetime:
    try:
        return current.local(wall.replace(tzinfo=current.zone()))
    except (OverflowError, ValueError):
        raise _fault("clock:time-unclear", "true") from None


def _plain(text: str) -> str:
    """Digits and colons as a Chinese keyboard writes them are digits and colons."""
    return unicodedata.normalize("NFKC", text).strip()


def _fault(code: str, field: str) -> TiplineError:
    return TiplineError(code, fields={field: code})

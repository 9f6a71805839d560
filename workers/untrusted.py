"""Checks what the child says about a file, as if an attacker had written it: perhaps one did.

Builds the media object anew from known keys, each of the right type and within bounds. What is not known or
not right is left out. Pixels are checked elsewhere, by the protocol.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from tipline.domain import times as times_of_capture
from workers.media import codes

KINDS = frozenset({"video", "photo", "audio", "other"})
PLAYABLE = frozenset({"original", "proxy", "none"})
REASONS = frozenset({"first", "scene", "activity", "coverage", "asked"})
CAPTURED_SOURCE = re.compile(r"^[a-z]{1,16}:[A-Za-z_]{1,32}$")
CAPTURED_AT = re.compile(r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}([+-]\d{2}:\d{2}(:\d{2})?)?$")
TIME_SOURCE = re.compile(r"^[a-z]{1,16}:[A-Za-z0-9_]{1,40}\Z")
TIME_VALUE = re.compile(r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,6})?([+-]\d{2}:\d{2}(:\d{2})?)?$")
TIME_NOTES = frozenset({"no-date", "utc-by-standard", "changed", "saved"})
MIME = re.compile(r"^(video|image|audio|application)/[a-z0-9.+-]{1,40}\Z")
PDQ = re.compile(r"^[0-9a-f]{64}$")
WORD = re.compile(r"^[A-Za-z0-9_.+-]{1,40}\Z")
UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
TIMES, TAGS, TAG_NAME, TAG_TEXT = 40, 120, 64, 500
EVENTS, SCORES, RANGES = 2_000, 24_000, 4_000
PEAKS = 1_000
SETUP = re.compile(r"^(avcC|hvcC):([0-9a-f]{2}){10,2000}$")
DERIVED = frozenset({"repaired", "copy"})
HOW_DERIVED = frozenset({"in-pictures", "in-remains", "in-other-film", "sound"})
SHORTEST_S, LONGEST_S, MOST_FRAMES, SIDE = 1e-6, 1e9, 10**9, 200_000
FIRST_YEAR, LAST_YEAR = 1900, 2200  # beyond, a zone or an offset could lead out of the calendar
ROTATIONS = (0, 90, 180, 270)

Check = Callable[[Any], Any]


def media(said: Any) -> dict[str, Any]:
    """The media object with every key present; what was not said rightly is None or empty."""
    source: Mapping[str, Any] = said if isinstance(said, dict) else {}
    checked = {name: check(source.get(name)) for name, check in FIELDS.items()}
    if checked["times"]:
        checked["captured_at"], checked["captured_at_source"] = times_of_capture.best(checked["times"])
    if checked["captured_at"] is None or checked["captured_at_source"] is None:
        checked["captured_at"] = checked["captured_at_source"] = None
    return checked


def number(low: float, high: float) -> Check:
    """A finite number within bounds, or None."""

    def check(value: Any) -> float | None:
        # Neither NaN nor infinity is within bounds; a whole number may be too long for any other question.
        if type(value) not in (int, float) or not low <= value <= high:
            return None
        return float(value)

    return check


def whole(low: int, high: int) -> Check:
    """A whole number within bounds, or None."""
    return lambda value: value if type(value) is int and low <= value <= high else None


def one_of(allowed: frozenset[str], otherwise: str) -> Check:
    """A known word, or the given one."""
    return lambda value: value if isinstance(value, str) and value in allowed else otherwise


def like(pattern: re.Pattern[str]) -> Check:
    """Text of this form, or None."""
    return lambda value: value if isinstance(value, str) and pattern.fullmatch(value) else None


def moment(pattern: re.Pattern[str]) -> Check:
    """A date and time of this form that the calendar knows, or None."""
    check = like(pattern)

    def checked(value: Any) -> str | None:
        said: str | None = check(value)
        known = times_of_capture.read({"value": said})
        return said if known is not None and FIRST_YEAR <= known.year <= LAST_YEAR else None

    return checked


def text(value: Any, most: int = TAG_TEXT) -> str:
    """One line of bounded text, without characters that steer a terminal, a log or a database."""
    return UNPRINTABLE.sub(" ", value[:most]).strip() if isinstance(value, str) else ""


def times(value: Any) -> list[dict[str, Any]]:
    """Times of capture, each with its source; one that cannot be a time is left out."""
    said = value[:TIMES] if isinstance(value, list) else []
    return times_of_capture.merge(one for one in map(_time, said) if one is not None)


def _time(value: Any) -> dict[str, Any] | None:
    source = like(TIME_SOURCE)(value.get("source")) if isinstance(value, dict) else None
    if source is None:
        return None
    at, note = moment(TIME_VALUE)(value.get("value")), value.get("note")
    if at is None and note != "no-date":
        return None
    zone = "known" if at and times_of_capture.has_zone({"value": at}) else "none"
    noted = {"note": note} if isinstance(note, str) and note in TIME_NOTES else {}
    return {"source": source, "value": at, "zone": zone} | noted


def tags(value: Any) -> dict[str, str]:
    """Raw tags, bounded in number and length."""
    pairs = list(value.items())[:TAGS] if isinstance(value, dict) else []
    return {text(name, TAG_NAME): text(said) for name, said in pairs if text(name, TAG_NAME) and text(said)}


def _duration(value: Any) -> float | None:
    """Seconds; what is shorter than any clock tells is nothing, and nobody divides by it."""
    said: float | None = number(0, LONGEST_S)(value)
    return 0.0 if said is not None and said < SHORTEST_S else said


def gps(value: Any) -> dict[str, float] | None:
    """A place on the globe."""
    if not isinstance(value, dict):
        return None
    lat, lon = number(-90, 90)(value.get("lat")), number(-180, 180)(value.get("lon"))
    if lat is None or lon is None:
        return None
    alt = number(-100_000, 100_000)(value.get("alt"))
    return {"lat": lat, "lon": lon} | ({} if alt is None else {"alt": alt})


def device(value: Any) -> dict[str, str] | None:
    """Make, model, software."""
    known = (
        {name: text(value.get(name), 120) for name in ("make", "model", "software")}
        if isinstance(value, dict)
        else {}
    )
    return {name: said for name, said in known.items() if said} or None


def _derived(value: Any) -> dict[str, Any] | None:
    """What the file is that was written beside the original, and how it was made."""
    source: Mapping[str, Any] = value if isinstance(value, dict) else {}
    kind, how = one_of(DERIVED, "")(source.get("kind")), one_of(HOW_DERIVED, "")(source.get("how"))
    rate = number(0.01, 400_000)(source.get("rate"))
    return {"kind": kind, "how": how, "rate": rate} if kind and how else None


def _waveform(value: Any) -> list[int] | None:
    if not isinstance(value, list) or not value:
        return None
    peaks = [whole(0, 255)(one) for one in value[:PEAKS]]
    return None if None in peaks else [peak for peak in peaks if peak is not None]


def _activity(value: Any) -> dict[str, Any] | None:
    if not isinstance(value, dict) or not isinstance(value.get("score"), list):
        return None
    step, score = (
        number(0.05, 3600)(value.get("step_s")),
        [number(0, 1)(one) for one in value["score"][:SCORES]],
    )
    if step is None or None in score:
        return None
    events = value.get("events")
    checked = [event(one) for one in (events[:EVENTS] if isinstance(events, list) else [])]
    seen = ranges(value.get("seen"))
    return {"step_s": step, "score": score, "events": [one for one in checked if one], "seen": seen}


def ranges(value: Any) -> list[list[float]]:
    """Pairs of seconds, each ending after it began."""
    found: list[list[float]] = []
    for pair in value[:RANGES] if isinstance(value, list) else []:
        if not isinstance(pair, list) or len(pair) != 2:
            continue
        start, end = (number(-LONGEST_S, LONGEST_S)(one) for one in pair)
        if start is not None and end is not None and start < end:
            found.append([start, end])
    return found


def event(value: Any) -> dict[str, float] | None:
    if not isinstance(value, dict):
        return None
    moments = {name: number(-LONGEST_S, LONGEST_S)(value.get(name)) for name in ("start", "end", "peak")}
    return None if None in moments.values() else {name: float(at or 0.0) for name, at in moments.items()}


def warnings(value: Any) -> list[str]:
    """Known codes, each once."""
    said = value if isinstance(value, list) else []
    return list(dict.fromkeys(code for code in said if isinstance(code, str) and code in codes.ALL))


def failure(value: Any) -> str | None:
    if value is None:
        return None
    return value if isinstance(value, str) and value in codes.FAILURES else codes.BAD_ANSWER


def timings(value: Any) -> dict[str, float]:
    said = list(value.items())[:20] if isinstance(value, dict) else []
    checked = {name: number(0, LONGEST_S)(spent) for name, spent in said if WORD.fullmatch(name)}
    return {name: spent for name, spent in checked.items() if spent is not None}


def tools(value: Any) -> dict[str, str]:
    said = list(value.items())[:20] if isinstance(value, dict) else []
    return {name: text(version, 60) for name, version in said if WORD.fullmatch(name) and text(version, 60)}


FIELDS: dict[str, Check] = {
    "kind": one_of(KINDS, "other"),
    "mime": lambda value: like(MIME)(value) or "application/octet-stream",
    "container": like(WORD),
    "duration_s": _duration,
    "frame_count": whole(0, MOST_FRAMES),
    "fps": number(0, 100_000),
    "vfr": lambda value: value is True,
    "width": whole(1, SIDE),
    "height": whole(1, SIDE),
    "rotation": lambda value: value if type(value) is int and value in ROTATIONS else 0,
    "video_codec": like(WORD),
    "audio_codec": like(WORD),
    "bitrate": whole(0, 10**11),
    "captured_at": moment(CAPTURED_AT),
    "captured_at_source": like(CAPTURED_SOURCE),
    "gps": gps,
    "device": device,
    "derived": _derived,
    "waveform": _waveform,
    "setup": like(SETUP),
    "times": times,
    "tags": tags,
    "activity": _activity,
    "playable": one_of(PLAYABLE, "none"),
    "warnings": warnings,
    "failure": failure,
    "timings_s": timings,
    "tools": tools,
}

"""The caption of an export in words: what stands under the picture, never over it, and beside it.

Workers hand in facts; the sentences are here, in the language of whoever asked.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from tipline import i18n
from tipline.errors import N_

FILE, FRAME, FRAMES = N_("File"), N_("Frame"), N_("Frames")
POSITION, CAMERA, TRUE = N_("Position"), N_("Camera time"), N_("True time")
OFFSET, UNKNOWN = N_("Camera clock"), N_("not known how far it is off")
AHEAD, BEHIND, RIGHT = N_("%(seconds)s s ahead"), N_("%(seconds)s s behind"), N_("right")
EXPORTED, COPY = N_("Exported by %(name)s"), N_("from a repaired copy; the index of the original was lost")


def lines(said: dict[str, Any], locale: str) -> list[str]:
    """Short lines, the most important first."""
    words = _Words(locale)
    return [
        f"{said['tip']} · {words(FILE)} {said['number']} · {isolated(said['filename'])}",
        f"SHA-256 {said['source_sha256']}",
        " · ".join(_place(said, words)),
        " · ".join(_times(said, words)),
        " · ".join(_origin(said, words)),
    ]


def isolated(name: str) -> str:
    """A name whose writing may run the other way, so that it turns nothing else around."""
    return f"\u2068{name}\u2069"


def position(seconds: float) -> str:
    """To the millisecond: 00:01:23.480."""
    whole, milli = divmod(abs(round(seconds * 1000)), 1000)
    sign = "-" if seconds < 0 else ""
    return f"{sign}{whole // 3600:02}:{whole // 60 % 60:02}:{whole % 60:02}.{milli:03}"


class _Words:
    def __init__(self, locale: str) -> None:
        self._locale = locale

    def __call__(self, sentence: str, **values: object) -> str:
        return i18n.say(self._locale, sentence, **values)


def _place(said: dict[str, Any], words: _Words) -> list[str]:
    """Numbers and positions; of a film whose frames nobody could list before, what was asked for."""
    if said["kind"] == "clip":
        numbers = [f"{words(FRAMES)} {said['first']}–{said['last']}"] if "first" in said else []
        seconds = [said[name] for name in ("t", "until") if name in said]
    else:
        numbers, seconds = [f"{words(FRAME)} {said['frame']}"], [said["t"]]
    return [*numbers, f"{words(POSITION)} {'–'.join(map(position, seconds))}"] if seconds else numbers


def _times(said: dict[str, Any], words: _Words) -> list[str]:
    """The true time first: it is what people look for."""
    told = [f"{words(TRUE)} {said['true_at']}"] if "true_at" in said else []
    told += [f"{words(CAMERA)} {said['camera_at']}"] if "camera_at" in said else []
    return [*told, f"{words(OFFSET)}: {_offset(said.get('clock_offset_s'), words)}"]


def _offset(seconds: float | None, words: _Words) -> str:
    if seconds is None:
        return words(UNKNOWN)
    if seconds == 0:
        return words(RIGHT)
    return words(AHEAD if seconds > 0 else BEHIND, seconds=f"{abs(seconds):g}")


def _origin(said: dict[str, Any], words: _Words) -> list[str]:
    at = datetime.fromisoformat(said["asked_at"]).astimezone(ZoneInfo(said["zone"]))
    told = [words(EXPORTED, name=isolated(said["by_name"])), at.isoformat(sep=" ", timespec="seconds")]
    return [*told, words(COPY)] if said.get("from") == "repaired" else told

"""What is known of a file, put together from the results of its steps. Pure: the same for the desk and for
`tipline media inspect`, which has no database.

A later step adds to what an earlier one said or takes its place; a step that failed takes nothing away.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tipline.domain import kinds, moving, provenance, times

FIRST = "first"
NO_PICTURE = "media:no-picture"
# A film up to this length is ready when everything is done; a longer one when there is enough to judge it by.
SHORT_S = 600.0
AWAITED = frozenset({FIRST, "suspects", "clock", "provenance"})
Media = dict[str, Any]


@dataclass(frozen=True)
class Done:
    """A step that is over: what it found (checked), or why it failed."""

    kind: str
    number: int
    found: dict[str, Any]
    failure: str | None = None


@dataclass(frozen=True)
class Planned:
    """A step to be done."""

    kind: str
    number: int = 0
    start_s: float | None = None
    end_s: float | None = None


def following(media: Media, plan: dict[str, Any]) -> list[Planned]:
    """The steps after the first, by what it found. A file that failed or is no footage has none."""
    if media["failure"] or media["kind"] not in ("video", "photo", "audio"):
        return []
    steps: list[Planned] = []
    if plan.get("suspects"):
        steps.append(Planned("suspects"))
    if media["kind"] in ("video", "photo"):
        steps += [Planned("clock"), Planned("provenance")]
    spans = plan.get("spans") or []
    steps += [Planned("span", at, start, end) for at, (start, end) in enumerate(spans)]
    if plan.get("copy"):
        steps.append(Planned("copy"))
    return steps


def is_awaited(kind: str, media: Media) -> bool:
    """Whether a file is not called ready before a step of this kind is over."""
    return kind in AWAITED or float(media.get("duration_s") or 0) <= SHORT_S


def compose(
    steps: Sequence[Done], keyframes: list[dict[str, Any]], *, filename: str = "", purpose: str = ""
) -> Media:
    """The media object as outsiders know it. ``keyframes`` are those that were kept, in any order; the name
    of the file and what it was sent for are the reporter's words."""
    first = next(one.found for one in steps if one.kind == FIRST)
    media: Media = {**first["media"], "clock": None, "texts": [], "provenance": None}
    media["keyframes"] = sorted(keyframes, key=lambda one: (one["t"], one["file"]))
    looks = [one.found for one in steps if one.kind in ("suspects", "span") and one.found]
    if looks:
        media |= moving.merged(media, looks, spans_planned=len(first["plan"].get("spans") or []))
    for one in steps:
        if one.kind == "clock" and one.found:
            media["clock"], media["texts"] = one.found["clock"], one.found.get("texts", [])
            media["times"] = [*(media.get("times") or []), *times.of_picture(media["clock"])]
        elif one.kind == "copy" and one.found:
            media["playable"] = one.found["playable"]
    media.pop("setup", None)  # of use to other files only
    for one in steps:
        _add(media, one)
    if kinds.is_sound_by_name(filename):
        # Nobody expects a picture in what is sent as sound.
        media["warnings"] = [one for one in media["warnings"] if one != NO_PICTURE]
    deeper = next((one.found for one in steps if one.kind == "provenance"), {})
    return media | provenance.compose(media, deeper, filename=filename, purpose=purpose)


def _add(media: Media, step: Done) -> None:
    """Warnings, spent time and tools of each step."""
    media["warnings"] = list(dict.fromkeys([*media["warnings"], *_said(step, "warnings", list)]))
    if step.kind != FIRST:
        spent = _said(step, "timings_s", dict).get("total")
        if spent is not None:
            so_far = media["timings_s"].get(step.kind, 0.0)
            media["timings_s"] = {**media["timings_s"], step.kind: round(so_far + spent, 3)}
        media["tools"] = {**media["tools"], **_said(step, "tools", dict)}


def _said(step: Done, name: str, kind: type[Any]) -> Any:
    value = step.found.get(name)
    return value if isinstance(value, kind) else kind()

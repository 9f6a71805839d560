"""Movement in a film, put together from looks at parts of it. Pure arithmetic on checked numbers.

A look covers stretches of a film in which every frame was decoded; each stretch has a score for each step of
time and the events it saw. Where stretches meet, an event that goes on in the next one is one event.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

JOIN_GAP_S = 1.6  # events closer than this are one
MOST_SCORES = 20_000
Look = dict[str, Any]


def merged(media: dict[str, Any], looks: Iterable[Look], *, spans_planned: int) -> dict[str, Any]:
    """The changed fields: ``activity``, and what only a whole decode tells (frames, length, damage).

    A look is ``{stretches: [{start, end, step_s, score}], events: [{start, end, peak, area}], tally: {frames,
    errors, corrupt, last_s}, whole: bool}``; ``whole`` marks those that together cover the film.
    """
    looks = list(looks)
    activity = dict(media.get("activity") or {"step_s": 1.0, "score": [], "events": []})
    stretches = [one for look in looks for one in look.get("stretches") or []]
    step = float(activity["step_s"])
    duration = float(media.get("duration_s") or 0)
    score = list(activity["score"])
    wanted = min(MOST_SCORES, int(duration / step) + 1) if duration else len(score)
    score += [0.0] * (wanted - len(score))
    for one in stretches:
        _lay(score, step, one)
    events = [event for look in looks for event in look.get("events") or []]
    activity |= {"score": score, "seen": joined(stretches), "events": _events(events)}
    return {"activity": activity, **_counted(media, looks, spans_planned)}


def telling(media: dict[str, Any]) -> float | None:
    """Where the keyframe is that says most: the one of movement at which most of the picture moved. None
    where nothing did: then all say as much."""
    activity = media.get("activity") or {}
    score, step = activity.get("score") or [], float(activity.get("step_s") or 1.0)
    peaks = [float(event["peak"]) for event in activity.get("events") or []]

    def worth(picture: dict[str, Any]) -> tuple[float, float]:
        t = float(picture["t"])
        slot = int(t / step)
        moved = float(score[slot]) if 0 <= slot < len(score) else 0.0
        return moved, -min((abs(t - peak) for peak in peaks), default=0.0)

    pictures = [
        one
        for one in media.get("keyframes") or []
        if one.get("reason") == "activity" and one["t"] is not None
    ]
    return float(max(pictures, key=worth)["t"]) if pictures else None


def joined(stretches: Iterable[dict[str, Any]], gap_s: float = 0.05) -> list[list[float]]:
    """Stretches as ``[start, end]`` in order, those that touch made one."""
    found: list[list[float]] = []
    for one in sorted(stretches, key=lambda stretch: float(stretch["start"])):
        start, end = float(one["start"]), float(one["end"])
        if found and start <= found[-1][1] + gap_s:
            found[-1][1] = max(found[-1][1], end)
        else:
            found.append([start, end])
    return found


def _lay(score: list[float], step: float, stretch: dict[str, Any]) -> None:
    """Write a stretch's scores over what was only sampled there."""
    fine = float(stretch["step_s"])
    first, last = int(float(stretch["start"]) / step), int(float(stretch["end"]) / step)
    # A stretch may begin before the film is shown, and be said to end long after it.
    found: dict[int, float] = dict.fromkeys(range(max(first, 0), min(last, len(score) - 1) + 1), 0.0)
    for at, value in enumerate(stretch["score"]):
        slot = int((float(stretch["start"]) + at * fine) / step)
        if slot in found:
            found[slot] = max(found[slot], float(value))
    for slot, value in found.items():
        # The slots at the edges are shared with the neighbours: what they saw there stays.
        score[slot] = max(score[slot], value) if slot in (first, last) else value


def _events(events: list[dict[str, Any]]) -> list[dict[str, float]]:
    """In order, overlapping and touching ones joined; the larger peak stays."""
    found: list[dict[str, float]] = []
    for event in sorted(events, key=lambda one: float(one["start"])):
        area = float(event.get("area") or 0)
        if found and float(event["start"]) <= found[-1]["end"] + JOIN_GAP_S:
            last = found[-1]
            last["end"] = max(last["end"], float(event["end"]))
            if area > last["area"]:
                last["peak"], last["area"] = float(event["peak"]), area
        else:
            found.append({"start": event["start"], "end": event["end"], "peak": event["peak"], "area": area})
    return [{name: one[name] for name in ("start", "end", "peak")} for one in found]


def _counted(media: dict[str, Any], looks: list[Look], spans_planned: int) -> dict[str, Any]:
    """Frames and length as decoded, once every span was."""
    whole = [look for look in looks if look.get("whole") and look.get("tally")]
    if len(whole) < max(1, spans_planned):
        return {}
    frames = sum(int(look["tally"].get("frames") or 0) for look in whole)
    return {"frame_count": frames} if frames else {}

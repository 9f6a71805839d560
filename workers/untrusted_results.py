"""Checks what the child says at the end of a step, as if an attacker had written it: one checker a task.

Each gives the result anew from known keys. What is not known or not right is left out.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from workers import untrusted, untrusted_clock, untrusted_provenance, untrusted_redaction

LONGEST_S, AREA = 1e9, 1e6
STRETCHES = 4_000
EDGE_S = 0.05  # by which one stretch may reach into the next
SPANS = 300  # each is a job; an honest look plans no more
FARTHEST_TICK = 2**52
Checked = dict[str, Any]


def of(task: str, said: Any) -> Checked:
    """The checked result of a task; what belongs to every task is always there."""
    source = said if isinstance(said, dict) else {}
    return {
        **CHECKS[task](source),
        "warnings": untrusted.warnings(source.get("warnings")),
        "timings_s": untrusted.timings(source.get("timings_s")),
        "tools": untrusted.tools(source.get("tools")),
    }


def plan(said: Any) -> Checked:
    """What the first look thinks should follow: suspect stretches, time ranges, how to make the copy."""
    source = said if isinstance(said, dict) else {}
    return {
        "suspects": untrusted.ranges(source.get("suspects")),
        "spans": untrusted.ranges(source.get("spans"))[:SPANS],
        "copy": untrusted.one_of(COPIES, "")(source.get("copy")),
    }


def _look(said: Checked) -> Checked:
    """Stretches of a film seen frame by frame."""
    events = said.get("events")
    return {
        "stretches": _stretches(said.get("stretches")),
        "events": [
            one
            for one in map(_event, events[: untrusted.EVENTS] if isinstance(events, list) else [])
            if one is not None
        ],
        "tally": _tally(said.get("tally")),
        "whole": said.get("whole") is True,
        "piece": _piece(said.get("piece")),
    }


def _stretches(value: Any) -> list[Checked]:
    """In the order of the film, none over another: laid together they cost no more than the film is long."""
    found: list[Checked] = []
    for one in map(_stretch, value[:STRETCHES] if isinstance(value, list) else []):
        if one is not None and (not found or one["start"] >= found[-1]["end"] - EDGE_S):
            found.append(one)
    return found


def _stretch(value: Any) -> Checked | None:
    if not isinstance(value, dict) or not isinstance(value.get("score"), list):
        return None
    found = {name: untrusted.number(-LONGEST_S, LONGEST_S)(value.get(name)) for name in ("start", "end")}
    step = untrusted.number(0.05, 3600)(value.get("step_s"))
    score = [untrusted.number(0, 1)(one) for one in value["score"][: untrusted.SCORES]]
    if step is None or None in score or None in found.values() or found["start"] > found["end"]:
        return None
    return {**found, "step_s": step, "score": score}


def _event(value: Any) -> Checked | None:
    event = untrusted.event(value)
    if event is None:
        return None
    return {**event, "area": untrusted.number(0, AREA)(value.get("area")) or 0.0}


def _tally(value: Any) -> Checked:
    source = value if isinstance(value, dict) else {}
    counts = ("frames", "errors", "corrupt")
    found = {name: untrusted.whole(0, untrusted.MOST_FRAMES)(source.get(name)) or 0 for name in counts}
    return {**found, "last_s": untrusted.number(-LONGEST_S, LONGEST_S)(source.get("last_s"))}


def _copy(said: Checked) -> Checked:
    return {
        "playable": untrusted.one_of(untrusted.PLAYABLE, "none")(said.get("playable")),
        "how": untrusted.one_of(COPIES, "")(said.get("how")),
        "sound": untrusted.one_of(SOUNDS, "none")(said.get("sound")),
    }


def _piece(value: Any) -> Checked | None:
    """Where in the film a piece of its copy begins, in ticks, and how many frames it has."""
    source = value if isinstance(value, dict) else {}
    first = untrusted.whole(-FARTHEST_TICK, FARTHEST_TICK)(source.get("first"))
    count = untrusted.whole(1, untrusted.MOST_FRAMES)(source.get("frames"))
    return None if first is None or count is None else {"first": first, "frames": count}


def _still(said: Checked) -> Checked:
    return {
        "frame": untrusted.whole(0, untrusted.MOST_FRAMES)(said.get("frame")),
        "t": untrusted.number(-LONGEST_S, LONGEST_S)(said.get("t")),
    }


def _clip(said: Checked) -> Checked:
    """Which frames a clip really holds, and where it begins and ends in the film."""
    whole = untrusted.whole(0, untrusted.MOST_FRAMES)
    places = {name: untrusted.number(-LONGEST_S, LONGEST_S)(said.get(name)) for name in ("t", "until")}
    counts = {name: whole(said.get(name)) for name in ("first", "last", "frames")}
    return {**counts, **places, "sound": untrusted.one_of(SOUNDS, "none")(said.get("sound"))}


def _shared(said: Checked) -> Checked:
    """A copy for somebody outside: which frames, and on how many the mark was found."""
    return {**_clip(said), "marked": untrusted.whole(0, untrusted.MOST_FRAMES)(said.get("marked")) or 0}


COPIES = frozenset({"original", "remux", "sound", "encode", "none", ""})
SOUNDS = frozenset({"copied", "made", "none"})
CHECKS: dict[str, Callable[[Checked], Checked]] = {
    "suspects": _look,
    "span": _look,
    "clock": untrusted_clock.result,
    "provenance": untrusted_provenance.provenance,
    "copy": _copy,
    "faces": untrusted_redaction.faces,
    "track": untrusted_redaction.track,
    "redaction": untrusted_redaction.redaction,
    "still": _still,
    "clip": _clip,
    "shared": _shared,
}

"""Checks what the look at a file's making says, as if an attacker had written it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from workers import untrusted

STATES = frozenset({"intact", "altered", "unreadable", "remote_only"})
CODE = re.compile(r"^[A-Za-z0-9_.]{1,64}\Z")
ENCODERS, HANDLERS, ACTIONS = 4, 16, 12
WORDS = {"signer": 120, "claim_generator": 120, "signed_at": 40}


def provenance(said: Any) -> dict[str, Any]:
    """The result of the step, every part present."""
    source: Mapping[str, Any] = said if isinstance(said, dict) else {}
    return {
        "times": untrusted.times(source.get("times")),
        "gps": untrusted.gps(source.get("gps")),
        "device": untrusted.device(source.get("device")),
        "tags": untrusted.tags(source.get("tags")),
        "encoders": _texts(source.get("encoders"), ENCODERS, 60),
        "handlers": _texts(source.get("handlers"), HANDLERS, 80),
        "c2pa": _credentials(source.get("c2pa")),
        "screen": _screen(source.get("screen")),
    }


def _credentials(value: Any) -> dict[str, Any] | None:
    """None unless the state is one we know; the rest is bounded text."""
    state = value.get("state") if isinstance(value, dict) else None
    if not isinstance(state, str) or state not in STATES:
        return None
    told: dict[str, Any] = {name: untrusted.text(value.get(name), most) for name, most in WORDS.items()}
    for name in ("actions", "faults"):
        told[name] = [code for code in _texts(value.get(name), ACTIONS, 64) if CODE.match(code)]
    return {"state": state} | {name: words for name, words in told.items() if words}


def _screen(value: Any) -> dict[str, Any] | None:
    if not isinstance(value, dict):
        return None
    counts = {name: untrusted.whole(0, 100)(value.get(name)) for name in ("frames", "quads")}
    measures = {name: untrusted.number(0, 1e6)(value.get(name)) for name in ("moved", "moire")}
    frames, quads = counts["frames"], counts["quads"]
    if frames is None or quads is None or quads > frames or None in measures.values():
        return None
    return {**counts, **measures}


def _texts(value: Any, most: int, length: int) -> list[str]:
    said = value[:most] if isinstance(value, list) else []
    return [words for one in said if (words := untrusted.text(one, length))]

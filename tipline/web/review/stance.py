"""What a decision rests on. Forms carry its digest, so that nobody decides on a state that is no more.

The version of a tip would be too strict here: it also counts every step of processing, which changes nothing
that a person decides on.
"""

from __future__ import annotations

import hashlib
import json

from tipline.domain.cases import Case
from tipline.domain.links import Link
from tipline.domain.tips import Tip
from tipline.errors import TiplineError


def of(tip: Tip, links: list[tuple[Link, Case]]) -> str:
    held = [
        tip.state, tip.assignee_id, tip.category, tip.beat, tip.lat, tip.lon, tip.clock_offset_s,
        tip.acknowledged_at is None, sorted(case.number for _link, case in links),
    ]  # fmt: skip
    return hashlib.sha256(json.dumps(held).encode()).hexdigest()[:16]


def require(seen: str | None, tip: Tip, links: list[tuple[Link, Case]]) -> None:
    """Raise tip:changed unless the form was drawn on the present state; some forms rest on nothing."""
    if seen is not None and seen != of(tip, links):
        raise TiplineError("tip:changed")

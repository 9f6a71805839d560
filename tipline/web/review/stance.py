"""What a decision rests on. Forms carry it, so that nobody decides on a state that is no more, and so that
whoever is late reads what it was, what it is and what he chose.

The version of a tip would be too strict here: it also counts every step of processing, which changes nothing
that a person decides on. What stands in the form was on the page anyway; it is not believed, only compared.
"""

from __future__ import annotations

import json
from typing import Any

from tipline.domain import acts
from tipline.domain.cases import Case
from tipline.domain.links import Link
from tipline.domain.tips import Tip
from tipline.errors import TiplineError

NAMES = ("state", "assignee_id", "category", "beat", "lat", "lon", "clock_offset_s", "acknowledged_at")
LONGEST = 4000


def held(tip: Tip, links: list[tuple[Link, Case]]) -> dict[str, Any]:
    """What decisions on a tip rest on, by name."""
    return {**acts.held(tip, *NAMES), "cases": sorted(case.number for _link, case in links)}


def of(tip: Tip, links: list[tuple[Link, Case]]) -> str:
    """The same as a form carries it."""
    return json.dumps(list(held(tip, links).values()), separators=(",", ":")).encode().hex()


def require(seen: str | None, tip: Tip, links: list[tuple[Link, Case]]) -> None:
    """Raise tip:changed unless the form was drawn on the present state; some forms rest on nothing."""
    if seen is not None and seen != of(tip, links):
        raise TiplineError("tip:changed")


def read(seen: str) -> dict[str, Any] | None:
    """What a form was drawn on, or None if that cannot be read."""
    try:
        values = json.loads(bytes.fromhex(seen[:LONGEST]))
    except (ValueError, RecursionError):
        return None
    names = (*NAMES, "cases")
    if not isinstance(values, list) or len(values) != len(names):
        return None
    found = dict(zip(names, values, strict=True))
    is_plain = all(one is None or isinstance(one, str | int | float) for one in values[:-1])
    is_list = isinstance(found["cases"], list) and all(isinstance(one, str) for one in found["cases"])
    return found if is_plain and is_list else None

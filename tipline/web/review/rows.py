"""What a row of the queue says beyond the tip itself: the state a decision rests on, where hints point."""

from __future__ import annotations

import hashlib
from typing import Any, NamedTuple

from tipline.db import Transaction
from tipline.domain import links, tallies
from tipline.domain.cases import Case
from tipline.domain.hints import SERIES
from tipline.domain.links import Link
from tipline.domain.tips import Tip
from tipline.domain.triage import Row
from tipline.errors import TiplineError
from tipline.web import current
from tipline.web.review import stance
from tipline.web.review.saying import gettext


class Pointed(NamedTuple):
    """A hint in words."""

    reference: str
    text: str
    icon: str
    is_same: bool = False


def names() -> dict[str, Any]:
    """What templates of the queue call."""
    return {"seen_of": seen_of, "hints_of": hints_of, "tally": tally}


def seen_of(row: Row) -> str:
    """On which state a decision about this row rests, in a few signs: a page has many rows."""
    return _digest(row.tip, row.links)


def require_seen(tx: Transaction, tip: Tip, seen: str) -> None:
    """Raise tip:changed unless the row was drawn on the present state; nothing told rests on nothing."""
    if seen and seen != _digest(tip, links.list_cases_of(tx, tip, current.actor())):
        raise TiplineError("tip:changed")


def _digest(tip: Tip, standing: list[tuple[Link, Case]]) -> str:
    return hashlib.sha256(stance.of(tip, standing).encode()).hexdigest()[:12]


def hints_of(row: Row) -> list[Pointed]:
    """The strongest hint of each kind, while it is still a question."""
    if row.tip.state in ("duplicate", "closed", "withdrawn"):
        return []
    same = next((one for one in row.pointers if one.kind != SERIES), None)
    series = next((one for one in row.pointers if one.kind == SERIES), None)
    found = []
    if same:
        text = gettext("Possible duplicate %(reference)s", reference=same.reference)
        found.append(Pointed(same.reference, text, "copy", is_same=True))
    if series:
        other = row.case_of.get(series.tip_id, series.reference)
        text = gettext("Possible series %(reference)s", reference=other)
        found.append(Pointed(series.reference, text, "link"))
    return found


def tally(number: int) -> str:
    """A number as far as it is counted."""
    return f"{tallies.ENOUGH - 1}+" if number >= tallies.ENOUGH else str(number)

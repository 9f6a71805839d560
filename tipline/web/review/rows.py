"""What a row of the queue says beyond the tip itself: the state a decision rests on, where hints point."""

from __future__ import annotations

from typing import Any, NamedTuple

from tipline.domain import tallies
from tipline.domain.triage import Row
from tipline.web.review import stance
from tipline.web.review.saying import gettext


class Pointed(NamedTuple):
    """A hint in words."""

    reference: str
    text: str
    icon: str


def names() -> dict[str, Any]:
    """What templates of the queue call."""
    return {"seen_of": seen_of, "hints_of": hints_of, "tally": tally}


def seen_of(row: Row) -> str:
    """On which state a decision about this row rests."""
    return stance.of(row.tip, row.links)


def hints_of(row: Row) -> list[Pointed]:
    """The strongest hint of each kind, while it is still a question."""
    if row.tip.state in ("duplicate", "closed", "withdrawn"):
        return []
    same = next((one for one in row.pointers if not one.is_series), None)
    series = next((one for one in row.pointers if one.is_series), None)
    found = []
    if same:
        text = gettext("Possible duplicate %(reference)s", reference=same.reference)
        found.append(Pointed(same.reference, text, "copy"))
    if series and series.case not in [case.number for case in row.cases]:
        other = series.case or series.reference
        text = gettext("Possible series %(reference)s", reference=other)
        found.append(Pointed(series.reference, text, "link"))
    return found


def tally(number: int) -> str:
    """A number as far as it is counted."""
    return f"{tallies.ENOUGH - 1}+" if number >= tallies.ENOUGH else str(number)

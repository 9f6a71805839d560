"""The evidence of a case in the order of true time, and when the first and the last of it was.

True time follows clocks, so no column holds it: it is worked out for all files of the case, from the few
facts that it rests on.
"""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from typing import NamedTuple

from tipline.db import Transaction
from tipline.domain import briefs, exhibits, placing
from tipline.domain.cases import Case
from tipline.domain.exhibits import A_PAGE, Exhibit, Page, Wanted
from tipline.errors import TiplineError

_NEVER = datetime.max.replace(tzinfo=UTC)


class Span(NamedTuple):
    """`about`: one of the two ends rests on the reporter's words alone."""

    first: datetime
    last: datetime
    about: bool


def list_page(
    tx: Transaction, case: Case, wanted: Wanted, zone: tzinfo, *, cursor: str = "",
    limit: int | None = A_PAGE, numbering: dict[int, int] | None = None,
) -> Page:  # fmt: skip
    """One page; what has no time comes last either way. The cursor is the number of the last file before."""
    found = exhibits.list_exhibits(tx, case, wanted, limit=None, numbering=numbering).exhibits
    starts = _starts(tx, found, zone)
    dated = [one for one in found if one.file.id in starts]
    dated.sort(key=lambda one: starts[one.file.id], reverse=wanted.is_backwards)
    ordered = dated + [one for one in found if one.file.id not in starts]
    begin = _behind(ordered, cursor) if cursor else 0
    shown = ordered[begin:] if limit is None else ordered[begin : begin + limit]
    more = begin + len(shown) < len(ordered)
    return Page(shown, shown[-1].number if more else None)


def span(tx: Transaction, case: Case, zone: tzinfo) -> Span | None:
    """From the first to the last true time of a case's footage; None while no time is known."""
    found = exhibits.list_exhibits(tx, case, limit=None).exhibits
    facts = briefs.of_time(tx, [one.file.id for one in found])
    placed = [placing.placed(one.file, one.tip, zone, facts[one.file.id]) for one in found]
    known = [one for one in placed if one.starts_at is not None]
    if not known:
        return None
    first = min(known, key=lambda one: one.starts_at or _NEVER)
    last = max(known, key=lambda one: one.ends_at or one.starts_at or _NEVER)
    begin, end = first.starts_at, last.ends_at or last.starts_at
    if begin is None or end is None:
        return None
    return Span(begin, end, first.is_about or last.is_about)


def _starts(tx: Transaction, found: list[Exhibit], zone: tzinfo) -> dict[str, datetime]:
    facts = briefs.of_time(tx, [one.file.id for one in found])
    starts = {
        one.file.id: placing.placed(one.file, one.tip, zone, facts[one.file.id]).starts_at for one in found
    }
    return {evidence_id: start for evidence_id, start in starts.items() if start is not None}


def _behind(ordered: list[Exhibit], cursor: str) -> int:
    for at, one in enumerate(ordered):
        if one.number == cursor:
            return at + 1
    raise TiplineError("cursor:unclear")

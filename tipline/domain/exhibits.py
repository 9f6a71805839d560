"""The evidence of a case as the numbered list that stands in its files.

`2-1` is the first file of the second tip that was ever linked. A tip keeps its place for good: also after its
link was taken back, after it was linked anew, and after the case was merged. What is missing in between is a
gap with a reason, so nothing can vanish from the list unseen.
"""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, Subquery, and_, func, or_, select, tuple_
from sqlalchemy.orm import defer

from tipline.db import Transaction
from tipline.domain import clock
from tipline.domain.cases import Case
from tipline.domain.derivatives import CLIP, STILL, Derivative
from tipline.domain.evidence import NEVER_CAME, Evidence
from tipline.domain.links import Link
from tipline.domain.marks import Mark
from tipline.domain.tips import Tip
from tipline.errors import TiplineError

A_PAGE = 100
KINDS = ("video", "photo", "audio", "other")
BY_TIME = "true"  # see `chronology`
SORTS: dict[str, Any] = {
    "number": None,
    BY_TIME: None,
    "received": Evidence.received_at,
    "name": func.lower(Evidence.filename),
    "size": Evidence.size,
}
SEALED, SAME, DIFFERS = INTEGRITY = ("sealed", "same", "differs")


class Exhibit(NamedTuple):
    """One file under its number."""

    number: str
    file: Evidence
    tip: Tip


class Gap(NamedTuple):
    """A place of the list whose tip is not linked any more; `link` says who took it back and why."""

    place: int
    tip: Tip
    link: Link


class Made(NamedTuple):
    """What officers made of a file."""

    stills: int = 0
    clips: int = 0
    marks: int = 0


@dataclass(frozen=True)
class Wanted:
    """Which files, in which order; `sort` is a name of SORTS, with a dash before it backwards."""

    sort: str = "number"
    q: str = ""
    kind: str = ""
    integrity: str = ""

    @property
    def by(self) -> str:
        return self.sort.removeprefix("-")

    @property
    def is_backwards(self) -> bool:
        return self.sort.startswith("-")

    @property
    def is_narrowed(self) -> bool:
        return bool(self.q or self.kind or self.integrity)


class Page(NamedTuple):
    exhibits: list[Exhibit]
    next_cursor: str | None


def integrity_of(file: Evidence) -> str:
    """`same` and `differs` compare with what the sender's device told; `sealed`: it told nothing."""
    matches = file.digest_matches
    return SEALED if matches is None else SAME if matches else DIFFERS


def places(tx: Transaction, case: Case) -> dict[int, int]:
    """Tip id → its place in the list, for every tip that was ever linked."""
    rows = tx.execute(
        select(Link.tip_id, func.min(Link.id)).where(Link.case_id == case.id).group_by(Link.tip_id)
    )
    ordered = sorted(rows, key=lambda one: one[1])
    return {tip_id: place for place, (tip_id, _first) in enumerate(ordered, 1)}


def list_exhibits(
    tx: Transaction, case: Case, wanted: Wanted | None = None, *, cursor: str = "",
    limit: int | None = A_PAGE, numbering: dict[int, int] | None = None,
) -> Page:  # fmt: skip
    """One page of the list, or all of it; always the same few queries."""
    wanted = wanted or Wanted()
    place = places(tx, case) if numbering is None else numbering
    first = _first(case)
    query = _narrowed(_files(case, first), wanted)
    query = _ordered(query, wanted, first)
    if cursor:
        query = query.where(_behind(wanted, first, cursor))
    rows = list(tx.execute(query.limit(limit + 1) if limit else query))
    more = limit is not None and len(rows) > limit
    shown = rows[:limit] if limit else rows
    found = [Exhibit(f"{place[tip.id]}-{file.number}", file, tip) for file, tip, _first_id in shown]
    return Page(found, _cursor(wanted, shown[-1]) if more else None)


def count(tx: Transaction, case: Case, wanted: Wanted) -> int:
    inner = _narrowed(_files(case, _first(case)), wanted).with_only_columns(Evidence.id).subquery()
    return tx.scalar(select(func.count()).select_from(inner)) or 0


def gaps(tx: Transaction, case: Case, numbering: dict[int, int]) -> list[Gap]:
    """The places that stand empty, each with its last link."""
    standing = select(Link.tip_id).where(Link.case_id == case.id, Link.ended_at.is_(None))
    query = (
        select(Link, Tip)
        .join(Tip, Tip.id == Link.tip_id)
        .where(Link.case_id == case.id, Link.tip_id.not_in(standing))
        .order_by(Link.id)
    )
    last = {row.Tip.id: (row.Link, row.Tip) for row in tx.execute(query)}
    return sorted(Gap(numbering[tip.id], tip, link) for link, tip in last.values())


def made_of(tx: Transaction, evidence_ids: list[str]) -> dict[str, Made]:
    """Evidence id → what was made of it, in two queries."""
    found: dict[str, dict[str, int]] = {}
    done = select(Derivative.evidence_id, Derivative.kind, func.count()).where(
        Derivative.evidence_id.in_(evidence_ids), Derivative.kind.in_((STILL, CLIP)),
        Derivative.state == "done", Derivative.removed_at.is_(None),
    )  # fmt: skip
    for evidence_id, kind, number in tx.execute(done.group_by(Derivative.evidence_id, Derivative.kind)):
        found.setdefault(evidence_id, {})[f"{kind}s"] = number
    marked = select(Mark.evidence_id, func.count()).where(
        Mark.evidence_id.in_(evidence_ids), Mark.removed_at.is_(None)
    )
    for evidence_id, number in tx.execute(marked.group_by(Mark.evidence_id)):
        found.setdefault(evidence_id, {})["marks"] = number
    return {evidence_id: Made(**numbers) for evidence_id, numbers in found.items()}


def _first(case: Case) -> Subquery:
    return (
        select(Link.tip_id, func.min(Link.id).label("first"))
        .where(Link.case_id == case.id)
        .group_by(Link.tip_id)
        .subquery()
    )


def _files(case: Case, first: Subquery) -> Select[Any]:
    standing = select(Link.tip_id).where(Link.case_id == case.id, Link.ended_at.is_(None))
    return (
        select(Evidence, Tip, first.c.first)
        .options(defer(Evidence.media))
        .join(Tip, Tip.id == Evidence.tip_id)
        .join(first, first.c.tip_id == Evidence.tip_id)
        .where(Evidence.tip_id.in_(standing), Evidence.state.not_in(NEVER_CAME))
    )


def _narrowed(query: Select[Any], wanted: Wanted) -> Select[Any]:
    if wanted.kind in KINDS:
        query = query.where(Evidence.kind == wanted.kind)
    if wanted.integrity == SEALED:
        query = query.where(Evidence.client_sha256.is_(None))
    elif wanted.integrity == SAME:
        query = query.where(Evidence.client_sha256 == Evidence.sha256)
    elif wanted.integrity == DIFFERS:
        query = query.where(Evidence.client_sha256 != Evidence.sha256)
    for word in wanted.q.split()[:8]:
        query = query.where(_holds(word))
    return query


def _holds(word: str) -> ColumnElement[bool]:
    return or_(
        Evidence.filename.icontains(word, autoescape=True),
        Evidence.camera.icontains(word, autoescape=True),
        Evidence.sha256.startswith(word.lower(), autoescape=True),
        Tip.reference == word.upper(),
        Tip.place.icontains(word, autoescape=True),
    )


def _ordered(query: Select[Any], wanted: Wanted, first: Subquery) -> Select[Any]:
    column = SORTS[wanted.by]
    if column is None:
        if wanted.is_backwards:
            return query.order_by(first.c.first.desc(), Evidence.number.desc())
        return query.order_by(first.c.first, Evidence.number)
    return query.order_by(column.desc() if wanted.is_backwards else column, first.c.first, Evidence.number)


def _behind(wanted: Wanted, first: Subquery, cursor: str) -> ColumnElement[bool]:
    key, first_id, number = _bound(wanted, cursor)
    here, there = tuple_(first.c.first, Evidence.number), tuple_(first_id, number)
    column = SORTS[wanted.by]
    if column is None:
        return here < there if wanted.is_backwards else here > there
    beyond = column < key if wanted.is_backwards else column > key
    return or_(beyond, and_(column == key, here > there))


def _cursor(wanted: Wanted, row: Any) -> str:
    file, _tip, first_id = row
    key = {"received": file.received_at and clock.stamp(file.received_at), "name": file.filename.lower(),
           "size": file.size}.get(wanted.by)  # fmt: skip
    text = json.dumps([key, first_id, file.number], ensure_ascii=False)
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _bound(wanted: Wanted, cursor: str) -> tuple[Any, int, int]:
    try:
        key, first_id, number = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if wanted.by == "received":
            key = datetime.fromisoformat(key)
        kind = {"received": datetime, "name": str, "size": int, "number": type(None)}[wanted.by]
        numbers = [one for one in (first_id, number, key) if isinstance(one, int)]
        if not isinstance(key, kind) or len(numbers) < 2 or max(map(abs, numbers)) >= 2**63:
            raise ValueError
    except (ValueError, TypeError, binascii.Error, OverflowError):
        raise TiplineError("cursor:unclear") from None
    return key, first_id, number

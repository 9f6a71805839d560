"""The evidence queue: which tips wait, newest first, with all a row needs, in a fixed number of queries."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select, tuple_
from sqlalchemy.orm import defer

from tipline.db import Transaction
from tipline.domain import accounts, beats, cases, clock, recorders, renditions
from tipline.domain.accounts import Account
from tipline.domain.actors import Actor
from tipline.domain.beats import Beat
from tipline.domain.cases import Case
from tipline.domain.evidence import Evidence
from tipline.domain.links import Link
from tipline.domain.messages import Message
from tipline.domain.renditions import Rendition
from tipline.domain.tips import STATES, Tip
from tipline.errors import TiplineError

WAITING = ("received", "triage", "need_info")
LONGEST_PAGE = 200


@dataclass(frozen=True)
class Filter:
    """What to show; empty means all. `assignee` is a user name, or `none` for unassigned tips."""

    state: str = ""
    category: str = ""
    beat: str = ""
    assignee: str = ""
    q: str = ""


@dataclass
class Row:
    """One tip of the queue."""

    tip: Tip
    files: list[Evidence] = field(default_factory=list)
    thumbnails: list[Rendition] = field(default_factory=list)
    assignee: Account | None = None
    beat: Beat | None = None
    cases: list[Case] = field(default_factory=list)

    @property
    def progress(self) -> float | None:
        """0 to 1 while files are being looked at, else None."""
        busy = [one for one in self.files if one.state in ("received", "processing")]
        if not busy:
            return None
        return sum(one.progress for one in busy) / len(busy)

    @property
    def overwrites_at(self) -> datetime | None:
        """When the recorder writes over footage that is still awaited."""
        return self.tip.overwrites_at if recorders.is_awaited(self.tip, self.files) else None

    @property
    def footage_s(self) -> float:
        """Length of all films together."""
        return sum(one.duration_s or 0 for one in self.files if one.kind == "video")


@dataclass
class Page:
    rows: list[Row]
    next_cursor: str | None


def list_queue(
    tx: Transaction, wanted: Filter, *, cursor: str = "", limit: int = 50, viewer: Actor | None = None
) -> Page:
    """One page; drafts are never in it."""
    limit = min(max(limit, 1), LONGEST_PAGE)
    query = _filtered(select(Tip), wanted).order_by(Tip.received_at.desc(), Tip.id.desc())
    if cursor:
        query = query.where(tuple_(Tip.received_at, Tip.id) < tuple_(*_bound(cursor)))
    tips = list(tx.scalars(query.limit(limit + 1)))
    rest = len(tips) > limit
    rows = rows_of(tx, tips[:limit], viewer)
    return Page(rows, _cursor(rows[-1].tip) if rest else None)


def rows_of(tx: Transaction, tips: list[Tip], viewer: Actor | None = None) -> list[Row]:
    """Everything a row shows to the viewer, for many tips at once."""
    rows = {tip.id: Row(tip) for tip in tips}
    # Without the facts: a row shows none of them, and those of a page of films are megabytes.
    files = select(Evidence).options(defer(Evidence.media)).where(Evidence.tip_id.in_(rows))
    for one in tx.scalars(files.order_by(Evidence.number)):
        rows[one.tip_id].files.append(one)
    pictures = renditions.thumbnails(tx, [one.id for row in rows.values() for one in row.files])
    people = accounts.names(tx, {tip.assignee_id for tip in tips if tip.assignee_id})
    areas = {beat.code: beat for beat in beats.list_beats(tx)}
    for link_tip, case in _cases(tx, list(rows), viewer):
        rows[link_tip].cases.append(case)
    for row in rows.values():
        found = [picture for one in row.files for picture in pictures.get(one.id, [])]
        row.thumbnails = _spread(found, renditions.IN_A_ROW)
        row.assignee = people.get(row.tip.assignee_id or 0)
        row.beat = areas.get(row.tip.beat or "")
    return list(rows.values())


def count_waiting(tx: Transaction) -> dict[str, int]:
    """State → number of tips, for the tabs of the queue."""
    rows = tx.execute(select(Tip.state, func.count()).where(Tip.state != "draft").group_by(Tip.state))
    return {state: number for state, number in rows}


def count(tx: Transaction, wanted: Filter) -> int:
    """How many tips this filter shows."""
    inner = _filtered(select(Tip.id), wanted).subquery()
    return tx.scalar(select(func.count()).select_from(inner)) or 0


def list_by_reference(tx: Transaction, references: list[str]) -> list[Tip]:
    """Tips that a page shows already, in any state but draft."""
    query = select(Tip).where(Tip.reference.in_(references), Tip.state != "draft")
    return list(tx.scalars(query.limit(LONGEST_PAGE)))


def count_newer(tx: Transaction, wanted: Filter, since: datetime) -> int:
    """How many tips came in under this filter since a page was shown."""
    inner = _filtered(select(Tip.id), wanted).where(Tip.received_at > since).subquery()
    return tx.scalar(select(func.count()).select_from(inner)) or 0


def neighbours(tx: Transaction, wanted: Filter, tip: Tip) -> tuple[Tip | None, Tip | None]:
    """The tips shown above and below this one under the same filter."""
    if tip.received_at is None:
        return None, None
    here = tuple_(Tip.received_at, Tip.id)
    there = tuple_(tip.received_at, tip.id)
    above = _filtered(select(Tip), wanted).where(here > there).order_by(Tip.received_at, Tip.id).limit(1)
    below = (
        _filtered(select(Tip), wanted)
        .where(here < there)
        .order_by(Tip.received_at.desc(), Tip.id.desc())
        .limit(1)
    )
    return tx.scalar(above), tx.scalar(below)


def newest_change(tx: Transaction) -> datetime:
    """When any tip changed last: pages ask this before they ask for more."""
    return tx.scalar(select(func.max(Tip.changed_at))) or clock.now()


def _cases(tx: Transaction, tip_ids: list[int], viewer: Actor | None) -> list[tuple[int, Case]]:
    query = (
        select(Link.tip_id, Case)
        .join(Case, Case.id == Link.case_id)
        .where(Link.tip_id.in_(tip_ids), Link.ended_at.is_(None), cases.visible(viewer))
        .order_by(Link.id)
    )
    return [(row[0], row[1]) for row in tx.execute(query)]


def _filtered(query: Select[Any], wanted: Filter) -> Select[Any]:
    query = query.where(*_state(wanted.state))
    if wanted.category:
        query = query.where(Tip.category == wanted.category)
    if wanted.beat:
        query = query.where(Tip.beat == wanted.beat)
    if wanted.assignee == "none":
        query = query.where(Tip.assignee_id.is_(None))
    elif wanted.assignee:
        query = query.where(
            Tip.assignee_id.in_(select(Account.id).where(Account.username == wanted.assignee))
        )
    for word in wanted.q.split()[:8]:
        query = query.where(_holds(word))
    return query


def _state(state: str) -> list[ColumnElement[bool]]:
    """`` means what waits for somebody, `all` everything that was ever sent, else one state."""
    if state == "all":
        return [Tip.state != "draft"]
    if not state:
        return [Tip.state.in_(WAITING)]
    if state not in STATES or state == "draft":
        raise TiplineError("tip:state-unknown", fields={"state": "tip:state-unknown"})
    return [Tip.state == state]


def _holds(word: str) -> ColumnElement[bool]:
    like = "%" + word.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_") + "%"
    messages = select(Message.tip_id).where(Message.text.ilike(like, escape="\\"))
    files = select(Evidence.tip_id).where(
        Evidence.filename.ilike(like, escape="\\") | (Evidence.sha256 == word.lower())
    )
    return or_(
        Tip.text.ilike(like, escape="\\"),
        Tip.place.ilike(like, escape="\\"),
        Tip.reference == word.upper(),
        Tip.id.in_(messages),
        Tip.id.in_(files),
    )


def _cursor(tip: Tip) -> str:
    at = clock.stamp(tip.received_at or tip.created_at)
    return base64.urlsafe_b64encode(f"{at} {tip.id}".encode()).decode().rstrip("=")


def _bound(cursor: str) -> tuple[datetime, int]:
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
        at, tip_id = text.split(" ")
        bound = datetime.fromisoformat(at).astimezone(UTC), int(tip_id)
    except (ValueError, OverflowError):
        raise TiplineError("cursor:unclear") from None
    if bound[1] >= 2**63:  # more than a column of any database holds
        raise TiplineError("cursor:unclear")
    return bound


def _spread(pictures: list[Rendition], most: int) -> list[Rendition]:
    """At most `most` of them, evenly over all files."""
    if len(pictures) <= most:
        return pictures
    return [pictures[at * len(pictures) // most] for at in range(most)]


def count_by_shop(tx: Transaction, code: str | None = None) -> dict[str, int]:
    """Code of a shop → tips that were handed in and belong to it; of one shop alone if it is named."""
    query = select(Tip.shop, func.count()).where(Tip.shop.is_not(None), Tip.state != "draft")
    if code:
        query = query.where(Tip.shop == code)
    return {str(shop): number for shop, number in tx.execute(query.group_by(Tip.shop))}

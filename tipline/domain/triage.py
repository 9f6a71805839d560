"""The evidence queue: which tips wait, with all a row needs, in a fixed number of queries (order: orders)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from sqlalchemy import func, select
from sqlalchemy.orm import defer

from tipline.db import Transaction
from tipline.domain import (
    accounts,
    beats,
    cases,
    clock,
    filters,
    hints,
    holds,
    incidents,
    orders,
    recorders,
    renditions,
    unread,
)
from tipline.domain.accounts import Account
from tipline.domain.actors import Actor
from tipline.domain.beats import Beat
from tipline.domain.cases import Case
from tipline.domain.evidence import Evidence
from tipline.domain.filters import Filter
from tipline.domain.hints import Pointer
from tipline.domain.incidents import Incident
from tipline.domain.links import Link
from tipline.domain.renditions import Rendition
from tipline.domain.tips import Tip

T = TypeVar("T")
LONGEST_PAGE = 200
# A tip of hundreds of files: the pictures of a row come from so many of them.
PICTURED = 12


@dataclass
class Row:
    """One tip of the queue."""

    tip: Tip
    files: list[Evidence] = field(default_factory=list)
    thumbnails: list[Rendition] = field(default_factory=list)
    assignee: Account | None = None
    beat: Beat | None = None
    links: list[tuple[Link, Case]] = field(default_factory=list)
    pointers: list[Pointer] = field(default_factory=list)
    case_of: dict[int, str] = field(default_factory=dict)  # tip a hint leads to → its case, if one may see it
    incident: Incident | None = None
    reporters: int = 0  # of the incident, all of them
    is_unread: bool = False
    is_held: bool = False

    @property
    def cases(self) -> list[Case]:
        return [case for _link, case in self.links]

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
    """`next_cursor` leads to what stands below, `previous_cursor` to what stands above."""

    rows: list[Row]
    next_cursor: str | None
    previous_cursor: str | None = None


def list_queue(
    tx: Transaction, wanted: Filter, *, cursor: str = "", limit: int = 50, viewer: Actor | None = None
) -> Page:
    """One page; drafts are never in it."""
    limit, order = min(max(limit, 1), LONGEST_PAGE), orders.require(wanted.order)
    query = filters.narrow(select(Tip), wanted)
    place, is_up = orders.read_cursor(order, cursor) if cursor else (None, False)
    if place and is_up:
        found = orders.list_above(tx, query, order, place, limit + 1)
        if len(found) > limit:
            rows = rows_of(tx, found[limit - 1 :: -1], viewer)
            return Page(
                rows, orders.cursor_of(order, rows[-1].tip), orders.cursor_of(order, rows[0].tip, up=True)
            )
        place = None  # nothing is above: the first page, and a full one
    found = orders.list_from(tx, query, order, place, limit + 1)
    rows = rows_of(tx, found[:limit], viewer)
    return Page(
        rows,
        orders.cursor_of(order, rows[-1].tip) if len(found) > limit else None,
        orders.cursor_of(order, rows[0].tip, up=True) if place and rows else None,
    )


def rows_of(tx: Transaction, tips: list[Tip], viewer: Actor | None = None) -> list[Row]:
    """Everything a row shows to the viewer, for many tips at once."""
    rows = {tip.id: Row(tip) for tip in tips}
    # Without the facts: a row shows none of them, and those of a page of films are megabytes.
    files = select(Evidence).options(defer(Evidence.media)).where(Evidence.tip_id.in_(rows))
    for one in tx.scalars(files.order_by(Evidence.number)):
        rows[one.tip_id].files.append(one)
    pictured = [one for row in rows.values() for one in _pictured(row.files)]
    telling = {one.id: one.telling_t for one in pictured if one.telling_t is not None}
    pictures = renditions.thumbnails(tx, [one.id for one in pictured], telling)
    people = accounts.names(tx, {tip.assignee_id for tip in tips if tip.assignee_id})
    areas = {beat.code: beat for beat in beats.list_beats(tx)}
    pointers = hints.open_of(tx, rows)
    pointed = {one.tip_id for many in pointers.values() for one in many}
    case_of: dict[int, str] = {}
    for tip_id, link, case in _cases(tx, {*rows, *pointed}, viewer):
        case_of.setdefault(tip_id, case.number)
        if tip_id in rows:
            rows[tip_id].links.append((link, case))
    unseen = unread.list_unread(tx, viewer.user_id, rows) if viewer and viewer.user_id else set()
    held = holds.held_of(tx, rows)
    joint = {tip.incident_id for tip in tips if tip.incident_id}
    gathered = incidents.by_id(tx, joint)
    reporters = incidents.count_tips(tx, joint) if joint else {}
    for row in rows.values():
        row.is_held = row.tip.id in held
        row.thumbnails = _spread(
            [pictures[one.id] for one in _pictured(row.files) if pictures[one.id]], telling
        )
        row.assignee = people.get(row.tip.assignee_id or 0)
        row.beat = areas.get(row.tip.beat or "")
        row.pointers, row.is_unread = pointers[row.tip.id], row.tip.id in unseen
        row.case_of = case_of
        row.incident = gathered.get(row.tip.incident_id or 0)
        row.reporters = reporters.get(row.tip.incident_id or 0, 0)
    return list(rows.values())


def list_by_reference(tx: Transaction, references: list[str]) -> list[Tip]:
    """Tips that a page shows already, in any state but draft."""
    query = select(Tip).where(Tip.reference.in_(references), Tip.state != "draft")
    return list(tx.scalars(query.limit(LONGEST_PAGE)))


def neighbours(tx: Transaction, wanted: Filter, tip: Tip) -> tuple[Tip | None, Tip | None]:
    """The tips shown above and below this one under the same filter."""
    if tip.received_at is None:
        return None, None
    place, query = orders.left_at(wanted.order, tip), filters.narrow(select(Tip), wanted)
    above = orders.list_above(tx, query, wanted.order, place, 1)
    below = orders.list_from(tx, query, wanted.order, place, 1)
    return next(iter(above), None), next(iter(below), None)


def first_pictures(tx: Transaction, reference: str, most: int) -> list[Rendition]:
    """The first small pictures of a tip, in the order of its files."""
    query = (
        select(Rendition)
        .join(Evidence, Evidence.id == Rendition.evidence_id)
        .join(Tip, Tip.id == Evidence.tip_id)
        .where(Tip.reference == reference, Rendition.kind == renditions.THUMBNAIL)
        .order_by(Evidence.number, Rendition.t, Rendition.name)
    )
    return list(tx.scalars(query.limit(most)))


def newest_change(tx: Transaction) -> datetime:
    """When any tip changed last: pages ask this before they ask for more."""
    return tx.scalar(select(func.max(Tip.changed_at))) or clock.now()


def _cases(tx: Transaction, tip_ids: Collection[int], viewer: Actor | None) -> list[tuple[int, Link, Case]]:
    query = (
        select(Link, Case)
        .join(Case, Case.id == Link.case_id)
        .where(Link.tip_id.in_(tip_ids), Link.ended_at.is_(None), cases.visible(viewer))
        .order_by(Link.id)
    )
    return [(link.tip_id, link, case) for link, case in tx.execute(query)]


def _pictured(files: list[Evidence]) -> list[Evidence]:
    """The files a row takes its pictures from: footage before photos of a clock, evenly if there are many."""
    inorder = sorted(files, key=lambda one: one.purpose != "footage")
    footage = [one for one in inorder if one.purpose == "footage"] or inorder
    return _evenly(footage, PICTURED)


def _spread(films: list[list[Rendition]], telling: Mapping[str, float]) -> list[Rendition]:
    """A row's pictures, evenly over all films and over the length of each; of each the one that says most."""
    films = _evenly(films, renditions.IN_A_ROW)
    shares = [0] * len(films)
    while sum(shares) < renditions.IN_A_ROW and any(map(_has_more, films, shares)):
        at = min((at for at, film in enumerate(films) if _has_more(film, shares[at])), key=shares.__getitem__)
        shares[at] += 1
    return [
        one
        for film, share in zip(films, shares, strict=True)
        for one in renditions.fewer(film, share, telling.get(film[0].evidence_id))
    ]


def _has_more(film: list[Rendition], share: int) -> bool:
    return share < len(film)


def _evenly(many: list[T], most: int) -> list[T]:
    """At most `most` of them, from the middle of equal parts."""
    if len(many) <= most:
        return many
    return [many[(2 * at + 1) * len(many) // (2 * most)] for at in range(most)]


def count_by_shop(tx: Transaction, code: str | None = None) -> dict[str, int]:
    """Code of a shop → tips that were handed in and belong to it; of one shop alone if it is named."""
    query = select(Tip.shop, func.count()).where(Tip.shop.is_not(None), Tip.state != "draft")
    if code:
        query = query.where(Tip.shop == code)
    return {str(shop): number for shop, number in tx.execute(query.group_by(Tip.shop))}

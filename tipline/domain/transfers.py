"""What goes from one case to another when they are merged or parted, and back again.

Links go as new links with a word where they came from; the old ones end and stay to be read. Tasks,
descriptions and sightings are the same rows under another case: both logs tell of it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select

from tipline.db import Transaction
from tipline.domain import clock, custody
from tipline.domain.actors import Actor
from tipline.domain.cases import Case
from tipline.domain.links import Link
from tipline.domain.tips import Tip

Pairs = list[list[int | None]]  # the id of the link that ended, and of the one that took its place


def standing_links(tx: Transaction, case: Case) -> list[tuple[Link, Tip]]:
    rows = tx.execute(
        select(Link, Tip)
        .join(Tip, Tip.id == Link.tip_id)
        .where(Link.case_id == case.id, Link.ended_at.is_(None))
        .order_by(Link.id)
    )
    return [(one.Link, one.Tip) for one in rows]


def move_links(
    tx: Transaction, actor: Actor, moved: list[tuple[Link, Tip]], into: Case, *, ended: str, words: str
) -> Pairs:
    """`ended` is why the old links end, `words` stands behind the reason of the new ones."""
    held = set(tx.scalars(select(Link.tip_id).where(Link.case_id == into.id, Link.ended_at.is_(None))))
    now, pairs = clock.now(), list[list[int | None]]()
    for link, tip in moved:
        link.ended_at, link.ended_by, link.ended_reason = now, actor.name, ended
        new: Link | None = None
        if tip.id not in held:
            reason = f"{link.reason} ({words})"
            new = Link(case_id=into.id, tip_id=tip.id, reason=reason, author=actor.name, at=now)
            tx.add(new)
        tx.flush()
        if new is not None:
            custody.append(
                tx, actor, "link:create", f"case:{into.number}", tip=tip.reference, reason=new.reason
            )
        pairs.append([link.id, new.id if new is not None else None])
    return pairs


def return_links(tx: Transaction, actor: Actor, pairs: Pairs, *, ended: str) -> None:
    """Old links stand again; whatever was decided on a new link since then stays as it is."""
    for old_id, new_id in pairs:
        old = tx.get_one(Link, old_id)
        new = tx.get_one(Link, new_id) if new_id is not None else None
        if new is not None and new.ended_at is not None:
            continue  # somebody took the tip out since: it does not come back by the way
        taken = select(Link.id).where(
            Link.case_id == old.case_id, Link.tip_id == old.tip_id, Link.ended_at.is_(None)
        )
        if tx.scalar(taken) is not None:
            continue
        if new is not None:
            new.ended_at, new.ended_by, new.ended_reason = clock.now(), actor.name, ended
        old.ended_at = old.ended_by = old.ended_reason = None
        tx.flush()


def move_rows(
    tx: Transaction, kind: type[Any], source: Case, into: Case, ids: Iterable[int] | None = None
) -> list[int]:
    """Rows of a kind that hang on the case, all or these; returns which went."""
    query = select(kind).where(kind.case_id == source.id)
    if ids is not None:
        query = query.where(kind.id.in_(list(ids)))
    rows = list(tx.scalars(query))
    for row in rows:
        row.case_id = into.id
    tx.flush()
    return [row.id for row in rows]

"""How often bulletins are read: a number a bulletin and day, and nothing that could say by whom."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date

from sqlalchemy import func, select, update

from tipline.db import Transaction
from tipline.domain.bulletins import Bulletin, BulletinReads


def add(tx: Transaction, counted: Mapping[tuple[int, date], int]) -> None:
    """Add to what stands there: (bulletin, day) → reads. One of a bulletin that does not exist is dropped."""
    known = set(tx.scalars(select(Bulletin.id).where(Bulletin.id.in_({one for one, _ in counted}))))
    for (bulletin_id, day), number in counted.items():
        if bulletin_id not in known:
            continue
        there = (BulletinReads.bulletin_id == bulletin_id, BulletinReads.day == day)
        added = tx.execute(
            update(BulletinReads).where(*there).values(number=BulletinReads.number + number)
        ).rowcount  # type: ignore[attr-defined]
        if not added:  # writers wait for each other (see tipline.db), so nobody made the row meanwhile
            tx.add(BulletinReads(bulletin_id=bulletin_id, day=day, number=number))
            tx.flush()


def totals(tx: Transaction, rows: Collection[Bulletin]) -> dict[int, int]:
    """Bulletin → reads of all days."""
    query = select(BulletinReads.bulletin_id, func.sum(BulletinReads.number))
    query = query.where(BulletinReads.bulletin_id.in_([one.id for one in rows]))
    return {one: int(many) for one, many in tx.execute(query.group_by(BulletinReads.bulletin_id))}


def by_day(tx: Transaction, row: Bulletin, *, limit: int = 14) -> list[BulletinReads]:
    """The last days on which it was read, newest first."""
    query = select(BulletinReads).where(BulletinReads.bulletin_id == row.id)
    return list(tx.scalars(query.order_by(BulletinReads.day.desc()).limit(limit)))

"""Telling channels and webhooks that a bulletin is out: once for each publication, and when it goes out.

One that was scheduled is told by the sweep. `told_at` stands on the row in the transaction of the notices, so
no restart and no second sweep tells it twice; what was taken back or withdrawn before its time is never told.
"""

from __future__ import annotations

import json

from sqlalchemy import ColumnElement, select, update

from tipline.db import Transaction
from tipline.domain import bulletins, clock, events
from tipline.domain.actors import Actor
from tipline.domain.bulletins import PUBLISHED, Bulletin
from tipline.domain.notices import Notice

OUT = "bulletin:published"


def announce(tx: Transaction, row: Bulletin, *, by: Actor | None = None) -> None:
    """Residents read it from this moment on."""
    row.told_at = clock.now()
    events.tell(tx, OUT, by=by, handle=row.handle)


def announce_due(tx: Transaction) -> int:
    """Those that came out by their time alone, also to whoever set it: that it is out is news by then."""
    due = select(Bulletin).where(bulletins.standing(PUBLISHED, clock.now()), Bulletin.told_at.is_(None))
    found = list(tx.scalars(due.order_by(Bulletin.publishes_at, Bulletin.id)))
    for row in found:
        announce(tx, row)
    return len(found)


def call_off(tx: Transaction, row: Bulletin) -> None:
    """It is not out any more, or not yet; when it is again, that is told anew."""
    row.told_at = None
    drop_waiting(tx, row)


def wait_again(tx: Transaction, row: Bulletin) -> None:
    """It is out as before: who had not heard yet by then hears of it after all, once."""
    if row.told_at is not None and bulletins.state_of(row) == PUBLISHED:
        dropped = _of(row) & (Notice.state == "dropped") & (Notice.created_at >= row.told_at)
        tx.execute(update(Notice).where(dropped).values(state="waiting"))


def drop_waiting(tx: Transaction, row: Bulletin) -> None:
    """Who would have heard later, after quiet hours or in a digest, hears nothing of what is gone by then."""
    tx.execute(update(Notice).where(_of(row) & (Notice.state == "waiting")).values(state="dropped"))


def _of(row: Bulletin) -> ColumnElement[bool]:
    return (Notice.event == OUT) & (Notice.values == json.dumps({"handle": row.handle}))

"""Drafts: reports that were begun and left. What they hold reaches the desk all the same."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import or_, select

from tipline.db import Transaction
from tipline.domain import clock, evidence, tips
from tipline.domain.actors import SYSTEM
from tipline.domain.tips import Tip

PATIENCE = timedelta(minutes=15)


def submit_forgotten(tx: Transaction, *, ack_minutes: int, limit: int = 100) -> list[Tip]:
    """Hand over drafts left alone for a while that hold words or a file; returns them.

    Those that hold nothing stay drafts, and must not stand in the way of the others.
    """
    left = (
        select(Tip)
        .where(
            Tip.state == "draft",
            Tip.changed_at < clock.now() - PATIENCE,
            or_(Tip.text != "", Tip.id.in_(evidence.tips_with_files())),
        )
        .order_by(Tip.changed_at)
        .limit(limit)
    )
    forgotten = list(tx.scalars(left))
    for tip in forgotten:
        tips.submit(tx, tip, SYSTEM, ack_minutes=ack_minutes)
    return forgotten

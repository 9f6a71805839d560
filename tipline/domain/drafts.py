"""Drafts: reports that were begun and left. What they hold reaches the desk; those that hold nothing go."""

from __future__ import annotations

from datetime import timedelta, tzinfo

from sqlalchemy import delete, func, or_, select

from tipline.db import Transaction
from tipline.domain import clock, custody, evidence, tips
from tipline.domain.actors import SYSTEM
from tipline.domain.contacts import Contact
from tipline.domain.evidence import Evidence
from tipline.domain.links import Link
from tipline.domain.messages import Message
from tipline.domain.receipts import Access, Receipt
from tipline.domain.signatures import SignedReceipt
from tipline.domain.tips import Tip
from tipline.domain.uploads import Upload

PATIENCE = timedelta(minutes=15)
KEPT = timedelta(days=30)
# Drafts of the other doors belong to a partner's or a folder's record, which must find them again.
REPORTERS_DOORS = ("web", "api")


def submit_forgotten(
    tx: Transaction, *, ack_minutes: int, zone: tzinfo | None = None, limit: int = 100
) -> list[Tip]:
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
        tips.submit(tx, tip, SYSTEM, ack_minutes=ack_minutes, zone=zone)
    return forgotten


def discard_empty(tx: Transaction, *, limit: int = 100) -> int:
    """Drop reports left a month ago that hold neither words nor a file; how many. The log keeps that."""
    empty = (
        select(Tip)
        .where(
            Tip.state == "draft",
            Tip.text == "",
            Tip.door.in_(REPORTERS_DOORS),
            Tip.changed_at < clock.now() - KEPT,
            Tip.id.not_in(select(Evidence.tip_id).where(Evidence.state != "expired")),
            Tip.id.not_in(select(Access.tip_id).where(Access.expires_at >= clock.now())),
            *(Tip.id.not_in(select(table.tip_id)) for table in (Message, Link, SignedReceipt)),
            # Its number is in its reference, and SQLite gives the number of the last row out again.
            Tip.id < select(func.max(Tip.id)).scalar_subquery(),
        )
        .order_by(Tip.id)
        .limit(limit)
    )
    found = list(tx.scalars(empty))
    for tip in found:
        custody.append(tx, SYSTEM, "tip:discard", f"tip:{tip.reference}", tip=tip.reference)
        for table in (Upload, Evidence, Access, Receipt, Contact):
            tx.execute(delete(table).where(table.tip_id == tip.id))
        tx.delete(tip)
    return len(found)

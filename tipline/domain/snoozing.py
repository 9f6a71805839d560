"""Snoozed tips come back by themselves."""

from __future__ import annotations

from sqlalchemy import select

from tipline.db import Transaction
from tipline.domain import clock, tips
from tipline.domain.actors import SYSTEM
from tipline.domain.tips import Tip

A_ROUND = 100


def wake_snoozed(tx: Transaction) -> int:
    """Bring tips back whose time has come; returns their number."""
    due = select(Tip).where(Tip.state == "snoozed", Tip.snoozed_until < clock.now()).limit(A_ROUND)
    woken = list(tx.scalars(due))
    for tip in woken:
        tips.follow(tx, SYSTEM, tip, "triage")
    return len(woken)

"""For whom a notice is, and what exists for them at the moment it is sent: not when it was written down."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select

from tipline.db import Transaction
from tipline.domain import policy, rights
from tipline.domain.accounts import Account
from tipline.domain.actors import Actor
from tipline.domain.notices import Notice
from tipline.domain.tips import Tip

# The station itself: it sees what is open to everybody at the desk.
STATION = Actor("staff", "station", role=rights.INVESTIGATOR)


def viewer(tx: Transaction, account_id: int | None) -> Actor | None:
    """Who reads it; None of an account that was closed or may no longer."""
    if account_id is None:
        return STATION
    account = tx.get(Account, account_id)
    if account is None or not account.active or not rights.may(account.actor, "channel:self"):
        return None
    return account.actor


def visible(tx: Transaction, reader: Actor, rows: Collection[Notice]) -> dict[int, Tip]:
    """The tips of these notices that exist for this person, by id."""
    with policy.viewing(reader):
        query = select(Tip).where(Tip.id.in_({one.tip_id for one in rows}), Tip.erased_at.is_(None))
        return {tip.id: tip for tip in tx.scalars(query)}

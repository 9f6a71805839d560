"""Whether the clock can be believed: a leap ahead must erase nothing.

Each round of retention leaves an entry in the log. One that comes days after the one before says that the
clock leapt, or that the station stood still. Either way nothing is erased from then on until a person has
said that the clock is right, and whatever waits begins its waiting anew.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from tipline.db import Transaction
from tipline.domain import clock, custody
from tipline.domain.actors import SYSTEM, Actor
from tipline.domain.custody import Custody

SUBJECT = "retention:station"
ROUND, LEAP, CONFIRMED = "retention:round", "retention:leap", "retention:clock"
MOST = timedelta(days=3)
# A clock that is set back a little, as time servers do, is none to speak of.
LEAST = timedelta(hours=1)


def find_open(tx: Transaction) -> Custody | None:
    """The leap that nobody has answered yet."""
    last = _last(tx, (LEAP, CONFIRMED))
    return last if last is not None and last.action == LEAP else None


def look(tx: Transaction) -> bool:
    """Whether the clock can be believed now; a leap is told in the log, once."""
    before = _last(tx, (ROUND, LEAP, CONFIRMED)) or _newest(tx)
    if find_open(tx) is not None:
        return False
    if before is None or -LEAST <= clock.now() - before.at <= MOST:
        return True
    custody.append(
        tx, SYSTEM, LEAP, SUBJECT, before=clock.stamp(before.at), days=(clock.now() - before.at).days
    )
    return False


def note_round(tx: Transaction, **told: Any) -> None:
    """A round is over; from this moment the next one is measured."""
    custody.append(tx, SYSTEM, ROUND, SUBJECT, **told)


def confirm(tx: Transaction, actor: Actor) -> None:
    """A person says that the clock is right."""
    if find_open(tx) is not None:
        custody.append(tx, actor, CONFIRMED, SUBJECT)


def last_round(tx: Transaction) -> datetime | None:
    found = _last(tx, (ROUND,))
    return found.at if found else None


def _last(tx: Transaction, actions: tuple[str, ...]) -> Custody | None:
    query = select(Custody).where(Custody.subject == SUBJECT, Custody.action.in_(actions))
    return tx.scalar(query.order_by(Custody.seq.desc()).limit(1))


def _newest(tx: Transaction) -> Custody | None:
    return tx.scalar(select(Custody).order_by(Custody.seq.desc()).limit(1))

"""What a supervisor should hear of: unusually many looks at contacts or originals, and a look at a decoy.

A decoy is a tip that nobody has a reason to look into. Which one it is stands nowhere in plain: the log names
it by a keyed hash, so that neither its readers nor whoever copies the database can tell it from the others.
Alerts are entries of the log about `alert:NAME`, told to those alone who see all cases.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, select

from tipline.db import Transaction
from tipline.domain import clock, custody, ids
from tipline.domain.actors import SYSTEM, Actor
from tipline.domain.custody import Custody
from tipline.domain.tips import Tip

PREFIX = "alert:"
VOLUME, DECOY, SEEN = "alert:volume", "alert:decoy", "alert:seen"
WITHIN = timedelta(hours=1)
# More of these within an hour than anybody's work asks for.
USUAL = {"contact:read": 20, "evidence:download": 60}
SHOWN = 200


def noticed(tx: Transaction, key: str, actor: Actor, action: str, reference: str) -> None:
    """After such an act, in its transaction: raise what it gives reason to."""
    if is_decoy(tx, key, reference):
        custody.append(tx, SYSTEM, DECOY, _subject(actor), did=action, decoy=reference)
    usual = USUAL[action]
    since = clock.now() - WITHIN
    number = tx.scalar(
        select(func.count()).where(
            Custody.actor == actor.label, Custody.action == action, Custody.at > since
        )
    ) or 0  # fmt: skip
    if number > usual and not _was_raised(tx, actor, action, since):
        custody.append(tx, SYSTEM, VOLUME, _subject(actor), did=action, number=number)


def _was_raised(tx: Transaction, actor: Actor, action: str, since: datetime) -> bool:
    """Once an hour is enough for the same."""
    query = select(Custody).where(
        Custody.subject == _subject(actor), Custody.action == VOLUME, Custody.at > since
    )
    return any(one.facts().get("did") == action for one in tx.scalars(query))


def is_decoy(tx: Transaction, key: str, reference: str) -> bool:
    query = select(Custody.action).where(Custody.subject == _hidden(key, reference))
    return tx.scalar(query.order_by(Custody.seq.desc()).limit(1)) == "decoy:set"


def set_decoy(tx: Transaction, key: str, actor: Actor, tip: Tip, wanted: bool) -> None:
    """Doing it twice does nothing."""
    if is_decoy(tx, key, tip.reference) != wanted:
        custody.append(tx, actor, "decoy:set" if wanted else "decoy:end", _hidden(key, tip.reference))


def list_latest(tx: Transaction, limit: int = SHOWN) -> Sequence[Custody]:
    """Newest first."""
    query = select(Custody).where(_is_alert()).order_by(Custody.seq.desc())
    return tx.scalars(query.limit(limit)).all()


def count_unseen(tx: Transaction, actor: Actor) -> int:
    """How many came since this person last said to have seen them."""
    seen = select(func.max(Custody.seq)).where(Custody.subject == f"seen:{actor.name}")
    last = tx.scalar(seen) or 0
    return tx.scalar(select(func.count()).where(_is_alert(), Custody.seq > last)) or 0


def see(tx: Transaction, actor: Actor) -> None:
    """That somebody has read them is worth an entry, too."""
    if count_unseen(tx, actor):
        custody.append(tx, actor, SEEN, f"seen:{actor.name}")


def _is_alert() -> ColumnElement[bool]:
    return (Custody.subject > PREFIX) & (Custody.subject < "alert;")  # `;` follows `:`, so an index serves


def _subject(actor: Actor) -> str:
    return PREFIX + actor.name


def _hidden(key: str, reference: str) -> str:
    return f"decoy:{ids.keyed_hash(key, 'decoy', reference)[:32]}"

"""Officers named with @ in an internal note, and whether they have seen it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ForeignKey, func, select, update
from sqlalchemy.orm import Mapped, mapped_column

from tipline.db import Base, Transaction, UtcTime
from tipline.domain import accounts, clock, rights
from tipline.domain.accounts import Account
from tipline.domain.messages import Message
from tipline.domain.tips import Tip

SIGNS = "@＠"  # the second one comes from a Chinese input method


class Mention(Base):
    """One officer in one note."""

    __tablename__ = "mention"

    message_id: Mapped[int] = mapped_column(ForeignKey("message.id"), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True, index=True)
    seen_at: Mapped[datetime | None] = mapped_column(UtcTime)


class Named(NamedTuple):
    """A note in which somebody is named."""

    mention: Mention
    note: Message
    tip: Tip


def list_people(tx: Transaction) -> list[Account]:
    """Who can be named: staff with an open account, whoever may read the note."""
    return among(accounts.list_accounts(tx))


def among(staff: Iterable[Account]) -> list[Account]:
    """The same where all accounts are known."""
    return [one for one in staff if one.active and rights.may(one.actor, "tip:read")]


def find(text: str, people: list[Account]) -> list[Account]:
    """Who is named, each once: after the sign the longest name that fits, as shown or as it signs in."""
    names = [(name, one) for one in people for name in {one.display_name, one.username} if name]
    names.sort(key=lambda pair: -len(pair[0]))
    found: list[Account] = []
    for at, sign in enumerate(text):
        if sign not in SIGNS:
            continue
        named = next((one for name, one in names if _stands(text, at + 1, name)), None)
        if named is not None and named not in found:
            found.append(named)
    return found


def _stands(text: str, at: int, name: str) -> bool:
    """`@li` does not name li in `@lina`; between Chinese signs there is no such border."""
    end = at + len(name)
    if text[at:end].casefold() != name.casefold():
        return False
    after = text[end : end + 1]
    return not (name[-1].isascii() and after.isascii() and (after.isalnum() or after in "_-"))


def keep(tx: Transaction, note: Message) -> list[Account]:
    """Tell those whom a note names; nobody is told of his own note."""
    if note.kind != "note":
        return []
    named = [one for one in find(note.text, list_people(tx)) if one.username != note.author]
    tx.add_all(Mention(message_id=note.id, account_id=one.id) for one in named)
    tx.flush()
    return named


def name(tx: Transaction, note: Message, person: Account) -> None:
    """Tell somebody of a note that is written for them, whether or not it names them."""
    if tx.get(Mention, (note.id, person.id)) is None:
        tx.add(Mention(message_id=note.id, account_id=person.id))
        tx.flush()


def count_unseen(tx: Transaction, account_id: int) -> int:
    query = select(func.count()).select_from(Mention).join(Message, Message.id == Mention.message_id)
    mine = (Mention.account_id == account_id, Mention.seen_at.is_(None), Message.withdrawn_at.is_(None))
    return tx.scalar(query.where(*mine)) or 0


def list_of(tx: Transaction, account_id: int, *, limit: int = 100) -> list[Named]:
    """The newest first; a note that was withdrawn names nobody any more."""
    query = (
        select(Mention, Message, Tip)
        .join(Message, Message.id == Mention.message_id)
        .join(Tip, Tip.id == Message.tip_id)
        .where(Mention.account_id == account_id, Message.withdrawn_at.is_(None))
        .order_by(Mention.message_id.desc())
        .limit(limit)
    )
    return [Named(one.Mention, one.Message, one.Tip) for one in tx.execute(query)]


def see(tx: Transaction, account_id: int, tip: Tip | None = None) -> None:
    """Somebody has read the notes of a tip, or says so of all."""
    query = update(Mention).where(Mention.account_id == account_id, Mention.seen_at.is_(None))
    if tip is not None:
        query = query.where(Mention.message_id.in_(select(Message.id).where(Message.tip_id == tip.id)))
    tx.execute(query.values(seen_at=clock.now()))


def is_named(tx: Transaction, account_id: int, tip: Tip) -> bool:
    """Whether an unseen note of this tip names somebody."""
    query = select(Mention.message_id).join(Message, Message.id == Mention.message_id)
    mine = (Mention.account_id == account_id, Mention.seen_at.is_(None), Message.tip_id == tip.id)
    return tx.scalar(query.where(*mine).limit(1)) is not None

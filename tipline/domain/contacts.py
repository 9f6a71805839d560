"""How to reach the reporter; apart from the tip, so that reading one never reads the other by the way."""

from __future__ import annotations

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from tipline.db import Base, SafeText, Transaction
from tipline.domain import custody, holds
from tipline.domain.actors import Actor
from tipline.domain.purposes import Purpose


class Contact(Base):
    __tablename__ = "contact"

    tip_id: Mapped[int] = mapped_column(ForeignKey("tip.id"), primary_key=True)
    text: Mapped[str | None] = mapped_column(
        SafeText
    )  # in the clear: from before there was a key, until it is sealed
    sealed: Mapped[str | None] = mapped_column(SafeText)
    key_id: Mapped[str | None] = mapped_column(ForeignKey("contact_key.id", name="fk_contact_key"))


def read_contact(tx: Transaction, tip_id: int) -> str:
    contact = tx.get(Contact, tip_id)
    return contact.text or "" if contact else ""


def show_contact(tx: Transaction, actor: Actor, tip_id: int, reference: str, purpose: Purpose) -> str:
    """The contact for a person's eyes; whoever looked stands in the log, and what for."""
    custody.append(tx, actor, "contact:read", f"tip:{reference}", tip=reference, **purpose.told)
    return read_contact(tx, tip_id)


def keep(tx: Transaction, tip_id: int, text: str) -> None:
    """What the reporter gave; empty takes back what was given."""
    kept = tx.get(Contact, tip_id)
    if kept:
        kept.text = text
    elif text:
        tx.add(Contact(tip_id=tip_id, text=text))


def withdraw(tx: Transaction, actor: Actor, tip_id: int, reference: str) -> bool:
    """The reporter wants to be reached no more: the words go, that they went stays in the log.

    False if there were none. Raises hold:stands while a legal hold covers the tip.
    """
    if not read_contact(tx, tip_id):
        return False
    holds.require_free(tx, tip_id)
    keep(tx, tip_id, "")
    custody.append(tx, actor, "contact:withdraw", f"tip:{reference}", tip=reference)
    return True

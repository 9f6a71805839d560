"""How to reach the reporter; apart from the tip, so that reading one never reads the other by the way.

Sealed at intake to the station's contact key: from then on neither the servers nor the workers nor whoever
takes a copy of the database can read it, only an officer who holds the key, in a visit opened by a password.
"""

from __future__ import annotations

from sqlalchemy import ForeignKey, Select, func, select
from sqlalchemy.orm import Mapped, mapped_column

from tipline.db import Base, SafeText, Transaction
from tipline.domain import contact_keys, custody, envelopes, grants, holds, sealing
from tipline.domain.actors import Actor
from tipline.domain.contact_keys import ContactKey
from tipline.domain.grants import Keys
from tipline.domain.purposes import Purpose
from tipline.errors import TiplineError

PURPOSE = "contact"


class Contact(Base):
    __tablename__ = "contact"

    tip_id: Mapped[int] = mapped_column(ForeignKey("tip.id"), primary_key=True)
    text: Mapped[str | None] = mapped_column(
        SafeText
    )  # in the clear: from before there was a key, until it is sealed
    sealed: Mapped[str | None] = mapped_column(SafeText)
    key_id: Mapped[str | None] = mapped_column(ForeignKey("contact_key.id", name="fk_contact_key"))


def is_given(tx: Transaction, tip_id: int) -> bool:
    """Whether there is any; all that a server can say of it."""
    return tx.get(Contact, tip_id) is not None


def keep(tx: Transaction, tip_id: int, text: str | None) -> None:
    """Seal what the reporter gave. Empty takes back what was given, None leaves it as it is."""
    if text is None:
        return
    kept = tx.get(Contact, tip_id)
    if not text:
        if kept is not None:
            tx.delete(kept)
            tx.flush()
        return
    if kept is None:
        kept = Contact(tip_id=tip_id)
        tx.add(kept)
    _seal(kept, contact_keys.read_active(tx), text)
    tx.flush()


def withdraw(tx: Transaction, actor: Actor, tip_id: int, reference: str) -> bool:
    """The reporter wants to be reached no more: the words go, that they went stays in the log.

    False if there were none. Raises hold:stands while a legal hold covers the tip.
    """
    if not is_given(tx, tip_id):
        return False
    holds.require_free(tx, tip_id)
    keep(tx, tip_id, "")
    custody.append(tx, actor, "contact:withdraw", f"tip:{reference}", tip=reference)
    return True


def show_contact(
    tx: Transaction, actor: Actor, tip_id: int, reference: str, purpose: Purpose, keys: Keys
) -> str:
    """The contact for a person's eyes; whoever looked stands in the log, and what for.

    Raises contact:locked while the officer's keys are not open, contact:not-granted if they open others.
    """
    kept = tx.get(Contact, tip_id)
    text = _open(kept, keys) if kept is not None else ""
    custody.append(tx, actor, "contact:read", f"tip:{reference}", tip=reference, **purpose.told)
    active = contact_keys.find_active(tx)
    if kept is not None and active is not None and kept.key_id != active.id:
        _seal(kept, active, text)
    return text


def seal_plain(tx: Transaction) -> int:
    """Contacts from before there was a key are sealed, and their plain text is gone; how many."""
    plain = list(tx.scalars(select(Contact).where(Contact.text.is_not(None))))
    if not plain:
        return 0
    active = contact_keys.read_active(tx)
    for kept in plain:
        keep(tx, kept.tip_id, "") if not kept.text else _seal(kept, active, kept.text)
    tx.flush()
    return len(plain)


def has_plain(tx: Transaction) -> bool:
    return tx.scalar(select(Contact.tip_id).where(Contact.text.is_not(None)).limit(1)) is not None


def count_behind(tx: Transaction) -> int:
    """How many are still sealed to a key that was replaced."""
    return tx.scalar(select(func.count()).select_from(_behind().subquery())) or 0


def reseal(tx: Transaction, actor: Actor, keys: Keys) -> int:
    """Seal to the present key what these open; how many. Keys that nothing needs any more are dropped."""
    active, done = contact_keys.read_active(tx), 0
    for kept in tx.scalars(_behind()):
        if kept.key_id in keys:
            _seal(kept, active, _open(kept, keys))
            done += 1
    tx.flush()
    if done:
        custody.append(tx, actor, "contact-key:reseal", f"contact-key:{active.id}", number=done)
    grants.end_unused(tx, [one for one in tx.scalars(select(Contact.key_id).distinct()) if one])
    return done


def _behind() -> Select[Contact]:
    return (
        select(Contact)
        .join(ContactKey, ContactKey.id == Contact.key_id)
        .where(ContactKey.retired_at.is_not(None))
    )


def _seal(kept: Contact, key: ContactKey, text: str) -> None:
    kept.sealed = envelopes.seal(key.public, PURPOSE, text.encode(), of=_name(key.id, kept.tip_id))
    kept.text, kept.key_id = None, key.id


def _open(kept: Contact, keys: Keys) -> str:
    if kept.sealed is None or kept.key_id is None:
        return kept.text or ""
    if kept.key_id not in keys:
        raise TiplineError("contact:not-granted" if keys else "contact:locked")
    try:
        name = _name(kept.key_id, kept.tip_id)
        return envelopes.open_sealed(keys[kept.key_id], PURPOSE, kept.sealed, of=name).decode()
    except sealing.Unopened as fault:
        raise TiplineError("contact:unopened") from fault


def _name(key_id: str, tip_id: int) -> str:
    return f"{key_id}/{tip_id}"

"""The key contact data is sealed to: its public half seals at intake, the private one stays with officers.

One key seals at a time. A station makes it at its first start; until the first officer holds it, its private
half lies under the station's secret, from then on with the officers who hold it and nowhere else (see
`grants`). A key that was replaced stays for what is still sealed to it.
"""

from __future__ import annotations

import base64
import hashlib
from datetime import datetime

from sqlalchemy import ForeignKey, String, select
from sqlalchemy.orm import Mapped, mapped_column

from tipline.db import Base, SafeText, Transaction, UtcTime
from tipline.domain import clock, custody, envelopes, sealing
from tipline.domain.actors import Actor
from tipline.domain.envelopes import Pair
from tipline.errors import TiplineError

PURPOSE = "contact key"
MADE, RETIRED = "contact-key:make", "contact-key:retire"


class ContactKey(Base):
    """`public` is base64 of the raw key. `sealed` holds the private one under the station's secret, and only
    until the first officer holds it.
    """

    __tablename__ = "contact_key"

    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    public: Mapped[str] = mapped_column(String(64))
    sealed: Mapped[str | None] = mapped_column(SafeText)
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    retired_at: Mapped[datetime | None] = mapped_column(UtcTime)


class ContactGrant(Base):
    """An officer who holds a contact key: its private half, wrapped to the officer's own key."""

    __tablename__ = "contact_grant"

    key_id: Mapped[str] = mapped_column(ForeignKey("contact_key.id"), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True, index=True)
    wrapped: Mapped[str] = mapped_column(SafeText)
    granted_by: Mapped[str] = mapped_column(SafeText)
    granted_at: Mapped[datetime] = mapped_column(UtcTime)


def find_active(tx: Transaction) -> ContactKey | None:
    """The key that seals, or None before the first start.

    One that the log does not know never seals: who slipped it into the database could read what is sealed.
    """
    return next((one for one in _standing(tx) if is_as_made(tx, one)), None)


def list_foreign(tx: Transaction) -> list[ContactKey]:
    """Keys that stand in the database as if they sealed, and that the log does not know so."""
    return [one for one in _standing(tx) if not is_as_made(tx, one)]


def _standing(tx: Transaction) -> list[ContactKey]:
    query = select(ContactKey).where(ContactKey.retired_at.is_(None)).order_by(ContactKey.created_at.desc())
    return list(tx.scalars(query))


def read_active(tx: Transaction) -> ContactKey:
    """The key that seals; raises contact:no-key."""
    found = find_active(tx)
    if found is None:
        raise TiplineError("contact:no-key")
    return found


def make(tx: Transaction, secret: str, actor: Actor) -> tuple[ContactKey, Pair]:
    """A new key, told in custody; its private half lies under the station's secret until it is held."""
    pair = envelopes.make_pair()
    name = name_of(pair.public)
    row = ContactKey(
        id=name,
        public=pair.public,
        sealed=sealing.seal(secret, PURPOSE, pair.private, of=name),
        created_at=clock.now(),
    )
    tx.add(row)
    tx.flush()
    custody.append(tx, actor, MADE, f"contact-key:{name}", public=row.public)
    return row, pair


def name_of(public: str) -> str:
    """A key is called by the head of its digest, so that no other can take its name."""
    return hashlib.sha256(base64.b64decode(public)).hexdigest()[:16]


def is_as_made(tx: Transaction, row: ContactKey) -> bool:
    """Whether the log knows this key as one that seals: one that was slipped into the database has no entry
    there, and one that was brought back has the entry that it was retired."""
    entries = custody.list_of(tx, subject=f"contact-key:{row.id}", actions=[MADE, RETIRED])
    is_retired = any(one.action == RETIRED for one in entries)
    return not is_retired and any(one.facts().get("public") == row.public for one in entries)

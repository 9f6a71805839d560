"""The station's signature: its Ed25519 keys, and the receipts that were signed with them.

One key signs at a time. It is made when it is first needed and lies in the database, so that all hosts share
it, sealed under the station's secret, so that a stolen database cannot sign. A key that is replaced loses its
private half for good; its public half stays, for what it signed stays true.
"""

from __future__ import annotations

import base64
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import ForeignKey, String, Text, select
from sqlalchemy.orm import Mapped, mapped_column

from tipline.db import Base, Transaction, UtcTime
from tipline.domain import clock, custody, sealing, statements
from tipline.domain.actors import SYSTEM, Actor
from tipline.errors import TiplineError

PURPOSE = "signing key"
ALGORITHM = "Ed25519"


class SigningKey(Base):
    """`public` is base64 of the raw key; `sealed` the private one, empty once the key is retired."""

    __tablename__ = "signing_key"

    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    public: Mapped[str] = mapped_column(String(64))
    sealed: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    retired_at: Mapped[datetime | None] = mapped_column(UtcTime)

    @property
    def raw(self) -> bytes:
        """The 32 bytes of the public key."""
        return base64.b64decode(self.public)

    @property
    def fingerprint(self) -> str:
        return statements.fingerprint(self.raw)


class SignedReceipt(Base):
    """One state of a tip as it was signed: `body` is the very text the signature is over."""

    __tablename__ = "signed_receipt"

    id: Mapped[int] = mapped_column(primary_key=True)
    tip_id: Mapped[int] = mapped_column(ForeignKey("tip.id"), index=True)
    key_id: Mapped[str] = mapped_column(ForeignKey("signing_key.id"))
    issued_at: Mapped[datetime] = mapped_column(UtcTime)
    body: Mapped[str] = mapped_column(Text)
    signature: Mapped[str] = mapped_column(String(100), index=True)
    # The same in short, with a signature of its own, for a QR code; see `statements.Mark`.
    mark: Mapped[str] = mapped_column(String(300))


class Signer:
    """The key that signs, open."""

    def __init__(self, row: SigningKey, private: Ed25519PrivateKey) -> None:
        self.row = row
        self._private = private

    def sign(self, message: bytes) -> bytes:
        return self._private.sign(message)


def find_active(tx: Transaction) -> SigningKey | None:
    """The key that signs, or None before the first receipt."""
    query = select(SigningKey).where(SigningKey.retired_at.is_(None)).order_by(SigningKey.created_at.desc())
    return tx.scalar(query.limit(1))


def list_keys(tx: Transaction) -> list[SigningKey]:
    """All there ever were, oldest first."""
    return list(tx.scalars(select(SigningKey).order_by(SigningKey.created_at, SigningKey.id)))


def open_signer(tx: Transaction, secret: str) -> Signer:
    """The key that signs, made if there is none; raises key:sealed if the secret is not the one it knows."""
    row = find_active(tx)
    if row is None:
        return make(tx, secret, SYSTEM)
    return Signer(row, _private_of(row, secret))


def check(row: SigningKey, secret: str) -> None:
    """Raise key:sealed unless the secret opens this key."""
    _private_of(row, secret)


def make(tx: Transaction, secret: str, actor: Actor) -> Signer:
    """A new key, told in custody."""
    private = Ed25519PrivateKey.generate()
    public = private.public_key().public_bytes_raw()
    name = statements.key_id(public)
    row = SigningKey(
        id=name,
        public=base64.b64encode(public).decode(),
        sealed=sealing.seal(secret, PURPOSE, private.private_bytes_raw(), of=name),
        created_at=clock.now(),
    )
    tx.add(row)
    tx.flush()
    custody.append(tx, actor, "key:make", f"key:{name}", public=row.public, algorithm=ALGORITHM)
    return Signer(row, private)


def rotate(tx: Transaction, secret: str, actor: Actor) -> Signer:
    """Retire the key that signs and make a new one. Needs no old secret: nothing has to be opened."""
    for row in list_keys(tx):
        if row.retired_at is None:
            row.retired_at, row.sealed = clock.now(), ""
            custody.append(tx, actor, "key:retire", f"key:{row.id}")
    return make(tx, secret, actor)


def _private_of(row: SigningKey, secret: str) -> Ed25519PrivateKey:
    try:
        raw = sealing.open_sealed(secret, PURPOSE, row.sealed, of=row.id)
    except sealing.Unopened as fault:
        raise TiplineError("key:sealed") from fault
    return Ed25519PrivateKey.from_private_bytes(raw)

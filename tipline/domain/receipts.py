"""The reporter's way back without an account: the receipt code, and the access it opens for a while.

Neither is stored, only their keyed hashes: who steals the database holds no code and no access.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, String, delete, select
from sqlalchemy.orm import Mapped, mapped_column

from tipline.db import Base, Transaction, UtcTime
from tipline.domain import clock, ids
from tipline.domain.tips import Tip
from tipline.errors import TiplineError

ACCESS_LASTS = timedelta(days=30)
ALL, UPLOADS = "all", "uploads"


class Receipt(Base):
    __tablename__ = "receipt"

    tip_id: Mapped[int] = mapped_column(ForeignKey("tip.id"), primary_key=True)
    code_hash: Mapped[str] = mapped_column(String(64), unique=True)


class Access(Base):
    """One visit of a reporter; what an access token stands for."""

    __tablename__ = "access"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    tip_id: Mapped[int] = mapped_column(ForeignKey("tip.id"), index=True)
    expires_at: Mapped[datetime] = mapped_column(UtcTime)
    # Who holds it on the reporter's behalf, and what it opens: all, or uploads alone.
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", name="fk_access_account"))
    scope: Mapped[str] = mapped_column(String(10), default=ALL)


def issue(tx: Transaction, key: str, tip: Tip, *, code: str | None = None) -> str:
    """Make the tip's receipt code; this is the only moment at which it is known.

    A code is handed in where it must be possible to tell the same one again (tipline.domain.deliveries).
    """
    code = code or ids.new_receipt_code()
    tx.add(Receipt(tip_id=tip.id, code_hash=ids.keyed_hash(key, "receipt", code.replace("-", ""))))
    tx.flush()
    return code


def open_access(
    tx: Transaction, key: str, tip: Tip, *, holder_id: int | None = None, scope: str = ALL
) -> str:
    """Make an access token for the tip's reporter, or for an account that acts on the reporter's behalf."""
    token = ids.new_token()
    tx.add(
        Access(
            token_hash=ids.keyed_hash(key, "access", token),
            tip_id=tip.id,
            expires_at=clock.now() + ACCESS_LASTS,
            account_id=holder_id,
            scope=scope,
        )
    )
    tx.flush()
    return token


def read_by_code(tx: Transaction, key: str, typed: str) -> Tip:
    """The tip of a receipt code as somebody typed it; raises receipt:unknown."""
    code = ids.normal_receipt_code(typed)
    # A code that cannot be one costs the same look-up, so time tells nothing.
    code_hash = ids.keyed_hash(key, "receipt", code or "")
    tip = tx.scalar(select(Tip).join(Receipt, Receipt.tip_id == Tip.id).where(Receipt.code_hash == code_hash))
    if tip is None:
        raise TiplineError("receipt:unknown", fields={"receipt_code": "receipt:unknown"})
    return tip


def read_by_token(tx: Transaction, key: str, token: str) -> Tip:
    """The tip an access token opens in full; raises receipt:expired."""
    tip, access = read_access(tx, key, token)
    if access.scope != ALL:
        raise TiplineError("receipt:expired")
    return tip


def read_access(tx: Transaction, key: str, token: str) -> tuple[Tip, Access]:
    """The tip of an access token, whatever it opens of it; raises receipt:expired."""
    row = tx.execute(
        select(Tip, Access)
        .join(Access, Access.tip_id == Tip.id)
        .where(Access.token_hash == ids.keyed_hash(key, "access", token), Access.expires_at > clock.now())
    ).first()
    if row is None:
        raise TiplineError("receipt:expired")
    return row.Tip, row.Access


def forget_expired(tx: Transaction, *, limit: int = 500) -> int:
    """Drop visits that are over; how many."""
    over = select(Access.token_hash).where(Access.expires_at < clock.now()).limit(limit)
    hashes = list(tx.scalars(over))
    tx.execute(delete(Access).where(Access.token_hash.in_(hashes)))
    return len(hashes)


def close_access(tx: Transaction, key: str, token: str) -> None:
    """The reporter leaves; the token opens nothing any more."""
    row = tx.get(Access, ids.keyed_hash(key, "access", token))
    if row is not None:
        tx.delete(row)

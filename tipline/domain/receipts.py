"""The reporter's way back without an account: the receipt code, and the access it opens for a while.

Neither is stored, only their keyed hashes: who steals the database holds no code and no access.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, String, select
from sqlalchemy.orm import Mapped, mapped_column

from tipline.db import Base, Transaction, UtcTime
from tipline.domain import clock, ids
from tipline.domain.tips import Tip
from tipline.errors import TiplineError

ACCESS_LASTS = timedelta(days=30)


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


def issue(tx: Transaction, key: str, tip: Tip) -> str:
    """Make the tip's receipt code; this is the only moment at which it is known."""
    code = ids.new_receipt_code()
    tx.add(Receipt(tip_id=tip.id, code_hash=ids.keyed_hash(key, "receipt", code.replace("-", ""))))
    tx.flush()
    return code


def open_access(tx: Transaction, key: str, tip: Tip) -> str:
    """Make an access token for the tip's reporter."""
    token = ids.new_token()
    tx.add(
        Access(
            token_hash=ids.keyed_hash(key, "access", token),
            tip_id=tip.id,
            expires_at=clock.now() + ACCESS_LASTS,
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
    """The tip an access token opens; raises receipt:expired."""
    tip = tx.scalar(
        select(Tip)
        .join(Access, Access.tip_id == Tip.id)
        .where(Access.token_hash == ids.keyed_hash(key, "access", token), Access.expires_at > clock.now())
    )
    if tip is None:
        raise TiplineError("receipt:expired")
    return tip


def close_access(tx: Transaction, key: str, token: str) -> None:
    """The reporter leaves; the token opens nothing any more."""
    row = tx.get(Access, ids.keyed_hash(key, "access", token))
    if row is not None:
        tx.delete(row)

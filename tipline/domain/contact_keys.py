"""The key contact data is sealed to: its public half seals at intake, the private one stays with officers."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from tipline.db import Base, SafeText, UtcTime


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

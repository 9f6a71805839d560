"""Who has a page of the desk open right now, so that two do not answer the same tip."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from tipline.db import Base, UtcTime

# A page says so this often, and counts as left when it has been silent for so long.
SAID_EVERY = timedelta(seconds=20)
LEFT_AFTER = timedelta(seconds=50)


class Presence(Base):
    """`subject` is `tip:T-1001` or `case:A-2026-1`."""

    __tablename__ = "presence"

    subject: Mapped[str] = mapped_column(String(40), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True)
    seen_at: Mapped[datetime] = mapped_column(UtcTime, index=True)

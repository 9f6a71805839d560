"""Filters of the queue that an officer keeps under a name."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from tipline.db import Base, SafeText, UtcTime


class SavedFilter(Base):
    """`query` is what stands in the address of the queue, in the order of its fields."""

    __tablename__ = "saved_filter"
    __table_args__ = (UniqueConstraint("account_id", "name", name="uq_saved_filter"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    name: Mapped[str] = mapped_column(SafeText)
    query: Mapped[str] = mapped_column(SafeText)
    position: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(UtcTime)

"""Within how many minutes a tip of each kind should be acknowledged."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from tipline.db import Base, SafeText, UtcTime


class Target(Base):
    """For one category; one that has none goes by TIPLINE_ACK_MINUTES."""

    __tablename__ = "target"

    category: Mapped[str] = mapped_column(String(20), primary_key=True)
    minutes: Mapped[int]
    changed_by: Mapped[str] = mapped_column(SafeText)
    changed_at: Mapped[datetime] = mapped_column(UtcTime)

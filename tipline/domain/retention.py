"""How long tips are kept: a class for each category, counted from the day a tip ended."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from tipline.db import Base, SafeText, UtcTime


class RetentionClass(Base):
    """`days` after its end a tip of this category falls due; without it, it is kept until somebody acts."""

    __tablename__ = "retention_class"

    category: Mapped[str] = mapped_column(String(20), primary_key=True)
    days: Mapped[int | None]
    changed_by: Mapped[str] = mapped_column(SafeText)
    changed_at: Mapped[datetime] = mapped_column(UtcTime)

"""Legal holds: while one stands, no rule and no hand erases what it covers."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from tipline.db import Base, SafeText, UtcTime


class Hold(Base):
    """On one tip, or on a case and with it on all tips linked to it."""

    __tablename__ = "hold"

    id: Mapped[int] = mapped_column(primary_key=True)
    tip_id: Mapped[int | None] = mapped_column(ForeignKey("tip.id"), index=True)
    case_id: Mapped[int | None] = mapped_column(ForeignKey("case_file.id"), index=True)
    reason: Mapped[str] = mapped_column(SafeText)
    author: Mapped[str] = mapped_column(SafeText)
    at: Mapped[datetime] = mapped_column(UtcTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcTime)
    ended_by: Mapped[str | None] = mapped_column(SafeText)
    end_reason: Mapped[str | None] = mapped_column(SafeText)

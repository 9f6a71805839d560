"""Moments of a film that an officer marked, with a word why."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from tipline.db import Base, SafeText, UtcTime


class Mark(Base):
    """`t` and `until` in seconds of the film; `frame` where the player was sure of it."""

    __tablename__ = "mark"

    id: Mapped[int] = mapped_column(primary_key=True)
    evidence_id: Mapped[str] = mapped_column(ForeignKey("evidence.id"), index=True)
    t: Mapped[float]
    until: Mapped[float | None]
    frame: Mapped[int | None]
    text: Mapped[str] = mapped_column(SafeText, default="")
    author_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    at: Mapped[datetime] = mapped_column(UtcTime)
    removed_at: Mapped[datetime | None] = mapped_column(UtcTime)

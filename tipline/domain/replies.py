"""Sentences the station keeps ready for answers to reporters."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from tipline.db import Base, SafeText, UtcTime


class Reply(Base):
    """`language` is that of the text; `kind` the kind of message it becomes."""

    __tablename__ = "reply"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(SafeText)
    text: Mapped[str] = mapped_column(SafeText)
    language: Mapped[str] = mapped_column(String(20))
    kind: Mapped[str] = mapped_column(String(12), default="message")
    position: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    removed_at: Mapped[datetime | None] = mapped_column(UtcTime)

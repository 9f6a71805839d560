"""Questions residents ask under a topic: seen by nobody else until an officer answers them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from tipline.db import Base, SafeText, UtcTime


class Question(Base):
    """`asked` is what was written; `text` what an officer made of it for all to read, without names."""

    __tablename__ = "topic_question"

    id: Mapped[int] = mapped_column(primary_key=True)
    topic_id: Mapped[int] = mapped_column(ForeignKey("topic.id"), index=True)
    tip_id: Mapped[int | None] = mapped_column(ForeignKey("tip.id"), index=True)  # the tip it was asked in
    code_hash: Mapped[str | None] = mapped_column(String(64), index=True)  # shows its asker the answer
    asked: Mapped[str] = mapped_column(SafeText, default="")
    text: Mapped[str] = mapped_column(SafeText, default="")
    answer: Mapped[str] = mapped_column(SafeText, default="")
    state: Mapped[str] = mapped_column(String(12), default="waiting")  # waiting answered hidden
    at: Mapped[datetime] = mapped_column(UtcTime)
    answered_at: Mapped[datetime | None] = mapped_column(UtcTime)
    author: Mapped[str | None] = mapped_column(SafeText)  # who answered or hid it

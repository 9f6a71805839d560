"""Topics: one question many people have, answered once, with its papers, appointments and questions."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Date, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from tipline.db import Base, SafeText, UtcTime


class Topic(Base):
    """`state`: draft, open, closed; a template is one that is only ever copied."""

    __tablename__ = "topic"

    id: Mapped[int] = mapped_column(primary_key=True)
    handle: Mapped[str] = mapped_column(String(16), unique=True)  # in its address
    title: Mapped[str] = mapped_column(SafeText)
    answer: Mapped[str] = mapped_column(SafeText, default="")  # pinned on top
    beat: Mapped[str | None] = mapped_column(ForeignKey("beat.code"), index=True)
    state: Mapped[str] = mapped_column(String(12), default="draft", index=True)  # draft open closed template
    closes_on: Mapped[date | None] = mapped_column(Date)
    author_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    opened_at: Mapped[datetime | None] = mapped_column(UtcTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcTime)
    changed_at: Mapped[datetime] = mapped_column(UtcTime)
    revision: Mapped[int] = mapped_column(default=1)


class Paper(Base):
    """One line of the checklist of what to bring."""

    __tablename__ = "topic_paper"

    id: Mapped[int] = mapped_column(primary_key=True)
    topic_id: Mapped[int] = mapped_column(ForeignKey("topic.id"), index=True)
    number: Mapped[int]
    text: Mapped[str] = mapped_column(SafeText)
    note: Mapped[str] = mapped_column(SafeText, default="")

"""Bulletins: advice, warnings, news, and appeals for information with covered stills."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Date, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from tipline.db import Base, SafeText, UtcTime


class Bulletin(Base):
    """Shown from `publishes_at` until `expires_at` or until it is withdrawn; `beat` empty: for everyone."""

    __tablename__ = "bulletin"

    id: Mapped[int] = mapped_column(primary_key=True)
    handle: Mapped[str] = mapped_column(String(16), unique=True)  # in its address
    kind: Mapped[str] = mapped_column(String(12))  # advice warning news appeal
    title: Mapped[str] = mapped_column(SafeText)
    text: Mapped[str] = mapped_column(SafeText, default="")
    beat: Mapped[str | None] = mapped_column(ForeignKey("beat.code"), index=True)
    case_id: Mapped[int | None] = mapped_column(ForeignKey("case_file.id"), index=True)
    author_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    publishes_at: Mapped[datetime | None] = mapped_column(UtcTime, index=True)  # empty: a draft
    expires_at: Mapped[datetime | None] = mapped_column(UtcTime)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcTime)
    changed_at: Mapped[datetime] = mapped_column(UtcTime)
    revision: Mapped[int] = mapped_column(default=1)


class BulletinStill(Base):
    """A covered copy as it is shown: re-encoded, under a key of its own in the store."""

    __tablename__ = "bulletin_still"

    id: Mapped[int] = mapped_column(primary_key=True)
    bulletin_id: Mapped[int] = mapped_column(ForeignKey("bulletin.id"), index=True)
    derivative_id: Mapped[int] = mapped_column(ForeignKey("derivative.id"), index=True)
    number: Mapped[int]
    caption: Mapped[str] = mapped_column(SafeText, default="")
    key: Mapped[str] = mapped_column(String(100))
    width: Mapped[int]
    height: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))


class BulletinReads(Base):
    """How often a bulletin was opened on a day, and nothing of by whom."""

    __tablename__ = "bulletin_reads"

    bulletin_id: Mapped[int] = mapped_column(ForeignKey("bulletin.id"), primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    number: Mapped[int] = mapped_column(default=0)

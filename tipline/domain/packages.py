"""Packages: all of a case in one file that a third party can verify alone."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from tipline.db import Base, SafeText, UtcTime

STATES = ("queued", "running", "done", "failed", "expired")


class Package(Base):
    """`options` says what goes in; `head` is how long the custody log was when it was made."""

    __tablename__ = "package"

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), index=True)
    author_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    options: Mapped[str] = mapped_column(SafeText, default="{}")
    reason: Mapped[str] = mapped_column(SafeText)
    state: Mapped[str] = mapped_column(String(8), default="queued")
    progress: Mapped[float] = mapped_column(default=0.0)
    failure: Mapped[str | None] = mapped_column(String(60))
    name: Mapped[str] = mapped_column(SafeText, default="")
    size: Mapped[int | None] = mapped_column(BigInteger)
    sha256: Mapped[str | None] = mapped_column(String(64))
    head: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcTime)
    expires_at: Mapped[datetime | None] = mapped_column(UtcTime)

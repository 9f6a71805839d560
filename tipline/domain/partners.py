"""Partners of a beat: property managers, lift maintenance, school security, water, power."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from tipline.db import Base, SafeText, UtcTime


class Partner(Base):
    """One line of the directory. `beat` is empty for one that serves the whole district."""

    __tablename__ = "partner"

    id: Mapped[int] = mapped_column(primary_key=True)
    beat: Mapped[str | None] = mapped_column(ForeignKey("beat.code"), index=True)
    kind: Mapped[str] = mapped_column(String(12))  # property lift school water power other
    name: Mapped[str] = mapped_column(SafeText)
    phone: Mapped[str] = mapped_column(SafeText, default="")
    words: Mapped[str] = mapped_column(SafeText, default="")  # hours, what it looks after
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))  # its program, if it has one
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime] = mapped_column(UtcTime)

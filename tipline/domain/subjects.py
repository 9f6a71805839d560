"""People, vehicles and objects of a case as officers describe them in words. No measure of a body is kept."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from tipline.db import Base, SafeText, UtcTime

PERSON, VEHICLE, OBJECT = KINDS = ("person", "vehicle", "object")


class Subject(Base):
    """`label` is what colleagues call it: man in the grey cap."""

    __tablename__ = "subject"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), index=True)
    kind: Mapped[str] = mapped_column(String(8))
    label: Mapped[str] = mapped_column(SafeText)
    text: Mapped[str] = mapped_column(SafeText, default="")
    author_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    at: Mapped[datetime] = mapped_column(UtcTime)
    changed_at: Mapped[datetime] = mapped_column(UtcTime)
    version: Mapped[int] = mapped_column(default=1)
    removed_at: Mapped[datetime | None] = mapped_column(UtcTime)

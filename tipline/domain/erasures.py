"""Erasures: asked for by a rule or a person, approved by another, carried out after some days."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from tipline.db import Base, SafeText, UtcTime

STATES = ("asked", "approved", "running", "done", "cancelled", "refused")


class Erasure(Base):
    """`tombstone` is what stays: number, times, digests and sizes of the files, who and why."""

    __tablename__ = "erasure"

    id: Mapped[int] = mapped_column(primary_key=True)
    tip_id: Mapped[int] = mapped_column(ForeignKey("tip.id"), index=True)
    rule: Mapped[str | None] = mapped_column(String(40))  # None: by hand
    state: Mapped[str] = mapped_column(String(10), default="asked", index=True)
    reason: Mapped[str] = mapped_column(SafeText)
    asked_by: Mapped[str] = mapped_column(SafeText)
    asked_at: Mapped[datetime] = mapped_column(UtcTime)
    approved_by: Mapped[str | None] = mapped_column(SafeText)
    approved_at: Mapped[datetime | None] = mapped_column(UtcTime)
    due_at: Mapped[datetime | None] = mapped_column(UtcTime)  # until then it can be called off
    ended_by: Mapped[str | None] = mapped_column(SafeText)
    ended_at: Mapped[datetime | None] = mapped_column(UtcTime)
    tombstone: Mapped[str] = mapped_column(SafeText, default="{}")

"""Appointments of a topic: when somebody may come, and who booked it, known by a code alone."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from tipline.db import Base, SafeText, UtcTime


class Slot(Base):
    """A span of time in which `capacity` people can come."""

    __tablename__ = "topic_slot"

    id: Mapped[int] = mapped_column(primary_key=True)
    topic_id: Mapped[int] = mapped_column(ForeignKey("topic.id"), index=True)
    starts_at: Mapped[datetime] = mapped_column(UtcTime)
    ends_at: Mapped[datetime] = mapped_column(UtcTime)
    place: Mapped[str] = mapped_column(SafeText, default="")
    capacity: Mapped[int] = mapped_column(default=1)
    cancelled_at: Mapped[datetime | None] = mapped_column(UtcTime)


class Booking(Base):
    """`name` is what its holder wants to be called, for the desk alone; the code is kept as a keyed hash."""

    __tablename__ = "topic_booking"

    id: Mapped[int] = mapped_column(primary_key=True)
    slot_id: Mapped[int] = mapped_column(ForeignKey("topic_slot.id"), index=True)
    code_hash: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(SafeText, default="")
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    cancelled_at: Mapped[datetime | None] = mapped_column(UtcTime)
    came_at: Mapped[datetime | None] = mapped_column(UtcTime)

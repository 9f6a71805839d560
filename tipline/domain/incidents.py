"""Incidents: what several people report is one thing that happened, with one handler and one course."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from tipline.db import Base, SafeText, UtcTime


class Incident(Base):
    """`title` is read by everyone who reported it: it names the thing and nobody."""

    __tablename__ = "incident"

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(String(20), unique=True)  # E-1001
    title: Mapped[str] = mapped_column(SafeText)
    category: Mapped[str] = mapped_column(String(20))
    beat: Mapped[str | None] = mapped_column(ForeignKey("beat.code"), index=True)
    place: Mapped[str] = mapped_column(SafeText, default="")
    lat: Mapped[float | None]
    lon: Mapped[float | None]
    state: Mapped[str] = mapped_column(String(12), default="open", index=True)  # open closed merged
    lead_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("incident.id", name="fk_incident_merged"))
    opened_at: Mapped[datetime] = mapped_column(UtcTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcTime)
    outcome: Mapped[str | None] = mapped_column(String(20))
    closing: Mapped[str] = mapped_column(SafeText, default="")  # the last words to everyone who reported it
    changed_at: Mapped[datetime] = mapped_column(UtcTime)
    revision: Mapped[int] = mapped_column(default=1)  # what pages that watch it compare

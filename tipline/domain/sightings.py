"""Sightings: where and when officers saw somebody or something of a case in a piece of evidence.

In the order of their true time they are the trail from shop to shop. The true time follows the clock of the
evidence, so that a correction of a clock moves the sighting; only a typed time stays.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from tipline.db import Base, SafeText, UtcTime


class Sighting(Base):
    """`t` in seconds of the film, `rendition` the picture that shows it; positions are WGS-84."""

    __tablename__ = "sighting"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), index=True)
    evidence_id: Mapped[str | None] = mapped_column(ForeignKey("evidence.id"), index=True)
    subject_id: Mapped[int | None] = mapped_column(ForeignKey("subject.id"))
    t: Mapped[float | None]
    frame: Mapped[int | None]
    rendition: Mapped[str | None] = mapped_column(String(80))
    typed_at: Mapped[datetime | None] = mapped_column(UtcTime)
    place: Mapped[str] = mapped_column(SafeText, default="")
    lat: Mapped[float | None]
    lon: Mapped[float | None]
    text: Mapped[str] = mapped_column(SafeText, default="")
    author_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    at: Mapped[datetime] = mapped_column(UtcTime)
    version: Mapped[int] = mapped_column(default=1)
    removed_at: Mapped[datetime | None] = mapped_column(UtcTime)

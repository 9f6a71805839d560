"""Shops: places with a poster. Its QR code carries the shop's code alone, which fills in place and beat."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from tipline.db import Base, SafeText, UtcTime


class Shop(Base):
    """`place` is its address in words, positions are WGS-84; an inactive shop's poster fills in nothing."""

    __tablename__ = "shop"

    code: Mapped[str] = mapped_column(String(8), primary_key=True)
    name: Mapped[str] = mapped_column(SafeText)
    place: Mapped[str] = mapped_column(SafeText, default="")
    beat: Mapped[str | None] = mapped_column(ForeignKey("beat.code"))
    lat: Mapped[float | None]
    lon: Mapped[float | None]
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime] = mapped_column(UtcTime)

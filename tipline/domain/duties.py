"""Who is on duty on which beat and when, in the wall clock of the station; who stands in for whom.

A shift names weekdays and two times of day; one that ends at or before its start runs into the next day. The
beat's officer comes first, then the deputies, then whoever is on call for the whole station.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Date, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from tipline.db import Base, SafeText, UtcTime

OFFICER, DEPUTY, ON_CALL = PARTS = ("officer", "deputy", "on_call")


class Duty(Base):
    """One line of the rota. `beat` is empty for who is on call for the whole station."""

    __tablename__ = "duty"

    id: Mapped[int] = mapped_column(primary_key=True)
    beat: Mapped[str | None] = mapped_column(ForeignKey("beat.code"), index=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    part: Mapped[str] = mapped_column(String(12))  # one of PARTS
    weekdays: Mapped[str] = mapped_column(String(7), default="1234567")  # ISO days, Monday is 1
    starts: Mapped[str] = mapped_column(String(5), default="00:00")
    ends: Mapped[str] = mapped_column(String(5), default="00:00")  # the same as `starts`: round the clock
    since: Mapped[date | None] = mapped_column(Date)  # first and last day it holds; empty: no bound
    until: Mapped[date | None] = mapped_column(Date)
    created_at: Mapped[datetime] = mapped_column(UtcTime)


class Absence(Base):
    """Somebody is away; `deputy_id` stands in on all beats, else the rota's own deputies do."""

    __tablename__ = "absence"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    deputy_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    since: Mapped[datetime] = mapped_column(UtcTime)
    until: Mapped[datetime] = mapped_column(UtcTime)
    words: Mapped[str] = mapped_column(SafeText, default="")
    created_at: Mapped[datetime] = mapped_column(UtcTime)

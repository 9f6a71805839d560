"""Steps up the ladder while nobody acknowledges: officer, deputy, on call, supervisor."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from tipline.db import Base, UtcTime


class Escalation(Base):
    """One person was told of one tip at one step of the ladder."""

    __tablename__ = "escalation"

    id: Mapped[int] = mapped_column(primary_key=True)
    tip_id: Mapped[int] = mapped_column(ForeignKey("tip.id"), index=True)
    step: Mapped[str] = mapped_column(String(12))  # officer reminder deputy on_call supervisor
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)
    at: Mapped[datetime] = mapped_column(UtcTime)
    seen_at: Mapped[datetime | None] = mapped_column(UtcTime)

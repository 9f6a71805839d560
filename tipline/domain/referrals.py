"""A tip referred to a partner, by a link that needs no account, shows little and ends."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from tipline.db import Base, SafeText, UtcTime


class Referral(Base):
    """`shown` is a JSON list of what the partner may see; only the keyed hash of the link is kept."""

    __tablename__ = "referral"

    id: Mapped[int] = mapped_column(primary_key=True)
    tip_id: Mapped[int] = mapped_column(ForeignKey("tip.id"), index=True)
    partner_id: Mapped[int] = mapped_column(ForeignKey("partner.id"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    words: Mapped[str] = mapped_column(SafeText)  # what the officer asks of the partner
    shown: Mapped[str] = mapped_column(SafeText, default="[]")
    state: Mapped[str] = mapped_column(String(12), default="sent")
    eta_at: Mapped[datetime | None] = mapped_column(UtcTime)
    author_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    expires_at: Mapped[datetime] = mapped_column(UtcTime)
    opened_at: Mapped[datetime | None] = mapped_column(UtcTime)
    changed_at: Mapped[datetime] = mapped_column(UtcTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcTime)

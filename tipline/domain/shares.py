"""Shares: a clip or still, made anew, for one recipient outside, until a day or until it is taken back."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from tipline.db import Base, SafeText, UtcTime


class Share(Base):
    """Only the keyed hash of its link is kept. `derivative_id` names the copy that was made for it."""

    __tablename__ = "share"

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    evidence_id: Mapped[str] = mapped_column(ForeignKey("evidence.id"), index=True)
    case_id: Mapped[int | None] = mapped_column(ForeignKey("case_file.id"), index=True)
    derivative_id: Mapped[int | None] = mapped_column(ForeignKey("derivative.id"))
    recipient: Mapped[str] = mapped_column(SafeText)
    reason: Mapped[str] = mapped_column(SafeText)
    message: Mapped[str] = mapped_column(SafeText, default="")
    told: Mapped[str] = mapped_column(SafeText, default="[]")  # the facts that may stand beside it
    most_views: Mapped[int | None]
    views: Mapped[int] = mapped_column(default=0)
    author_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    expires_at: Mapped[datetime] = mapped_column(UtcTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcTime)
    revoked_by: Mapped[str | None] = mapped_column(SafeText)


class ShareView(Base):
    """Somebody with the link looked."""

    __tablename__ = "share_view"

    id: Mapped[int] = mapped_column(primary_key=True)
    share_id: Mapped[str] = mapped_column(ForeignKey("share.id"), index=True)
    at: Mapped[datetime] = mapped_column(UtcTime)

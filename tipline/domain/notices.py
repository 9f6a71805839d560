"""Notices: what has to be told outside the house, written with its cause, sent by the desk's queue."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from tipline.db import Base, SafeText, UtcTime


class Notice(Base):
    """One event for one receiver: a channel, a reporter's channel (`tip_id` alone), or a webhook."""

    __tablename__ = "notice"
    __table_args__ = (Index("ix_notice_due", "state", "due_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event: Mapped[str] = mapped_column(String(40))
    tip_id: Mapped[int | None] = mapped_column(ForeignKey("tip.id"), index=True)
    channel_id: Mapped[int | None] = mapped_column(ForeignKey("channel.id"), index=True)
    webhook_id: Mapped[int | None] = mapped_column(ForeignKey("webhook.id"), index=True)
    values: Mapped[str] = mapped_column(
        SafeText, default="{}"
    )  # JSON: numbers and codes, never words of tips
    state: Mapped[str] = mapped_column(String(12), default="waiting")  # waiting sent failed dropped
    attempts: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime] = mapped_column(UtcTime)
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    sent_at: Mapped[datetime | None] = mapped_column(UtcTime)
    failure: Mapped[str | None] = mapped_column(String(60))

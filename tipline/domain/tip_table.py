"""The table of tips. What is done to a tip is in `tips`; how its response clock runs, in `response`."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from tipline.db import Base, SafeText, UtcTime
from tipline.domain import clock


class Tip(Base):
    __tablename__ = "tip"
    __table_args__ = (
        Index("ix_tip_queue", "state", "received_at", "id"),
        Index("ix_tip_received", "received_at", "id"),
        # Late first: what nobody has taken note of, by when somebody should.
        Index(
            "ix_tip_waiting",
            "state",
            "ack_due_at",
            "id",
            sqlite_where=sql("acknowledged_at IS NULL"),
            postgresql_where=sql("acknowledged_at IS NULL"),
        ),  # fmt: skip
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(String(20), unique=True)
    state: Mapped[str] = mapped_column(String(12), default="draft")
    category: Mapped[str] = mapped_column(String(20))
    text: Mapped[str] = mapped_column(SafeText, default="")
    language: Mapped[str] = mapped_column(String(20))
    occurred_at: Mapped[datetime | None] = mapped_column(UtcTime)
    occurred_until: Mapped[datetime | None] = mapped_column(UtcTime)
    place: Mapped[str] = mapped_column(SafeText, default="")
    lat: Mapped[float | None]
    lon: Mapped[float | None]
    beat: Mapped[str | None] = mapped_column(ForeignKey("beat.code"))
    anonymous: Mapped[bool] = mapped_column(default=False)
    clock_offset_s: Mapped[float | None]
    # How the offset is known: minutes, reading (what the recorder showed), photo (not read yet), desk.
    clock_source: Mapped[str | None] = mapped_column(String(12))
    clock_reading: Mapped[str | None] = mapped_column(SafeText)
    # When the recorder writes over the footage, when that was said, and when its owner was reminded of it.
    overwrites_at: Mapped[datetime | None] = mapped_column(UtcTime, index=True)
    overwrites_said_at: Mapped[datetime | None] = mapped_column(UtcTime)
    overwrite_told_at: Mapped[datetime | None] = mapped_column(UtcTime)
    shop: Mapped[str | None] = mapped_column(ForeignKey("shop.code", name="fk_tip_shop"), index=True)
    door: Mapped[str] = mapped_column(String(12), default="web")  # web api desk partner folder
    # One of ORIGINS, and whoever took it: staff, or the account of a partner's program.
    origin: Mapped[str | None] = mapped_column(String(12))
    taken_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("account.id", name="fk_tip_taken_by"), index=True
    )
    assignee_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    received_at: Mapped[datetime | None] = mapped_column(UtcTime)
    ack_due_at: Mapped[datetime | None] = mapped_column(UtcTime)
    acknowledged_at: Mapped[datetime | None] = mapped_column(UtcTime)
    # The response clock: minutes it had at the start, since when it waits for the reporter, and the ladder.
    target_minutes: Mapped[int | None]
    paused_at: Mapped[datetime | None] = mapped_column(UtcTime)
    paused_s: Mapped[float] = mapped_column(default=0.0)
    ladder: Mapped[str | None] = mapped_column(String(30))  # percents of its steps: 50 100 200 300
    escalation: Mapped[str | None] = mapped_column(String(12))  # the last step taken
    escalates_at: Mapped[datetime | None] = mapped_column(UtcTime, index=True)
    snoozed_until: Mapped[datetime | None] = mapped_column(UtcTime)
    incident_id: Mapped[int | None] = mapped_column(
        ForeignKey("incident.id", name="fk_tip_incident"), index=True
    )
    bulletin_id: Mapped[int | None] = mapped_column(
        ForeignKey("bulletin.id", name="fk_tip_bulletin"), index=True
    )
    # The reporter's verdict after closing: 1 well served, -1 not; and a word on why.
    rating: Mapped[int | None]
    rating_words: Mapped[str] = mapped_column(SafeText, default="")
    rated_at: Mapped[datetime | None] = mapped_column(UtcTime)
    # The tip that told the same before; this one keeps its own files and thread.
    duplicate_of_id: Mapped[int | None] = mapped_column(
        ForeignKey("tip.id", name="fk_tip_duplicate_of"), index=True
    )
    news_at: Mapped[datetime | None] = mapped_column(UtcTime)  # when something last came from outside
    changed_at: Mapped[datetime] = mapped_column(UtcTime, index=True)
    vault: Mapped[str | None] = mapped_column(String(32))  # the key its files are encrypted under, if one
    erased_at: Mapped[datetime | None] = mapped_column(UtcTime)
    # `version` guards decisions (If-Match), `revision` tells pages that anything at all has changed.
    version: Mapped[int] = mapped_column(default=1)
    revision: Mapped[int] = mapped_column(default=1)

    def expect_overwriting(self, days: int | None) -> None:
        """The recorder writes over the footage in so many days from now; None: nobody knows when."""
        said_at = None if days is None else clock.now()
        self.overwrites_at = said_at and said_at + timedelta(days=days or 0)
        self.overwrites_said_at, self.overwrite_told_at = said_at, None

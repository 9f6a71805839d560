"""Where notices go: robots of groups, mail, gateways by address; each address is sealed."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from tipline.db import Base, SafeText, UtcTime

# After so many failures in a row nothing more is sent there until its owner says so.
PAUSED_AT = 20
# Stands among a channel's events and is none: urgent events come at night, too.
THROUGH_QUIET = "quiet:through"


class Subject(Protocol):
    """What of a tip decides who hears of it; tips tell events, so nothing here knows tips."""

    id: Any
    category: Any
    beat: Any
    assignee_id: Any
    taken_by_id: Any


class Channel(Base):
    """Of one person, or of the station (`account_id` empty). Filters are JSON lists; empty: all."""

    __tablename__ = "channel"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)
    label: Mapped[str] = mapped_column(SafeText)
    scheme: Mapped[str] = mapped_column(String(20))  # what kind it is, for people; the rest is sealed
    sealed: Mapped[str] = mapped_column(SafeText)
    events: Mapped[str] = mapped_column(SafeText, default="[]")
    categories: Mapped[str] = mapped_column(SafeText, default="[]")
    beats: Mapped[str] = mapped_column(SafeText, default="[]")
    quiet_from: Mapped[str | None] = mapped_column(String(5))  # wall clock of the station
    quiet_until: Mapped[str | None] = mapped_column(String(5))
    digest_minutes: Mapped[int] = mapped_column(default=0)  # 0: each at once
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    sent_at: Mapped[datetime | None] = mapped_column(UtcTime)  # when one last went through
    failure: Mapped[str | None] = mapped_column(String(60))  # why the last one did not
    failed_at: Mapped[datetime | None] = mapped_column(UtcTime)
    failures: Mapped[int] = mapped_column(default=0)  # in a row
    removed_at: Mapped[datetime | None] = mapped_column(UtcTime)  # kept for a while, to come back


class ReporterChannel(Base):
    """Where a reporter wants to hear that there is news; sealed to the station, for its servers to use."""

    __tablename__ = "reporter_channel"

    tip_id: Mapped[int] = mapped_column(ForeignKey("tip.id"), primary_key=True)
    scheme: Mapped[str] = mapped_column(String(20))
    sealed: Mapped[str] = mapped_column(SafeText)
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    sent_at: Mapped[datetime | None] = mapped_column(UtcTime)
    failure: Mapped[str | None] = mapped_column(String(60))


class Webhook(Base):
    """An address of another system that hears of events, each signed with a secret it shares."""

    __tablename__ = "webhook"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int | None] = mapped_column(
        ForeignKey("account.id"), index=True
    )  # of a partner: its own
    label: Mapped[str] = mapped_column(SafeText)
    host: Mapped[str] = mapped_column(SafeText)  # for people; the address is sealed
    sealed: Mapped[str] = mapped_column(SafeText)
    secret: Mapped[str] = mapped_column(SafeText)  # sealed too
    events: Mapped[str] = mapped_column(SafeText, default="[]")
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    sent_at: Mapped[datetime | None] = mapped_column(UtcTime)
    failure: Mapped[str | None] = mapped_column(String(60))
    failed_at: Mapped[datetime | None] = mapped_column(UtcTime)
    failures: Mapped[int] = mapped_column(default=0)
    removed_at: Mapped[datetime | None] = mapped_column(UtcTime)


def hears(listener: Any, code: str, tip: Subject | None) -> bool:
    """Whether the filters of a channel or webhook let this event through. An empty list is all there are."""
    events = [one for one in json.loads(listener.events) if one != THROUGH_QUIET]
    categories, beats = json.loads(listener.categories), json.loads(listener.beats)
    if events and code not in events:
        return False
    if tip is None:
        return True
    return (not categories or tip.category in categories) and (not beats or tip.beat in beats)

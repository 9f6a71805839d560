"""The one place that asks what time it is, so that tests can say."""

from __future__ import annotations

from datetime import UTC, datetime


def now() -> datetime:
    """This moment, in UTC."""
    return datetime.now(UTC)


def stamp(moment: datetime) -> str:
    """RFC 3339 in UTC with microseconds: one spelling for one moment, fit for hashing."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")

"""The one place that asks what time it is, so that tests and the demonstration can say."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

_said: ContextVar[datetime | None] = ContextVar("said", default=None)


def now() -> datetime:
    """This moment, in UTC."""
    return _said.get() or datetime.now(UTC)


def is_told() -> bool:
    """Whether the time is that of an invented story."""
    return _said.get() is not None


@contextmanager
def frozen(at: datetime) -> Iterator[None]:
    """Within, and in this thread alone, it is `at`. For invented stories; the product never calls it."""
    before = _said.set(at.astimezone(UTC))
    try:
        yield
    finally:
        _said.reset(before)


def stamp(moment: datetime) -> str:
    """RFC 3339 in UTC with microseconds: one spelling for one moment, fit for hashing."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")

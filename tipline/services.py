"""The one place that wires settings, database, store and bell together."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from storage import Store, open_store
from tipline.bell import Bell, QueueBell
from tipline.broker import socket_url
from tipline.db import Database
from tipline.domain import tables  # noqa: F401 - no table may point at one that was never loaded
from tipline.domain.limits import Limits
from tipline.domain.receiving import Receiver
from tipline.settings import Settings, with_secret


@dataclass(frozen=True)
class Services:
    """All that a page or a job needs; made once a process."""

    settings: Settings
    database: Database
    store: Store
    bell: Bell
    receiver: Receiver

    @property
    def key(self) -> str:
        """Secret for keyed hashes."""
        return self.settings.secret_key

    def close(self) -> None:
        self.database.close()


def build(settings: Settings, *, store: Store | None = None, bell: Bell | None = None) -> Services:
    """Wire everything; tests hand in their own store or bell."""
    settings = with_secret(settings)
    database = Database(settings.database_url)
    store = store or open_store(settings.store_url)
    bell = bell or QueueBell(redis_url(settings))
    return Services(settings, database, store, bell, Receiver(database, store, bell, limits(settings)))


def limits(settings: Settings) -> Limits:
    return Limits(
        settings.max_file_bytes, settings.max_tip_bytes, settings.max_tip_files, settings.min_free_bytes
    )


def redis_url(settings: Settings) -> str:
    """The operator's server, or the socket of the bundled broker."""
    return settings.redis_url or socket_url(Path(settings.data))

"""The one place that wires settings, database, store and bell together."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from sqlalchemy.exc import SQLAlchemyError

import storage
from storage import Keyring, SealedStore, Store, open_store
from tipline import encryption
from tipline.bell import Bell, QueueBell
from tipline.broker import socket_url
from tipline.db import Database
from tipline.domain import tables  # noqa: F401 - no table may point at one that was never loaded
from tipline.domain.limits import Limits
from tipline.domain.receiving import Receiver
from tipline.domain.vault import Vaults
from tipline.settings import Settings, with_secret


@dataclass(frozen=True)
class Services:
    """All that a page or a job needs; made once a process."""

    settings: Settings
    database: Database
    store: Store
    bell: Bell
    receiver: Receiver
    vaults: Vaults

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
    kept: Store = store or open_store(settings.store_url)
    bell = bell or QueueBell(redis_url(settings))
    database.ring = bell
    ring = kept.keyring if isinstance(kept, SealedStore) else open_ring(settings, database)
    # Asked with the first file, and again until a database that is away has answered.
    vaults = Vaults(database, ring, lambda: encryption.decide(settings, database, ring).encrypts)
    if ring:
        kept = storage.seal_store(storage.bare_store(kept), ring, vaults.under)
    receiver = Receiver(database, kept, bell, limits(settings), vaults)
    return Services(settings, database, kept, bell, receiver, vaults)


def open_ring(settings: Settings, database: Database | None) -> Keyring | None:
    """The keys of this station, if it encrypts, may have to, or ever did."""
    if not has_ring(settings) and not _may_encrypt(settings, database):
        return None
    return ring_at(settings)


def ring_at(settings: Settings) -> Keyring:
    """The place of keys that is set, made ready if it is a folder."""
    if settings.keys_url.startswith("file:"):
        folder = keys_folder(settings)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return Keyring(open_store(settings.keys_url), with_secret(settings).secret_key)


def _may_encrypt(settings: Settings, database: Database | None) -> bool:
    try:
        return encryption.decide(settings, database, None).encrypts
    except SQLAlchemyError:
        return settings.keys_lie_apart


def has_ring(settings: Settings) -> bool:
    """Whether there is a place of keys; a bucket is only named where there is one."""
    return not settings.keys_url.startswith("file:") or keys_folder(settings).exists()


def keys_folder(settings: Settings) -> Path:
    return Path(unquote(urlsplit(settings.keys_url).path))


def limits(settings: Settings) -> Limits:
    return Limits(
        settings.max_file_bytes, settings.max_tip_bytes, settings.max_tip_files, settings.min_free_bytes
    )


def redis_url(settings: Settings) -> str:
    """The operator's server, or the socket of the bundled broker."""
    return settings.redis_url or socket_url(Path(settings.data))

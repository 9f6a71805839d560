"""What a sealed store can do beside keeping, according to the store below it.

A browser cannot be sent to it for an object and a worker gets no plain file of one: who must read such a
file itself is handed the file as it lies and the seal of that one file.
"""

from __future__ import annotations

import secrets
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, cast

from storage import cipher, keys
from storage.base import FreeSpace, Growing, LocalPath, Missing, ObjectLock, Store
from storage.cipher import HEADER, SALT, Head, Seal
from storage.keyring import Keyring
from storage.sealed import SealedStore, Under, bare_session
from storage.sealed_reader import Sealing


class SealedDisk(SealedStore):
    """Over a store on this machine: files that grow can be looked at, by whoever has their seal."""

    def __init__(self, bare: Store, keyring: Keyring, under: Under) -> None:
        super().__init__(bare, keyring, under)
        if not isinstance(bare, Growing) or not isinstance(bare, FreeSpace):
            raise TypeError("not a store on this machine")
        self._disk: Growing = bare
        self._space: FreeSpace = bare

    def growing_path(self, session: str) -> Path:
        return self._disk.growing_path(bare_session(session))

    def growing_head(self, session: str, size: int) -> bytes:
        bare, seal, _ = self._session(session)
        head = self._disk.growing_head(bare, size + (seal.skip if seal else 0))
        return bytes(seal.stream().turned(head[seal.skip :])) if seal else head

    def keep_tail(self, session: str, data: BinaryIO, most: int) -> int:
        bare, seal, _ = self._session(session)
        if seal is None:
            return self._disk.keep_tail(bare, data, most)
        name = session.partition("!")[2][2:]
        tail, header = cipher.sealed(self._keyring.open(name), name, secrets.token_bytes(SALT))
        sealed = cast(BinaryIO, Sealing(header, tail, data))
        return self._disk.keep_tail(bare, sealed, most + HEADER) - HEADER

    def find_tail(self, session: str) -> Path | None:
        return self._disk.find_tail(bare_session(session))

    def seal_of_tail(self, session: str, tail: BinaryIO) -> Seal | None:
        """What opens the last bytes of an upload that were sent ahead."""
        if "!" not in session:
            return None
        header = tail.read(HEADER)
        return cipher.opened(self._keyring.open(Head.read(header).name), header)

    def free_bytes(self) -> int:
        return self._space.free_bytes()


class SealedBucket(SealedStore):
    """Over a store that can lock objects; what is locked is the sealed one."""

    def __init__(self, bare: Store, keyring: Keyring, under: Under) -> None:
        super().__init__(bare, keyring, under)
        if not isinstance(bare, ObjectLock):
            raise TypeError("not a store that locks")
        self._locks: ObjectLock = bare

    def can_lock(self) -> bool:
        return self._locks.can_lock()

    def lock(self, key: str, until: datetime) -> None:
        try:
            self._locks.lock(keys.sealed(key), until)
        except Missing:
            self._locks.lock(key, until)


def seal_store(bare: Store, keyring: Keyring, under: Under) -> SealedStore:
    """A sealed store over this one, with the powers that are left."""
    if isinstance(bare, LocalPath) and isinstance(bare, Growing):
        return SealedDisk(bare, keyring, under)
    if isinstance(bare, ObjectLock):
        return SealedBucket(bare, keyring, under)
    return SealedStore(bare, keyring, under)


def bare_store(store: Store) -> Store:
    """The store as its bytes lie, sealed or not: what a backup copies."""
    return store.bare if isinstance(store, SealedStore) else store

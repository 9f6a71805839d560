"""Where the keys lie under which files are sealed: a store of its own, apart from the files.

Each key is 256 random bits, wrapped under the station's secret and tied to its name, written once, durable
before its name is told. Destroying one leaves a mark that it was destroyed, so that a key which is merely
not there is known to be lost. Nothing here makes a key anew under a name that had one.
"""

from __future__ import annotations

import os
import secrets
import time
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import suppress
from threading import Lock

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from storage import keys
from storage.base import KeyDestroyed, KeyLost, KeyWrong, LocalPath, Missing, Store
from storage.faults import told_plainly

SIZE = 32
_MARK = b"TIPKEY1\n"
_NONCE = 12
_INFO = b"tipline keys of files 1"
_STATION = b"the keys of this station"
# How long a process may go on with a key that another has destroyed.
REMEMBERED_S = 10.0
_MOST = 512


class Keyring:
    """The keys of one station, opened with its secret."""

    def __init__(self, shelf: Store, secret: str) -> None:
        self._shelf, self._wrap = shelf, _wrapping(secret)
        self._known: OrderedDict[str, tuple[float, bytes]] = OrderedDict()
        self._lock = Lock()

    @property
    def shelf(self) -> Store:
        """Where they lie."""
        return self._shelf

    # --- keys

    def make(self) -> str:
        """A new key, durable on return; its name."""
        name = secrets.token_hex(16)
        self._shelf.put(keys.vault(name), self._wrapped(name, secrets.token_bytes(SIZE)), if_absent=True)
        return name

    def open(self, name: str) -> bytes:
        """The key of this name; KeyDestroyed, KeyLost or KeyWrong if it cannot be had."""
        with self._lock:
            until, key = self._known.get(name, (0.0, b""))
        if until > time.monotonic():
            return key
        key = self._read(name)
        with self._lock:
            self._known[name] = (time.monotonic() + REMEMBERED_S, key)
            self._known.move_to_end(name)
            if len(self._known) > _MOST:
                self._known.popitem(last=False)
        return key

    def destroy(self, name: str) -> None:
        """Make what is sealed under it unreadable for good. May be repeated, and goes on where it broke off.

        The mark comes first: from then on nobody opens the key, even if we die before it is gone.
        """
        self._shelf.put(keys.vault_gone(name), b"")
        self.discard(name)

    def discard(self, name: str) -> None:
        """Remove a key that nothing was sealed under; leaves no mark."""
        with self._lock:
            self._known.pop(name, None)
        self._overwrite(keys.vault(name))
        self._shelf.delete(keys.vault(name))

    def is_destroyed(self, name: str) -> bool:
        try:
            self._shelf.stat(keys.vault_gone(name))
        except Missing:
            return False
        return True

    def names(self) -> Iterator[str]:
        """All keys that are here."""
        return (one.key.partition("/")[2] for one in self._shelf.list(keys.VAULTS))

    def finish_destroying(self) -> int:
        """Remove keys whose destroyer died before they were gone; how many."""
        marked = {one.key.partition("/")[2] for one in self._shelf.list(keys.VAULTS_GONE)}
        late = [name for name in self.names() if name in marked]
        for name in late:
            self.discard(name)
        return len(late)

    # --- the ring itself

    def is_begun(self) -> bool:
        """Whether this is a ring that was used before, and not an empty place where one should be.

        KeyWrong if it was begun with another secret.
        """
        try:
            with self._shelf.open(keys.VAULT_STATION) as reader:
                kept = reader.read()
        except Missing:
            return False
        self._unwrapped("station", kept)
        return True

    def begin(self) -> None:
        """Mark the place as this station's; may be repeated."""
        if not self.is_begun():
            self._shelf.put(keys.VAULT_STATION, self._wrapped("station", _STATION))

    def is_marked(self) -> bool:
        """Whether the place was begun, by whatever secret."""
        try:
            self._shelf.stat(keys.VAULT_STATION)
        except Missing:
            return False
        return True

    def check(self) -> None:
        """Raise Unavailable if no key could be made now. Quick."""
        self._shelf.check()

    def rewrap(self, name: str, old: Keyring) -> bool:
        """Wrap a key that lies under the secret of `old` under ours; False if it does already."""
        key = keys.VAULT_STATION if name == "station" else keys.vault(name)
        with self._shelf.open(key) as reader:
            kept = reader.read()
        with suppress(KeyWrong):
            self._unwrapped(name, kept)
            return False
        self._shelf.put(key, self._wrapped(name, old._unwrapped(name, kept)))
        return True

    # --- inside

    def _read(self, name: str) -> bytes:
        if self.is_destroyed(name):
            raise KeyDestroyed("the key of this file was destroyed")
        try:
            with self._shelf.open(keys.vault(name)) as reader:
                kept = reader.read()
        except Missing:
            raise KeyLost("the key of this file is not among the station's keys") from None
        return self._unwrapped(name, kept)

    def _wrapped(self, name: str, key: bytes) -> bytes:
        nonce = secrets.token_bytes(_NONCE)
        return _MARK + nonce + AESGCM(self._wrap).encrypt(nonce, key, _MARK + name.encode())

    def _unwrapped(self, name: str, kept: bytes) -> bytes:
        nonce, wrapped = kept[len(_MARK) :][:_NONCE], kept[len(_MARK) + _NONCE :]
        if not kept.startswith(_MARK) or len(wrapped) <= _NONCE:
            raise KeyLost("the file of a key is damaged")
        try:
            return AESGCM(self._wrap).decrypt(nonce, wrapped, _MARK + name.encode())
        except InvalidTag:
            raise KeyWrong("the station's keys were wrapped with another secret") from None

    def _overwrite(self, key: str) -> None:
        """On a disk, other bytes in their place first; copies the disk itself has made we cannot reach."""
        if not isinstance(self._shelf, LocalPath):
            return
        with suppress(Missing):
            path = self._shelf.path_of(key)
            with told_plainly(Missing("gone meanwhile")):
                path.chmod(0o600)
                handle = os.open(path, os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
                try:
                    os.pwrite(handle, secrets.token_bytes(os.fstat(handle).st_size), 0)
                    os.fsync(handle)
                finally:
                    os.close(handle)


def copy_keys(ring: Keyring, to: Store) -> tuple[int, int]:
    """Bring a copy of a ring up to date, wrapped as they are: how many came, how many went."""
    copy = Keyring(to, "")
    there = set(copy.names())
    coming = set(ring.names()) - there
    _carry(ring, copy, coming)
    gone = [name for name in there if ring.is_destroyed(name)]
    for name in gone:
        copy.destroy(name)
    return len(coming), len(gone)


def bring_keys(copy: Keyring, ring: Keyring) -> int:
    """Bring back into a ring what it lacks of a copy; how many. What was destroyed stays so on both sides."""
    missing = set(copy.names()) - set(ring.names())
    coming = {name for name in missing if not (copy.is_destroyed(name) or ring.is_destroyed(name))}
    _carry(copy, ring, coming)
    return len(coming)


def _carry(ring: Keyring, to: Keyring, names: set[str]) -> None:
    """The station's mark comes last: until then a start says that keys are away."""
    marks = [keys.VAULT_STATION] if ring.is_marked() else []
    for key in [*map(keys.vault, names), *marks]:
        with ring.shelf.open(key) as reader:
            to.shelf.put(key, reader.read())


def _wrapping(secret: str) -> bytes:
    return HKDF(SHA256(), SIZE, None, _INFO).derive(secret.encode())

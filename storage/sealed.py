"""A store over another that keeps what is given to it sealed, and opens it for whoever reads.

Sealed objects lie in the other store under keys of their own (`keys.sealed`), so neither a reporter's bytes
nor a setting can make plain ones look sealed: what lay there plain before is read as it is. `storage.cipher`
tells their form. Which key an object goes under is said by `under`; what is sealed names its key itself.

An upload has one salt from its session's first byte on. When it is cut back and the sender writes something
else in that place, both were sealed with the same stream: whoever has kept both sealed versions learns how
they differ, not what they are. A session that begins anew, and every `put`, has a salt of its own.
"""

from __future__ import annotations

import hashlib
import secrets
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from datetime import datetime
from itertools import chain
from threading import Lock
from typing import BinaryIO, cast

from storage import cipher, keys
from storage.base import (
    DEFAULT_TYPE,
    KeyDestroyed,
    KeyTaken,
    Missing,
    OffsetMismatch,
    OnDurable,
    OnTurn,
    Session,
    SessionGone,
    Stat,
    Store,
    Unavailable,
)
from storage.cipher import HEADER, OWN, SALT, SHARED, Head, Seal, Stream
from storage.keyring import Keyring
from storage.sealed_reader import Opened, Sealing

# The answer of `under` for what belongs to no tip: a key for this object alone.
ALONE = ""
Under = Callable[[str], str | None]
_MOST_SALTS = 512
_TRIES = 3


class SealedStore:
    """Store over `bare`. What `under` gives for a key is the name of its key, ALONE, or None for plain."""

    def __init__(self, bare: Store, keyring: Keyring, under: Under) -> None:
        self._bare, self._keyring, self._under = bare, keyring, under
        self.counts_untold = bare.counts_untold
        # Headers of what is written once; others may be replaced under the same name.
        self._heads: OrderedDict[str, bytes] = OrderedDict()
        self._lock = Lock()

    @property
    def bare(self) -> Store:
        """What is kept, as it lies: for copies that must not be opened, such as backups."""
        return self._bare

    @property
    def keyring(self) -> Keyring:
        return self._keyring

    # --- upload sessions

    def begin(self, key: str) -> str:
        keys.checked(key)
        kind, name = self._key_for(key)
        if name is None:
            return self._bare.begin(key)
        self._keyring.open(name)
        return f"{self._bare.begin(keys.sealed(key))}!{kind[-1:].hex()}{name}"

    def append(
        self, session: str, offset: int, pieces: Iterable[bytes], on_durable: OnDurable | None = None,
        on_turn: OnTurn | None = None,
    ) -> int:  # fmt: skip
        bare, seal, header = self._session(session)
        if seal is None:
            return self._bare.append(bare, offset, pieces, on_durable, on_turn)
        sealed: Iterable[bytes] = _turned(seal.stream(offset), pieces)
        begin = offset + HEADER
        if offset == 0:
            begin, sealed = 0, chain([header], sealed)

        def tell(at: int) -> None:
            if on_durable and at > begin and at > HEADER:
                on_durable(at - HEADER)

        try:
            return self._bare.append(bare, begin, sealed, tell, on_turn) - HEADER
        except OffsetMismatch as fault:
            raise OffsetMismatch(max(0, fault.have - HEADER)) from fault

    def size(self, session: str) -> int:
        return _plain(session, self._bare.size(bare_session(session)))

    def take_over(self, session: str) -> int:
        return _plain(session, self._bare.take_over(bare_session(session)))

    def complete(self, session: str, size: int) -> Stat:
        bare, is_sealed = bare_session(session), "!" in session
        if is_sealed and size == 0 and self._is_empty(bare):
            # Nothing was ever written, so not even the header was.
            self.append(session, 0, ())
        try:
            return _stat(self._bare.complete(bare, size + HEADER if is_sealed else size))
        except OffsetMismatch as fault:
            raise OffsetMismatch(_plain(session, fault.have)) from fault

    def abort(self, session: str) -> None:
        self._bare.abort(bare_session(session))

    def list_sessions(self, older_than: datetime) -> Iterator[Session]:
        for one in self._bare.list_sessions(older_than):
            key, text = keys.unsealed(one.key), one.text
            if key != one.key and (name := self._under(key)):
                text = f"{text}!{SHARED[-1:].hex()}{name}"
            yield Session(text, key, one.touched)

    # --- objects

    def put(
        self, key: str, data: bytes | BinaryIO, *, content_type: str = DEFAULT_TYPE, if_absent: bool = False
    ) -> Stat:
        keys.checked(key)
        kind, name = self._key_for(key)
        if name is None:
            return self._bare.put(key, data, content_type=content_type, if_absent=if_absent)
        if if_absent and self._lies_plain(key):
            raise KeyTaken("the key holds another object")
        before = self._own_key(key)
        seal, header = cipher.sealed(self._keyring.open(name), name, secrets.token_bytes(SALT), kind)
        if isinstance(data, bytes):
            whole: bytes | BinaryIO = header + bytes(seal.stream().turned(data))
        else:
            whole = cast(BinaryIO, Sealing(header, seal, data))
        stat = _stat(self._bare.put(keys.sealed(key), whole, content_type=content_type, if_absent=if_absent))
        if before:
            self._keyring.destroy(before)
        return stat

    def open(self, key: str, start: int = 0, length: int | None = None) -> BinaryIO:
        if start < 0 or (length is not None and length < 0):
            raise ValueError("a range begins at 0 or later and is not negative")
        lies = keys.sealed(key)
        try:
            if start == 0:
                return self._open_whole(lies, length)
            return self._open_range(key, lies, start, length)
        except KeyDestroyed:
            raise
        except Missing:
            return self._bare.open(key, start, length)

    def stat(self, key: str) -> Stat:
        try:
            return _stat(self._bare.stat(keys.sealed(key)))
        except Missing:
            return self._bare.stat(key)

    def delete(self, key: str) -> None:
        own = self._own_key(key)
        with self._lock:
            self._heads.pop(key, None)
        self._bare.delete(keys.sealed(key))
        self._bare.delete(key)
        if own:
            self._keyring.destroy(own)

    def list(self, prefix: str) -> Iterator[Stat]:
        keys.checked_prefix(prefix)
        plain = (one for one in self._bare.list(prefix) if not one.key.startswith(keys.SEALED))
        return chain(plain, map(_stat, self._bare.list(f"{keys.SEALED}{prefix}")))

    def check(self) -> None:
        self._bare.check()
        self._keyring.check()

    # --- for whoever hands a file on as it lies

    def lies(self, key: str) -> tuple[Store, str, Seal | None]:
        """Where the bytes of this object are, and what opens them if they are sealed."""
        try:
            return self._bare, keys.sealed(key), self._seal(key)
        except KeyDestroyed:
            raise
        except Missing:
            return self._bare, key, None

    def seal_of(self, session: str) -> Seal | None:
        """What opens the bytes of an upload that still grows."""
        return self._session(session)[1]

    # --- inside

    def _key_for(self, key: str) -> tuple[bytes, str | None]:
        """The kind of header and the name of the key that a new object goes under."""
        name = self._under(key)
        return (OWN, self._keyring.make()) if name == ALONE else (SHARED, name)

    def _session(self, session: str) -> tuple[str, Seal | None, bytes]:
        bare, mark, told = session.partition("!")
        if not mark:
            return bare, None, b""
        kind, name = OWN[:-1] + bytes.fromhex(told[:2]), told[2:]
        # A session's text is told to nobody else and never given twice.
        salt = hashlib.sha256(f"salt of {bare}".encode()).digest()[:SALT]
        return bare, *cipher.sealed(self._keyring.open(name), name, salt, kind)

    def _open_whole(self, lies: str, length: int | None) -> BinaryIO:
        reader = self._bare.open(lies, 0, None if length is None else length + HEADER)
        try:
            header = reader.read(HEADER)
            seal = cipher.opened(self._keyring.open(Head.read(header).name), header)
        except BaseException:
            reader.close()
            raise
        return Opened.buffered(reader, seal.stream())

    def _open_range(self, key: str, lies: str, start: int, length: int | None) -> BinaryIO:
        for _ in range(_TRIES):
            header = self._header(key)
            seal = cipher.opened(self._keyring.open(Head.read(header).name), header)
            reader = self._bare.open(lies, start + HEADER, length)
            if keys.find_evidence_id(key) or self._header(key) == header:
                return Opened.buffered(reader, seal.stream(start))
            reader.close()
        raise Unavailable("the object was replaced again and again while it was opened")

    def _seal(self, key: str) -> Seal:
        header = self._header(key)
        return cipher.opened(self._keyring.open(Head.read(header).name), header)

    def _header(self, key: str) -> bytes:
        with self._lock:
            if known := self._heads.get(key):
                return known
        with self._bare.open(keys.sealed(key), 0, HEADER) as reader:
            header = reader.read(HEADER)
        if keys.find_evidence_id(key):
            with self._lock:
                self._heads[key] = header
                if len(self._heads) > _MOST_SALTS:
                    self._heads.popitem(last=False)
        return header

    def _own_key(self, key: str) -> str | None:
        """The key that this object has for itself, if it has one."""
        if keys.find_evidence_id(key):
            return None
        with suppress(Missing, Unavailable):
            head = Head.read(self._header(key))
            return head.name if head.kind == OWN else None
        return None

    def _lies_plain(self, key: str) -> bool:
        try:
            self._bare.stat(key)
        except Missing:
            return False
        return True

    def _is_empty(self, bare: str) -> bool:
        with suppress(SessionGone):
            return self._bare.size(bare) == 0
        return False  # completed before, and asked again


def _turned(stream: Stream, pieces: Iterable[bytes]) -> Iterator[bytes]:
    for piece in pieces:
        # A view of a buffer that is used again: who takes pieces has written one before asking for the next.
        yield cast(bytes, stream.turned(piece))


def bare_session(session: str) -> str:
    return session.partition("!")[0]


def _plain(session: str, size: int) -> int:
    return max(0, size - HEADER) if "!" in session else size


def _stat(stat: Stat) -> Stat:
    """As told to whoever knows nothing of seals."""
    if not stat.key.startswith(keys.SEALED):
        return stat
    return Stat(keys.unsealed(stat.key), max(0, stat.size - HEADER), stat.modified)

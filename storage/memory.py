"""A store in this process, for unit tests. It promises what the others promise, except surviving."""

from __future__ import annotations

import io
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import RLock
from typing import BinaryIO

from storage import keys
from storage.appending import SYNC_EVERY, pieces_of, pump
from storage.base import (
    DEFAULT_TYPE,
    KeyTaken,
    Missing,
    OffsetMismatch,
    OnDurable,
    OnTurn,
    Session,
    SessionGone,
    Stat,
    Superseded,
)


@dataclass
class _Object:
    data: bytes
    modified: datetime
    session: str | None = None


@dataclass
class _Upload:
    key: str
    touched: datetime
    data: bytearray = field(default_factory=bytearray)
    turn: object = None


class Shelf:
    """What several MemoryStores can share, as several hosts share one disk."""

    def __init__(self) -> None:
        self.lock = RLock()
        self.objects: dict[str, _Object] = {}
        self.uploads: dict[str, _Upload] = {}


class MemoryStore:
    """Store over a shelf of dictionaries."""

    def __init__(self, shelf: Shelf | None = None) -> None:
        self._shelf = shelf or Shelf()

    counts_untold = True

    # --- upload sessions

    def begin(self, key: str) -> str:
        session = f"{secrets.token_hex(16)}@{keys.checked(key)}"
        with self._shelf.lock:
            self._shelf.uploads[session] = _Upload(key, _now())
        return session

    def append(
        self, session: str, offset: int, pieces: Iterable[bytes], on_durable: OnDurable | None = None,
        on_turn: OnTurn | None = None,
    ) -> int:  # fmt: skip
        upload = self._upload(session)
        with self._shelf.lock:
            upload.turn = turn = object()
            if len(upload.data) < offset:
                raise OffsetMismatch(len(upload.data))
            if on_turn:
                on_turn()
            del upload.data[offset:]
        return pump(_MemorySink(upload, self._shelf, turn), pieces, on_durable)

    def size(self, session: str) -> int:
        return len(self._upload(session).data)

    def take_over(self, session: str) -> int:
        upload = self._upload(session)
        with self._shelf.lock:
            upload.turn = object()
            return len(upload.data)

    def complete(self, session: str, size: int) -> Stat:
        with self._shelf.lock:
            key = session.partition("@")[2]
            kept = self._shelf.objects.get(key)
            if session not in self._shelf.uploads and kept and kept.session == session:
                return self.stat(key)
            upload = self._upload(session)
            if len(upload.data) < size:
                raise OffsetMismatch(len(upload.data))
            if kept:
                raise KeyTaken("the key holds another object")
            self._shelf.objects[key] = _Object(bytes(upload.data[:size]), _now(), session)
            del self._shelf.uploads[session]
            return self.stat(key)

    def abort(self, session: str) -> None:
        with self._shelf.lock:
            self._shelf.uploads.pop(session, None)

    def list_sessions(self, older_than: datetime) -> Iterator[Session]:
        with self._shelf.lock:
            found = [
                Session(text, upload.key, upload.touched) for text, upload in self._shelf.uploads.items()
            ]
        return (session for session in found if session.touched < older_than)

    # --- objects

    def put(
        self, key: str, data: bytes | BinaryIO, *, content_type: str = DEFAULT_TYPE, if_absent: bool = False
    ) -> Stat:
        keys.checked(key)
        whole = b"".join(pieces_of(data))
        with self._shelf.lock:
            if if_absent and key in self._shelf.objects:
                raise KeyTaken("the key holds another object")
            self._shelf.objects[key] = _Object(whole, _now())
            return self.stat(key)

    def open(self, key: str, start: int = 0, length: int | None = None) -> BinaryIO:
        if start < 0 or (length is not None and length < 0):
            raise ValueError("a range begins at 0 or later and is not negative")
        data = self._object(key).data
        return io.BytesIO(data[start : None if length is None else start + length])

    def stat(self, key: str) -> Stat:
        kept = self._object(key)
        return Stat(key, len(kept.data), kept.modified)

    def delete(self, key: str) -> None:
        keys.checked(key)
        with self._shelf.lock:
            self._shelf.objects.pop(key, None)

    def list(self, prefix: str) -> Iterator[Stat]:
        keys.checked_prefix(prefix)
        with self._shelf.lock:
            found = [
                Stat(key, len(kept.data), kept.modified)
                for key, kept in self._shelf.objects.items()
                if key.startswith(prefix)
            ]
        return iter(found)

    def check(self) -> None:
        """Memory is always there."""

    # --- inside

    def _object(self, key: str) -> _Object:
        try:
            return self._shelf.objects[keys.checked(key)]
        except KeyError:
            raise Missing(f"nothing is kept under {key}") from None

    def _upload(self, session: str) -> _Upload:
        try:
            return self._shelf.uploads[session]
        except KeyError:
            raise SessionGone("the upload session has ended") from None


class _MemorySink:
    def __init__(self, upload: _Upload, shelf: Shelf, turn: object) -> None:
        self.durable = len(upload.data)
        self._upload = upload
        self._shelf = shelf
        self._turn = turn

    def write(self, piece: bytes) -> None:
        with self._shelf.lock:
            self._require_turn()
            self._upload.data += piece
            self._upload.touched = _now()
        if len(self._upload.data) - self.durable >= SYNC_EVERY:
            self.flush()

    def flush(self) -> None:
        with self._shelf.lock:
            self._require_turn()
            self.durable = len(self._upload.data)

    def _require_turn(self) -> None:
        if self._upload.turn is not self._turn:
            raise Superseded("a newer call writes into this session")


def _now() -> datetime:
    return datetime.now(UTC)

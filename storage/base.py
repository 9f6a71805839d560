"""What a store is: its methods, its extra powers and its errors.

A store keeps bytes under keys made by `storage.keys`. It knows nothing of tips, HTTP or databases. It does
not decide who may write into an upload session (the row of the upload does), but whoever begins to append
takes the turn from whoever did before, in any process on any host: an older writer can no longer change
what is held.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Protocol, runtime_checkable

OnDurable = Callable[[int], None]
OnTurn = Callable[[], None]

DEFAULT_TYPE = "application/octet-stream"


class StoreError(Exception):
    """Anything a store cannot do."""


class Missing(StoreError):
    """Nothing is kept under this key."""


class KeyTaken(StoreError):
    """The key is write-once and already holds an object."""


class OffsetMismatch(StoreError):
    """The session holds fewer bytes than the caller believes; `have` is where to go on."""

    def __init__(self, have: int) -> None:
        super().__init__(f"the upload session holds {have} bytes")
        self.have = have


class SessionGone(StoreError):
    """The upload session was completed, aborted or never begun."""


class Superseded(StoreError):
    """A newer call writes into this upload session; the bytes of this one count no more."""


class OutOfSpace(StoreError):
    """The disk, the quota or the bucket is full."""


class Unavailable(StoreError):
    """The store does not work now: broken disk, no network, refused credentials. Nothing was acknowledged."""


class Busy(Unavailable):
    """A write that was begun earlier has not ended, as on a disk that hangs. Try again in a moment."""


class Silent(Unavailable):
    """Whoever keeps the bytes gives no answer: it is away, or takes connections and says nothing."""


class KeyDestroyed(Missing):
    """The bytes may lie there yet, but the key they were sealed under was destroyed: nobody reads them."""


class KeyLost(Unavailable):
    """The key these bytes are sealed under is not where keys are kept, and nobody destroyed it."""


class KeyWrong(KeyLost):
    """The key is there, but the station's secret does not open it."""


@dataclass(frozen=True)
class Stat:
    """What is known of one object without reading it."""

    key: str
    size: int
    modified: datetime


@dataclass(frozen=True)
class Session:
    """An upload session on the store's own list; `touched` is the last time bytes arrived."""

    text: str
    key: str
    touched: datetime


class Store(Protocol):
    """Where bytes are kept. Raises only `StoreError`s, or `ValueError` for a key no store could keep."""

    # Whether bytes that were never told are sure to stay when a session is taken over.
    counts_untold: bool

    def begin(self, key: str) -> str:
        """Open an upload session for `key`. The text (at most 500 characters) lets any host go on with it."""

    def append(
        self, session: str, offset: int, pieces: Iterable[bytes], on_durable: OnDurable | None = None,
        on_turn: OnTurn | None = None,
    ) -> int:  # fmt: skip
        """Write `pieces` from `offset` and return the durable offset.

        Bytes the session holds beyond `offset` are discarded first; when it holds fewer, `OffsetMismatch`.
        About every 32 MiB (S3: each part), every minute and at the end bytes are made durable, and each new
        durable offset is told to `on_durable`. An older append of this session, wherever it runs, ends with
        `Superseded` at its next step and none of its bytes count any more. `on_turn` is called when that is
        so and nothing has been changed yet: what it raises ends the call. If `pieces` raises, what came
        before is made durable and told, then the exception goes on. A step back is sure to work to the
        offset the last append began with, or any it told; S3 may answer one further back with
        `OffsetMismatch` and a smaller `have`.
        """

    def size(self, session: str) -> int:
        """The durable bytes a session holds. Changes nothing: an append that runs goes on."""

    def take_over(self, session: str) -> int:
        """Stop whoever appends, as a new append does, and tell the durable bytes held; none is discarded."""

    def complete(self, session: str, size: int) -> Stat:
        """Put the first `size` bytes of the session under its key, once and for all.

        `KeyTaken` if the key holds something else. After a success the session is gone, yet this call may be
        repeated with the same answer until `abort(session)` is called.
        """

    def abort(self, session: str) -> None:
        """Forget a session and its bytes; never touches a completed object. May be repeated."""

    def list_sessions(self, older_than: datetime) -> Iterator[Session]:
        """Sessions, and leftovers of sessions, in which nothing has moved since `older_than`."""

    def put(
        self, key: str, data: bytes | BinaryIO, *, content_type: str = DEFAULT_TYPE, if_absent: bool = False
    ) -> Stat:
        """Keep `data`, durably on return, in place of what is there; with `if_absent` that is `KeyTaken`."""

    def open(self, key: str, start: int = 0, length: int | None = None) -> BinaryIO:
        """A reader of the object or a range of it, to be closed. A range beyond the end is simply shorter."""

    def stat(self, key: str) -> Stat:
        """Size and time of the object."""

    def delete(self, key: str) -> None:
        """Remove the object, with all its versions. May be repeated."""

    def list(self, prefix: str) -> Iterator[Stat]:
        """All objects whose keys begin with `prefix`, in no promised order."""

    def check(self) -> None:
        """Raise `Unavailable` or `OutOfSpace` if the store cannot take bytes now. Quick."""


@runtime_checkable
class LocalPath(Protocol):
    """A store whose objects are files of this machine, so that a worker needs no copy."""

    def path_of(self, key: str) -> Path:
        """The file of the object, for reading only."""


@runtime_checkable
class Growing(Protocol):
    """A store in which the bytes of an unfinished session can be looked at while more of them come.

    What is seen there is a foretaste and nothing else: it may be cut back and come again differently. S3
    has not this power, for it shows no part of an object before the whole is there.
    """

    def growing_path(self, session: str) -> Path:
        """The file that grows, for reading only; SessionGone when it grows no more."""

    def growing_head(self, session: str, size: int) -> bytes:
        """Its first bytes, as they were sent; fewer if fewer are there."""

    def keep_tail(self, session: str, data: BinaryIO, most: int) -> int:
        """Keep the last bytes of the file to come, sent ahead of the others; how many there were.

        They never become part of the object and go with the session. More than `most` is a ValueError;
        an older tail is replaced.
        """

    def find_tail(self, session: str) -> Path | None:
        """The file of these last bytes, if they were sent."""


@runtime_checkable
class FreeSpace(Protocol):
    """A store that knows how much room is left."""

    def free_bytes(self) -> int:
        """Bytes that can still be written."""


@runtime_checkable
class SignedUrl(Protocol):
    """A store that browsers can read from directly for a short time."""

    def signed_get(
        self, key: str, seconds: int, *, content_type: str | None = None, filename: str | None = None
    ) -> str:
        """An address that gives the object for `seconds`; `filename` makes it a download of that name."""


@runtime_checkable
class FallsSilent(Protocol):
    """A store behind a line, which may give no answer at all."""

    @property
    def is_silent(self) -> bool:
        """Whether it gave none just before, so that pages do not wait for it."""


@runtime_checkable
class ObjectLock(Protocol):
    """A store that can refuse deletion until a date, whoever asks."""

    def can_lock(self) -> bool:
        """Whether this very store has the power switched on."""

    def lock(self, key: str, until: datetime) -> None:
        """Hold the object as it is until then; the date can be moved later, never earlier."""

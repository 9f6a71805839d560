"""Where bytes are kept: on a local disk, in an S3 bucket, or in memory for tests. See `storage.base`."""

from __future__ import annotations

from storage.awaited import awaited
from storage.base import (
    Busy,
    FallsSilent,
    FreeSpace,
    Growing,
    KeyDestroyed,
    KeyLost,
    KeyTaken,
    KeyWrong,
    LocalPath,
    Missing,
    ObjectLock,
    OffsetMismatch,
    OutOfSpace,
    Session,
    SessionGone,
    SignedUrl,
    Silent,
    Stat,
    Store,
    StoreError,
    Superseded,
    Unavailable,
)
from storage.cipher import Seal
from storage.hashing import Digest, sha256_of
from storage.keyring import Keyring
from storage.opening import open_store, read_address
from storage.sealed import ALONE, SealedStore
from storage.sealed_powers import SealedDisk, bare_store, seal_store

__all__ = [
    "ALONE",
    "Busy",
    "Digest",
    "FallsSilent",
    "FreeSpace",
    "Growing",
    "KeyDestroyed",
    "KeyLost",
    "KeyTaken",
    "KeyWrong",
    "Keyring",
    "LocalPath",
    "Missing",
    "ObjectLock",
    "OffsetMismatch",
    "OutOfSpace",
    "Seal",
    "SealedDisk",
    "SealedStore",
    "Session",
    "SessionGone",
    "SignedUrl",
    "Silent",
    "Stat",
    "Store",
    "StoreError",
    "Superseded",
    "Unavailable",
    "awaited",
    "bare_store",
    "open_store",
    "read_address",
    "seal_store",
    "sha256_of",
]

"""Where bytes are kept: on a local disk, in an S3 bucket, or in memory for tests. See `storage.base`."""

from __future__ import annotations

from storage.base import (
    Busy,
    FreeSpace,
    Growing,
    KeyTaken,
    LocalPath,
    Missing,
    ObjectLock,
    OffsetMismatch,
    OutOfSpace,
    Session,
    SessionGone,
    SignedUrl,
    Stat,
    Store,
    StoreError,
    Superseded,
    Unavailable,
)
from storage.hashing import Digest, sha256_of
from storage.opening import open_store, read_address

__all__ = [
    "Busy",
    "Digest",
    "FreeSpace",
    "Growing",
    "KeyTaken",
    "LocalPath",
    "Missing",
    "ObjectLock",
    "OffsetMismatch",
    "OutOfSpace",
    "Session",
    "SessionGone",
    "SignedUrl",
    "Stat",
    "Store",
    "StoreError",
    "Superseded",
    "Unavailable",
    "open_store",
    "read_address",
    "sha256_of",
]

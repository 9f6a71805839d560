"""Objects in S3 that are kept: their names, and the mark that says which session or call made one.

So a call repeated because its answer was lost is recognised as the success it was.
"""

from __future__ import annotations

from typing import Any

from storage import keys
from storage.base import KeyTaken, Missing, Stat, StoreError, Unavailable
from storage.s3_bucket import Bucket, said

MADE_BY = "session"


def name_of(key: str) -> str:
    return f"objects/{keys.checked(key)}"


def stat(bucket: Bucket, key: str) -> Stat:
    return _stat(key, _head(bucket, key))


def put_whole(bucket: Bucket, key: str, body: bytes, content_type: str, token: str, *, once: bool) -> None:
    condition = {"IfNoneMatch": "*"} if once else {}
    bucket.put(name_of(key), body, ContentType=content_type, Metadata={MADE_BY: token}, **condition)


def kept_by(bucket: Bucket, token: str, key: str, fault: StoreError | None = None) -> Stat:
    """The object if the holder of `token` made it: then the answer to an earlier try was lost."""
    try:
        head = _head(bucket, key)
        if MADE_BY not in head["Metadata"]:
            # Not ours, or an answer that broke off within its headers: look twice before calling it taken.
            head = _head(bucket, key)
    except Missing:
        raise fault or Unavailable("two writers met at one key and neither won: try again") from None
    if head["Metadata"].get(MADE_BY) == token:
        return _stat(key, head)
    raise fault or KeyTaken("the key holds another object")


def nothing(key: str) -> Missing:
    return Missing(f"nothing is kept under {key}")


def _head(bucket: Bucket, key: str) -> Any:
    return bucket.head(name_of(key), nothing(key))


def _stat(key: str, head: Any) -> Stat:
    return Stat(key, said(head, "ContentLength"), said(head, "LastModified"))

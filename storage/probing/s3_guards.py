"""Whether the server refuses what it must: damaged bytes, forged and expired addresses, early deletion."""

from __future__ import annotations

import hashlib
import time
import urllib.error
import urllib.request
from base64 import b64encode
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from botocore.exceptions import ClientError

from storage.base import KeyTaken, SessionGone, StoreError, Unavailable
from storage.probing.telling import Told
from storage.s3 import S3Store
from storage.s3_bucket import Bucket, code_of, said, told_plainly
from storage.s3_object import name_of

LOCKED_FOR = timedelta(seconds=20)
_PATIENCE_S = 20
_REFUSALS = frozenset({400, 401, 403})
_NO_LOCK = frozenset({"ObjectLockConfigurationNotFoundError", "NotImplemented"})


def lock_rule(bucket: Bucket) -> dict[str, Any]:
    """What the bucket says of its object lock; nothing where it has none."""
    try:
        found = bucket.client.get_object_lock_configuration(Bucket=bucket.name)
    except ClientError as fault:
        if code_of(fault) in _NO_LOCK:
            return {}
        raise
    rule: dict[str, Any] = found.get("ObjectLockConfiguration", {})
    return rule


def wrong_checksum(bucket: Bucket) -> Told:
    """Bytes with the digest of others, whole and as a part of an upload."""
    body, wrong = b"these bytes", bucket.digests(b"those bytes")
    kind = "SHA-256" if "ChecksumSHA256" in wrong else "MD5"
    taken = [answer for answer in (_put(bucket, body, wrong), _put_part(bucket, body, wrong)) if answer]
    if not taken:
        return Told("checksums", kind=kind)
    # Tipline compares what the answer says of the bytes; one that repeats what it was told hides damage.
    if any(answer.get("ChecksumSHA256", "none") == wrong.get("ChecksumSHA256") for answer in taken):
        return Told("checksums-false", kind=kind)
    return Told("checksums-ignored", kind=kind)


def signed_addresses(store: S3Store, key: str, data: bytes) -> Told:
    good, brief = store.signed_get(key, 120), store.signed_get(key, 1)
    made = time.monotonic()
    if fetched(bare(good)) is not None:
        return Told("addresses-public")
    if fetched(_forged(good)) is not None:
        return Told("addresses-forged")
    time.sleep(max(0.0, 2.5 - (time.monotonic() - made)))
    if fetched(brief) is not None:
        return Told("addresses-expired")
    return Told("addresses") if fetched(good) == data else Told("addresses-not")


def can_be_undone(store: S3Store, key: str, until: datetime) -> bool:
    """Whether the held object can be deleted, or its date brought forward."""
    acts: list[Callable[[], None]] = [
        lambda: store.delete(key),
        lambda: store.lock(key, until - LOCKED_FOR / 2),
    ]
    for act in acts:
        try:
            act()
        except StoreError:
            continue
        return True
    try:
        store.stat(key)
    except StoreError:
        return True
    return False


def fetched(address: str) -> bytes | None:
    """What anybody gets there; None if the server refuses."""
    try:
        with urllib.request.urlopen(address, timeout=_PATIENCE_S) as answer:  # noqa: S310 - of our own store
            data: bytes = answer.read()
            return data
    except urllib.error.HTTPError as fault:
        if fault.code in _REFUSALS:
            return None
        raise Unavailable(f"GET: {fault.code}") from fault


def bare(address: str) -> str:
    return address.partition("?")[0]


def _forged(address: str) -> str:
    """The same address with a signature that is not ours."""
    before, name, signature = address.partition("Signature=")
    end = signature.find("&")
    tail = "" if end < 0 else signature[end:]
    own = signature if end < 0 else signature[:end]
    forged = hashlib.sha256(own.encode()).hexdigest()
    return before + name + (forged if len(own) == 64 else b64encode(forged.encode()).decode()[:28]) + tail


def _put(bucket: Bucket, body: bytes, wrong: dict[str, str]) -> Any:
    try:
        with told_plainly():
            return bucket.client.put_object(**bucket.where("wrong"), Body=body, **wrong)
    except StoreError as fault:
        return _none_if_refused(fault)


def _put_part(bucket: Bucket, body: bytes, wrong: dict[str, str]) -> Any:
    where = bucket.where(name_of("original/wrong"))
    with told_plainly():
        begun = bucket.client.create_multipart_upload(**where, **bucket.multipart_algorithm())
    upload = where | {"UploadId": said(begun, "UploadId")}
    try:
        with told_plainly():
            return bucket.client.upload_part(**upload, PartNumber=1, Body=body, **wrong)
    except StoreError as fault:
        return _none_if_refused(fault)
    finally:
        with told_plainly():
            bucket.client.abort_multipart_upload(**upload)


def _none_if_refused(fault: StoreError) -> None:
    cause = fault.__cause__
    if not isinstance(cause, ClientError) or isinstance(fault, KeyTaken | SessionGone):
        raise fault
    if cause.response["ResponseMetadata"].get("HTTPStatusCode", 500) >= 500:
        raise fault

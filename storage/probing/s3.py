"""Checks of an S3 bucket: whether its server does what write-once, resuming and erasing rest on."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from botocore.exceptions import ClientError, NoCredentialsError

from storage import keys, s3_completion
from storage.base import StoreError, Unavailable
from storage.probing import contract, s3_guards
from storage.probing.contract import Corner
from storage.probing.s3_races import joined_once
from storage.probing.telling import Told
from storage.s3 import S3Store
from storage.s3_bucket import ASKING, Bucket, code_of, told_plainly
from storage.s3_session import upload_part
from storage.s3_taking import take_turn

OLD_S = 600
_LEFT = re.compile(r"probe-(\d{9,11})-[0-9a-f]{8}/")
_SKEW_NOTED_S = 5
_SKEW_HARMS_S = 300


@dataclass
class Corners(Corner):
    """Two hosts over one corner of the bucket; what must be waited for before it can be emptied."""

    store: S3Store
    other: S3Store
    held_until: datetime | None = None
    skew: timedelta = field(default_factory=timedelta)
    unreached: bool = False

    @property
    def bucket(self) -> Bucket:
        return self.store.bucket


@contextmanager
def prepared(store: S3Store, corner: str) -> Iterator[Corners]:
    made = Corners(store.below(corner), store.below(corner))
    try:
        yield made
    finally:
        # A store that does not answer holds nothing of ours, and asking again would take minutes.
        if not made.unreached:
            _wait_for_lock(made)
            # What cannot be removed now goes with the next run; the checks have said why.
            with suppress(StoreError):
                _empty(made.bucket)
            with suppress(StoreError):
                _sweep(store.bucket)


def reach(corner: Corners) -> Told:
    began = time.time()
    try:
        answer = corner.bucket.ask(ASKING)
    except StoreError as fault:
        corner.unreached = True
        return Told(_why_unreachable(fault), ends=True, bucket=corner.bucket.name, fault=_said(fault))
    if theirs := answer["ResponseMetadata"]["HTTPHeaders"].get("date"):
        ours = (began + time.time()) / 2
        corner.skew = timedelta(seconds=parsedate_to_datetime(theirs).timestamp() - ours)
    return Told("reach", bucket=corner.bucket.name)


def clock(corner: Corners) -> Told:
    seconds = abs(round(corner.skew.total_seconds()))
    if seconds > _SKEW_HARMS_S:
        return Told("clock-wrong", seconds=seconds)
    return Told("clock-off", seconds=seconds) if seconds > _SKEW_NOTED_S else Told("clock")


def default_retention(corner: Corners) -> Told:
    """Before anything is written: under a default retention nothing of it could be removed again."""
    try:
        with told_plainly():
            rule = s3_guards.lock_rule(corner.bucket)
    except Unavailable:
        # Without the right to ask, go on: most buckets have none.
        return Told("retention-unknown")
    return Told("retention-default", ends=True) if rule.get("Rule") else Told("retention")


def checksums(corner: Corners) -> Told:
    return s3_guards.wrong_checksum(corner.bucket)


def joining(corner: Corners) -> Told:
    return joined_once(corner.bucket, corner.other.bucket)


def leftovers(corner: Corners) -> Told:
    """After an abort the server may keep no part: they are paid for, and hold footage."""
    key = keys.original("leftovers")
    ticket = s3_completion.begin(corner.bucket, key, 1_000_000, "application/octet-stream")
    turn, _ = take_turn(corner.bucket, ticket)
    upload_part(corner.bucket, ticket, turn, turn.first, 0, b"x" * 1000)
    s3_completion.forget(corner.bucket, ticket)
    if any(upload["UploadId"] == ticket.upload_id for upload in corner.other.multipart_uploads()):
        return Told("leftovers-stay")
    return Told("leftovers-none")


def batch(corner: Corners) -> Told:
    names = [f"batch/{number}" for number in range(3)]
    for name in names:
        corner.bucket.put(name, b"x")
    calls: list[str] = []
    corner.bucket.client.meta.events.register_first(
        "before-call.s3.DeleteObject", lambda **_: calls.append("single")
    )
    corner.bucket.delete_many(names)
    if list(corner.other.bucket.list("batch/")):
        return Told("batch-stays")
    return Told("batch-none") if calls else Told("batch")


def versions(corner: Corners) -> Told:
    if not corner.bucket.keeps_versions():
        return Told("versions-off")
    key = keys.rendition("versions", "x")
    for body in (b"one", b"two"):
        corner.store.put(key, body)
    corner.store.delete(key)
    with told_plainly():
        found = corner.bucket.client.list_object_versions(
            Bucket=corner.bucket.name, Prefix=f"{corner.bucket.root}objects/{key}"
        )
    left = found.get("Versions") or found.get("DeleteMarkers")
    return Told("versions-stay") if left else Told("versions-erased")


def signed(corner: Corners) -> Told:
    key = keys.rendition("signed", "x")
    corner.store.put(key, b"signed")
    return s3_guards.signed_addresses(corner.store, key, b"signed")


def lock_state(corner: Corners) -> Told:
    return Told("lock-untried") if corner.store.can_lock() else Told("lock-off")


def lock(corner: Corners) -> Told:
    if not corner.store.can_lock():
        return Told("lock-off")
    key = keys.original("locked")
    # Dates are compared by the server's clock.
    until = (datetime.now(UTC) + corner.skew + s3_guards.LOCKED_FOR).replace(microsecond=0)
    corner.store.put(key, b"held", if_absent=True)
    corner.held_until = until - corner.skew
    corner.store.lock(key, until)
    if s3_guards.can_be_undone(corner.store, key, until):
        return Told("lock-broken")
    return Told("lock-holds", until=f"{corner.held_until:%H:%M:%S}")


def checks(*, with_lock: bool) -> dict[str, Callable[[Corners], Told]]:
    return {
        "reach": reach,
        "clock": clock,
        "retention": default_retention,
        "round trip": contract.round_trip,
        "ranges": contract.ranges,
        "checksums": checksums,
        "write once": contract.first_put_wins,
        "joining": joining,
        "resuming": contract.resuming,
        "too early": contract.too_early,
        "aborting": contract.aborting,
        "leftovers": leftovers,
        "batch delete": batch,
        "versions": versions,
        "addresses": signed,
        "speed": contract.speed,
        "object lock": lock if with_lock else lock_state,
    }


_WHY = {
    "404": "reach-no-bucket", "NoSuchBucket": "reach-no-bucket", "400": "reach-refused",
    "403": "reach-refused", "AccessDenied": "reach-refused", "301": "reach-region",
}  # fmt: skip


def _why_unreachable(fault: StoreError) -> str:
    cause = fault.__cause__
    if isinstance(cause, ClientError):
        return _WHY.get(code_of(cause), "reach-not")
    return "reach-no-credentials" if isinstance(cause, NoCredentialsError) else "reach-not"


def _said(fault: StoreError) -> str:
    return str(fault).partition(":")[0]


def _wait_for_lock(corner: Corners) -> None:
    if corner.held_until:
        left = (corner.held_until - datetime.now(UTC)).total_seconds() + 1.5
        time.sleep(max(0.0, left))


def _empty(bucket: Bucket) -> None:
    with told_plainly():
        pages = bucket.client.get_paginator("list_multipart_uploads")
        for page in pages.paginate(Bucket=bucket.name, Prefix=bucket.root):
            for upload in page.get("Uploads", ()):
                bucket.client.abort_multipart_upload(
                    Bucket=bucket.name, Key=upload["Key"], UploadId=upload["UploadId"]
                )
    bucket.erase_below("")


def _sweep(bucket: Bucket) -> None:
    """Corners of runs that were killed, or whose lock had to end first."""
    for name in bucket.folders("probe-"):
        found = _LEFT.fullmatch(name)
        if found and time.time() - int(found[1]) > OLD_S:
            with suppress(StoreError):
                _empty(bucket.below(name.rstrip("/")))

"""The right to complete an upload to a key, held by one session at a time.

`If-None-Match` is sure when an object is put in one call. When a multipart upload is completed some servers
look first and write later, so that of several racing sessions more than one wins (seen with SeaweedFS 4.48).
Hence a session first puts `claims/<key>` in one call. If it dies, its claim stays until it goes on or is
aborted.
"""

from __future__ import annotations

from storage.base import KeyTaken, Missing
from storage.s3_bucket import Bucket
from storage.s3_reader import read_whole
from storage.s3_session import Ticket


def claim(bucket: Bucket, ticket: Ticket) -> None:
    """Take the key for this session, or KeyTaken if another one has it."""
    try:
        bucket.put(_name(ticket), ticket.token.encode(), IfNoneMatch="*")
    except KeyTaken:
        if _holder(bucket, ticket) != ticket.token:
            raise


def release(bucket: Bucket, ticket: Ticket) -> None:
    """Give the key free again if this session holds it."""
    if _holder(bucket, ticket) == ticket.token:
        bucket.erase(_name(ticket))


def _holder(bucket: Bucket, ticket: Ticket) -> str | None:
    try:
        return read_whole(bucket, _name(ticket), Missing("no claim")).decode("ascii", "replace")
    except Missing:
        return None


def _name(ticket: Ticket) -> str:
    return f"claims/{ticket.key}"

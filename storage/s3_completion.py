"""The beginning and the ends of an upload session in S3: completed once and for all, or forgotten."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Sequence
from typing import BinaryIO, NoReturn

from botocore.exceptions import ClientError

from storage import s3_object
from storage.base import KeyTaken, SessionGone, Stat, StoreError, Unavailable
from storage.hashing import Digest
from storage.s3_bucket import Bucket, code_of, said, told_plainly
from storage.s3_claim import claim, release
from storage.s3_reader import S3Reader
from storage.s3_session import Held, Part, Ticket, cut, next_number, upload_part
from storage.s3_taking import take_turn
from storage.s3_turn import Turn

log = logging.getLogger(__name__)

_PIECE = 1024 * 1024


def begin(bucket: Bucket, key: str, part_size: int, content_type: str) -> Ticket:
    token = secrets.token_hex(16)
    with told_plainly():
        begun = bucket.client.create_multipart_upload(
            **bucket.where(s3_object.name_of(key)),
            ContentType=content_type,
            Metadata={s3_object.MADE_BY: token},
            **bucket.multipart_algorithm(),
        )
    ticket = Ticket(token, said(begun, "UploadId"), part_size, key)
    bucket.put(ticket.begun, b"")
    return ticket


def complete(
    bucket: Bucket, ticket: Ticket, size: int, content_type: str, *, once: bool, turn: Turn | None
) -> Stat:
    """Make the object of the first `size` bytes. May be repeated by whoever did not hear the answer.

    `turn` is the one in which they were written, if that was here.
    """
    try:
        if once:
            claim(bucket, ticket)
        parts = _finish(bucket, ticket, size, content_type, once=once, turn=turn)
        stat = s3_object.stat(bucket, ticket.key)
        if stat.size != size:
            _throw_away(bucket, ticket)
    except (SessionGone, KeyTaken) as fault:
        try:
            stat = s3_object.kept_by(bucket, ticket.token, ticket.key, fault)
        except KeyTaken:
            release(bucket, ticket)
            raise
        if stat.size != size:
            raise Unavailable("the object has another number of bytes than it was sent") from fault
        parts = _parts_left(bucket, ticket)
    if not all(part.is_proved for part in parts):
        _prove(bucket, ticket, parts)
    forget_calmly(bucket, ticket)
    return stat


def forget(bucket: Bucket, ticket: Ticket) -> None:
    """Drop the session, its bytes and its claim; never the object it made."""
    with told_plainly(SessionGone("the upload session has ended")):
        try:
            bucket.client.abort_multipart_upload(**ticket.upload(bucket))
        except ClientError as fault:
            if code_of(fault) not in {"NoSuchUpload", "404"}:
                raise
    release(bucket, ticket)
    bucket.erase_below(ticket.folder)


def forget_calmly(bucket: Bucket, ticket: Ticket) -> None:
    """Tidy up after the outcome is certain; what stays is on `list_sessions` for the sweep."""
    try:
        forget(bucket, ticket)
    except StoreError as fault:
        log.warning("leftovers of an upload to %s stay for the sweep: %s", ticket.key, fault)


def _finish(
    bucket: Bucket, ticket: Ticket, size: int, content_type: str, *, once: bool, turn: Turn | None
) -> Sequence[Part]:
    """Let the server join the parts; returns them."""
    held = Held.read(bucket, ticket)
    if held.size > size or (turn is None and held.size > held.end):
        turn, held = take_turn(bucket, ticket, size)
    kept = cut(bucket, ticket, held, size)
    if kept.parts and kept.head and turn is None:
        # An earlier try sent the last part and was not heard of; it is sent again under a number of its own.
        turn, held = take_turn(bucket, ticket, size)
        kept = cut(bucket, ticket, held, size)
    if not kept.parts:
        # Less than a part, perhaps nothing at all, which a multipart upload cannot say.
        s3_object.put_whole(bucket, ticket.key, kept.head, content_type, ticket.token, once=once)
        return []
    parts = list(kept.parts)
    if kept.head and turn:
        number = next_number(turn, kept.parts)
        parts.append(upload_part(bucket, ticket, turn, number, kept.start, kept.head))
    with told_plainly():
        bucket.client.complete_multipart_upload(
            **ticket.upload(bucket),
            MultipartUpload={
                "Parts": [
                    {"PartNumber": part.number, "ETag": part.etag} | bucket.part_checksum(part.sha256)
                    for part in parts
                ]
            },
            **({"IfNoneMatch": "*"} if once else {}),
        )
    return parts


def _parts_left(bucket: Bucket, ticket: Ticket) -> Sequence[Part]:
    """Parts whose records stand yet: whoever joined them may have died before proving them."""
    try:
        return Held.read(bucket, ticket).parts
    except SessionGone:
        return ()


def _prove(bucket: Bucket, ticket: Ticket, parts: Sequence[Part]) -> None:
    """Read the object again where the server did not show that it took what it was sent."""
    name = s3_object.name_of(ticket.key)
    with S3Reader.buffered(bucket, name, 0, bucket.get(name, s3_object.nothing(ticket.key))) as reader:
        is_same = all(_sha256(reader, part.size) == part.sha256 for part in parts)
    if not is_same:
        _throw_away(bucket, ticket)


def _throw_away(bucket: Bucket, ticket: Ticket) -> NoReturn:
    """The object just made is not what was sent: its bytes are nobody's, and the sender has the true ones."""
    bucket.erase(s3_object.name_of(ticket.key))
    forget_calmly(bucket, ticket)
    raise Unavailable("the object store kept other bytes than it was sent")


def _sha256(reader: BinaryIO, size: int) -> str:
    digest = Digest()
    while piece := reader.read(min(_PIECE, size - digest.size)):
        digest.update(piece)
    return digest.hexdigest()

"""A store in an S3 bucket.

Objects are `objects/<key>`, growing uploads are multipart uploads with their records under `uploads/` (see
`storage.s3_session`). Write-once is the server's `If-None-Match: *`, with a claim before it for uploads (see
`storage.s3_claim`). Each object carries the token of the session that made it: so a call repeated because its
answer was lost is recognised as the success it was.
A file can have 10,000 parts: 80 GB.
"""

from __future__ import annotations

import io
import logging
import secrets
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import chain, groupby
from typing import Any, BinaryIO
from urllib.parse import quote

from botocore.exceptions import ClientError

from storage import keys
from storage.appending import pieces_of, pump
from storage.base import (
    DEFAULT_TYPE,
    KeyTaken,
    Missing,
    OnDurable,
    Session,
    SessionGone,
    Stat,
    StoreError,
    Unavailable,
)
from storage.s3_bucket import WHEN_SUPPORTED, Bucket, code_of, told_plainly
from storage.s3_claim import claim, release
from storage.s3_reader import S3Reader
from storage.s3_session import Held, PartSink, Ticket, cut, upload_part

log = logging.getLogger(__name__)

PART_SIZE = 8 * 1024 * 1024
SMALLEST_PART = 5 * 1024 * 1024
_MADE_BY = "session"
_UNKNOWN = "0" * 32


class S3Store:
    """Store, SignedUrl and ObjectLock over one bucket. Credentials come from the usual AWS variables."""

    def __init__(
        self,
        *,
        bucket: str,
        prefix: str = "",
        endpoint_url: str | None = None,
        region: str | None = None,
        checksums: str = WHEN_SUPPORTED,
        part_size: int = PART_SIZE,
    ) -> None:
        if part_size < SMALLEST_PART:
            raise ValueError("S3 wants parts of at least 5 MiB")
        self._bucket = Bucket(bucket, prefix, endpoint_url, region, checksums)
        self._part_size = part_size

    # --- upload sessions

    def begin(self, key: str) -> str:
        return self._begin(keys.checked(key), DEFAULT_TYPE).text

    def append(
        self, session: str, offset: int, pieces: Iterable[bytes], on_durable: OnDurable | None = None
    ) -> int:
        ticket = Ticket.parse(session)
        kept = cut(self._bucket, ticket, Held.read(self._bucket, ticket), offset)
        return pump(PartSink(self._bucket, ticket, kept), pieces, on_durable)

    def size(self, session: str) -> int:
        ticket = Ticket.parse(session)
        held = Held.read(self._bucket, ticket)
        # A rule of the bucket may have swept the parts away while their records stayed.
        with told_plainly(SessionGone("the upload session has ended")):
            self._bucket.client.list_parts(**ticket.upload(self._bucket), MaxParts=1)
        return held.size

    def complete(self, session: str, size: int) -> Stat:
        return self._complete(Ticket.parse(session), size, DEFAULT_TYPE, once=True)

    def abort(self, session: str) -> None:
        self._forget(Ticket.parse(session))

    def list_sessions(self, older_than: datetime) -> Iterator[Session]:
        recorded = set()
        entries = self._bucket.list("uploads/")
        for text, group in groupby(entries, lambda entry: _session_of(entry["Key"])):
            touched = max(entry["LastModified"] for entry in group)
            if ticket := Ticket.find(text):
                recorded.add(ticket.upload_id)
                if touched < older_than:
                    yield Session(text, ticket.key, touched)
        for upload in self._multipart_uploads():
            # Begun by a host that died before it wrote its first record.
            if upload["UploadId"] not in recorded and upload["Initiated"] < older_than:
                key = upload["Key"].removeprefix(f"{self._bucket.root}objects/")
                ticket = Ticket(_UNKNOWN, upload["UploadId"], self._part_size, key)
                yield Session(ticket.text, key, upload["Initiated"])

    # --- objects

    def put(
        self, key: str, data: bytes | BinaryIO, *, content_type: str = DEFAULT_TYPE, if_absent: bool = False
    ) -> Stat:
        keys.checked(key)
        pieces = pieces_of(data)
        first = bytearray()
        for piece in pieces:
            first += piece
            if len(first) > self._part_size:
                return self._put_large(key, chain([bytes(first)], pieces), content_type, once=if_absent)
        token = secrets.token_hex(16)
        try:
            self._put_whole(key, bytes(first), content_type, token, once=if_absent)
        except KeyTaken:
            return self._kept_by(token, key)
        return self.stat(key)

    def open(self, key: str, start: int = 0, length: int | None = None) -> BinaryIO:
        if start < 0 or (length is not None and length < 0):
            raise ValueError("a range begins at 0 or later and is not negative")
        name = _object(key)
        if length == 0 or (start and start >= self.stat(key).size):
            self.stat(key)
            return io.BytesIO()
        if start == 0 and length is None:
            span = {}
        else:
            span = {"Range": f"bytes={start}-{'' if length is None else start + length - 1}"}
        with told_plainly(_nothing(key)):
            try:
                answer = self._bucket.client.get_object(**self._bucket.where(name), **span)
            except ClientError as fault:
                if code_of(fault) not in {"InvalidRange", "416"}:
                    raise
                # Only an empty object has no byte to begin with.
                return io.BytesIO()
        return S3Reader.buffered(self._bucket, name, start, answer)

    def stat(self, key: str) -> Stat:
        return _stat(key, self._head(key))

    def delete(self, key: str) -> None:
        self._bucket.erase(_object(key))

    def list(self, prefix: str) -> Iterator[Stat]:
        entries = self._bucket.list(f"objects/{keys.checked_prefix(prefix)}")
        return (
            Stat(entry["Key"].removeprefix("objects/"), entry["Size"], entry["LastModified"])
            for entry in entries
        )

    def check(self) -> None:
        self._bucket.check()

    # --- extra powers

    def signed_get(
        self, key: str, seconds: int, *, content_type: str | None = None, filename: str | None = None
    ) -> str:
        wanted: dict[str, str] = self._bucket.where(_object(key))
        if content_type:
            wanted["ResponseContentType"] = content_type
        if filename:
            wanted["ResponseContentDisposition"] = f"attachment; filename*=UTF-8''{quote(filename, safe='')}"
        with told_plainly():
            return str(
                self._bucket.client.generate_presigned_url("get_object", Params=wanted, ExpiresIn=seconds)
            )

    def can_lock(self) -> bool:
        with told_plainly():
            try:
                found = self._bucket.client.get_object_lock_configuration(Bucket=self._bucket.name)
            except ClientError as fault:
                if code_of(fault) in {
                    "ObjectLockConfigurationNotFoundError",
                    "NotImplemented",
                }:
                    return False
                raise
        return bool(found["ObjectLockConfiguration"].get("ObjectLockEnabled") == "Enabled")

    def lock(self, key: str, until: datetime) -> None:
        with told_plainly(_nothing(key)):
            self._bucket.client.put_object_retention(
                **self._bucket.where(_object(key)),
                Retention={"Mode": "COMPLIANCE", "RetainUntilDate": until},
            )

    # --- inside

    def _begin(self, key: str, content_type: str) -> Ticket:
        token = secrets.token_hex(16)
        with told_plainly():
            begun = self._bucket.client.create_multipart_upload(
                **self._bucket.where(_object(key)),
                ContentType=content_type,
                Metadata={_MADE_BY: token},
                **self._bucket.multipart_algorithm(),
            )
        ticket = Ticket(token, begun["UploadId"], self._part_size, key)
        self._bucket.put(ticket.begun, b"")
        return ticket

    def _put_large(self, key: str, pieces: Iterable[bytes], content_type: str, *, once: bool) -> Stat:
        ticket = self._begin(key, content_type)
        try:
            size = self.append(ticket.text, 0, pieces)
            return self._complete(ticket, size, content_type, once=once)
        except BaseException:
            self._forget_calmly(ticket)
            raise

    def _put_whole(self, key: str, body: bytes, content_type: str, token: str, *, once: bool) -> None:
        condition = {"IfNoneMatch": "*"} if once else {}
        self._bucket.put(
            _object(key), body, ContentType=content_type, Metadata={_MADE_BY: token}, **condition
        )

    def _complete(self, ticket: Ticket, size: int, content_type: str, *, once: bool) -> Stat:
        try:
            if once:
                claim(self._bucket, ticket)
            self._finish(ticket, size, content_type, once=once)
            stat = self.stat(ticket.key)
            if stat.size != size:
                raise Unavailable("the object store kept another number of bytes than it was sent")
        except (SessionGone, KeyTaken) as fault:
            try:
                stat = self._kept_by(ticket.token, ticket.key, fault)
            except KeyTaken:
                release(self._bucket, ticket)
                raise
        self._forget_calmly(ticket)
        return stat

    def _finish(self, ticket: Ticket, size: int, content_type: str, *, once: bool) -> None:
        kept = cut(self._bucket, ticket, Held.read(self._bucket, ticket), size)
        if not kept.parts:
            # Less than a part, perhaps nothing at all, which a multipart upload cannot say.
            self._put_whole(ticket.key, kept.head, content_type, ticket.token, once=once)
            return
        parts = list(kept.parts)
        if kept.head:
            parts.append(upload_part(self._bucket, ticket, len(parts) + 1, kept.start, kept.head))
        with told_plainly():
            self._bucket.client.complete_multipart_upload(
                **ticket.upload(self._bucket),
                MultipartUpload={
                    "Parts": [
                        {"PartNumber": part.number, "ETag": part.etag}
                        | self._bucket.part_checksum(part.sha256)
                        for part in parts
                    ]
                },
                **({"IfNoneMatch": "*"} if once else {}),
            )

    def _kept_by(self, token: str, key: str, fault: StoreError | None = None) -> Stat:
        """The object if the holder of `token` made it: then the answer to an earlier try was lost."""
        try:
            head = self._head(key)
        except Missing:
            raise fault or Unavailable("two writers met at one key and neither won: try again") from None
        if head["Metadata"].get(_MADE_BY) == token:
            return _stat(key, head)
        raise fault or KeyTaken("the key holds another object")

    def _forget(self, ticket: Ticket) -> None:
        with told_plainly(SessionGone("the upload session has ended")):
            try:
                self._bucket.client.abort_multipart_upload(**ticket.upload(self._bucket))
            except ClientError as fault:
                if code_of(fault) not in {"NoSuchUpload", "404"}:
                    raise
        release(self._bucket, ticket)
        self._bucket.delete_many([entry["Key"] for entry in self._bucket.list(ticket.folder)])

    def _forget_calmly(self, ticket: Ticket) -> None:
        """Tidy up after the outcome is certain; what stays is on `list_sessions` for the sweep."""
        try:
            self._forget(ticket)
        except StoreError as fault:
            log.warning("leftovers of an upload to %s stay for the sweep: %s", ticket.key, fault)

    def _multipart_uploads(self) -> Iterator[Any]:
        pages = self._bucket.client.get_paginator("list_multipart_uploads")
        with told_plainly():
            prefix = f"{self._bucket.root}objects/"
            for page in pages.paginate(Bucket=self._bucket.name, Prefix=prefix):
                yield from page.get("Uploads", ())

    def _head(self, key: str) -> Any:
        return self._bucket.head(_object(key), _nothing(key))


def _object(key: str) -> str:
    return f"objects/{keys.checked(key)}"


def _session_of(name: str) -> str:
    return name.removeprefix("uploads/").rpartition("/")[0]


def _stat(key: str, head: Any) -> Stat:
    return Stat(key, head["ContentLength"], head["LastModified"])


def _nothing(key: str) -> Missing:
    return Missing(f"nothing is kept under {key}")

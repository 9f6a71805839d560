"""A store in an S3 bucket.

Objects are `objects/<key>`, growing uploads are multipart uploads with their records under `uploads/` (see
`storage.s3_session`). Write-once is the server's `If-None-Match: *`, with a claim before it for uploads (see
`storage.s3_claim`). How a session ends is told in `storage.s3_completion`.
A file can have 10,000 parts: 80 GB, less a part for each time that another host goes on with it.
"""

from __future__ import annotations

import io
import secrets
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import chain, groupby
from typing import Any, BinaryIO
from urllib.parse import quote

from botocore.exceptions import ClientError

from storage import keys, s3_completion, s3_object, s3_session
from storage.appending import pieces_of, pump
from storage.base import DEFAULT_TYPE, KeyTaken, OffsetMismatch, OnDurable, OnTurn, Session, Stat
from storage.s3_bucket import BRIEF, PATIENCE, WHEN_SUPPORTED, Bucket, Patience, code_of, told_plainly
from storage.s3_object import name_of, nothing
from storage.s3_reader import S3Reader
from storage.s3_session import Held, PartSink, Ticket
from storage.s3_taking import take_turn
from storage.s3_turn import RestingTurns, Turn

PART_SIZE = 8 * 1024 * 1024
SMALLEST_PART = 5 * 1024 * 1024
_UNKNOWN = "0" * 32


class S3Store:
    """Store, SignedUrl, FallsSilent and ObjectLock over one bucket. Credentials: the usual AWS variables."""

    def __init__(
        self,
        *,
        bucket: str,
        prefix: str = "",
        endpoint_url: str | None = None,
        region: str | None = None,
        checksums: str = WHEN_SUPPORTED,
        part_size: int = PART_SIZE,
        patience: Patience = PATIENCE,
        brief: Patience = BRIEF,
    ) -> None:
        if part_size < SMALLEST_PART:
            raise ValueError("S3 wants parts of at least 5 MiB")
        self._bucket = Bucket(bucket, prefix, endpoint_url, region, checksums, patience, brief)
        self._part_size = part_size
        self._resting = RestingTurns()

    @property
    def bucket(self) -> Bucket:
        """The calls this store is made of, for whoever tries them out."""
        return self._bucket

    def below(self, name: str) -> S3Store:
        """Another store in a corner of this one; the connections are its own."""
        corner = S3Store(bucket=self._bucket.name, part_size=SMALLEST_PART)
        corner._bucket = self._bucket.below(name)
        return corner

    # A host that is held up may void them once more, so only what was told counts when it is taken over.
    counts_untold = False

    # --- upload sessions

    def begin(self, key: str) -> str:
        return s3_completion.begin(self._bucket, keys.checked(key), self._part_size, DEFAULT_TYPE).text

    def append(
        self, session: str, offset: int, pieces: Iterable[bytes], on_durable: OnDurable | None = None,
        on_turn: OnTurn | None = None,
    ) -> int:  # fmt: skip
        ticket = Ticket.parse(session)
        turn, held = self._turn(ticket, offset, on_turn)
        sink = PartSink(self._bucket, ticket, turn, s3_session.cut(self._bucket, ticket, held, offset))
        try:
            return pump(sink, pieces, on_durable)
        finally:
            if sink.is_settled:
                self._resting.keep(session, turn)

    def size(self, session: str) -> int:
        ticket = Ticket.parse(session)
        held = Held.read(self._bucket, ticket)
        s3_session.require_parts(self._bucket, ticket)
        return held.size

    def take_over(self, session: str) -> int:
        ticket = Ticket.parse(session)
        self._resting.take(session)
        s3_session.require_parts(self._bucket, ticket)
        _, held = take_turn(self._bucket, ticket)
        return held.size

    def complete(self, session: str, size: int) -> Stat:
        turn = self._resting.take(session)
        ticket = Ticket.parse(session)
        return s3_completion.complete(self._bucket, ticket, size, DEFAULT_TYPE, once=True, turn=turn)

    def abort(self, session: str) -> None:
        s3_completion.forget(self._bucket, Ticket.parse(session))

    def list_sessions(self, older_than: datetime) -> Iterator[Session]:
        recorded = set()
        entries = self._bucket.list("uploads/")
        for text, group in groupby(entries, lambda entry: _session_of(entry["Key"])):
            touched = max(entry["LastModified"] for entry in group)
            if ticket := Ticket.find(text):
                recorded.add(ticket.upload_id)
                if touched < older_than:
                    yield Session(text, ticket.key, touched)
        for upload in self.multipart_uploads():
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
            s3_object.put_whole(self._bucket, key, bytes(first), content_type, token, once=if_absent)
        except KeyTaken:
            return s3_object.kept_by(self._bucket, token, key)
        return self.stat(key)

    def open(self, key: str, start: int = 0, length: int | None = None) -> BinaryIO:
        if start < 0 or (length is not None and length < 0):
            raise ValueError("a range begins at 0 or later and is not negative")
        with self._bucket.reading():
            return self._opened(key, start, length)

    def _opened(self, key: str, start: int, length: int | None) -> BinaryIO:
        name = name_of(key)
        if length == 0 or (start and start >= s3_object.stat(self._bucket, key).size):
            s3_object.stat(self._bucket, key)
            return io.BytesIO()
        if start == 0 and length is None:
            span = {}
        else:
            span = {"Range": f"bytes={start}-{'' if length is None else start + length - 1}"}
        with told_plainly(nothing(key)):
            try:
                answer = self._bucket.client.get_object(**self._bucket.where(name), **span)
            except ClientError as fault:
                if code_of(fault) not in {"InvalidRange", "416"}:
                    raise
                # Only an empty object has no byte to begin with.
                return io.BytesIO()
        return S3Reader.buffered(self._bucket, name, start, answer)

    def stat(self, key: str) -> Stat:
        with self._bucket.reading():
            return s3_object.stat(self._bucket, key)

    def delete(self, key: str) -> None:
        self._bucket.erase(name_of(key))

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
        wanted: dict[str, str] = self._bucket.where(name_of(key))
        if content_type:
            wanted["ResponseContentType"] = content_type
        if filename:
            wanted["ResponseContentDisposition"] = f"attachment; filename*=UTF-8''{quote(filename, safe='')}"
        with told_plainly():
            return str(
                self._bucket.client.generate_presigned_url("get_object", Params=wanted, ExpiresIn=seconds)
            )

    @property
    def is_silent(self) -> bool:
        return self._bucket.silence.lasts

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
        with told_plainly(nothing(key)):
            self._bucket.client.put_object_retention(
                **self._bucket.where(name_of(key)),
                Retention={"Mode": "COMPLIANCE", "RetainUntilDate": until},
            )

    # --- inside

    def _turn(self, ticket: Ticket, offset: int, on_turn: OnTurn | None) -> tuple[Turn, Held]:
        """The turn to write from `offset` on: the one that rests here if it just goes on, else a new one."""
        turn = self._resting.take(ticket.text)
        held = Held.read(self._bucket, ticket)
        if offset > held.size:
            raise OffsetMismatch(held.size)
        if turn and held.turns[-1:] == (turn,) and held.size == offset:
            if on_turn:
                on_turn()
            return turn, held
        return take_turn(self._bucket, ticket, offset, on_turn)

    def _put_large(self, key: str, pieces: Iterable[bytes], content_type: str, *, once: bool) -> Stat:
        ticket = s3_completion.begin(self._bucket, key, self._part_size, content_type)
        try:
            size = self.append(ticket.text, 0, pieces)
            turn = self._resting.take(ticket.text)
            return s3_completion.complete(self._bucket, ticket, size, content_type, once=once, turn=turn)
        except BaseException:
            s3_completion.forget_calmly(self._bucket, ticket)
            raise

    def multipart_uploads(self) -> Iterator[Any]:
        """Uploads of which the server still keeps parts."""
        pages = self._bucket.client.get_paginator("list_multipart_uploads")
        with told_plainly():
            prefix = f"{self._bucket.root}objects/"
            for page in pages.paginate(Bucket=self._bucket.name, Prefix=prefix):
                yield from page.get("Uploads", ())


def _session_of(name: str) -> str:
    return name.removeprefix("uploads/").rpartition("/")[0]

"""An upload session in S3: what it holds, cutting it back, and the sink that fills it.

S3 cannot append and cannot show a part before the upload is complete. So each part gets an empty *record*
object whose name says what the part is, and the bytes that do not fill a part yet are a *rest* object:

    uploads/<session>/begun
    uploads/<session>/part-<number>-<start>-<size>-<sha256>-<etag>[!]
    uploads/<session>/rest-<start>

A part counts only while it has its record, a rest only where the parts end. All that a host must know to go
on is in these names, nothing in its memory. The rest from which a part was filled stays until the caller
comes back with an offset beyond it, because a caller that died may know only that older offset.
The mark `!` is on a part of which the server's answer did not show that its bytes arrived undamaged.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, unquote

from storage.base import OffsetMismatch, SessionGone, Unavailable
from storage.s3_bucket import Bucket, said, told_plainly, vouches
from storage.s3_reader import read_whole

_TICKET = re.compile(r"([0-9a-f]{32})/([^/]+)/([0-9]{7,10})/([a-z0-9._/-]+)")
_RECORD = re.compile(r"part-([0-9]{5})-([0-9]{20})-([0-9]+)-([0-9a-f]{64})-([^!]+)(!?)")
_REST = re.compile(r"rest-([0-9]{20})")
_LONGEST = 500


@dataclass(frozen=True)
class Ticket:
    """What the session text says."""

    token: str
    upload_id: str
    part_size: int
    key: str

    @classmethod
    def parse(cls, session: str) -> Ticket:
        if ticket := cls.find(session):
            return ticket
        raise SessionGone("this is not a session of this store")

    @classmethod
    def find(cls, text: str) -> Ticket | None:
        found = _TICKET.fullmatch(text)
        return found and cls(found[1], unquote(found[2]), int(found[3]), found[4])

    @property
    def text(self) -> str:
        text = f"{self.token}/{quote(self.upload_id, safe='~')}/{self.part_size}/{self.key}"
        if len(text) > _LONGEST:
            raise Unavailable("the object store gives upload ids that are too long")
        return text

    @property
    def folder(self) -> str:
        return f"uploads/{self.text}/"

    @property
    def begun(self) -> str:
        return f"{self.folder}begun"

    def rest(self, start: int) -> str:
        return f"{self.folder}rest-{start:020}"

    def upload(self, bucket: Bucket) -> dict[str, str]:
        """The arguments that name the multipart upload."""
        return bucket.where(f"objects/{self.key}") | {"UploadId": self.upload_id}


@dataclass(frozen=True)
class Part:
    """One uploaded part, as its record tells it."""

    number: int
    start: int
    size: int
    sha256: str
    etag: str
    is_proved: bool

    @classmethod
    def parse(cls, name: str) -> Part | None:
        found = _RECORD.fullmatch(name)
        return found and cls(
            int(found[1]), int(found[2]), int(found[3]), found[4], unquote(found[5]), not found[6]
        )

    @property
    def end(self) -> int:
        return self.start + self.size

    def record(self, ticket: Ticket) -> str:
        tail = quote(self.etag, safe="") + ("" if self.is_proved else "!")
        return f"{ticket.folder}part-{self.number:05}-{self.start:020}-{self.size}-{self.sha256}-{tail}"


@dataclass(frozen=True)
class Held:
    """What a session holds: parts in order, and rests by where they start."""

    parts: tuple[Part, ...]
    rests: dict[int, int]
    touched: datetime

    @classmethod
    def read(cls, bucket: Bucket, ticket: Ticket) -> Held:
        parts: list[Part] = []
        rests: dict[int, int] = {}
        begun = False
        touched = datetime.fromtimestamp(0, UTC)
        for entry in bucket.list(ticket.folder):
            name = entry["Key"].removeprefix(ticket.folder)
            touched = max(touched, entry["LastModified"])
            if name == "begun":
                begun = True
            elif part := Part.parse(name):
                if part.start == (parts[-1].end if parts else 0):
                    parts.append(part)
            elif found := _REST.fullmatch(name):
                rests[int(found[1])] = entry["Size"]
        if not begun:
            raise SessionGone("the upload session has ended")
        return cls(tuple(parts), rests, touched)

    @property
    def size(self) -> int:
        end = self.parts[-1].end if self.parts else 0
        return end + self.rests.get(end, 0)


@dataclass(frozen=True)
class Kept:
    """A session cut to an exact offset: full parts, then the head of the next one."""

    parts: tuple[Part, ...]
    start: int
    head: bytes


def cut(bucket: Bucket, ticket: Ticket, held: Held, offset: int) -> Kept:
    """Drop what the session holds beyond `offset`; OffsetMismatch if its bytes cannot be had again."""
    kept = tuple(part for part in held.parts if part.end <= offset and part.size == ticket.part_size)
    start = kept[-1].end if kept else 0
    resting = held.rests.get(start, 0)
    wanted = offset - start
    if wanted > resting:
        raise OffsetMismatch(min(held.size, start + resting) if offset <= held.size else held.size)
    head = _read_rest(bucket, ticket, start, wanted)
    # From the end back, so that what is left is whole whenever this is interrupted.
    for part in reversed(held.parts[len(kept) :]):
        bucket.delete(part.record(ticket))
    if 0 < wanted < resting:
        bucket.put(ticket.rest(start), head)
    bucket.delete_many([ticket.rest(where) for where in held.rests if where != start or not wanted])
    return Kept(kept, start, head)


def upload_part(bucket: Bucket, ticket: Ticket, number: int, start: int, body: bytes | bytearray) -> Part:
    """Send one part, checked by the server, and leave its record."""
    sha256 = hashlib.sha256(body).digest()
    digests = bucket.digests(body, sha256)
    with told_plainly():
        answer: Any = bucket.client.upload_part(
            **ticket.upload(bucket), PartNumber=number, Body=body, **digests
        )
    is_proved = vouches(answer, body, digests)
    part = Part(number, start, len(body), sha256.hex(), said(answer, "ETag"), is_proved)
    bucket.put(part.record(ticket), b"")
    return part


class PartSink:
    """Fills parts in order; never holds more than one."""

    def __init__(self, bucket: Bucket, ticket: Ticket, kept: Kept) -> None:
        self.durable = kept.start + len(kept.head)
        self._bucket = bucket
        self._ticket = ticket
        self._number = len(kept.parts) + 1
        self._start = kept.start
        # Room for a whole part, of which the system gives only what is written to. The same for all parts.
        self._buffer = bytearray(ticket.part_size)
        self._filled = len(kept.head)
        self._buffer[: self._filled] = kept.head

    def write(self, piece: bytes) -> None:
        view = memoryview(piece)
        while view:
            taken = view[: self._ticket.part_size - self._filled]
            self._buffer[self._filled : self._filled + len(taken)] = taken
            self._filled += len(taken)
            view = view[len(taken) :]
            if self._filled == self._ticket.part_size:
                self._send_part()

    def flush(self) -> None:
        end = self._start + self._filled
        if end > self.durable:
            self._bucket.put(self._ticket.rest(self._start), bytes(memoryview(self._buffer)[: self._filled]))
            self.durable = end

    def _send_part(self) -> None:
        # Handed over as it is: of bytes boto3 would make another copy for the line, at each upload under way.
        part = upload_part(self._bucket, self._ticket, self._number, self._start, self._buffer)
        self._number += 1
        self._start = self.durable = part.end
        self._filled = 0


def _read_rest(bucket: Bucket, ticket: Ticket, start: int, wanted: int) -> bytes:
    if not wanted:
        return b""
    data = read_whole(bucket, ticket.rest(start), SessionGone("the upload session has ended"))
    if len(data) < wanted:
        raise OffsetMismatch(start + len(data))
    return data[:wanted]

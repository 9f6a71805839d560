"""An upload session in S3: what it holds, cutting it back, and the sink that fills it.

S3 cannot append and cannot show a part before the upload is complete. So each part gets an empty *record*
object whose name says what the part is, and the bytes that do not fill a part yet are a *rest* object:

    uploads/<session>/begun
    uploads/<session>/part-<number>-<start>-<size>-<sha256>-<turn>-<etag>[!]
    uploads/<session>/rest-<start>-<turn>

A part counts only while it has its record, a rest only where the parts end, and both only as far as no
newer turn says otherwise (see `storage.s3_turn`). All that a host must know to go on is in these names,
nothing in its memory. Cutting deletes nothing that could still count: the turn itself says where what was
before ends. The rest from which a part was filled stays until the caller comes back with an offset beyond
it, because a caller that died may know only that older offset.
The mark `!` is on a part of which the server's answer did not show that its bytes arrived undamaged.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, unquote

from storage.base import OffsetMismatch, SessionGone, Superseded, Unavailable
from storage.s3_bucket import Bucket, said, told_plainly, vouches
from storage.s3_reader import read_whole
from storage.s3_turn import Turn, limit_of

_TICKET = re.compile(r"([0-9a-f]{32})/([^/]+)/([0-9]{7,10})/([a-z0-9._/-]+)")
_RECORD = re.compile(
    r"part-([0-9]{5})-([0-9]{20})-([0-9]+)-([0-9a-f]{64})-([0-9]{20}\.[0-9a-f]{8})-([^!]+)(!?)"
)
_REST = re.compile(r"rest-([0-9]{20})-([0-9]{20}\.[0-9a-f]{8})")
_LONGEST = 500
MOST_PARTS = 10_000


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

    def rest(self, start: int, mark: str) -> str:
        return f"{self.folder}rest-{start:020}-{mark}"

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
    mark: str
    etag: str
    is_proved: bool

    @classmethod
    def parse(cls, name: str) -> Part | None:
        found = _RECORD.fullmatch(name)
        if not found:
            return None
        number, start, size = (int(found[at]) for at in (1, 2, 3))
        return cls(number, start, size, found[4], found[5], unquote(found[6]), not found[7])

    @property
    def end(self) -> int:
        return self.start + self.size

    def record(self, ticket: Ticket) -> str:
        tail = quote(self.etag, safe="") + ("" if self.is_proved else "!")
        where = f"{self.number:05}-{self.start:020}-{self.size}"
        return f"{ticket.folder}part-{where}-{self.sha256}-{self.mark}-{tail}"


@dataclass(frozen=True)
class Rest:
    """Bytes that fill no part yet, kept under the turn that wrote them."""

    start: int
    size: int
    mark: str


@dataclass(frozen=True)
class Held:
    """What a session holds: the parts that count, in order, the rests, and whose turns there were."""

    parts: tuple[Part, ...]
    rests: tuple[Rest, ...]
    turns: tuple[Turn, ...]
    numbers: frozenset[int]
    touched: datetime

    @classmethod
    def read(cls, bucket: Bucket, ticket: Ticket) -> Held:
        parts: list[Part] = []
        rests: list[Rest] = []
        turns: list[Turn] = []
        begun = False
        touched = datetime.fromtimestamp(0, UTC)
        for entry in bucket.list(ticket.folder):
            name = entry["Key"].removeprefix(ticket.folder)
            touched = max(touched, entry["LastModified"])
            if name == "begun":
                begun = True
            elif turn := Turn.parse(name):
                turns.append(turn)
            elif part := Part.parse(name):
                parts.append(part)
            elif found := _REST.fullmatch(name):
                rests.append(Rest(int(found[1]), entry["Size"], found[2]))
        if not begun:
            raise SessionGone("the upload session has ended")
        numbers = frozenset(part.number for part in parts)
        return cls(_in_order(parts, turns), tuple(rests), tuple(sorted(turns)), numbers, touched)

    @property
    def end(self) -> int:
        """Where the parts end."""
        return self.parts[-1].end if self.parts else 0

    @property
    def size(self) -> int:
        return self.end + self.resting(self.end)[0]

    def resting(self, start: int) -> tuple[int, Rest | None]:
        """How many bytes that fill no part count from there on, and where they are: the newest turn's."""
        for rest in sorted(self.rests, key=lambda rest: rest.mark, reverse=True):
            counts = min(rest.size, limit_of(rest.mark, self.turns) - start)
            if rest.start == start and counts > 0:
                return counts, rest
        return 0, None


def _in_order(parts: list[Part], turns: list[Turn]) -> tuple[Part, ...]:
    """The parts that count, each beginning where the one before ends; of two for one place the newer."""
    counting: dict[int, Part] = {}
    for part in sorted(parts, key=lambda part: part.mark):
        if part.end <= limit_of(part.mark, turns):
            counting[part.start] = part
    chain: list[Part] = []
    end = 0
    while end in counting:
        chain.append(counting[end])
        end = chain[-1].end
    return tuple(chain)


@dataclass(frozen=True)
class Kept:
    """A session cut to an exact offset: full parts, then the head of the next one."""

    parts: tuple[Part, ...]
    start: int
    head: bytes


def require_parts(bucket: Bucket, ticket: Ticket) -> None:
    """Raise SessionGone if a rule of the bucket swept the parts away while their records stayed."""
    with told_plainly(SessionGone("the upload session has ended")):
        bucket.client.list_parts(**ticket.upload(bucket), MaxParts=1)


def require_turn(bucket: Bucket, ticket: Ticket, turn: Turn) -> None:
    """Raise Superseded if somebody else writes by now."""
    for entry in bucket.list(f"{ticket.folder}turn-"):
        other = Turn.parse(entry["Key"].removeprefix(ticket.folder))
        if other and other > turn:
            raise Superseded("a newer call writes into this session")


def cut(bucket: Bucket, ticket: Ticket, held: Held, offset: int) -> Kept:
    """What the session holds up to `offset`; OffsetMismatch if its bytes cannot be had again."""
    kept = tuple(part for part in held.parts if part.end <= offset and part.size == ticket.part_size)
    start = kept[-1].end if kept else 0
    resting, rest = held.resting(start)
    wanted = offset - start
    if wanted > resting:
        raise OffsetMismatch(min(held.size, start + resting) if offset <= held.size else held.size)
    head = _read_rest(bucket, ticket, rest, wanted) if rest and wanted else b""
    # Nobody comes back to before this offset, so rests of parts before it are of no more use.
    old = [ticket.rest(rest.start, rest.mark) for rest in held.rests if rest.start < start]
    bucket.delete_many(old)
    return Kept(kept, start, head)


def upload_part(
    bucket: Bucket, ticket: Ticket, turn: Turn, number: int, start: int, body: bytes | bytearray
) -> Part:
    """Send one part, checked by the server, and leave its record."""
    sha256 = hashlib.sha256(body).digest()
    digests = bucket.digests(body, sha256)
    with told_plainly():
        answer: Any = bucket.client.upload_part(
            **ticket.upload(bucket), PartNumber=number, Body=body, **digests
        )
    is_proved = vouches(answer, body, digests)
    part = Part(number, start, len(body), sha256.hex(), turn.mark, said(answer, "ETag"), is_proved)
    bucket.put(part.record(ticket), b"")
    return part


class PartSink:
    """Fills parts in order; never holds more than one."""

    def __init__(self, bucket: Bucket, ticket: Ticket, turn: Turn, kept: Kept) -> None:
        self.durable = kept.start + len(kept.head)
        self._bucket = bucket
        self._ticket = ticket
        self._turn = turn
        self._number = next_number(turn, kept.parts)
        self._start = kept.start
        # Room for a whole part, of which the system gives only what is written to. The same for all parts.
        self._buffer = bytearray(ticket.part_size)
        self._filled = len(kept.head)
        self._buffer[: self._filled] = kept.head

    @property
    def is_settled(self) -> bool:
        """Whether all that was taken is durable and nothing can still be on its way."""
        return self.durable == self._start + self._filled

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
            name = self._ticket.rest(self._start, self._turn.mark)
            self._bucket.put(name, bytes(memoryview(self._buffer)[: self._filled]))
            require_turn(self._bucket, self._ticket, self._turn)
            self.durable = end

    def _send_part(self) -> None:
        # Handed over as it is: of bytes boto3 would make another copy for the line, at each upload under way.
        part = upload_part(self._bucket, self._ticket, self._turn, self._number, self._start, self._buffer)
        # After the record, for who takes the turn from now on will see it, and before the next part.
        require_turn(self._bucket, self._ticket, self._turn)
        self._number += 1
        self._start = self.durable = part.end
        self._filled = 0


def next_number(turn: Turn, parts: tuple[Part, ...]) -> int:
    """The number of the next part this turn may send."""
    return max([turn.first, *(part.number + 1 for part in parts)])


def _read_rest(bucket: Bucket, ticket: Ticket, rest: Rest, wanted: int) -> bytes:
    name = ticket.rest(rest.start, rest.mark)
    data = read_whole(bucket, name, SessionGone("the upload session has ended"))
    if len(data) < wanted:
        raise OffsetMismatch(rest.start + len(data))
    return data[:wanted]

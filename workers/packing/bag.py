"""Writes a bag (BagIt, RFC 8493) as one zip, piece by piece: what has been yielded is never needed again.

The zip has the one form of `tipline.verifier.envelope`. Digests of files are taken while they pass.
"""

from __future__ import annotations

import hashlib
import re
import zlib
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from storage import Digest
from tipline.verifier import envelope
from tipline.verifier.bag import DECLARATION, LISTS

SHA256, SM3 = "sha256", "sm3"


class Source(NamedTuple):
    """A file to come: its place in the bag, its size as it lies in the store, its bytes once asked for."""

    path: str
    size: int
    pieces: Iterable[bytes]


class ChangedSize(Exception):
    """A file is longer or shorter than it was a moment ago: the zip that has begun cannot be ended."""


class Bag:
    """A zip under way. All of it lies in the folder `base`, so that whoever unpacks it finds that one thing
    (RFC 8493, 4.2)."""

    def __init__(self, base: str, *, with_sm3: bool = False) -> None:
        self.base = base
        self.kinds = [SHA256, SM3] if with_sm3 else [SHA256]
        self.offset = 0
        self.octets = self.files = 0
        self.found: dict[str, str] = {}  # of the file written last
        self._members: list[envelope.Member] = []
        self._payload: dict[str, list[str]] = {kind: [] for kind in self.kinds}
        self._tags: dict[str, dict[str, str]] = {}

    def add(self, source: Source) -> Iterator[bytes]:
        """One file of the payload, as bytes of the zip; its digests are in `found` afterwards."""
        yield from self._write(source)
        for kind in self.kinds:
            self._payload[kind].append(f"{self.found[kind]}  {source.path}\n")
        self.octets += source.size
        self.files += 1

    def add_text(self, path: str, text: str | bytes) -> Iterator[bytes]:
        """A file that is small enough to be held."""
        data = text.encode() if isinstance(text, str) else text
        yield from self.add(Source(path, len(data), (data,)))

    def tags(self, info: list[tuple[str, str]]) -> Iterator[bytes]:
        """What makes a bag of it: declaration, information, lists. Their digests are `signable` then."""
        info = [*info, ("Payload-Oxum", f"{self.octets}.{self.files}")]
        yield from self._tag("bagit.txt", DECLARATION)
        yield from self._tag(
            "bag-info.txt", "".join(f"{name}: {_line(text)}\n" for name, text in info).encode()
        )
        for kind in self.kinds:
            yield from self._tag(LISTS[kind][0], "".join(self._payload[kind]).encode())

    @property
    def signable(self) -> dict[str, str]:
        return {name: digests[SHA256] for name, digests in self._tags.items()}

    def end(self, signature: bytes) -> Iterator[bytes]:
        """The signature, the lists of tags, and the directory of the zip."""
        yield from self._tag("signature.json", signature)
        listed = dict(self._tags)
        for kind in self.kinds:
            lines = (f"{digests[kind]}  {name}\n" for name, digests in listed.items())
            yield from self._tag(LISTS[kind][1], "".join(lines).encode())
        start = self.offset
        for one in self._members:
            yield self._told(envelope.central_header(one))
        yield self._told(envelope.ending(len(self._members), start, self.offset - start))

    def _tag(self, name: str, data: bytes) -> Iterator[bytes]:
        yield from self._write(Source(name, len(data), (data,)))
        self._tags[name] = self.found

    def _write(self, source: Source) -> Iterator[bytes]:
        name, start = f"{self.base}/{source.path}".encode("ascii"), self.offset
        digest, others = Digest(), [hashlib.new(kind) for kind in self.kinds[1:]]
        crc, passed = 0, 0
        yield self._told(envelope.local_header(name, source.size))
        for piece in source.pieces:
            passed += len(piece)
            if passed > source.size:
                raise ChangedSize(source.path)
            digest.update(piece)
            crc = zlib.crc32(piece, crc)
            for one in others:
                one.update(piece)
            yield self._told(piece)
        if passed != source.size:
            raise ChangedSize(source.path)
        yield self._told(envelope.descriptor(source.size, crc))
        self._members.append(envelope.Member(name, source.size, crc, start))
        self.found = {SHA256: digest.hexdigest(), **{one.name: one.hexdigest() for one in others}}

    def _told(self, piece: bytes) -> bytes:
        self.offset += len(piece)
        return piece


def _line(text: str) -> str:
    """One line, whatever stands in it."""
    return re.sub(r"\s+", " ", text).strip()

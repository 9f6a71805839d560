"""The few S3 calls the store makes, with every fault turned into a StoreError. Knows no keys or sessions.

Names given here are below `root`, the prefix this store has in the bucket. Bodies go with a digest for the
server to check: SHA-256, or MD5 for older servers that know nothing else. What its answer tells of the bytes
it took is compared with ours, since a server may not know the digest it was given and take anything.
"""

from __future__ import annotations

import base64
import hashlib
import os
import re
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import chain
from threading import Lock
from typing import Any, NamedTuple

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError, IncompleteReadError
from botocore.parsers import ResponseParserError

from storage.awaited import is_awaited
from storage.base import KeyTaken, Missing, OutOfSpace, SessionGone, Silent, StoreError, Unavailable
from storage.s3_silence import Silence

WHEN_SUPPORTED = "when_supported"
WHEN_REQUIRED = "when_required"

_NOTHING = frozenset({"404", "NoSuchKey", "NotFound"})
_TAKEN = frozenset({"412", "PreconditionFailed", "409", "ConditionalRequestConflict"})
_FULL = frozenset({"507", "InsufficientStorage", "QuotaExceeded", "XMinioStorageFull"})
_FULL |= {"XMinioAdminBucketQuotaExceeded"}
# What servers say that lack batch deletion, or want it signed in an older way.
_NO_BATCH = frozenset({"NotImplemented", "MissingContentMD5", "InvalidRequest", "InvalidDigest", "501"})
# Not what the client lacks by itself, such as credentials.
_SILENCE = (HTTPClientError, IncompleteReadError, OSError)
_BATCH = 1000
_VERSIONS_KNOWN_S = 30
_MD5 = re.compile(r'"?([0-9a-f]{32})"?')


class Patience(NamedTuple):
    """How long one try may be silent, and how many there are: no call lasts longer than their product."""

    connect_s: float = 5
    silence_s: float = 30
    tries: int = 4


PATIENCE = Patience()
QUICK = Patience(connect_s=2, silence_s=3, tries=1)
# Somebody waits before a page. A slow line is borne as long as bytes come.
BRIEF = Patience(connect_s=2, silence_s=4, tries=2)
# Somebody waits at a terminal, and a store that is merely slow should not be called dead.
ASKING = Patience(connect_s=4, silence_s=8, tries=2)


class Bucket:
    """One bucket, or a prefix in it, over one boto3 client a process."""

    def __init__(
        self,
        name: str,
        prefix: str,
        endpoint_url: str | None,
        region: str | None,
        checksums: str,
        patience: Patience,
        brief: Patience = BRIEF,
    ) -> None:
        self.name = name
        self.root = f"{prefix}/" if prefix else ""
        self._endpoint_url = endpoint_url
        self._region = region
        self._checksums = checksums
        self._patience, self._brief = patience, brief
        self.silence = Silence(lambda: self.ask(self._brief._replace(tries=1)))
        self._versions: tuple[float, bool | None] = (0.0, None)
        self._lock = Lock()
        self._clients: dict[tuple[int, Patience], Any] = {}

    def below(self, prefix: str) -> Bucket:
        """The same bucket below a further prefix, over connections of its own."""
        return Bucket(
            self.name,
            f"{self.root}{prefix}",
            self._endpoint_url,
            self._region,
            self._checksums,
            self._patience,
            self._brief,
        )

    @property
    def client(self) -> Any:
        """The boto3 client: shared by threads, made anew after a fork, since sockets cannot be shared."""
        return self._client(self._brief if is_awaited() else self._patience)

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Within: a read, which a page is not kept waiting for while the server is silent."""
        if not is_awaited():
            yield
            return
        with self.silence.borne():
            yield

    def where(self, name: str) -> dict[str, str]:
        """The arguments that name an object."""
        return {"Bucket": self.name, "Key": f"{self.root}{name}"}

    def check(self) -> None:
        """Ask for the bucket, once and briefly."""
        self.ask(QUICK)

    def ask(self, patience: Patience) -> Any:
        """Ask for the bucket; returns what the server answered."""
        with told_plainly():
            return self._client(patience).head_bucket(Bucket=self.name)

    def multipart_algorithm(self) -> dict[str, str]:
        """What a multipart upload must be begun with so that `digests` are accepted for its parts."""
        return {"ChecksumAlgorithm": "SHA256"} if self._checksums == WHEN_SUPPORTED else {}

    def digests(self, body: bytes | bytearray, sha256: bytes | None = None) -> dict[str, str]:
        """The arguments that make the server check `body` on arrival; its SHA-256 if it is known."""
        if self._checksums == WHEN_SUPPORTED:
            return {"ChecksumSHA256": _base64(sha256 or hashlib.sha256(body).digest())}
        return {"ContentMD5": _base64(_md5(body))}

    def part_checksum(self, sha256: str) -> dict[str, str]:
        """What completing must repeat about a part that was sent with `digests`."""
        return {"ChecksumSHA256": _base64(bytes.fromhex(sha256))} if self.multipart_algorithm() else {}

    def put(self, name: str, body: bytes, **more: Any) -> None:
        digests = self.digests(body)
        with told_plainly():
            answer = self.client.put_object(**self.where(name), Body=body, **digests, **more)
        if body and not vouches(answer, body, digests):
            with told_plainly(Missing("gone")):
                kept = self.client.get_object(**self.where(name))["Body"].read()
            if kept != body:
                raise Unavailable("the object store kept other bytes than it was sent")

    def get(self, name: str, absent: StoreError | None = None, **more: Any) -> Any:
        with told_plainly(absent):
            return self.client.get_object(**self.where(name), **more)

    def head(self, name: str, absent: StoreError) -> Any:
        with told_plainly(absent):
            return self.client.head_object(**self.where(name))

    def list(self, prefix: str) -> Iterator[Any]:
        """Entries below `prefix` in order of name; their `Key` is cut to what lies below `root`."""
        pages = self.client.get_paginator("list_objects_v2")
        with told_plainly():
            for page in pages.paginate(Bucket=self.name, Prefix=f"{self.root}{prefix}"):
                for entry in page.get("Contents", ()):
                    yield entry | {"Key": entry["Key"].removeprefix(self.root)}

    def folders(self, prefix: str) -> Iterator[str]:
        """What stands below `prefix` up to the next slash, old versions included."""
        call = "list_object_versions" if self.keeps_versions() else "list_objects_v2"
        pages = self.client.get_paginator(call)
        with told_plainly():
            for page in pages.paginate(Bucket=self.name, Prefix=f"{self.root}{prefix}", Delimiter="/"):
                for entry in page.get("CommonPrefixes", ()):
                    yield str(entry["Prefix"]).removeprefix(self.root)

    def delete(self, name: str, version: str | None = None) -> None:
        with told_plainly():
            self.client.delete_object(**self.where(name), **({"VersionId": version} if version else {}))

    def erase(self, name: str) -> None:
        """Delete an object and, where the bucket keeps versions, every one of them."""
        if not self.keeps_versions():
            self.delete(name)
            return
        full = f"{self.root}{name}"
        with told_plainly():
            pages = self.client.get_paginator("list_object_versions")
            for page in pages.paginate(Bucket=self.name, Prefix=full):
                for entry in chain(page.get("Versions", ()), page.get("DeleteMarkers", ())):
                    if entry["Key"] == full:
                        self.delete(name, entry["VersionId"])

    def erase_below(self, prefix: str) -> None:
        """Delete all that lies below `prefix`, with every version of it."""
        if not self.keeps_versions():
            self._delete_all([(entry["Key"], None) for entry in self.list(prefix)])
            return
        found = []
        with told_plainly():
            pages = self.client.get_paginator("list_object_versions")
            for page in pages.paginate(Bucket=self.name, Prefix=f"{self.root}{prefix}"):
                for entry in chain(page.get("Versions", ()), page.get("DeleteMarkers", ())):
                    found.append((entry["Key"].removeprefix(self.root), entry["VersionId"]))
        self._delete_all(found)

    def delete_many(self, names: Sequence[str]) -> None:
        self._delete_all([(name, None) for name in names])

    def _delete_all(self, found: Sequence[tuple[str, str | None]]) -> None:
        for first in range(0, len(found), _BATCH):
            self._delete_batch(found[first : first + _BATCH])

    def _delete_batch(self, found: Sequence[tuple[str, str | None]]) -> None:
        wanted = {
            "Objects": [
                {"Key": f"{self.root}{name}"} | ({"VersionId": version} if version else {})
                for name, version in found
            ],
            "Quiet": True,
        }
        with told_plainly():
            try:
                answer = self.client.delete_objects(Bucket=self.name, Delete=wanted)
            except ClientError as fault:
                if code_of(fault) not in _NO_BATCH:
                    raise
                for name, version in found:
                    self.delete(name, version)
                return
        if refused := answer.get("Errors"):
            raise Unavailable(f"DeleteObjects: {refused[0].get('Code')}")

    def keeps_versions(self) -> bool:
        """Asked anew now and then, because an operator may switch it on."""
        since, found = self._versions
        if found is None or time.monotonic() - since > _VERSIONS_KNOWN_S:
            found = self._ask_versioned()
            self._versions = (time.monotonic(), found)
        return found

    def _ask_versioned(self) -> bool:
        with told_plainly():
            try:
                found = self.client.get_bucket_versioning(Bucket=self.name)
            except ClientError as fault:
                if code_of(fault) == "NotImplemented":
                    return False
                raise
        return "Status" in found

    def _client(self, patience: Patience) -> Any:
        mine = (os.getpid(), patience)
        with self._lock:
            if mine not in self._clients:
                self._clients[mine] = self._made(patience)
            return self._clients[mine]

    def _made(self, patience: Patience) -> Any:
        with told_plainly():
            made = boto3.session.Session().client(
                "s3",
                endpoint_url=self._endpoint_url,
                region_name=self._region,
                config=Config(
                    signature_version="s3v4",
                    connect_timeout=patience.connect_s,
                    read_timeout=patience.silence_s,
                    retries={"mode": "standard", "total_max_attempts": patience.tries},
                    max_pool_connections=64,
                    request_checksum_calculation=self._checksums,
                    response_checksum_validation=self._checksums,
                    s3={"addressing_style": "path" if self._endpoint_url else "auto"},
                ),
            )
        made.meta.events.register("response-received.s3", self._note_answer)
        return made

    def _note_answer(self, parsed_response: object = None, **_: object) -> None:
        """Refusals are answers, too."""
        if parsed_response is not None:
            self.silence.heard()


@contextmanager
def told_plainly(absent: StoreError | None = None) -> Iterator[None]:
    """Run S3 calls so that only StoreErrors leave; `absent` is raised when the object is not there."""
    try:
        yield
    except ClientError as fault:
        raise _translated(fault, absent) from fault
    except (BotoCoreError, ResponseParserError, OSError) as fault:
        kind = Silent if isinstance(fault, _SILENCE) else Unavailable
        raise kind(f"{type(fault).__name__}: the object store does not answer") from fault


def _translated(fault: Any, absent: StoreError | None) -> StoreError:
    code = code_of(fault)
    if code == "NoSuchUpload":
        return SessionGone("the upload session has ended")
    if code in _NOTHING and absent:
        return absent
    if code in _TAKEN:
        return KeyTaken("the key holds another object")
    words = f"{fault.operation_name}: {code}"
    return OutOfSpace(words) if code in _FULL else Unavailable(words)


def code_of(fault: Any) -> str:
    """What the server calls the fault."""
    return str(fault.response.get("Error", {}).get("Code", "unknown"))


def said(answer: Any, name: str) -> Any:
    """What the server says under this name; Unavailable if its answer broke off before that."""
    try:
        return answer[name]
    except KeyError:
        raise Unavailable(f"the answer of the object store lacks {name}") from None


def vouches(answer: Any, body: bytes | bytearray, digests: dict[str, str]) -> bool:
    """Whether the server's answer shows that it took `body`; Unavailable if it shows that it did not."""
    if theirs := answer.get("ChecksumSHA256"):
        if theirs != digests.get("ChecksumSHA256", theirs):
            raise Unavailable("the object store took other bytes than it was sent")
        return "ChecksumSHA256" in digests
    # Without encryption the tag of bytes sent in one call is their MD5; otherwise it tells nothing.
    found = _MD5.fullmatch(said(answer, "ETag"))
    if not found:
        return False
    md5 = base64.b64decode(digests["ContentMD5"]) if "ContentMD5" in digests else _md5(body)
    return found[1] == md5.hex()


def _md5(body: bytes | bytearray) -> bytes:
    return hashlib.md5(body, usedforsecurity=False).digest()


def _base64(digest: bytes) -> str:
    return base64.b64encode(digest).decode()

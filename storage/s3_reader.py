"""Reads an object from S3 as it comes, and takes a broken connection up again where it broke."""

from __future__ import annotations

import io
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any, BinaryIO

from storage.awaited import awaited, is_awaited
from storage.base import KeyTaken, Missing, StoreError, Unavailable
from storage.s3_bucket import Bucket, said, told_plainly

if TYPE_CHECKING:
    from typing_extensions import Buffer

_READ_BUFFER = 256 * 1024
_TRIES = 4


class S3Reader(io.RawIOBase):
    """The body of one answer, continued by further requests for the very same object when it breaks off."""

    def __init__(self, bucket: Bucket, name: str, start: int, answer: Any) -> None:
        self._bucket = bucket
        self._name = name
        self._position = start
        self._end = start + said(answer, "ContentLength")
        self._etag = said(answer, "ETag")
        self._body = answer["Body"]
        self._is_awaited = is_awaited()

    @classmethod
    def buffered(cls, bucket: Bucket, name: str, start: int, answer: Any) -> BinaryIO:
        return io.BufferedReader(cls(bucket, name, start, answer), _READ_BUFFER)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Buffer) -> int:
        view = memoryview(buffer)
        wanted = min(len(view), self._end - self._position)
        if not wanted:
            return 0
        data = self._next(wanted)
        view[: len(data)] = data
        self._position += len(data)
        return len(data)

    def close(self) -> None:
        if not self.closed:
            self._body.close()
        super().close()

    def _next(self, wanted: int) -> bytes:
        for tried in range(_TRIES):
            try:
                if tried:
                    with awaited() if self._is_awaited else nullcontext():
                        self._continue()
                with told_plainly():
                    data: bytes = self._body.read(wanted)
            except Unavailable:
                if tried == _TRIES - 1:
                    raise
                continue
            if data:
                self._bucket.silence.heard()
                return data
        raise Unavailable("the object store keeps breaking off")

    def _continue(self) -> None:
        self._body.close()
        span = f"bytes={self._position}-{self._end - 1}"
        try:
            with self._bucket.reading():
                answer = self._bucket.get(self._name, Missing("gone"), Range=span, IfMatch=self._etag)
        except (KeyTaken, Missing) as fault:
            raise Unavailable("the object was replaced while it was read") from fault
        self._body = answer["Body"]


def read_whole(bucket: Bucket, name: str, absent: StoreError) -> bytes:
    """All bytes of a small object; `absent` is raised when there is none."""
    with S3Reader.buffered(bucket, name, 0, bucket.get(name, absent)) as reader:
        return reader.read()

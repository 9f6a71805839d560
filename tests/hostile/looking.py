"""Shows one file to the examination as a worker does, in a fork, and says all that came of it."""

from __future__ import annotations

import ctypes
import hashlib
import json
import os
import resource
import socket
import struct
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.hostile.tricks import ACCEPT, CANNOT, EITHER, REJECT
from tipline.domain import kinds
from tipline.failures import sentence_of
from workers import examination, sandbox
from workers.media import codes

IN_OPEN = 0x20
NEIGHBOUR = "neighbour.mp4"


@dataclass(frozen=True)
class Outcome:
    """What a look at a file gave, and what it cost."""

    answer: str  # reject, accept or cannot; "died" when the worker itself did
    code: str | None
    sentence: str
    seconds: float
    cpu_s: float
    mib: int
    pictures: int
    unchanged: bool
    opened: tuple[str, ...]  # names of files in its folder that were opened, but for the file itself

    def is_as_it_must_be(self, must: str) -> bool:
        """Whether the promise for this kind of file was kept."""
        wanted = {REJECT: {REJECT}, ACCEPT: {ACCEPT}, CANNOT: {CANNOT}, EITHER: {ACCEPT, CANNOT}}[must]
        return self.answer in wanted and self.unchanged and not self.opened and bool(self.sentence)


def look(path: Path, *, whole: bool = True) -> Outcome:
    """In a fork, so that the peak of memory is that of this one file. Not ``whole``: the first step alone."""
    before = hashlib.sha256(path.read_bytes()).hexdigest()
    begun = time.monotonic()
    with _opened_in(path.parent) as opened:
        said = _in_a_fork(path, examination.examine if whole else _first_step)
    seconds = time.monotonic() - begun
    media = said.get("media")
    code = media["failure"] if media else None
    names = {name for name in opened if name != path.name}
    return Outcome(
        answer=_answer(path, media),
        code=code or (media["warnings"][0] if media and media["warnings"] else None),
        sentence=sentence_of(code) if code else "ok",
        seconds=seconds,
        cpu_s=said.get("cpu_s", 0.0),
        mib=said.get("mib", 0),
        pictures=len(media["keyframes"]) if media else 0,
        unchanged=hashlib.sha256(path.read_bytes()).hexdigest() == before,
        opened=tuple(sorted(names)),
    )


def _answer(path: Path, media: dict[str, Any] | None) -> str:
    if media is None:
        return "died"
    json.dumps(media, allow_nan=False)
    with path.open("rb") as file:
        refused = kinds.classify(file.read(kinds.HEAD_BYTES), path.stat().st_size).refuse_code
    if refused is not None:
        # The door refuses it; had the door let it in, the examination would refuse it with the same code.
        return REJECT if media["failure"] == refused else "door and examination differ"
    if media["failure"] in codes.OUR_FAULT:
        return "our fault"
    return CANNOT if media["failure"] is not None else ACCEPT


def _first_step(path: Path) -> dict[str, Any]:
    answer = sandbox.ask(path)
    return {**answer.media, "keyframes": answer.keyframes}


def _in_a_fork(path: Path, examine: Callable[[Path], dict[str, Any]]) -> dict[str, Any]:
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            media = examine(path)
            spent = resource.getrusage(resource.RUSAGE_CHILDREN)
            told = {"media": media, "cpu_s": spent.ru_utime + spent.ru_stime, "mib": spent.ru_maxrss // 1024}
            with os.fdopen(writing, "w") as out:
                json.dump(told, out, allow_nan=False)
            code = 0
        finally:
            os._exit(code)
    os.close(writing)
    with os.fdopen(reading) as heard:
        told = heard.read()
    _, status = os.waitpid(pid, 0)
    answer: dict[str, Any] = json.loads(told) if status == 0 else {}
    return answer


@contextmanager
def _opened_in(folder: Path) -> Iterator[list[str]]:
    """Names of all files of a folder that anybody opens meanwhile, as the kernel tells it."""
    libc = ctypes.CDLL(None, use_errno=True)
    watch = libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
    assert watch >= 0, os.strerror(ctypes.get_errno())
    assert libc.inotify_add_watch(watch, os.fsencode(folder), IN_OPEN) >= 0
    names: list[str] = []
    try:
        yield names
        try:
            while told := os.read(watch, 64 * 1024):
                names += _names(told)
        except BlockingIOError:
            pass
    finally:
        os.close(watch)


def _names(told: bytes) -> Iterator[str]:
    at = 0
    while at < len(told):
        (length,) = struct.unpack_from("I", told, at + 12)
        name = told[at + 16 : at + 16 + length].rstrip(b"\0")
        if name:
            yield os.fsdecode(name)
        at += 16 + length


@contextmanager
def canary(port: int = 0) -> Iterator[socket.socket]:
    """Somebody who would notice a connection."""
    with socket.create_server(("127.0.0.1", port)) as listener:
        listener.settimeout(0)
        yield listener


def was_called(listener: socket.socket) -> bool:
    """Whether anybody connected."""
    try:
        listener.accept()[0].close()
    except BlockingIOError:
        return False
    return True

"""Asks whether the wall holds, by attacking it from inside. Each start of a worker asks, and the doctor."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from workers.childprocess import Child
from workers.media import codes, wire
from workers.media.job import Job, Limits

LONGEST_S = 60.0
NEIGHBOUR, INPUT = b"not for you", b"to be read only"
OUTPUT_BYTES = 64 * 1024


def self_check() -> list[str]:
    """Everything that was not blocked; an empty list means the wall holds."""
    with tempfile.TemporaryDirectory() as folder, _canary() as listener, _victim() as victim:
        file = Path(folder) / "neighbour"
        file.write_bytes(NEIGHBOUR)
        aims = {"file": str(file), "folder": folder, "port": listener.getsockname()[1], "victim": victim.pid}
        through = _attack(file, aims)
        through += [name for name, happened in _effects(file, listener, victim).items() if happened]
        return list(dict.fromkeys(through))


def _attack(file: Path, aims: dict[str, Any]) -> list[str]:
    said: dict[str, list[str]] = {}

    def take(message: wire.Message) -> None:
        body = {"through": [codes.NO_SANDBOX]} if message.kind == "refused" else message.body
        said["done" if message.kind == "refused" else message.kind] = [str(name) for name in body["through"]]

    with _handed_over() as given, tempfile.NamedTemporaryFile() as out:
        limits = Limits(output_bytes=OUTPUT_BYTES)
        job = Job(given.fileno(), len(INPUT), os.getpid(), limits, output=out.fileno(), attack=aims)
        with Child(job, pass_file=given) as child:
            ended = child.converse(take, LONGEST_S)
        seen = _on_what_was_given(given.read(), os.fstat(out.fileno()).st_size)
    if "done" in said:
        return [*said["done"], *seen]
    # No last word after the other attempts: the process was replaced, or it never got so far.
    if "facts" in said:
        return [*said["facts"], *seen, "exec"]
    return [*seen, f"no answer ({ended.how}): {ended.stderr[-300:]}"]


@contextlib.contextmanager
def _handed_over() -> Iterator[BinaryIO]:
    """The one file the attacker may read."""
    with tempfile.NamedTemporaryFile() as made, Path(made.name).open("rb") as given:
        made.write(INPUT)
        made.flush()
        yield given


def _on_what_was_given(input_now: bytes, output_size: int) -> list[str]:
    """What became of the two files the attacker was handed, seen from outside."""
    through = [] if input_now == INPUT else ["changing the input"]
    return through if output_size <= OUTPUT_BYTES else [*through, "writing beyond the bound"]


def _effects(file: Path, listener: socket.socket, victim: subprocess.Popen[bytes]) -> dict[str, bool]:
    """What can be seen from outside, whatever the attacker says."""
    listener.settimeout(0)
    try:
        listener.accept()[0].close()
        connected = True
    except OSError:
        connected = False
    neighbours = [path.name for path in file.parent.iterdir()]
    alone = neighbours == [file.name] and file.read_bytes() == NEIGHBOUR
    return {"tcp": connected, "writing a file": not alone, "signal to a process": victim.poll() is not None}


@contextlib.contextmanager
def _canary() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener


@contextlib.contextmanager
def _victim() -> Iterator[subprocess.Popen[bytes]]:
    """A process that has no other purpose than to be killed, if that is possible."""
    process = subprocess.Popen(
        [sys.executable, "-I", "-S", "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        if process.stdin:
            process.stdin.close()

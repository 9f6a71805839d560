"""The optional deep look by exiftool: in a sandbox of its own, its words believed as little as a decoder's.

Used where a station has exiftool and the wall holds around it; without it everything else works the same.
It finds times and makers' notes of cameras that nobody else reads. Its file arrives as an open descriptor,
never as a name.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import selectors
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import cache
from pathlib import Path
from typing import IO, Any, BinaryIO

from workers import outer, untrusted
from workers.childprocess import libraries
from workers.media import deep

AUTO, OFF = "auto", "off"
STEP = "provenance"  # the step it belongs to
START = Path(__file__).parent / "media" / "deep.py"
WALL_S, MOST_BYTES, PIECE, MOST_TAGS = 30.0, 1024 * 1024, 64 * 1024, 60
# What is about the copy on this machine, or worked out from other tags, says nothing of the file.
NOT_OF_THE_FILE = frozenset({"ExifTool", "System", "File", "Composite"})
# A time of its own kind each; what other readers tell too is left to them.
TIMES = ("DateTimeOriginal", "CreateDate", "ModifyDate")
STAMP = re.compile(r"^(\d{4})[:-](\d\d)[:-](\d\d)[ T](\d\d):(\d\d):(\d\d)(\.\d{1,6})?\s*(Z|[+-]\d\d:\d\d)?")
PERL = re.compile(rb"^#!\s*(\S+)(?:[ \t]+(\S+))?")


def find(setting: str) -> Path | None:
    """The program, by what the station says: `auto`, `off`, or where it is."""
    if setting == OFF:
        return None
    found = shutil.which("exiftool") if setting in ("", AUTO) else setting
    return Path(found) if found and os.access(found, os.X_OK) else None


def look(program: Path | None, file: BinaryIO) -> dict[str, Any] | None:
    """Times and tags of this open file; None where there is no program, no wall, or no usable answer."""
    told = _answer(program, file) if program else None
    return None if told is None else _checked(told)


def deepen(
    result: dict[str, Any], opened: Callable[[], AbstractContextManager[BinaryIO]], setting: str
) -> None:
    """Add what the deep look finds to the result of the step, where this station has one. `opened` gives the
    file with its plain bytes."""
    program = find(setting.strip())
    if program is None or not result:
        return
    with contextlib.suppress(OSError), opened() as file:
        found = look(program, file) or {"times": [], "tags": {}}
        result["times"] = [*result["times"], *found["times"]]
        result["tags"] = {**found["tags"], **result["tags"]}


def holds(program: Path) -> bool:
    """Whether it runs behind the wall at all; asked by the doctor."""
    with open(os.devnull, "rb") as nothing:
        return _answer(program, nothing) is not None


def _answer(program: Path, file: BinaryIO) -> dict[str, Any] | None:
    """Its one object of JSON; exiftool ends with 1 for a file it does not know, and says so in there."""
    interpreter = _interpreter(program)
    said = _ask(program, interpreter, file) if interpreter else None
    try:
        told = json.loads(said) if said else None
    except (ValueError, RecursionError):
        return None
    return told[0] if isinstance(told, list) and told and isinstance(told[0], dict) else None


def _ask(program: Path, interpreter: str, file: BinaryIO) -> bytes | None:
    """What it wrote, perhaps nothing; None when it could not be started or was ended."""
    file.seek(0)
    layer = outer.chosen()
    arguments = [libraries(), str(layer.parent), interpreter, str(program), layer.name]
    with contextlib.ExitStack() as stack:
        try:
            command, _ = stack.enter_context(
                layer.around(START, arguments, (), also=deep.reads(str(program)))
            )
            child = subprocess.Popen(
                command, stdin=file, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env={}, cwd="/",
                start_new_session=True, bufsize=0,
            )  # fmt: skip
        except OSError:
            return None
        stack.enter_context(child)
        try:
            said = _hear(child.stdout) if child.stdout else None
        finally:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(child.pid, signal.SIGKILL)
            child.wait()
    return said


def _hear(out: IO[bytes]) -> bytes | None:
    """All it says until it ends; None when it says too much or takes too long."""
    said, until = bytearray(), time.monotonic() + WALL_S
    with selectors.DefaultSelector() as ready:
        ready.register(out, selectors.EVENT_READ)
        while (left := until - time.monotonic()) > 0:
            if not ready.select(left):
                return None
            piece = os.read(out.fileno(), PIECE)
            if not piece:
                return bytes(said)
            said += piece
            if len(said) > MOST_BYTES:
                return None
    return None


def _checked(told: dict[str, Any]) -> dict[str, Any]:
    tags: dict[str, str] = {}
    times: list[dict[str, Any]] = []
    for name, value in told.items():
        group, _, tag = str(name).partition(":")
        if not tag or group in NOT_OF_THE_FILE or not isinstance(value, str | int | float):
            continue
        tags[f"exiftool {group}:{tag}"] = str(value)
        if tag in TIMES and isinstance(value, str):
            times += _time(tag, value)
    return {"times": untrusted.times(times), "tags": dict(list(untrusted.tags(tags).items())[:MOST_TAGS])}


def _time(tag: str, value: str) -> list[dict[str, Any]]:
    match = STAMP.match(value)
    if match is None:
        return []
    year, month, day, hour, minute, second, part, zone = match.groups()
    if not 1980 <= int(year) <= 2100:
        return []
    offset = "+00:00" if zone == "Z" else zone or ""
    moment = f"{year}-{month}-{day}T{hour}:{minute}:{second}{part or ''}{offset}"
    return [{"source": f"exiftool:{tag}", "value": moment}]


@cache
def _interpreter(program: Path | None) -> str | None:
    """What its first line says runs it: a script is never run by its own name."""
    try:
        with (program or Path(os.devnull)).open("rb") as file:
            match = PERL.match(file.readline(256))
    except OSError:
        return None
    if match is None:
        return None
    named = os.fsdecode(match[2] if match[1].endswith(b"/env") and match[2] else match[1])
    found = shutil.which(named)
    return os.path.realpath(found) if found else None

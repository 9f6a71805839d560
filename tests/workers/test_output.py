"""The one file a child may write: as much as it was allowed, and nothing else."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from tests.workers.test_selfcheck import weaken
from workers import childprocess
from workers.media.job import Job, Limits

ROOT = Path(__file__).resolve().parents[2]
MOST = 64 * 1024
# Takes the place of the decoders, behind the whole wall.
WRITER = f"""
import json, os, types

def attempt(act):
    try:
        act()
    except OSError as fault:
        return os.strerror(fault.errno)
    return "done"

def run(job, out, warnings):
    said = {{"output": job.output}}
    if job.output is not None:
        said["whole"] = attempt(lambda: os.pwrite(job.output, b"y" * {MOST}, 0))
        said["more"] = attempt(lambda: os.pwrite(job.output, b"z", {MOST}))
        said["longer"] = attempt(lambda: os.ftruncate(job.output, {MOST} + 1))
        said["read again"] = os.pread(job.output, 3, 0).decode()
    said["input"] = attempt(lambda: os.pwrite(job.input, b"x", 0))
    said["elsewhere"] = attempt(lambda: os.open("/tmp/elsewhere", os.O_CREAT | os.O_WRONLY))
    print(json.dumps(said), file=sys.stderr)

examine = types.ModuleType("workers.media.examine")
examine.run = run
sys.modules["workers.media.examine"] = examine
"""


def converse(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, output: int | None) -> dict[str, object]:
    weaken(textwrap.dedent(WRITER), tmp_path, monkeypatch)
    given = tmp_path / "input"
    given.write_bytes(b"original")
    with given.open("rb") as file:
        job = Job(file.fileno(), 8, os.getpid(), Limits(output_bytes=MOST), output=output)
        with childprocess.Child(job, file) as child:
            ended = child.converse(lambda message: None, 60)
    assert given.read_bytes() == b"original"
    said: dict[str, object] = json.loads(ended.stderr)
    return said


def test_the_output_takes_what_was_allowed_and_not_a_byte_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "output"
    with path.open("w+b") as output:
        said = converse(tmp_path, monkeypatch, output.fileno())
    assert (said["whole"], said["read again"]) == ("done", "yyy")
    assert (said["more"], said["longer"]) == ("File too large", "File too large")
    assert said["input"] == "Bad file descriptor"
    assert said["elsewhere"] == "Permission denied"
    assert path.read_bytes() == b"y" * MOST


def test_without_an_output_nothing_can_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = converse(tmp_path, monkeypatch, None)
    assert said == {"output": None, "input": "Bad file descriptor", "elsewhere": "Permission denied"}


def test_powers_are_given_up_before_anything_is_opened() -> None:
    ask = "from workers.media import confine; confine.drop_powers(); print(open('/proc/self/status').read())"
    told = subprocess.run(
        [sys.executable, "-c", ask], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    held = {line.split()[0]: int(line.split()[1], 16) for line in told.splitlines() if line.startswith("Cap")}
    assert (held["CapEff:"], held["CapPrm:"], held["CapInh:"]) == (0, 0, 0)

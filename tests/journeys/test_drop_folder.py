"""`tipline intake watch` beside a running station: killed again and again, each file comes once and whole."""

from __future__ import annotations

import hashlib
import os
import random
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests import footage
from tests.journeys.station import ROOT, Station, until

MIB = 1024 * 1024


def watching(station: Station, folder: Path, *options: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tipline", "intake", "watch", str(folder), "--settle", "0.2", *options]
    return subprocess.Popen(
        command, cwd=ROOT, env=station.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True,
    )  # fmt: skip


def test_a_watch_that_is_killed_loses_and_doubles_nothing(station: Station, tmp_path: Path) -> None:
    folder = tmp_path / "inbox" / "stick"
    folder.mkdir(parents=True)
    clip = footage.cctv_clip(folder / "cam0.mp4", seconds=2, size=(320, 180)).path
    chance = random.Random(7)
    for number in range(1, 5):
        (folder / f"ch{number}.dav").write_bytes(b"DHAV" + chance.randbytes(24 * MIB + number))
    sources = {hashlib.sha256(one.read_bytes()).hexdigest() for one in folder.iterdir()}

    def uploads() -> int:
        return len([path for path in (station.data / "store").rglob("*") if path.is_file()])

    for _ in range(3):
        before = uploads()
        process = watching(station, tmp_path / "inbox")
        until(lambda seen=before: uploads() > seen, lambda: "the watch takes nothing")  # type: ignore[misc]
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=30)

    process = watching(station, tmp_path / "inbox", "--once")
    said, _ = process.communicate(timeout=120)
    assert process.returncode == 0, said

    # A second watch beside the first is not needed, and says so.
    held = watching(station, tmp_path / "inbox")
    until(lambda: os.path.exists(f"/proc/{held.pid}"), lambda: "the watch did not start")
    line = held.stdout.readline() if held.stdout else ""
    assert str(tmp_path / "inbox") in line
    second = watching(station, tmp_path / "inbox")
    words, _ = second.communicate(timeout=60)
    assert (second.returncode, "一个就够了" in words) == (2, True)
    held.send_signal(signal.SIGINT)
    rest, _ = held.communicate(timeout=60)
    assert held.returncode == 0, rest
    assert "已有 5 个" in rest

    found = [one for one in _tips(station) if one["door"] == "folder"]
    assert len(found) == 1
    kept = station.wait_examined(found[0]["reference"])
    assert sorted(one["sha256"] for one in kept) == sorted(sources)
    assert clip.exists()
    for one in kept:
        original = station.read(f"/api/v1/evidence/{one['id']}/original")
        assert hashlib.sha256(original).hexdigest() == one["sha256"]
    assert station.tipline("custody", "verify")


def _tips(station: Station) -> list[Any]:
    listed = station.ask("/api/v1/queue?state=all&limit=200")["items"]
    return [station.ask(f"/api/v1/tips/{one['reference']}") for one in listed]

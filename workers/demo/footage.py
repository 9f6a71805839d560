"""Has the footage of a story drawn, by processes of their own, into a folder that is removed afterwards."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from workers.demo.terms import File, Sent

PROCESSES = 2


def draw(sent: Sequence[Sent], now: datetime, folder: Path) -> dict[tuple[str, int], Path]:
    """Key of a tip and number of its file → where it was drawn."""
    files = [(tip.key, number, file) for tip in sent for number, file in enumerate(tip.files)]
    drawn = {(key, number): _target(folder, key, number, file) for key, number, file in files}
    orders = [_order(file, drawn[key, number], now) for key, number, file in files]
    # The longest first and in turn, so that all are done at about the same time.
    orders.sort(key=lambda order: -order["seconds"])
    running = [_start(orders[n::PROCESSES], folder / f"order-{n}.json") for n in range(PROCESSES)]
    codes = [process.wait() for process in running]
    if any(codes):
        raise RuntimeError(f"drawing the footage ended with {codes}")
    for key, number, file in files:
        if file.broken:
            _lose_index(drawn[key, number])
    return drawn


def name_of(file: File, now: datetime) -> str:
    """As a recorder or a phone names it: by its own clock."""
    return file.name.format(_shown(file, now))


def _shown(file: File, now: datetime) -> datetime:
    return file.shows.at(now) + timedelta(seconds=file.ahead_s)


def _target(folder: Path, key: str, number: int, file: File) -> Path:
    return folder / f"{key}-{number}.{'mp4' if file.seconds else 'jpg'}"


def _start(orders: list[dict[str, Any]], path: Path) -> subprocess.Popen[bytes]:
    path.write_text(json.dumps(orders))
    return subprocess.Popen([sys.executable, "-m", "workers.media.draw", str(path)], stdin=subprocess.DEVNULL)


def _order(file: File, out: Path, now: datetime) -> dict[str, Any]:
    shown = _shown(file, now)
    order: dict[str, Any] = {
        "out": str(out),
        "scene": file.scene,
        "seconds": file.seconds,
        "size": file.size,
        "night": file.night,
        "camera": file.camera,
        "figures": list(file.figures),
    }
    if file.seconds:
        order["clock"] = shown.replace(tzinfo=None, microsecond=0).isoformat()
    else:
        zone = f"{shown:%z}"
        order |= {"taken_at": f"{shown:%Y:%m:%d %H:%M:%S} {zone[:3]}:{zone[3:]}", "position": file.position}
    return order


def _lose_index(path: Path) -> None:
    """What a recorder leaves when its power fails: pictures, and no index to find them by."""
    data = path.read_bytes()
    pictures = data.index(b"mdat") - 4
    first_box = int.from_bytes(data[:4], "big")
    path.write_bytes(data[:first_box] + data[pictures : pictures + (len(data) - pictures) * 7 // 10])

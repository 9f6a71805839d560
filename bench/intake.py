"""Intake: 2 GiB over loopback to ours and to the official Node tus server, memory, and 200 slow phones.

The same client sends to both. Ours hashes every byte and syncs before it acknowledges; theirs does neither.
Both write to the same place: memory if there is room (`--folder` names another), so that no disk decides.
"""

from __future__ import annotations

import argparse
import hashlib
import http.client
import shutil
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from bench import intake_s3, pushing, servers
from bench.pushing import MIB, Crowd
from bench.servers import Server

GIB = 1024 * MIB
MEMORY = Path("/dev/shm")
CHUNK = 8 * MIB
PARALLEL = 8
PHONES, RATE, SECONDS = 200, 16 * 1024, 20.0
LOCKED, LOOKS = 423, 5
SIDES = {"ours": servers.ours, "node": servers.node}


@dataclass
class Side:
    """What was measured of one server."""

    whole: float = 0.0  # MB/s
    pieces: float = 0.0
    cpu_whole: float = 0.0  # CPU seconds a GB
    cpu_pieces: float = 0.0
    idle_mib: float = 0.0
    peak_mib: float = 0.0
    parallel: float = 0.0
    phones: int = 0
    page_idle: float = 0.0  # p95, ms
    page_busy: float = 0.0
    phones_mib: float = 0.0


def main(arguments: Sequence[str] = ()) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench intake", description=__doc__)
    parser.add_argument("--gib", type=float, default=2.0, help="size of the file")
    parser.add_argument("--rounds", type=int, default=3, help="the best of so many counts, sides in turn")
    parser.add_argument("--folder", type=Path, help="where both sides write")
    parser.add_argument("--phones", type=int, default=PHONES)
    parser.add_argument("--only", choices=tuple(SIDES), help="measure one side, while working on it")
    parser.add_argument("--no-s3", action="store_true", help="leave the S3 store out")
    said = parser.parse_args(arguments)
    length = int(said.gib * GIB) // CHUNK * CHUNK
    place = Path(tempfile.mkdtemp(prefix="tipline-bench-", dir=said.folder or _roomy(length)))
    try:
        limit = hash_limit(min(length, GIB))
        names = [said.only] if said.only else list(SIDES)
        measured = {name: Side() for name in names}
        _measure_throughput(measured, place, length, said.rounds)
        for name, side in measured.items():
            with _opened(name, place) as server:
                _measure_memory(server, side, length // PARALLEL // 2)
                _measure_phones(server, side, said.phones)
        _print(measured, limit, length, said.phones, place)
        if not (said.no_s3 or said.only):
            intake_s3.measure(place, length // 4, said.rounds)
    finally:
        shutil.rmtree(place, ignore_errors=True)
    return 0


def hash_limit(length: int) -> float:
    """MB/s that one core can hash of the very bytes that are sent."""
    digest, left = hashlib.sha256(), length
    began = time.perf_counter()
    while left > 0:
        digest.update(pushing.BLOCK)
        left -= len(pushing.BLOCK)
    return length / 1e6 / (time.perf_counter() - began)


def _measure_throughput(measured: dict[str, Side], place: Path, length: int, rounds: int) -> None:
    """In turn, so that both see the same machine."""
    for _ in range(rounds):
        for name, side in measured.items():
            with _opened(name, place) as server:
                pushing.push(server, 64 * MIB, CHUNK)  # wakes up whatever sleeps
                server.empty()
                speed, cpu = _one(server, length, length)
                if speed > side.whole:
                    side.whole, side.cpu_whole = speed, cpu
                speed, cpu = _one(server, length, CHUNK)
                if speed > side.pieces:
                    side.pieces, side.cpu_pieces = speed, cpu


def _one(server: Server, length: int, chunk: int) -> tuple[float, float]:
    before = server.cpu_s()
    took = pushing.push(server, length, chunk)
    cpu = server.cpu_s() - before
    server.empty()
    return length / 1e6 / took, cpu / (length / 1e9)


def _measure_memory(server: Server, side: Side, length: int) -> None:
    pushing.push(server, 16 * MIB, CHUNK)
    side.idle_mib = server.resident_mib()
    server.forget_peak()
    took = pushing.push_many(server, PARALLEL, length, length)
    side.parallel = PARALLEL * length / 1e6 / took
    side.peak_mib = server.peak_mib()
    server.empty()


def _measure_phones(server: Server, side: Side, count: int) -> None:
    pushing.page_times(server, 2)
    idle = pushing.page_times(server, 8)
    server.forget_peak()
    with Crowd(server, count, RATE, SECONDS) as crowd:
        time.sleep(3)
        busy = pushing.page_times(server, SECONDS - 3)
    side.phones_mib = server.peak_mib()
    time.sleep(2)
    side.phones = sum(offset >= RATE * SECONDS / 2 for offset in _offsets(server, crowd))
    side.page_idle, side.page_busy = (pushing.percentile(one, 0.95) * 1000 for one in (idle, busy))


def _offsets(server: Server, crowd: Crowd) -> list[int]:
    """Where the uploads stand, asked after the phones have gone: to ask earlier would take them over."""
    line = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    found = []
    for path in crowd.paths:
        for _ in range(LOOKS):
            line.request("HEAD", path, headers=pushing.TUS | server.headers)
            answer = line.getresponse()
            answer.read()
            if answer.status != LOCKED:
                break
            # Two hundred that left in the same moment are still being written down.
            time.sleep(1)
        found.append(int(answer.headers.get("Upload-Offset", 0)))
    line.close()
    return found


def _opened(name: str, place: Path) -> AbstractContextManager[Server]:
    return SIDES[name](Path(tempfile.mkdtemp(dir=place)))


def _roomy(length: int) -> Path | None:
    """Memory, if the file fits in it twice; else where temporary files go."""
    return MEMORY if MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > 2 * length else None


def _print(measured: dict[str, Side], limit: float, length: int, phones: int, place: Path) -> None:
    ours, node = measured.get("ours", Side()), measured.get("node", Side())

    def row(
        what: str, form: str, of: Callable[[Side], float], aim: str = "", *, compared: bool = True
    ) -> str:
        one, other = of(ours), of(node)
        ratio = f"{one / other:.2f}×" if compared and one and other else ""
        return f"| {what} | {form.format(one)} | {form.format(other)} | {ratio} | {aim} |"

    print(f"\n### Intake, {length / GIB:g} GiB over loopback, written to {place.parent}\n")
    print(f"Ours with SHA-256 and fsync; {servers.node_versions()} with neither.")
    print(f"One core hashes {limit:,.0f} MB/s here.\n")
    print("| | ours | @tus/server | ratio | aim |\n|---|---|---|---|---|")
    print(row("one PATCH, MB/s", "{:,.0f}", lambda side: side.whole, "≥ 1.3×"))
    print(row("8 MiB PATCHes, MB/s", "{:,.0f}", lambda side: side.pieces, "≥ 1.3×"))
    print(
        row(
            "one PATCH, of the hash limit",
            "{:.2f}",
            lambda side: side.whole / limit,
            "≥ 0.45",
            compared=False,
        )
    )
    print(row("8 MiB PATCHes, of it", "{:.2f}", lambda side: side.pieces / limit, "≥ 0.45", compared=False))
    print(row("one PATCH, CPU s per GB", "{:.2f}", lambda side: side.cpu_whole))
    print(row("8 MiB PATCHes, CPU s per GB", "{:.2f}", lambda side: side.cpu_pieces))
    print(row(f"{PARALLEL} at once, MB/s together", "{:,.0f}", lambda side: side.parallel))
    above = f"{PARALLEL} at once, peak memory above idle, MiB"
    print(row(above, "{:.0f}", lambda side: side.peak_mib - side.idle_mib, "< 100"))
    print(row("memory idle, MiB", "{:.0f}", lambda side: side.idle_mib))
    print(row(f"{phones} phones at 16 KiB/s: advancing", "{:.0f}", lambda side: side.phones, str(phones)))
    print(row("page p95 idle, ms", "{:.1f}", lambda side: side.page_idle, compared=False))
    print(row("page p95 beside the phones, ms", "{:.1f}", lambda side: side.page_busy, compared=False))
    slower = "page p95, beside them over idle"
    print(row(slower, "{:.2f}×", lambda side: side.page_busy / (side.page_idle or 1), "≤ 2×", compared=False))
    print(row("peak memory beside them, MiB", "{:.0f}", lambda side: side.phones_mib), flush=True)

"""Intake into S3: the same two servers before one real S3-compatible server. A part of the intake table."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench import pushing, servers
from bench.pushing import MIB
from bench.servers import Bucket, Server
from tests.contracts import seaweed

CHUNK = 8 * MIB
PARALLEL = 8
SIDES = {"ours": servers.ours, "node": servers.node}


@dataclass
class Side:
    """What was measured of one server."""

    whole: float = 0.0  # MB/s
    pieces: float = 0.0
    cpu_whole: float = 0.0  # CPU seconds a GB
    peak_mib: float = 0.0  # above idle, with PARALLEL uploads


def measure(place: Path, length: int, rounds: int) -> None:
    """Print the table. Sides take turns, the best round counts; memory is that of the web process alone."""
    measured = {name: Side() for name in SIDES}
    with _bucket(place) as bucket:
        for _ in range(rounds):
            for name, side in measured.items():
                with SIDES[name](Path(tempfile.mkdtemp(dir=place)), bucket) as server:
                    _measure_speed(server, side, length)
        for name, side in measured.items():
            with SIDES[name](Path(tempfile.mkdtemp(dir=place)), bucket) as server:
                side.peak_mib = _peak_mib(server, length // PARALLEL)
    _print(measured, length)


def _measure_speed(server: Server, side: Side, length: int) -> None:
    pushing.push(server, 2 * CHUNK, CHUNK)
    before = server.cpu_s()
    speed = length / 1e6 / pushing.push(server, length, length)
    if speed > side.whole:
        side.whole, side.cpu_whole = speed, (server.cpu_s() - before) / (length / 1e9)
    side.pieces = max(side.pieces, length / 1e6 / pushing.push(server, length, CHUNK))


def _peak_mib(server: Server, length: int) -> float:
    pushing.push(server, 2 * CHUNK, CHUNK)
    idle = server.resident_mib()
    server.forget_peak()
    pushing.push_many(server, PARALLEL, length, length)
    return server.peak_mib() - idle


@contextmanager
def _bucket(place: Path) -> Iterator[Bucket]:
    credentials = {
        "AWS_ACCESS_KEY_ID": seaweed.ACCESS_KEY, "AWS_SECRET_ACCESS_KEY": seaweed.SECRET_KEY,
        "AWS_DEFAULT_REGION": "us-east-1", "AWS_EC2_METADATA_DISABLED": "true",
    }  # fmt: skip
    with seaweed.running_seaweed(Path(tempfile.mkdtemp(dir=place))) as server:
        os.environ.update(credentials)  # the maker of the bucket reads them there
        server.make_bucket("bench")
        yield Bucket(server.endpoint_url, "bench", credentials)


def _print(measured: dict[str, Side], length: int) -> None:
    ours, node = measured["ours"], measured["node"]
    print(f"\n### The same into S3 (SeaweedFS beside it), {length // MIB} MiB, parts of 8 MiB\n")
    print("| | ours | @tus/server | ratio | aim |\n|---|---|---|---|---|")
    rows = (
        ("one PATCH, MB/s", "{:,.0f}", ours.whole, node.whole, "≥ 1.3×"),
        ("8 MiB PATCHes, MB/s", "{:,.0f}", ours.pieces, node.pieces, "≥ 1.3×"),
        ("one PATCH, CPU s per GB", "{:.2f}", ours.cpu_whole, node.cpu_whole, ""),
        (f"{PARALLEL} at once, peak memory above idle, MiB", "{:.0f}", ours.peak_mib, node.peak_mib, "< 100"),
    )
    for what, form, one, other, aim in rows:
        ratio = f"{one / other:.2f}×" if one and other else ""
        print(f"| {what} | {form.format(one)} | {form.format(other)} | {ratio} | {aim} |", flush=True)

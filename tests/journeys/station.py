"""A whole instance as a technician starts it: `tipline run` on an empty data folder, with a port of its own.

Tests may look into it as an outsider can (commands, API, processes) and may age rows, never more.
"""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from base64 import b32decode, b64encode
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests import ports
from tipline.domain import clock, onetime
from tipline.domain.rights import SECOND_FACTOR

ROOT = Path(__file__).resolve().parents[2]
SHARED_MEDIA = ROOT.parent / "shared" / "media"
PATIENCE_S = 90
PASSWORD = "harbour-lantern-42"
JSON = {"Content-Type": "application/json"}
STAFF = {"li": "investigator", "zhao": "admin", "sun": "auditor"}
# As often `tipline user add NAME --role ROLE --password-stdin` as there are pairs of words.
ADD = """
import os, sys
from tipline.cli import program

os.umask(0o077)
told = iter(sys.argv[1:])
for name, role in zip(told, told):
    program(["user", "add", name, "--role", role, "--password-stdin"], "tipline", standalone_mode=False)
"""


# Address → what runs there.
RUNNING: dict[str, Station] = {}


@dataclass
class Station:
    """A running instance."""

    url: str
    data: Path
    environment: dict[str, str]
    process: subprocess.Popen[bytes]
    # What the app of somebody holds whose role needs a second factor.
    secrets: dict[str, bytes] = field(default_factory=dict)
    _tokens: list[str] = field(default_factory=list)

    def tipline(self, *arguments: str, stdin: str = "") -> str:
        """Run a command of the program that must succeed; its standard output."""
        return run(self.environment, "-m", "tipline", *arguments, stdin=stdin)

    def ask(self, path: str) -> Any:
        """An answer of the desk's API, as an investigator's program gets it."""
        return json.loads(self.read(path))

    def tell(self, path: str, body: dict[str, Any]) -> Any:
        """Act through the desk's API."""
        return json.loads(self._post(path, json.dumps(body).encode(), {**JSON, **self.bearer()}))

    def put(self, path: str, body: dict[str, Any]) -> Any:
        """Keep something through the desk's API."""
        told = {**JSON, **self.bearer()}
        return json.loads(self._post(path, json.dumps(body).encode(), told, method="PUT"))

    def change(self, path: str, body: dict[str, Any]) -> Any:
        """Change something through the desk's API, whatever it was before."""
        told = {**JSON, **self.bearer(), "If-Match": "*"}
        return json.loads(self._post(path, json.dumps(body).encode(), told, method="PATCH"))

    def read(self, path: str) -> bytes:
        """The bytes behind an address of the desk's API."""
        request = urllib.request.Request(self.url + path, headers=self.bearer())
        with urllib.request.urlopen(request, timeout=60) as answer:
            return bytes(answer.read())

    def send(self, text: str, *files: tuple[str, bytes], place: str = "幸福超市") -> str:
        """Hand in a tip as a reporter's program does; its reference."""
        body = {"category": "theft", "text": text, "place": place, "anonymous": True}
        opened = json.loads(self._post("/api/v1/public/tips", json.dumps(body).encode(), JSON))
        for name, data in files:
            self._post(
                "/api/v1/public/uploads", data, upload_headers(opened["access_token"], name, len(data))
            )
        return str(opened["reference"])

    def files_of(self, reference: str) -> list[dict[str, Any]]:
        """The tip's files as the API tells of them."""
        listed = self.ask(f"/api/v1/tips/{reference}")["evidence"]
        return [self.ask(f"/api/v1/evidence/{one['id']}") for one in listed]

    def wait_examined(self, reference: str) -> list[dict[str, Any]]:
        """Until the workers are done with every file of the tip."""
        states: list[str] = []

        def is_done() -> bool:
            states[:] = [one["state"] for one in self.ask(f"/api/v1/tips/{reference}")["evidence"]]
            return all(one in ("ready", "undecodable") for one in states)

        until(is_done, lambda: f"not examined: {states}")
        return self.files_of(reference)

    def age(self, statement: str, *values: object) -> None:
        """Make rows older than they are, as time would."""
        with closing(sqlite3.connect(self.data / "tipline.db", timeout=30)) as database:
            database.execute(statement, values)
            database.commit()

    def code(self, name: str) -> str:
        """What somebody's app shows; the last time a code was used counts as long ago."""
        self.age("UPDATE account SET totp_step = 0 WHERE username = ?", name)
        return onetime.code_at(self.secrets[name], onetime.step_at(clock.now()))

    def children(self, word: str) -> list[int]:
        """Processes of this station whose command holds the word, eldest first."""
        return [pid for pid in _descendants(self.process.pid) if word in _command(pid)]

    def bearer(self) -> dict[str, str]:
        """Headers with which an investigator's program comes in."""
        if not self._tokens:
            self._tokens.append(self.tipline("token", "create", "--user", "li").split()[-1])
        return {"Authorization": f"Bearer {self._tokens[0]}"}

    def _post(self, path: str, body: bytes, headers: dict[str, str], method: str = "POST") -> bytes:
        request = urllib.request.Request(self.url + path, body, headers, method=method)
        with urllib.request.urlopen(request, timeout=60) as answer:
            return bytes(answer.read())


def upload_headers(token: str, name: str, size: int) -> dict[str, str]:
    """Of a tus upload that is created with all its bytes."""
    return {
        "Authorization": f"Bearer {token}",
        "Tus-Resumable": "1.0.0",
        "Upload-Length": str(size),
        "Upload-Metadata": f"filename {b64encode(name.encode()).decode()}",
        "Content-Type": "application/offset+octet-stream",
    }


@contextmanager
def running(folder: Path, staff: Mapping[str, str] = STAFF, **settings: str) -> Iterator[Station]:
    """Start an instance, wait until it is ready, and stop it with everything it has started."""
    port = ports.lease()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TIPLINE_")}
    environment |= {
        "TIPLINE_DATA": str(folder / "var"),
        "TIPLINE_PORT": str(port),
        "TIPLINE_WORKERS": "1",
        "TIPLINE_MIN_FREE_BYTES": "1000000",
        "TIPLINE_STATION": "航海路派出所",
        **settings,
    }
    log = folder / "run.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "tipline", "run"], cwd=ROOT, env=environment, stdout=output, stderr=output
        )
    station = Station(f"http://127.0.0.1:{port}", folder / "var", environment, process)
    RUNNING[station.url] = station
    try:
        _wait_ready(station, log)
        _add(station, staff)
        yield station
    finally:
        process.send_signal(signal.SIGCONT)
        process.send_signal(signal.SIGINT)
        try:
            process.wait(60)
        except subprocess.TimeoutExpired:
            process.kill()
            raise


def until(is_so: Callable[[], bool], why: Callable[[], str]) -> None:
    """Ask again and again; fails with the reason when patience is over."""
    end = time.monotonic() + PATIENCE_S
    while not is_so():
        assert time.monotonic() < end, why()
        time.sleep(0.2)


def _wait_ready(station: Station, log: Path) -> None:
    def is_ready() -> bool:
        assert station.process.poll() is None, (
            f"the station stopped while starting:\n{log.read_text()[-4000:]}"
        )
        try:
            with urllib.request.urlopen(station.url + "/readyz", timeout=2) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    until(is_ready, lambda: f"the station did not become ready:\n{log.read_text()[-4000:]}")


def _add(station: Station, staff: Mapping[str, str]) -> None:
    """By the command for it, which takes longer to load than it works: all in one process."""
    told = [word for one in staff.items() for word in one]
    run(station.environment, "-c", ADD, *told, stdin="".join(f"{PASSWORD}\n" for _ in staff))
    for name, role in staff.items():
        if role in SECOND_FACTOR:
            _enrol(station, name)


def run(environment: Mapping[str, str], *arguments: str, stdin: str = "") -> str:
    """Python with these arguments, which must end well; its standard output."""
    done = subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, env=environment, input=stdin,
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def _enrol(station: Station, name: str) -> None:
    """The first sign-in of somebody whose role needs a second factor, as their browser does it."""
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())

    def ask(path: str, **form: str) -> str:
        sent = urllib.parse.urlencode(form).encode() if form else None
        with browser.open(station.url + path, sent, timeout=60) as answer:
            return str(answer.read().decode())

    def token(page: str) -> str:
        return page.partition('name="csrf_token" value="')[2].partition('"')[0]

    page = ask("/desk/sign-in")
    ask("/desk/sign-in", csrf_token=token(page), username=name, password=PASSWORD)
    page = ask("/desk/me/code")
    secret = b32decode(page.partition('enrol-secret">')[2].partition("<")[0].replace(" ", ""))
    code = onetime.code_at(secret, onetime.step_at(clock.now()))
    assert 'class="codes' in ask("/desk/me/code", csrf_token=token(page), code=code)
    station.secrets[name] = secret


def _descendants(pid: int) -> Iterator[int]:
    """Children, their children, and so on; a process that ends meanwhile has none."""
    try:
        listed = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return
    for one in map(int, listed):
        yield one
        yield from _descendants(one)


def _command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""

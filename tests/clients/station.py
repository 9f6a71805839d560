"""A real `tipline web` for programs of others and for bare sockets: its own process on its own folder.

It may be killed and started again; what it holds is read from its database and store, past the process.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from storage import hashing, keys
from tests import ports
from tipline import db, services, settings
from tipline.bell import SilentBell
from tipline.domain import clock, evidence, tips
from tipline.domain.evidence import Evidence

ROOT = Path(__file__).resolve().parents[2]
UPLOADS = "/api/v1/public/uploads"
# Machines that test are slow; nothing measures time by this.
PATIENCE_S = 60.0


class Station:
    """The web process and what it keeps."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, ports.lease()
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("TIPLINE_")}
        self.environment = inherited | {
            "TIPLINE_DATA": str(folder / "var"), "TIPLINE_PORT": str(self.port),
            "TIPLINE_MIN_FREE_BYTES": "1000000", "TIPLINE_SECRET_KEY": "k" * 48,
        }  # fmt: skip
        self.settings = settings.load(self.environment)
        self.settings.data.mkdir(parents=True)
        db.migrate(self.settings.database_url)
        self.inside = services.build(self.settings, bell=SilentBell())
        self.log = folder / "web.log"
        self.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    # --- life

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tipline", "web"], cwd=ROOT, env=self.environment,
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        until(self._answers, self.last_words)

    def kill(self) -> None:
        """SIGKILL to the process and all that it has started, as a power switch does."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        self.inside.close()
        self.process.terminate()
        try:
            self.process.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            self.kill()
            raise

    def last_words(self) -> str:
        return f"the web process said: {self.log.read_text(errors='replace')[-3000:]}"

    def _answers(self) -> bool:
        assert self.process.poll() is None, self.last_words()
        try:
            with urllib.request.urlopen(f"{self.url}/healthz", timeout=5) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    # --- what a reporter's program does before any upload

    def open_tip(self) -> Tip:
        """A new tip by the public API."""
        body = json.dumps({"category": "theft", "text": "x"}).encode()
        request = urllib.request.Request(
            f"{self.url}/api/v1/public/tips", body, {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:
            opened = json.load(answer)
        return Tip(self, opened["reference"], opened["access_token"])


class Tip:
    """One tip: the token to send with, and the files that have arrived."""

    def __init__(self, station: Station, reference: str, token: str) -> None:
        self.station, self.reference, self.token = station, reference, token

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}", "Accept-Language": "en"}

    def files(self) -> list[File]:
        """Every file of the tip, arrived or not."""
        return [File(row.filename, row.state, self._hash(row)) for row in self._rows()]

    def on_its_way(self) -> int:
        """Bytes of unfinished files in the store: asked past the server, which a question would disturb."""
        store, wanted = self.station.inside.store, {row.id for row in self._rows()}
        sessions = store.list_sessions(clock.now() + timedelta(days=1))
        return sum(store.size(one.text) for one in sessions if keys.find_evidence_id(one.key) in wanted)

    def _rows(self) -> list[Evidence]:
        with self.station.inside.database.reading() as tx:
            return evidence.list_of_tip(tx, tips.read_tip(tx, self.reference))

    def _hash(self, row: Evidence) -> str | None:
        if row.sha256 is None:
            return None
        with self.station.inside.store.open(row.key) as reader:
            stored = hashing.sha256_of(reader)
        # What is sealed and what lies in the store must be the same before anything else is compared.
        assert stored == row.sha256
        return stored


class File:
    """A file as the station has it; `sha256` is that of its stored bytes, None before they are all there."""

    def __init__(self, name: str, state: str, sha256: str | None) -> None:
        self.name, self.state, self.sha256 = name, state, sha256


def until(is_so: Callable[[], bool], why: Callable[[], str]) -> None:
    """Ask again and again; fails with the reason when patience is over."""
    end = time.monotonic() + PATIENCE_S
    while not is_so():
        assert time.monotonic() < end, why()
        time.sleep(0.05)

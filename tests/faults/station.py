"""A station whose processes can be killed one by one: broker, web and worker, as `tipline run` orders them.

Nobody starts them again but the nemesis. The data folder lies on a small disk in memory where the host lets
us mount one, so that it can be filled.
"""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import suppress
from pathlib import Path

from argon2 import PasswordHasher

from tests import ports
from tipline import broker, db, services
from tipline import settings as settings_module
from tipline.bell import SilentBell
from tipline.domain import accounts, tokens
from tipline.domain.actors import SYSTEM

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 60.0
BALLAST = "ballast"
LARGEST_MEMORY_DISK = 4 * 1024**3
MIN_FREE = 1024 * 1024


class Station:
    """Starts, stops, freezes and kills; what for is the nemesis' business."""

    def __init__(self, folder: Path, *, disk_bytes: int, hurried: bool, settings: dict[str, str]) -> None:
        self.folder, self.data = folder, folder / "var"
        self.port = ports.lease()
        self.hurried = hurried
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.is_small = _mount(self.data, disk_bytes)
        own = {name: value for name, value in os.environ.items() if not name.startswith("TIPLINE_")}
        self.environment = own | settings | {
            "TIPLINE_DATA": str(self.data), "TIPLINE_PORT": str(self.port), "TIPLINE_WORKERS": "2",
            "TIPLINE_MIN_FREE_BYTES": str(MIN_FREE), "TIPLINE_SECRET_KEY": secrets.token_urlsafe(48),
            "TIPLINE_MAX_TIP_BYTES": str(2**40), "TIPLINE_MAX_FILE_BYTES": str(2**35),
            "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1", "PYTHONFAULTHANDLER": "1",
        }  # fmt: skip

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def settings(self) -> settings_module.Settings:
        return settings_module.load(self.environment)

    # --- life

    def start(self) -> str:
        """Everything up; an API token of an investigator."""
        db.migrate(self.settings.database_url)
        token = self._add_officer(self.settings)
        for name in ("broker", "web", "worker"):
            self.start_one(name)
        self.wait_ready(PATIENCE_S)
        return token

    def start_one(self, name: str) -> None:
        commands = {
            "broker": lambda: broker.command(self.data),
            "web": lambda: [sys.executable, "-m", "tipline", "web"],
            "worker": lambda: [
                sys.executable, "-m", *(["tests.faults.hurried"] if self.hurried else ["tipline", "worker"])
            ],
        }  # fmt: skip
        if name == "broker":
            broker.prepare(self.data)
        with (self.folder / f"{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(
                commands[name](), cwd=ROOT, env=self.environment, stdin=subprocess.DEVNULL, stdout=log,
                stderr=subprocess.STDOUT, start_new_session=True,
            )  # fmt: skip

    def wait_ready(self, patience_s: float) -> None:
        end = time.monotonic() + patience_s
        while not self.is_ready():
            if time.monotonic() > end:
                raise AssertionError(
                    f"the station is not ready after {patience_s:.0f} s: {self.last_words()}"
                )
            time.sleep(0.1)

    def is_ready(self) -> bool:
        try:
            with urllib.request.urlopen(self.url + "/readyz", timeout=3) as answer:
                return bool(answer.status == 200)
        except (OSError, urllib.error.HTTPError):
            return False

    def stop(self) -> None:
        for name in ("web", "worker", "broker"):
            self.kill(name)
        _unmount(self.data)

    # --- harm

    def kill(self, name: str) -> None:
        """SIGKILL to the process and all below it, at once, as a power switch does."""
        process = self.processes.pop(name, None)
        if process is None:
            return
        for pid in [process.pid, *descendants(process.pid)]:
            self.end(pid)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def kill_alone(self, name: str) -> None:
        """SIGKILL to the first process only; what it started must notice by itself."""
        process = self.processes.get(name)
        if process is not None:
            process.kill()
            process.wait()

    def below(self, name: str) -> list[int]:
        process = self.processes.get(name)
        return descendants(process.pid) if process else []

    def tree(self, name: str) -> list[int]:
        process = self.processes.get(name)
        return [process.pid, *descendants(process.pid)] if process else []

    def signal_all(self, name: str, number: signal.Signals) -> list[int]:
        pids = self.tree(name)
        for pid in pids:
            self.end(pid, number)
        return pids

    def end(self, pid: int, number: signal.Signals = signal.SIGKILL) -> None:
        """A signal to one process, which may have ended by itself since it was seen."""
        with suppress(ProcessLookupError):
            os.kill(pid, number)

    def wipe_broker(self) -> None:
        for path in (self.data / broker.FOLDER).iterdir():
            shutil.rmtree(path) if path.is_dir() else path.unlink()

    def fill(self, leave: int) -> None:
        """Take all room of the small disk but `leave` bytes."""
        room = os.statvfs(self.data)
        wanted = room.f_bavail * room.f_frsize - leave
        with (self.data / BALLAST).open("wb") as file:
            if wanted > 0:
                with suppress(OSError):
                    os.posix_fallocate(file.fileno(), 0, wanted)

    def empty(self) -> None:
        (self.data / BALLAST).unlink(missing_ok=True)

    # --- looking

    def completed(self) -> set[str]:
        """Marks of sessions whose object stands in the local store."""
        with suppress(FileNotFoundError):
            return {name for name in os.listdir(self.data / "store" / "uploads") if name.endswith("~done")}
        return set()

    def verify_custody(self) -> str | None:
        """What the program itself says of its log; None if all is well."""
        done = subprocess.run(
            [sys.executable, "-m", "tipline", "custody", "verify"], cwd=ROOT, env=self.environment,
            capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        return None if done.returncode == 0 else (done.stdout + done.stderr).strip()

    def last_words(self) -> str:
        logs = [self.folder / f"{name}.log" for name in ("broker", "web", "worker")]
        return "\n".join(
            f"{path.name}: …{path.read_text(errors='replace')[-6000:]}" for path in logs if path.exists()
        )

    def dying_words(self) -> str:
        """Where every process of the worker host stands, by its own traceback; it ends of it."""
        stand = [f"{pid} {_standing(pid)}" for pid in self.tree("worker")]
        self.signal_all("worker", signal.SIGABRT)
        time.sleep(1)
        return "\n".join([*stand, self.last_words()])

    def _add_officer(self, chosen: settings_module.Settings) -> str:
        made = services.build(chosen, bell=SilentBell())
        try:
            hashed = PasswordHasher().hash(secrets.token_urlsafe())
            with made.database.transaction() as tx:
                officer = accounts.add(tx, SYSTEM, "li", role="investigator", password_hash=hashed)
                return tokens.create(tx, made.key, SYSTEM, officer)
        finally:
            made.close()


def descendants(pid: int) -> list[int]:
    """All processes below one, nearest first."""
    parents: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(OSError, IndexError, ValueError):
                after_name = (entry / "stat").read_text(errors="replace").rpartition(")")[2].split()
                parents[int(entry.name)] = int(after_name[1])
    found: list[int] = []
    level = {pid}
    while level := {child for child, parent in parents.items() if parent in level}:
        found += sorted(level)
    return found


def _standing(pid: int) -> str:
    """What a process is and waits for, as far as the kernel tells."""
    try:
        here = Path(f"/proc/{pid}")
        words = (here / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        state = (here / "stat").read_text(errors="replace").rpartition(")")[2].split()[0]
        return f"{state} {(here / 'wchan').read_text()} {words}"
    except OSError as fault:
        return type(fault).__name__


def _mount(data: Path, size: int) -> bool:
    """A disk in memory of this size at the data folder, where we may."""
    data.mkdir(parents=True)
    if os.geteuid() != 0 or size > LARGEST_MEMORY_DISK:
        return False
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size},mode=0700", "tipline-faults", str(data)],
        capture_output=True, check=False,
    )  # fmt: skip
    return done.returncode == 0


def _unmount(data: Path) -> None:
    if os.path.ismount(data):
        subprocess.run(["umount", "--lazy", str(data)], capture_output=True, check=False)

"""One process under the supervisor: in a session of its own, watched, started again, stopped for good.

Its output goes to a file; lines that tell of errors are handed to the supervisor for the terminal. Knows
nothing of what the process does.
"""

from __future__ import annotations

import ctypes
import os
import re
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

LARGEST_LOG = 20 * 1024 * 1024
# A run shorter than this counts as a quick death; so many in a row and the supervisor gives up.
STEADY_S = 30.0
QUICK_DEATHS = 5
LONGEST_PAUSE_S = 15.0
_PR_SET_PDEATHSIG, _PR_SET_CHILD_SUBREAPER = 1, 36
_LIBC = ctypes.CDLL(None, use_errno=True)
_ERROR = re.compile(
    r'"level":\s*"(error|critical)"|\[?\b(ERROR|CRITICAL)\b|^Traceback|^[\w.]*(Error|Exception)\b|\bpanicked\b'
)


@dataclass(frozen=True)
class Order:
    """What to run and how to part with it."""

    name: str
    command: Sequence[str]
    # How long it may take to end by itself once asked.
    grace_s: float
    environment: Mapping[str, str] = field(default_factory=dict)


class Child:
    """A process and its log."""

    def __init__(self, order: Order, logs: Path) -> None:
        self.order = order
        self.log = logs / f"{order.name}.log"
        self.process: subprocess.Popen[bytes] | None = None
        self.quick_deaths = 0
        self._started_at = 0.0
        self._start_again_at = 0.0
        self._read_to = 0
        self._asked_at: float | None = None

    def start(self) -> None:
        """Begin; the log goes on where it was."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as out:
            self._read_to = max(self._read_to, out.tell()) if self.process else out.tell()
            self.process = subprocess.Popen(
                self.order.command,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                env={**os.environ, **self.order.environment},
                # Ctrl-C is for the supervisor, which stops the others in order.
                start_new_session=True,
                preexec_fn=_end_with_parent,  # noqa: PLW1509 - the supervisor has one thread only
            )
        self._started_at = time.monotonic()
        self._start_again_at = 0.0

    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def look_after(self) -> bool:
        """Start again what has died, after a pause that grows; true when it has just been found dead."""
        if self.is_running():
            if self.quick_deaths and time.monotonic() - self._started_at > STEADY_S:
                self.quick_deaths = 0
            return False
        now = time.monotonic()
        if self._start_again_at == 0.0:
            self.quick_deaths = self.quick_deaths + 1 if now - self._started_at < STEADY_S else 1
            self._start_again_at = now + min(0.25 * 2**self.quick_deaths, LONGEST_PAUSE_S)
            # Whatever it had started belongs to nobody now.
            self.kill()
            return True
        if now >= self._start_again_at and not self.is_hopeless():
            self.start()
        return False

    def is_hopeless(self) -> bool:
        """Whether it died so often at once that starting it again makes no sense."""
        return self.quick_deaths >= QUICK_DEATHS

    def ask_to_stop(self) -> None:
        """SIGTERM to the process; what it started is its own affair until the grace is over."""
        self._asked_at = time.monotonic()
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()

    def has_had_its_grace(self) -> bool:
        return self._asked_at is not None and time.monotonic() - self._asked_at > self.order.grace_s

    def kill(self) -> None:
        """End the process and its whole group, now."""
        if self.process is None:
            return
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def new_errors(self) -> Iterator[str]:
        """Lines of errors written since the last call."""
        for line in self.new_lines():
            if _ERROR.search(line):
                yield line

    def last_words(self, lines: int = 12) -> str:
        """The end of the log, for a sentence that says why."""
        try:
            return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])
        except OSError:
            return ""

    def new_lines(self) -> Iterator[str]:
        """Whole lines written since the last call."""
        try:
            size = self.log.stat().st_size
            if size <= self._read_to:
                self._read_to = size
                return
            with self.log.open("rb") as file:
                file.seek(self._read_to)
                whole = file.read(1 << 20).rpartition(b"\n")
        except OSError:
            return
        self._read_to += len(whole[0]) + len(whole[1])
        if size > LARGEST_LOG:
            self._shorten()
        yield from whole[0].decode(errors="replace").splitlines()

    def _shorten(self) -> None:
        """Keep one older part; the process goes on appending to the same file."""
        self.log.with_suffix(".log.1").write_bytes(self.log.read_bytes())
        os.truncate(self.log, 0)
        self._read_to = 0


def adopt_orphans() -> None:
    """From now on what our children leave behind becomes ours, so that none of it outlives us."""
    _LIBC.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def end_orphans(known: set[int], *, kill: bool) -> None:
    """Bury adopted processes that have ended; with `kill`, end the others first."""
    while adopted := _children_of(os.getpid()) - known:
        for pid in adopted:
            with suppress(ProcessLookupError, ChildProcessError):
                if kill:
                    os.kill(pid, signal.SIGKILL)
                os.waitpid(pid, 0 if kill else os.WNOHANG)
        if not kill:
            return


def _children_of(parent: int) -> set[int]:
    found = set()
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            # The name in brackets may hold anything; the parent is the second field after it.
            after_name = (folder / "stat").read_text(errors="replace").rpartition(")")[2].split()
        except OSError:
            continue
        if int(after_name[1]) == parent:
            found.add(int(folder.name))
    return found


def _end_with_parent() -> None:
    """In the new process: have the kernel ask us to stop when the supervisor dies, however it dies."""
    _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)

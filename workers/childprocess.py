"""One child process: started with nothing, heard with patience, ended with all that it started."""

from __future__ import annotations

import contextlib
import fcntl
import importlib.util
import os
import selectors
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import IO, BinaryIO

from workers import outer
from workers.media import wire
from workers.media.job import Job

START = Path(__file__).parent / "media" / "__main__.py"
PIECE = 1024 * 1024
STDERR_KEPT = 8 * 1024
STDERR_READ = 4 * 1024 * 1024
LAST_GRACE_S = 5.0
TICK_S = 0.5
SHELL_SIGNAL = 128
OUT_OF_MEMORY = (b"bad_alloc", b"MemoryError")


@dataclass(frozen=True)
class Ended:
    """How the child ended: ``done``, ``broken``, ``timeout``, ``memory``, ``crashed`` or ``no child``."""

    how: str
    code: int | None
    stderr: str


class Child:
    """A context manager around the process. Leaving it kills the whole process group."""

    def __init__(self, job: Job, pass_file: BinaryIO) -> None:
        self._layer = outer.chosen()
        self._job = replace(job, parent=self._layer.parent, outer=self._layer.name)
        self._stack = contextlib.ExitStack()
        others = (one for one in (job.output, job.pieces, job.beside) if one is not None)
        self._passed = (pass_file.fileno(), *others)
        self._process: subprocess.Popen[bytes] | None = None
        self._stderr = bytearray()
        self._stderr_read = 0

    def __enter__(self) -> Child:
        with contextlib.suppress(OSError):
            command, passed = self._stack.enter_context(
                self._layer.around(START, [libraries()], self._passed)
            )
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                pass_fds=passed,
                close_fds=True,
                env={},
                cwd="/",
                start_new_session=True,
                bufsize=0,
            )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        if self._process is None:
            self._stack.close()
            return
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._stack.close()
        for pipe in (self._process.stdin, self._process.stdout, self._process.stderr):
            if pipe is not None:
                pipe.close()

    def converse(
        self,
        take: Callable[[wire.Message], None],
        wall_seconds: float,
        tick: Callable[[], None] | None = None,
    ) -> Ended:
        """Send the job, hand each message to ``take``, say how it ended. Time spent in ``take`` is ours.

        ``tick`` is called about twice a second, however silent the child is; it may raise to end all.
        """
        process = self._process
        if process is None or process.stdin is None or process.stdout is None or process.stderr is None:
            return Ended("no child", None, "")
        with contextlib.suppress(BrokenPipeError):
            process.stdin.write(self._job.line())
        with contextlib.suppress(OSError):
            fcntl.fcntl(process.stdout.fileno(), fcntl.F_SETPIPE_SZ, PIECE)
        try:
            in_time = self._listen(process.stdout, process.stderr, take, wall_seconds, tick)
        except wire.Broken as fault:
            return self._ended("broken", note=str(fault))
        return self._ended(None if in_time else "timeout")

    def _listen(
        self,
        out: IO[bytes],
        err: IO[bytes],
        take: Callable[[wire.Message], None],
        wall_seconds: float,
        tick: Callable[[], None] | None,
    ) -> bool:
        """True when the child closed both pipes, False when its time was up."""
        reader = wire.Reader()
        deadline = time.monotonic() + wall_seconds
        with selectors.DefaultSelector() as ready:
            ready.register(out, selectors.EVENT_READ)
            ready.register(err, selectors.EVENT_READ)
            while ready.get_map():
                left = deadline - time.monotonic()
                if left <= 0:
                    return False
                if tick:
                    tick()
                for key, _ in ready.select(min(left, TICK_S)):
                    piece = os.read(key.fd, PIECE)
                    if not piece:
                        ready.unregister(key.fileobj)
                    if key.fileobj is err:
                        self._overhear(piece)
                        continue
                    for message in reader.feed(piece):
                        begun = time.monotonic()
                        take(message)
                        deadline += time.monotonic() - begun
        reader.finish()
        return True

    def _overhear(self, piece: bytes) -> None:
        """Keep the end of what libraries print; too much of it is a fault."""
        self._stderr_read += len(piece)
        if self._stderr_read > STDERR_READ:
            raise wire.Broken("too much on standard error")
        self._stderr += piece
        del self._stderr[:-STDERR_KEPT]

    def _ended(self, how: str | None, note: str = "") -> Ended:
        process = self._process
        if process is None:
            return Ended("no child", None, "")
        if how is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
        try:
            code = process.wait(LAST_GRACE_S)
        except subprocess.TimeoutExpired:
            return Ended(how or "timeout", None, note)
        said = note or self._stderr.decode("utf-8", "replace")
        return Ended(how or self._how(code), code, said)

    def _how(self, code: int) -> str:
        if code == 0:
            return "done"
        # An outer layer tells a signal as a shell does.
        code = SHELL_SIGNAL - code if code > SHELL_SIGNAL else code
        if code == -signal.SIGXCPU:
            return "timeout"
        # Killed, and not by us: the system ran out of memory.
        if code == -signal.SIGKILL or any(mark in self._stderr for mark in OUT_OF_MEMORY):
            return "memory"
        return "crashed"


@cache
def libraries() -> str:
    """The folder the decoders are installed in, found without importing them."""
    spec = importlib.util.find_spec("av")
    if spec is None or spec.origin is None:
        raise RuntimeError("PyAV is not installed")
    return str(Path(spec.origin).resolve().parents[1])

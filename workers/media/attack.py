"""Tries to get out. Run behind the wall in place of a decoder, it tells which attempts succeeded.

At each start the worker asks for this; a wall through which anything gets is no wall, and no file is opened.
The attempts do no harm where they succeed: they are also run where the wall is weak.
"""

from __future__ import annotations

import ctypes
import os
import resource
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO

from workers.media import wire
from workers.media.job import Job

# System calls by number (x86-64, arm64), with senseless arguments: none may reach the kernel.
CALLS = {
    "ptrace": (101, 117),
    "unshare": (272, 97),
    "mount": (165, 40),
    "bpf": (321, 280),
    "io_uring_setup": (425, 425),
    "keyctl": (250, 219),
    "process_vm_readv": (310, 270),
    "pidfd_open": (434, 434),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "setns": (308, 268),
    "chroot": (161, 51),
    "memfd_create": (319, 279),
    "execveat": (322, 281),
}
NOT_PERMITTED = 1

Probe = dict[str, Any]


def run(job: Job, out: BinaryIO) -> None:
    """Try everything; the last attempt would end this process if it worked."""
    through = [name for name, attempt in _attempts(job.attack or {}) if _succeeds(attempt)]
    through += [name for name, attempt in _on_what_was_given(job) if _succeeds(attempt)]
    through += _calls_let_through()
    wire.send(out, "facts", {"through": through})
    if _succeeds(lambda: os.execv("/bin/true", ["true"])):  # noqa: S606 - the attempt is the test
        through.append("exec")
    wire.send(out, "done", {"through": through})


def _succeeds(attempt: Callable[[], object]) -> bool:
    try:
        attempt()
    except Exception as error:  # noqa: BLE001 - whatever stops the attempt, it was stopped
        print(f"{type(error).__name__}: {error}"[:200], file=sys.stderr)
        return False
    return True


def _attempts(probe: Probe) -> Iterator[tuple[str, Callable[[], object]]]:
    parent = os.getppid()
    yield from _on_files(probe, parent)
    yield "tcp", lambda: _connect(socket.SOCK_STREAM, probe["port"])
    yield "udp", lambda: _connect(socket.SOCK_DGRAM, probe["port"])
    yield "unix socket", lambda: socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    yield "socket pair", socket.socketpair
    yield "fork", _fork
    yield "signal to a process", lambda: os.kill(int(probe["victim"]), 9)
    yield "more memory", lambda: resource.setrlimit(resource.RLIMIT_AS, (-1, -1))
    yield "larger files", lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (-1, -1))
    if parent:  # inside gVisor there is nobody above
        yield "signal to the parent", lambda: os.kill(parent, 0)
        yield "limits of the parent", lambda: resource.prlimit(parent, resource.RLIMIT_NOFILE)
    yield "a thread reading files", lambda: _in_thread(lambda: _read(probe["file"]))


def _on_files(probe: Probe, parent: int) -> Iterator[tuple[str, Callable[[], object]]]:
    file, folder = str(probe["file"]), str(probe["folder"])
    yield "reading /etc/passwd", lambda: _read("/etc/passwd")
    yield "reading a neighbour", lambda: _read(file)
    yield "listing a folder", lambda: os.listdir(folder)
    yield "the parent's environment", lambda: _read(f"/proc/{parent}/environ")
    yield "the parent's memory", lambda: _read(f"/proc/{parent}/mem")
    yield "writing a file", lambda: os.open(f"{folder}/written", os.O_CREAT | os.O_WRONLY)
    yield "changing a file", lambda: os.open(file, os.O_WRONLY)
    yield "deleting a file", lambda: os.unlink(file)
    yield "renaming a file", lambda: os.rename(file, f"{folder}/renamed")
    yield "a hard link", lambda: os.link(file, f"{folder}/linked")
    yield "a symbolic link", lambda: os.symlink("/etc/passwd", f"{folder}/symbolic")
    yield "changing rights", lambda: os.chmod(file, 0o600)
    yield "changing the owner", lambda: os.chown(file, 12345, 12345)
    yield "a new folder", lambda: os.mkdir(f"{folder}/made")


def _on_what_was_given(job: Job) -> Iterator[tuple[str, Callable[[], object]]]:
    """The input is for reading alone; the output may be written, but not beyond its bound."""
    yield "changing the input", lambda: os.pwrite(job.input, b"x", 0)
    yield "cutting the input", lambda: os.ftruncate(job.input, 0)
    yield "opening the input again", lambda: os.open(f"/proc/self/fd/{job.input}", os.O_RDWR)
    yield "rights of the input", lambda: os.fchmod(job.input, 0o666)
    yield "times of the input", lambda: os.utime(job.input)
    yield "a note on the input", lambda: os.setxattr(job.input, "user.attack", b"x")
    output, most = job.output, job.limits.output_bytes
    if output is not None:
        yield "writing beyond the bound", lambda: os.pwrite(output, b"x", most)
        yield "growing beyond the bound", lambda: os.ftruncate(output, most + 1)
        yield "rights of the output", lambda: os.fchmod(output, 0o666)
        yield "a program in the output", lambda: os.execve(output, ["x"], {})  # noqa: S606 - the attempt is the test


def _read(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read(16)


def _connect(kind: int, port: int) -> None:
    with socket.socket(socket.AF_INET, kind) as canary:
        canary.settimeout(2)
        canary.connect(("127.0.0.1", port))
        canary.send(b"out")


def _fork() -> None:
    if os.fork() == 0:
        os._exit(0)


def _in_thread(attempt: Callable[[], object]) -> None:
    result: list[bool] = []
    thread = threading.Thread(target=lambda: result.append(_succeeds(attempt)))
    thread.start()
    thread.join()
    if result != [True]:
        raise PermissionError("the thread was held back too")


def _calls_let_through() -> list[str]:
    column = {"x86_64": 0, "aarch64": 1}.get(os.uname().machine)
    if column is None:
        return []
    libc = ctypes.CDLL(None, use_errno=True)
    through = []
    for name, numbers in CALLS.items():
        answer = libc.syscall(numbers[column], -1, -1, -1, -1, -1)
        if answer != -1 or ctypes.get_errno() != NOT_PERMITTED:
            through.append(name)
    return through

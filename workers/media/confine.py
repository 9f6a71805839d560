"""Puts the wall up around this process, in the one order that holds.

Limits, then the library for the filter, then Landlock, then the filter, and only afterwards any decoder:
a thread started earlier (numpy starts some) would stay free.
"""

from __future__ import annotations

import ctypes
import math
import os
import resource
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

PR_SET_PDEATHSIG = 1
PR_SET_DUMPABLE = 4
CAPABILITY_VERSION = 0x20080522
OPEN_FILES = 64
CPU_GRACE_S = 5
THREADS = 4096  # counted for the whole user; the filter is what forbids new processes
SYSTEM_LIBRARIES = ("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/etc/ld.so.cache")
HARMLESS = ("/dev/urandom", "/sys/devices/system/cpu", "/proc/cpuinfo", "/usr/share/zoneinfo")


class Refused(RuntimeError):
    """The wall could not be built, so no hostile byte may be read."""


def die_with_parent(parent: int) -> None:
    """Be killed when the parent ends, however it ends."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:  # it was gone before we asked
        os._exit(1)


def limit(memory: int, cpu_seconds: int, written: int = 0) -> None:
    """Bounds on memory, CPU, files and core dumps; the hard bounds too, so they cannot be raised again.

    ``written`` is how large the one file may become that this process was given to write, if there is one.
    """
    ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
    for kind, most in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, cpu_seconds),
        (resource.RLIMIT_FSIZE, written),
        (resource.RLIMIT_NOFILE, OPEN_FILES),
        (resource.RLIMIT_NPROC, THREADS),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hard = resource.getrlimit(kind)
        bound = most if hard == resource.RLIM_INFINITY else min(most, hard)
        # The softer bound on time ends the process with a signal that says why.
        grace = CPU_GRACE_S if kind == resource.RLIMIT_CPU and bound == most else 0
        resource.setrlimit(kind, (bound, bound + grace if hard == resource.RLIM_INFINITY else bound))


def drop_powers() -> None:
    """Give up every capability: root might raise its own limits again, this process may not."""
    libc = ctypes.CDLL(None, use_errno=True)
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION, 0)
    if libc.capset(header, (ctypes.c_uint32 * 6)()) != 0:
        raise Refused(f"capabilities: {os.strerror(ctypes.get_errno())}")


@contextmanager
def within(cpu_seconds: int) -> Iterator[None]:
    """End this process if this takes so much processor time: for single calls that nobody can interrupt.

    Only one that was bounded before: the kernel compares ticks, which run seconds ahead of the clock in a
    process that lives long, and would end that at once.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_CPU)
    if soft == resource.RLIM_INFINITY:
        yield
        return
    until = math.ceil(time.process_time()) + cpu_seconds
    bounds = [bound for bound in (until, soft, hard) if bound != resource.RLIM_INFINITY]
    resource.setrlimit(resource.RLIMIT_CPU, (min(bounds), hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_CPU, (soft, hard))


def lower_memory(most: int) -> None:
    """Tighten the memory bound once the kind of file is known."""
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    if hard == resource.RLIM_INFINITY or most < hard:
        resource.setrlimit(resource.RLIMIT_AS, (most, most))


def build_wall(
    libraries: str,
    package: str,
    *,
    programs: Sequence[str] = (),
    readable: Sequence[str] = (),
    landlock: bool = True,
) -> None:
    """No powers, Landlock and the system call filter. Raises ``Refused`` when either cannot be had.

    ``programs`` are what this process may become, once: nothing, for whoever decodes.
    """
    drop_powers()
    try:
        from workers.media import landlock as files
        from workers.media import syscalls

        folders = (*_interpreter(), *SYSTEM_LIBRARIES, *HARMLESS, libraries, package, *readable)
        if landlock:
            files.confine(folders, programs)
        syscalls.confine(may_become_another=bool(programs))
    except (OSError, RuntimeError, ImportError, AttributeError) as error:
        raise Refused(f"{type(error).__name__}: {error}") from error


def _interpreter() -> list[str]:
    """The standard library of this interpreter."""
    return [path for path in sys.path if os.path.exists(path) and path.startswith(sys.base_prefix)] + [
        os.path.join(sys.base_prefix, "lib")
    ]

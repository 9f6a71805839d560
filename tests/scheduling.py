"""Puts this process, and all it has started, back among those that share the processors.

At real-time priority a process starves all others, and whatever it starts inherits that: a browser that waits
in a loop then stops the whole machine.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path


def share() -> None:
    """Does nothing, at the price of one system call, where all is well."""
    if os.sched_getscheduler(0) == os.SCHED_OTHER:
        return
    parents = _parents()
    ours = {os.getpid()}
    while grown := {pid for pid, parent in parents.items() if parent in ours} - ours:
        ours |= grown
    for pid in ours:
        for thread in Path(f"/proc/{pid}/task").glob("*"):
            with suppress(OSError):
                os.sched_setscheduler(int(thread.name), os.SCHED_OTHER, os.sched_param(0))


def _parents() -> dict[int, int]:
    found = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError, ValueError):
            found[int(stat.parent.name)] = int(stat.read_text().rpartition(")")[2].split()[1])
    return found

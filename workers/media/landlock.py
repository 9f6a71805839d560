"""Landlock by three system calls: this process may read a few folders and do nothing else to files.

Rules bind the whole later life of the process and cannot be lifted. Kernels differ by ABI: each newer one
can withhold more (4: TCP, 6: abstract sockets and signals), so what the kernel knows is withheld.
"""

from __future__ import annotations

import ctypes
import os
from collections.abc import Iterable

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446  # the same numbers on every architecture
VERSION_FLAG = 1
RULE_PATH_BENEATH = 1
EXECUTE, READ_FILE, READ_DIR = 1 << 0, 1 << 2, 1 << 3
# How many of the file rights an ABI knows; asking for an unknown right is an error.
FILE_RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}
TCP_BIND_AND_CONNECT = 0b11
ABSTRACT_SOCKETS_AND_SIGNALS = 0b11
PR_SET_NO_NEW_PRIVS = 38


class Unavailable(OSError):
    """The kernel has no Landlock, or refused the rules."""


class _Ruleset(ctypes.Structure):
    _fields_ = [("fs", ctypes.c_uint64), ("net", ctypes.c_uint64), ("scoped", ctypes.c_uint64)]


class _PathBeneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = [("allowed", ctypes.c_uint64), ("parent", ctypes.c_int32)]


_libc = ctypes.CDLL(None, use_errno=True)


def abi() -> int:
    """The Landlock version of this kernel, 0 without any."""
    return max(0, int(_libc.syscall(CREATE_RULESET, None, 0, VERSION_FLAG)))


def confine(readable: Iterable[str], programs: Iterable[str] = ()) -> None:
    """Allow reading beneath ``readable`` and running ``programs``; withhold every other file and all else."""
    version = abi()
    if version < 1:
        raise Unavailable("the kernel offers no Landlock")
    rules = _Ruleset(
        fs=(1 << FILE_RIGHTS.get(version, 16)) - 1,
        net=TCP_BIND_AND_CONNECT if version >= 4 else 0,
        scoped=ABSTRACT_SOCKETS_AND_SIGNALS if version >= 6 else 0,
    )
    size = 24 if version >= 6 else 16 if version >= 4 else 8
    ruleset = _call(CREATE_RULESET, ctypes.byref(rules), size, 0)
    try:
        for path in readable:
            _allow(ruleset, path)
        for path in programs:
            _allow(ruleset, path, EXECUTE)
        if _libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
            raise Unavailable(ctypes.get_errno(), "no_new_privs refused")
        _call(RESTRICT_SELF, ruleset, 0)
    finally:
        os.close(ruleset)


def _allow(ruleset: int, path: str, more: int = 0) -> None:
    try:
        folder = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except FileNotFoundError:
        return  # a library folder this system does not have
    try:
        rights = more | (READ_FILE | READ_DIR if os.path.isdir(path) else READ_FILE)
        _call(ADD_RULE, ruleset, RULE_PATH_BENEATH, ctypes.byref(_PathBeneath(rights, folder)), 0)
    finally:
        os.close(folder)


def _call(number: int, *arguments: object) -> int:
    answer = int(_libc.syscall(number, *arguments))
    if answer < 0:
        errno = ctypes.get_errno()
        raise Unavailable(errno, f"landlock call {number}: {os.strerror(errno)}")
    return answer

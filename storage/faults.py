"""Turns what the operating system says into what a store says. Knows errno values, nothing of keys."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from storage.base import OutOfSpace, StoreError, Unavailable

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


@contextmanager
def told_plainly(absent: StoreError | None = None) -> Iterator[None]:
    """Run file calls so that only StoreErrors leave; `absent` is raised when the file is not there.

    Wrap the calls alone, never the reading of somebody's pieces: a phone that hangs up is an OSError too.
    """
    try:
        yield
    except OSError as fault:
        if absent and isinstance(fault, FileNotFoundError | NotADirectoryError):
            raise absent from fault
        said = fault.strerror or type(fault).__name__
        raise (OutOfSpace(said) if fault.errno in _FULL else Unavailable(said)) from fault

"""Tries a store of an operator's own: what it can promise is shown, not believed.

Everything happens in a corner of the store, which is emptied afterwards whatever happens; what a killed run
left behind goes with the next one. Answers are codes with values. Sentences are the business of whoever
shows them.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import AbstractContextManager
from typing import Any, cast

from storage.base import StoreError
from storage.local import LocalStore
from storage.memory import MemoryStore
from storage.opening import open_store
from storage.probing import local
from storage.probing.telling import Told

__all__ = ["Told", "probe"]


def probe(url: str, *, reserve: int = 0, with_lock: bool = False) -> Generator[tuple[str, Told], None, None]:
    """The name of each check and what it told, one after the other.

    `reserve` are the bytes an operator wants kept free; `with_lock` also holds one object for some seconds,
    which nothing can hurry. Raises StoreError or ValueError if there is no store to be tried.
    """
    store = open_store(url)
    corner = f"probe-{int(time.time())}-{secrets.token_hex(4)}"
    if isinstance(store, LocalStore):
        yield from _tried(local.CHECKS, local.prepared(store, corner, reserve))
    elif isinstance(store, MemoryStore):
        yield "place", Told("memory")
    else:
        # boto3 takes a quarter of a second to import; only those who use S3 pay it.
        from storage.probing import s3
        from storage.s3 import S3Store

        yield from _tried(s3.checks(with_lock=with_lock), s3.prepared(cast(S3Store, store), corner))


def _tried(
    checks: Mapping[str, Callable[[Any], Told]], prepared: AbstractContextManager[Any]
) -> Generator[tuple[str, Told], None, None]:
    with prepared as one:
        for name, check in checks.items():
            try:
                told = check(one)
            except (StoreError, OSError) as fault:
                told = Told("broke", fault=str(fault) or type(fault).__name__)
            yield name, told
            if told.ends:
                return

"""Whether what Tipline stands on can be reached: asked by /readyz and by the page of the system's state.

A check returns None, or in English what is wrong. It changes nothing and holds nobody up for long.
"""

from __future__ import annotations

import concurrent.futures
from collections.abc import Callable
from typing import TypeVar

import redis
from sqlalchemy.exc import SQLAlchemyError

import storage
from tipline.bell import QueueBell
from tipline.db import is_current
from tipline.errors import TiplineError
from tipline.services import Services

PATIENCE_S = 5.0
MUTE = "does not answer"
SILENT = "does not answer: pages go on without pictures, uploads are asked to come again"
Told = TypeVar("Told")
# Databases seen in the newest shape; it does not get older while a process runs.
_current: set[str] = set()


def database(services: Services) -> str | None:
    try:
        services.database.check()
        if services.database.url not in _current:
            if not is_current(services.database):
                return "not migrated: run `tipline migrate`"
            _current.add(services.database.url)
    except (SQLAlchemyError, OSError) as fault:
        return f"cannot be reached ({type(fault).__name__})"
    return None


def broker(services: Services) -> str | None:
    try:
        services.bell.check()
    except (redis.RedisError, OSError) as fault:
        return f"cannot be reached ({type(fault).__name__})"
    return None


def store(services: Services) -> str | None:
    try:
        services.store.check()
        services.vaults.check()
    except storage.Silent:
        return SILENT
    except (storage.StoreError, OSError) as fault:
        return f"cannot be used ({type(fault).__name__})"
    except TiplineError as fault:
        return f"cannot be used ({fault.code})"
    except SQLAlchemyError:
        return None  # `database` tells of it
    return None


ALL: dict[str, Callable[[Services], str | None]] = {"database": database, "broker": broker, "store": store}


def waiting(services: Services) -> dict[str, int]:
    """Queue → jobs that wait in it; empty when there is no broker to ask."""
    return _told_by_broker(services, QueueBell.waiting)


def listening(services: Services) -> dict[str, list[str]]:
    """Queue → the hosts that work on it; empty when there is no broker to ask."""
    return _told_by_broker(services, QueueBell.listening)


def _told_by_broker(services: Services, ask: Callable[[QueueBell], dict[str, Told]]) -> dict[str, Told]:
    if not isinstance(services.bell, QueueBell):
        return {}
    try:
        return ask(services.bell)
    except redis.RedisError:
        # `broker` tells of it.
        return {}


def run(services: Services) -> dict[str, str | None]:
    """Name → what is wrong, or None. All at once, each within its patience."""
    pool = concurrent.futures.ThreadPoolExecutor(len(ALL))
    asked = {name: pool.submit(check, services) for name, check in ALL.items()}
    answers = {}
    for name, future in asked.items():
        try:
            answers[name] = future.result(PATIENCE_S)
        except concurrent.futures.TimeoutError:
            answers[name] = SILENT if name == "store" else MUTE
    # A check that hangs is left to end by itself.
    pool.shutdown(wait=False, cancel_futures=True)
    return answers

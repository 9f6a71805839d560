"""The doorbell: tells workers over Redis that a row of the outbox waits. Losing a ring loses nothing.

Jobs travel as JSON and carry one number; the name of the function comes from our own table.
"""

from __future__ import annotations

from typing import Any, Protocol

import redis
import structlog
from rq import Queue, Worker
from rq.serializers import JSONSerializer

from tipline.jobs import JOBS, QUEUES

log = structlog.get_logger(__name__)
REACH_S = 2.0


class Bell(Protocol):
    """Rings for one row of the outbox; never raises."""

    def __call__(self, kind: str, outbox_id: int) -> None: ...

    def check(self) -> None:
        """Raise when nobody could hear."""

    def waiting(self) -> dict[str, int]:
        """Queue → jobs waiting in it."""

    def listening(self) -> dict[str, list[str]]:
        """Queue → the hosts whose workers take its jobs."""


class QueueBell:
    """Rings by RQ."""

    def __init__(self, url: str) -> None:
        self.connection = connect(url)
        self._queues = {
            name: Queue(name, connection=self.connection, serializer=JSONSerializer) for name in QUEUES
        }

    def __call__(self, kind: str, outbox_id: int) -> None:
        job = JOBS[kind]
        try:
            self._queues[job.queue].enqueue(
                job.path, outbox_id, job_timeout=job.timeout_s, result_ttl=0, failure_ttl=3600
            )
        except redis.RedisError as fault:
            # The row stands; the sweep rings again once the broker is back.
            log.warning("bell.silent", kind=kind, outbox=outbox_id, fault=type(fault).__name__)

    def check(self) -> None:
        self.connection.ping()

    def waiting(self) -> dict[str, int]:
        """Queue → jobs waiting in it."""
        return {name: queue.count for name, queue in self._queues.items()}

    def listening(self) -> dict[str, list[str]]:
        """Queue → the hosts whose workers take its jobs. One that died without a word is still told of for
        two minutes."""
        found: dict[str, set[str]] = {name: set() for name in QUEUES}
        for worker in Worker.all(connection=self.connection, serializer=JSONSerializer):
            for name in worker.queue_names():
                found.get(name, set()).add(worker.hostname or "?")
        return {name: sorted(hosts) for name, hosts in found.items()}


class SilentBell:
    """Remembers who rang, for tests and for commands that run without workers."""

    def __init__(self) -> None:
        self.rung: list[tuple[str, int]] = []

    def __call__(self, kind: str, outbox_id: int) -> None:
        self.rung.append((kind, outbox_id))

    def check(self) -> None:
        return None

    def waiting(self) -> dict[str, int]:
        return dict.fromkeys(QUEUES, 0)

    def listening(self) -> dict[str, list[str]]:
        """Queue → the hosts whose workers take its jobs."""
        return {name: [] for name in QUEUES}


def connect(url: str) -> Any:
    """A client that gives up soon: a page must not hang on the broker."""
    return redis.Redis.from_url(url, socket_connect_timeout=REACH_S, socket_timeout=REACH_S)

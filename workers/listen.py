"""One process that takes jobs from its queues, one at a time, each in a fork of its own.

Earlier queues come first, and now and then a later one (`workers.turns`), so that none waits for ever.

RQ is only the carrier: what is done and what is not stands in the outbox. So a broker that goes away costs
nothing but waiting, and no job outlives the worker that watches it.
"""

from __future__ import annotations

import ctypes
import logging
import os
import signal
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import redis
import structlog
from rq import Queue, Worker
from rq.exceptions import StopRequested
from rq.job import Job
from rq.serializers import JSONSerializer

from tipline.bell import REACH_S, connect
from tipline.jobs import JOBS
from workers import turns
from workers.lease import stop

log = structlog.get_logger(__name__)
# How long a worker that died without a word stays on RQ's list, and how often an idle one shows itself.
WORKER_TTL_S = 60
ASK_AGAIN_S = 1.0
AWAY = (redis.ConnectionError, redis.TimeoutError)
_PATHS = frozenset(job.path for job in JOBS.values())
_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None, use_errno=True)


def die_with(parent: int, number: signal.Signals) -> None:
    """Have the kernel send us this signal when the parent ends, however it ends."""
    _LIBC.prctl(_PR_SET_PDEATHSIG, number, 0, 0, 0)
    if os.getppid() != parent:  # it was gone before we asked
        os.kill(os.getpid(), number)


def listen(queues: Sequence[str], redis_url: str) -> None:
    """Take jobs until this process is asked to stop; wait while the broker is away."""
    stop.listen()
    logging.getLogger("rq.worker").addFilter(_is_news)
    away = False
    while not stop.is_asked():
        try:
            worker = _hire(queues, redis_url)
        except AWAY as fault:
            if not away:
                log.warning("worker.broker-away", queues=list(queues), fault=type(fault).__name__)
            away = True
            stop.wait(ASK_AGAIN_S)
            continue
        if away:
            log.info("worker.broker-back", queues=list(queues))
            away = False
        with suppress(*AWAY):
            worker.work(logging_level="WARNING")
        stop.listen()
        if not worker.wants_to_go_on:
            return
        stop.wait(ASK_AGAIN_S)


def _hire(queues: Sequence[str], redis_url: str) -> QuietWorker:
    with connect(redis_url) as probe:
        probe.ping()
    # RQ gives its own connection the patience that waiting for a job needs.
    connection = redis.Redis.from_url(redis_url, socket_connect_timeout=REACH_S)
    return QuietWorker(
        list(queues), connection=connection, serializer=JSONSerializer, worker_ttl=WORKER_TTL_S
    )


def _is_news(record: logging.LogRecord) -> bool:
    """That the broker is away we say ourselves, once."""
    fault = record.exc_info[0] if record.exc_info else None
    is_away = fault is not None and issubclass(fault, AWAY)
    return not is_away and "could not connect" not in str(record.msg)


def is_ours(job: Job) -> bool:
    """Whether a job is one that the bell rings: a function of the table, one number, nothing beside."""
    if any((job._success_callback_name, job._failure_callback_name, job._stopped_callback_name)):
        return False
    try:
        called, args, more = job.func_name, job.args, (job.instance, job.kwargs)
    except Exception:  # bytes that are no JSON: a pickle, or noise
        return False
    is_number = len(args) == 1 and isinstance(args[0], int) and not isinstance(args[0], bool)
    return called in _PATHS and is_number and not any(more)


class QuietWorker(Worker):
    """RQ's worker without remote commands, without job descriptions in the log, calm when the broker goes."""

    log_job_description = False
    log_result_lifespan = False
    wants_to_go_on = True
    _taken = 0

    def reorder_queues(self, reference_queue: Queue) -> None:
        """A job was taken: which queue comes first for the next one."""
        self._taken += 1
        by_name = {queue.name: queue for queue in self.queues}
        self._ordered_queues = [by_name[name] for name in turns.order(list(by_name), self._taken)]

    # --- no remote commands: nobody who reaches the broker may end jobs, and no thread runs when we fork

    def subscribe(self) -> None:
        return None

    def unsubscribe(self) -> None:
        return None

    # --- the broker may go away at any moment

    def heartbeat(self, timeout: int | None = None, pipeline: Any = None) -> None:
        try:
            super().heartbeat(timeout, pipeline)
        except redis.RedisError:
            raise StopRequested from None

    def execute_job(self, job: Job, queue: Queue) -> None:
        """Watch one job to its end, with or without a broker to tell about it. What is no job of ours is
        dropped: whoever can write to the broker must not choose what a worker does."""
        if not is_ours(job):
            log.error("worker.job-refused", queue=queue.name)
            with suppress(redis.RedisError):
                job.delete()
            return
        try:
            super().execute_job(job, queue)
        except (redis.RedisError, StopRequested) as fault:
            if self.wants_to_go_on:
                log.warning("worker.broker-lost", queue=queue.name, fault=type(fault).__name__)
            if self.horse_pid:
                self.wait_for_horse()
            raise StopRequested from None

    def teardown(self) -> None:
        with suppress(redis.RedisError):
            super().teardown()  # type: ignore[no-untyped-call]

    # --- stopping

    def request_stop(self, signum: int, frame: Any) -> None:
        """Take no further job; the one that runs is told, and either ends soon or is handed back."""
        self.wants_to_go_on = False
        if self.horse_pid:
            with suppress(ProcessLookupError):
                os.kill(self.horse_pid, signal.SIGTERM)
        with suppress(redis.RedisError):
            super().request_stop(signum, frame)  # type: ignore[no-untyped-call]

    # --- the fork that does the job

    def fork_work_horse(self, job: Job, queue: Queue) -> None:
        self._watcher = os.getpid()
        super().fork_work_horse(job, queue)

    def setup_work_horse_signals(self) -> None:
        super().setup_work_horse_signals()  # type: ignore[no-untyped-call]
        die_with(self._watcher, signal.SIGKILL)
        stop.listen()

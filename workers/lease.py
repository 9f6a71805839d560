"""Holding on to a job: the lease is renewed from a thread; whoever works asks now and then whether to go on.

Knows nothing of what the work is.
"""

from __future__ import annotations

import signal
import threading
import time
from types import FrameType, TracebackType

import structlog
from sqlalchemy.exc import SQLAlchemyError

from tipline.db import Database, Transaction
from tipline.domain import outbox
from tipline.domain.outbox import Outbox

log = structlog.get_logger(__name__)
RENEW_EVERY_S = 20.0
# How long a job may still run once the host was asked to stop; the host waits a little longer.
FINISH_WITHIN_S = 8.0


class Lost(Exception):
    """Another worker may have the job by now: throw everything away and change nothing."""


class Stopping(Exception):
    """The host stops: hand the job back."""


class Lease:
    """A job held for as long as the `with` lasts."""

    def __init__(self, database: Database, row: Outbox) -> None:
        if row.token is None:
            raise ValueError("only a job that was taken can be held")
        self.id, self.token = row.id, row.token
        self._database = database
        self._held_until = time.monotonic() + outbox.LEASE.total_seconds()
        self._over = threading.Event()
        self._lost = threading.Event()
        self._thread = threading.Thread(target=self._renew, name="lease", daemon=True)

    def __enter__(self) -> Lease:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()

    def check(self) -> None:
        """Raise Lost or Stopping when the work must end now."""
        if self._lost.is_set() or time.monotonic() > self._held_until:
            raise Lost
        if stop.is_due():
            raise Stopping

    def confirm(self, tx: Transaction) -> None:
        """Within a transaction that writes: raise Lost unless the job is still ours as it commits."""
        if not outbox.renew(tx, self.id, self.token):
            raise Lost

    def _renew(self) -> None:
        while not self._over.wait(RENEW_EVERY_S):
            begun = time.monotonic()
            try:
                with self._database.transaction() as tx:
                    renewed = outbox.renew(tx, self.id, self.token)
            except SQLAlchemyError as fault:
                # It may come back in time; if not, `check` finds the lease run out.
                log.warning("lease.not-renewed", outbox=self.id, fault=type(fault).__name__)
                continue
            if not renewed:
                self._lost.set()
                return
            self._held_until = begun + outbox.LEASE.total_seconds()


class Stop:
    """Whether this process was asked to stop, and whether its time is up."""

    def __init__(self) -> None:
        self._asked_at: float | None = None

    def ask(self, _number: int = 0, _frame: FrameType | None = None) -> None:
        """A signal handler that only takes note."""
        self._asked_at = self._asked_at or time.monotonic()

    def is_asked(self) -> bool:
        return self._asked_at is not None

    def is_due(self) -> bool:
        return self._asked_at is not None and time.monotonic() - self._asked_at > FINISH_WITHIN_S

    def wait(self, seconds: float) -> None:
        """Sleep, but not on when asked to stop."""
        end = time.monotonic() + seconds
        while not self.is_asked() and (left := end - time.monotonic()) > 0:
            time.sleep(min(left, 0.2))

    def listen(self) -> None:
        """From now on SIGTERM is a request, not an end."""
        signal.signal(signal.SIGTERM, self.ask)


# One for the process: a signal is sent to a process, not to a job.
stop = Stop()

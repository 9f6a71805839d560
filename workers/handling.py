"""Holds a job while it is done: the lease, the ways it can end badly, and what is said of a file then.

Knows nothing of what the work is. May run twice and may die at any instruction: nothing counts until the one
transaction at the end of the work, and a worker that lost its lease changes nothing any more.
"""

from __future__ import annotations

from collections.abc import Callable

import structlog
from sqlalchemy.exc import SQLAlchemyError

import storage
from tipline.db import Transaction
from tipline.domain import outbox, tips
from tipline.domain.outbox import Outbox
from tipline.domain.tips import Tip
from tipline.services import Services
from workers.lease import Lease, Lost, Stopping
from workers.media import codes

log = structlog.get_logger(__name__)
UNREADABLE = codes.UNREADABLE
End = Callable[[Transaction, Services, Outbox], None]


class PutBack(Exception):
    """A passing fault, with its code: another try later."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def hold(services: Services, row: Outbox, work: Callable[[Lease], None], end: End) -> None:
    """Do the work under the lease of this row. ``end`` says of it that nobody will try again by himself."""
    spoken = log.bind(outbox=row.id, job=row.kind, subject=row.subject, attempt=row.attempt)
    with Lease(services.database, row) as lease:
        try:
            work(lease)
        except Lost:
            spoken.warning("derive.lost")
        except Stopping:
            spoken.info("derive.handed-back")
            with services.database.transaction() as tx:
                outbox.release(tx, lease.id, lease.token)
        except storage.OutOfSpace:
            spoken.warning("derive.no-room")
            _wait(services, row, lease, outbox.NO_ROOM)
        except storage.Unavailable as fault:
            spoken.warning("derive.store-down", fault=type(fault).__name__)
            _wait(services, row, lease, "service:store-down")
        except SQLAlchemyError as fault:
            # Nothing can be written; the lease runs out and the sweep rings again.
            spoken.warning("derive.database-down", fault=type(fault).__name__)
        except PutBack as fault:
            _put_back(services, lease, fault.code, end)
        except Exception:
            spoken.exception("derive.failed")
            _put_back(services, lease, UNREADABLE, end)


def _wait(services: Services, row: Outbox, lease: Lease, code: str) -> None:
    """Hand it back for as long as that lasts; pages that show the tip hear of it once."""
    with services.database.transaction() as tx:
        if outbox.wait(tx, lease.id, lease.token, code) and row.failure != code and row.tip_id:
            tips.touch(tx.get_one(Tip, row.tip_id))


def _put_back(services: Services, lease: Lease, code: str, end: End) -> None:
    """Another try, or the end of trying."""
    with services.database.transaction() as tx:
        if not outbox.put_back(tx, lease.id, lease.token, code):
            return
        row = tx.get_one(Outbox, lease.id, populate_existing=True)
        if row.state == "dead":
            end(tx, services, row)

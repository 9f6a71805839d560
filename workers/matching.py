"""Compares a tip with all others when it came in, or when more is known of it. May run twice."""

from __future__ import annotations

import structlog

from tipline.db import Transaction
from tipline.domain import hints, matching, outbox, tips
from tipline.domain.outbox import Outbox
from tipline.domain.tips import Tip
from tipline.services import Services
from workers import handling
from workers.lease import Lease, Lost

log = structlog.get_logger(__name__)


def match(services: Services, outbox_id: int) -> None:
    """Begin the job, if it is still to be done."""
    with services.database.transaction() as tx:
        row = outbox.take(tx, outbox_id)
    if row is not None:
        handling.hold(services, row, lambda lease: _compare(services, lease, int(row.subject)), end)


def _compare(services: Services, lease: Lease, tip_id: int) -> None:
    """Index, look, write: the look takes longest and holds nobody up."""
    with services.database.transaction() as tx:
        lease.confirm(tx)
        tip = tx.get(Tip, tip_id)
        if tip is None or tip.state == "draft":
            outbox.finish(tx, lease.id, lease.token)
            return
        matching.index(tx, tip)
    with services.database.reading() as tx:
        found = matching.compare(tx, tx.get_one(Tip, tip_id))
    with services.database.transaction() as tx:
        if not outbox.finish(tx, lease.id, lease.token):
            raise Lost
        if hints.keep(tx, tip_id, found):
            for one in {tip_id, *(each.other_id for each in found)}:
                tips.touch(tx.get_one(Tip, one))
    log.info("match.done", tip=tip_id, hints=len(found))


def end(_tx: Transaction, _services: Services, row: Outbox) -> None:
    """It failed for good: hints are missing, nothing else. Nobody has to hear of it."""
    row.state = "done"

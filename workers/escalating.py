"""Takes the steps of the response clock that are due. May run twice, on many hosts, and may die anywhere.

The queue is only asked because it answers at once; the sweep takes by itself whatever was not heard.
"""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

import structlog

from tipline.domain import escalations, outbox
from tipline.services import Services

log = structlog.get_logger(__name__)
A_ROUND = 200


def escalate(services: Services, outbox_id: int) -> None:
    """All steps that are due, each tip in a transaction of its own: a page never waits long for one."""
    with services.database.transaction() as tx:
        row = outbox.take(tx, outbox_id)
    if row is not None:
        _climb_all(services, timedelta())
        with services.database.transaction() as tx:
            outbox.finish(tx, row.id, row.token or "")


def sweep(services: Services) -> None:
    """Ring for what is due, and take what nobody came for: the broker is down, or a worker died at it."""
    _climb_all(services, escalations.UNHEARD)
    with services.database.reading() as tx:
        is_due = bool(escalations.list_due(tx, most=1))
    if is_due:
        with services.database.transaction() as tx:
            escalations.ask_due(tx, services.bell)


def _climb_all(services: Services, since: timedelta) -> None:
    with services.database.reading() as tx:
        due = escalations.list_due(tx, most=A_ROUND, since=since)
    for tip_id in due:
        with services.database.transaction() as tx:
            told = escalations.climb(tx, tip_id, ZoneInfo(services.settings.timezone))
        for one in told:
            log.info("clock.escalated", tip=tip_id, step=one.step, account=one.account_id)

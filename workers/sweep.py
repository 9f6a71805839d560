"""What nobody else sees to: jobs that got stuck, uploads and drafts left behind, snoozed tips.

One round runs at a time, whatever the number of hosts. A step that fails does not keep the others from it.
One that takes long does: a store that says nothing is waited for. So the clock of responses, which alone is
counted in seconds, is looked at beside the rounds as well, in a thread of its own.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from functools import partial
from zoneinfo import ZoneInfo

import redis
import structlog
from sqlalchemy.exc import SQLAlchemyError

import storage
from tipline import i18n
from tipline.domain import (
    announcing,
    derivatives,
    drafts,
    escalations,
    evidence,
    live,
    notices,
    outbox,
    packages,
    receipts,
    receivers,
    recorders,
    referring,
    rematches,
    snoozing,
    steps,
    tries,
    uploads,
)
from tipline.errors import TiplineError
from tipline.jobs import DESK, JOBS, QUEUES, queue_of
from tipline.services import Services
from workers import deriving, escalating, following, pipeline
from workers.lease import stop
from workers.packing import job as packing_job

log = structlog.get_logger(__name__)
EVERY_S = 3.0
THOROUGH_EVERY_S = 3600.0
TURN, CLOCK = "sweep", "clock"
# More rings than this are never added to jobs that wait already: a long queue is no sign of a lost ring.
MOST_WAITING = 20
# What is said when a job is given up; of all other kinds a step of a look is over.
ENDINGS = {evidence.DERIVE: pipeline.end, derivatives.MAKE: deriving.end, packages.MAKE: packing_job.end}
# A glance, a hint, a step that the sweep takes by itself: nobody has to hear that such a job was given up.
QUIET = (live.KIND, rematches.MATCH, escalations.ESCALATE)
PASSING = (SQLAlchemyError, redis.RedisError, storage.StoreError, TiplineError)


def run(services: Services) -> None:
    """Sweep until this process is asked to stop."""
    threading.Thread(target=_watch_clock, args=(services,), name="clock", daemon=True).start()
    silent: set[str] = set()
    next_thorough = time.monotonic()
    while not stop.is_asked():
        thorough = time.monotonic() >= next_thorough
        if thorough:
            next_thorough = time.monotonic() + THOROUGH_EVERY_S
        _told_once(silent, "turn", partial(take_turn, services, silent, thorough=thorough))
        stop.wait(EVERY_S)


def _watch_clock(services: Services) -> None:
    """Beside the rounds, until this process is asked to stop."""
    silent: set[str] = set()
    while not stop.is_asked():
        _told_once(silent, CLOCK, partial(take_clock_turn, services))
        stop.wait(EVERY_S)


def take_clock_turn(services: Services) -> None:
    """Look at the clock of responses, unless somebody else is at it."""
    with services.database.alone(CLOCK) as mine:
        if mine:
            STEPS["escalations"](services)


def take_turn(services: Services, silent: set[str] | None = None, *, thorough: bool = False) -> None:
    """One round, unless somebody else is at it. `silent` remembers which steps failed the last time.

    A thorough round also does what takes long and can wait.
    """
    silent = set() if silent is None else silent
    with services.database.alone(TURN) as mine:
        if not mine:
            return
        for name, step in (STEPS | LATER if thorough else STEPS).items():
            _told_once(silent, name, partial(step, services))


def ring_stuck(services: Services) -> None:
    """Ring again where a ring was lost or a worker died; give up what killed its worker again and again."""
    waiting = services.bell.waiting()
    for queue in QUEUES:
        # Each by itself: a film cut into a hundred spans says nothing about the first look at the next one.
        room = MOST_WAITING - waiting.get(queue, 0)
        if room > 0:
            _ring_stuck(services, [kind for kind in JOBS if queue_of(kind) == queue], room)


def _ring_stuck(services: Services, kinds: list[str], room: int) -> None:
    with services.database.transaction() as tx:
        for row in outbox.ring_stuck(tx, services.bell, limit=room, kinds=kinds):
            if row.kind in QUIET:
                row.state = "done"
                continue
            log.error("sweep.gave-up", outbox=row.id, job=row.kind, subject=row.subject, attempts=row.attempt)
            ENDINGS.get(row.kind, following.end)(tx, services, row)


def submit_forgotten(services: Services) -> None:
    """Hand in drafts left alone that hold words or a file: who sent footage meant to report."""
    with services.database.transaction() as tx:
        settings = services.settings
        zone = ZoneInfo(settings.timezone)
        drafts.submit_forgotten(tx, ack_minutes=settings.ack_minutes, zone=zone)


def forget_withdrawn(services: Services) -> None:
    """Delete what was seen of files that had not come when their report was taken back."""
    with services.database.transaction() as tx:
        gone = live.drop_withdrawn(tx)
    services.receiver.finisher.forget_pictures(gone)


def wake_snoozed(services: Services) -> None:
    """Bring snoozed tips back into the queue."""
    with services.database.transaction() as tx:
        snoozing.wake_snoozed(tx)


def remind_of_overwriting(services: Services) -> None:
    """Remind of footage that a recorder is about to write over."""
    with services.database.transaction() as tx:
        recorders.remind(tx)


def move_referrals_on(services: Services) -> None:
    """Tell officers of partners who do not answer, are late, or whose link is over."""
    with services.database.transaction() as tx:
        referring.sweep(tx, partial(i18n.say, services.settings.locale))


def announce_bulletins(services: Services) -> None:
    """Tell of bulletins whose time has come."""
    with services.database.transaction() as tx:
        announcing.announce_due(tx)


def send_notices(services: Services) -> None:
    """Ring for notices whose time has come, or whose worker died; not while many wait to be sent anyway."""
    if services.bell.waiting().get(DESK, 0) < MOST_WAITING:
        with services.database.transaction() as tx:
            tries.ring_due(tx)


def compare_tips(services: Services) -> None:
    """Have tips compared of which something was learned; not faster than that work is done."""
    with services.database.transaction() as tx:
        rematches.ask_due(tx, services.bell, most=MOST_WAITING)


def end_uploads(services: Services) -> None:
    """Finish uploads whose bytes are all here, end those that never will be."""
    services.receiver.sweep()


def forget_leftovers(services: Services) -> None:
    """Free the room of sessions that the store keeps for nobody."""
    services.receiver.forget_leftovers()


def warn_of_end(services: Services) -> None:
    """Tell reporters whose unfinished files end within a day."""
    last: str | None = ""
    while last is not None:
        with services.database.transaction() as tx:
            last = uploads.warn_of_end(tx, after=last)


def go_on(services: Services) -> None:
    """Ask for what completes a look and was lost on the way."""
    with services.database.transaction() as tx:
        steps.go_on_everywhere(tx, services.bell)


def clear_up(services: Services) -> None:
    """Drop rows that serve nobody any more: visits that are over, jobs long done, reports left empty."""
    for forget in FORGETTING:
        found = 1
        while found:
            with services.database.transaction() as tx:
                found = forget(tx)


def learn(services: Services) -> None:
    """The database grows; which of its indexes serve best is looked at now and then."""
    services.database.learn()


FORGETTING = (
    receipts.forget_expired, outbox.forget_done, drafts.discard_empty, notices.forget_old,
    receivers.forget_removed,
)  # fmt: skip
STEPS: dict[str, Callable[[Services], None]] = {
    "escalations": escalating.sweep,  # first: of all this only they are counted in seconds
    "ring": ring_stuck,
    "uploads": end_uploads,
    "drafts": submit_forgotten,
    "withdrawn": forget_withdrawn,
    "snoozed": wake_snoozed,
    "overwriting": remind_of_overwriting,
    "comparing": compare_tips,
    "referrals": move_referrals_on,
    "bulletins": announce_bulletins,
    "notices": send_notices,
}
LATER: dict[str, Callable[[Services], None]] = {
    "leftovers": forget_leftovers,
    "warnings": warn_of_end,
    "rows": clear_up,
    "late": go_on,
    "statistics": learn,
}


def _told_once(silent: set[str], name: str, step: Callable[[], None]) -> None:
    """Run a step; a fault that stays is told when it begins and when it ends, not every round."""
    try:
        step()
    except PASSING as fault:
        if name not in silent:
            silent.add(name)
            log.warning("sweep.waits", step=name, fault=type(fault).__name__)
        return
    if name in silent:
        silent.discard(name)
        log.info("sweep.goes-on", step=name)

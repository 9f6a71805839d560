"""What is done again and again by itself, in a process of its own: one table of chores.

A chore runs when its time has come or somebody asked, on one host at a time. When it last ran stands in
the database, so that neither a restart nor another host makes it run twice. One that fails is told of and
keeps no other from its turn.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy.exc import SQLAlchemyError

from storage import StoreError
from tipline.domain import appointments, auditing, checkpoints, chores, clock, custody, scrubbing, topics
from tipline.domain.actors import SYSTEM
from tipline.errors import TiplineError
from tipline.services import Services
from workers import erasing
from workers.lease import stop
from workers.packing import files as packing_files

log = structlog.get_logger(__name__)
LOOK_EVERY_S = 5.0
# After a fault a chore waits for its next turn, but not longer than this.
AGAIN_AFTER = timedelta(minutes=15)
# When a station sleeps, in its own zone; a chore of the night that is a day late does not wait for it.
NIGHT = range(1, 6)
DAY = timedelta(days=1)


class Chore(NamedTuple):
    """`do` returns what it found, to be shown; `at_night` has it wait for the night unless somebody asks."""

    every: timedelta
    do: Callable[[Services], dict[str, Any] | None]
    at_night: bool = False


def keep_checkpoints(services: Services) -> dict[str, Any]:
    """Sign how far the log has come, and copy that outside the database."""
    with services.database.transaction() as tx:
        if custody.size(tx):
            checkpoints.make(tx, services.key)
    folder = services.settings.checkpoint_dir
    copied = checkpoints.keep_copies(services.database, services.store, folder)
    return {"copied": copied}


def clear_packages(services: Services) -> dict[str, Any]:
    """Let packages expire, and free the room of those that nobody keeps any more."""
    return {"deleted": packing_files.sweep(services)}


def verify_log(services: Services) -> dict[str, Any]:
    """Check the whole log against the checkpoints here and in the store."""
    verdict = auditing.audit(services.database, checkpoints.list_stored(services.store))
    with services.database.transaction() as tx:
        found = len(verdict.faults)
        custody.append(tx, SYSTEM, "log:verify", custody.LOG, size=verdict.walk.size, faults=found)
    return auditing.told(verdict)


def scrub_originals(services: Services) -> dict[str, Any]:
    """Read tonight's share of the originals and compare them with their digests."""
    return scrubbing.scrub(services.database, services.store, stopped=stop.is_asked).told


def finish_destroying(services: Services) -> dict[str, Any]:
    """Keys of erased tips that somebody died destroying."""
    return {"destroyed": services.vaults.finish()}


def keep_topics(services: Services) -> dict[str, Any]:
    """Close topics whose last day is over, and forget what people wanted to be called a month ago."""
    today = clock.now().astimezone(ZoneInfo(services.settings.timezone)).date()
    with services.database.transaction() as tx:
        return {"closed": len(topics.close_due(tx, today)), "forgotten": appointments.forget_names(tx)}


CHORES: dict[str, Chore] = {
    "topics": Chore(timedelta(minutes=5), keep_topics),
    "vault": Chore(timedelta(minutes=30), finish_destroying),
    "checkpoint": Chore(timedelta(minutes=10), keep_checkpoints),
    "retention": Chore(DAY, erasing.keep_rules, at_night=True),
    "erasures": Chore(timedelta(minutes=10), erasing.carry_out),
    "packages": Chore(timedelta(hours=1), clear_packages),
    "verify": Chore(DAY, verify_log, at_night=True),
    "scrub": Chore(DAY, scrub_originals, at_night=True),
}


def run(services: Services) -> None:
    """Look after the chores until this process is asked to stop."""
    while not stop.is_asked():
        try:
            take_turn(services)
        except SQLAlchemyError as fault:
            log.warning("chores.wait", fault=type(fault).__name__)
        stop.wait(LOOK_EVERY_S)


def take_turn(services: Services) -> list[str]:
    """Do what is due; the names of what was done."""
    with services.database.reading() as tx:
        known = {one.name: one for one in chores.list_all(tx)}
    due = [name for name, one in CHORES.items() if _is_due(known.get(name), one, services.settings.timezone)]
    return [name for name in due if not stop.is_asked() and do(services, name)]


def do(services: Services, name: str) -> bool:
    """Do a chore now unless it is being done elsewhere; whether it was."""
    with services.database.alone(f"chore-{name}") as mine:
        if not mine:
            return False
        with services.database.transaction() as tx:
            chores.begin(tx, name)
        began, fault, found = time.monotonic(), None, None
        try:
            found = CHORES[name].do(services)
        except TiplineError as refusal:
            fault = refusal.code
        except (StoreError, OSError):
            fault = "service:store-down"
        except SQLAlchemyError:
            fault = "service:database-down"
        except Exception:
            # Whatever it is: the other chores go on, and somebody reads of this one.
            log.exception("chore.failed", chore=name)
            fault = "request:failed"
        if fault:
            log.warning("chore.fault", chore=name, fault=fault)
        with services.database.transaction() as tx:
            chores.end(tx, name, result=found, fault=fault)
        log.info("chore.done", chore=name, seconds=round(time.monotonic() - began, 1), fault=fault)
        return True


def _is_due(known: chores.Chore | None, chore: Chore, zone: str) -> bool:
    if known is not None and known.is_asked:
        return True
    every = min(chore.every, AGAIN_AFTER) if known is not None and known.fault else chore.every
    if not chores.is_due(known, every):
        return False
    if not chore.at_night or _hour(zone) in NIGHT:
        return True
    return known is not None and known.began_at is not None and clock.now() - known.began_at > every + DAY


def _hour(zone: str) -> int:
    return clock.now().astimezone(ZoneInfo(zone)).hour

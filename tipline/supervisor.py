"""`tipline run`: everything on this host in one terminal.

Says what the processes are and in which order they come; `watching` keeps them running. Must not load the
application itself.
"""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from tipline import announcement, broker, preflight, readiness
from tipline.children import Order
from tipline.errors import N_
from tipline.i18n import say
from tipline.settings import Settings, SettingsError, with_secret
from tipline.watching import Watch

ROOT = Path(__file__).resolve().parent.parent
# Children find our packages whatever folder this was started in, and nothing in that folder.
PATHS = {"PYTHONPATH": str(ROOT), "PYTHONSAFEPATH": "1", "PYTHONUNBUFFERED": "1"}
# Longer than the workers' own limit, within which they finish a job or hand it back.
WORKER_GRACE_S = 30
STARTING = N_("Starting …")
MIGRATION_FAILED = N_("The station could not be made ready. Nothing was started. What it said:")


def tipline(*arguments: str) -> list[str]:
    """Our own program in another process."""
    return [sys.executable, "-m", "tipline", *arguments]


def run(settings: Settings, *, demo: bool = False) -> int:
    """Check, migrate, start all, stay; the exit code."""
    try:
        with preflight.only_instance(settings):
            return _run_alone(with_secret(settings), demo=demo)
    except (preflight.NotReady, broker.BrokerError) as fault:
        print(fault, file=sys.stderr)
        return 1
    except SettingsError as fault:
        print("\n".join(fault.faults), file=sys.stderr)
        return 1


def _run_alone(settings: Settings, *, demo: bool) -> int:
    low = preflight.check_disk(settings)
    if low:
        print(low, flush=True)
    preflight.check_port(settings)
    preflight.check_outer(settings)
    print(say(settings.locale, STARTING), flush=True)
    migration = _migrate()
    if migration.returncode != 0:
        said = (migration.stdout + migration.stderr).strip().splitlines()[-12:]
        print("\n".join([say(settings.locale, MIGRATION_FAILED), *said]), file=sys.stderr)
        return 1
    started = datetime.now(UTC)
    watch = Watch(
        settings,
        [
            Order("web", tipline("web"), 10, PATHS),
            Order("worker", tipline("worker"), WORKER_GRACE_S, PATHS),
        ],
        why_not_ready=lambda: readiness.why_not_ready(settings, started),
        when_ready=lambda: _announce(settings, started),
        own_broker=settings.redis_url is None,
        errand=Order("demo", tipline("demo"), 5, PATHS) if demo else None,
    )
    return watch.run()


def _migrate() -> subprocess.CompletedProcess[str]:
    """In a process of its own, which frees all that migrations load."""
    return subprocess.run(
        tipline("migrate"), env={**os.environ, **PATHS}, capture_output=True, text=True, check=False
    )


def _announce(settings: Settings, started: datetime) -> None:
    block = announcement.ready(
        settings,
        needs_admin=_needs_admin(settings),
        network_address=announcement.find_network_address(),
        holes=readiness.holes(settings, started),
    )
    print(block, flush=True)


def _needs_admin(settings: Settings) -> bool:
    from tipline.db import Database
    from tipline.domain import accounts

    with Database(settings.database_url).reading() as tx:
        return not accounts.has_admin(tx)

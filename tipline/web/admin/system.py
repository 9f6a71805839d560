"""The state of the system: what can be reached, what waits, what has failed, how much room is left."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

from flask import redirect
from flask.typing import ResponseReturnValue
from flask_babel import gettext

import storage
from tipline import checks, encryption, failures, notice_faults, staffing
from tipline.db import Transaction
from tipline.domain import chores, clock, evidence, forecasting, listening, outbox, scrubbing, steps
from tipline.domain.channels import Channel
from tipline.domain.outbox import Outbox
from tipline.domain.tips import Tip
from tipline.errors import N_
from tipline.services import Services
from tipline.web import channel_pages, current, guard
from tipline.web.admin import blueprint, tabs

# Workers write every few seconds.
HEARD_WITHIN = timedelta(minutes=1)
PARTS = {"database": N_("Database"), "broker": N_("Broker"), "store": N_("Store")}


@blueprint.get("")
@guard.staff("system:read")
def start() -> ResponseReturnValue:
    return redirect("/desk/admin/system", 303)


@blueprint.get("/system")
@guard.staff("system:read")
def show_system() -> ResponseReturnValue:
    services = current.services()
    with services.database.reading() as tx:
        values: dict[str, Any] = {
            "jobs": outbox.counts(tx),
            "files": evidence.count_by_state(tx),
            "warned": forecasting.warnings(tx),
            "dead": [_failed(tx, row) for row in outbox.list_dead(tx)],
            "log": chores.find(tx, "verify"),
            "scrub": chores.find(tx, "scrub"),
            "unsent": [_unsent(one) for one in listening.list_failing(tx)],
            "damaged": [(one, tx.get_one(Tip, one.tip_id)) for one in scrubbing.list_damaged(tx)],
        }
    at_work = checks.listening(services)
    return tabs.show(
        "system", parts=PARTS, faults_of_parts=checks.run(services), queues=checks.waiting(services),
        at_work=at_work, hosts=staffing.hosts(at_work), left_out=staffing.left_out(at_work),
        work=staffing.WORK, sandbox=_sandbox(services), free=_free(services),
        reserve=services.settings.min_free_bytes, silent=checks.SILENT, **values,
    )  # fmt: skip


def _failed(tx: Transaction, row: Outbox) -> dict[str, Any]:
    """A job that died, with the tip it belongs to and the cause in words."""
    file = steps.find_evidence(tx, row)
    tip = tx.get(Tip, file.tip_id) if file else None
    return {
        "row": row,
        "file": file,
        "tip": tip,
        "cause": gettext(failures.sentence_of(row.failure)) if row.failure else "",
    }


def _unsent(row: Channel) -> dict[str, Any]:
    """A channel of anybody that fails, with the cause in words."""
    return {
        "row": row, "state": channel_pages.state_of(row),
        "kind": channel_pages.KINDS.get(row.scheme, row.scheme),
        "cause": gettext(notice_faults.sentence_of(row.failure or "")),
    }  # fmt: skip


def _sandbox(services: Services) -> dict[str, Any] | None:
    """What the workers of this host said of their sandbox a moment ago; None if none of them lives."""
    try:
        said: dict[str, Any] = json.loads((services.settings.data / "run" / "worker.json").read_text())
        is_fresh = clock.now() - datetime.fromisoformat(said["at"]) < HEARD_WITHIN
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return said if is_fresh else None


def _free(services: Services) -> int | None:
    """Room left in the store, where the store can say."""
    if not isinstance(services.store, storage.FreeSpace):
        return None
    try:
        return services.store.free_bytes()
    except storage.StoreError:
        # The line of the store tells that it cannot be used.
        return None


@blueprint.post("/jobs/<int:number>/retry")
@guard.staff("evidence:retry")
def retry_job(number: int) -> ResponseReturnValue:
    """Begin a dead job anew, with the file it is about."""
    services = current.services()
    with services.database.transaction() as tx:
        row = tx.get(Outbox, number)
        file = steps.find_evidence(tx, row) if row is not None and row.state == "dead" else None
        if file is not None:
            evidence.retry(tx, services.bell, current.actor(), file)
    return redirect("/desk/admin/system", 303)


@blueprint.get("/settings")
@guard.staff("system:read")
def show_settings() -> ResponseReturnValue:
    from tipline.settings import sentences

    services = current.services()
    return tabs.show(
        "settings",
        values=services.settings.masked(),
        sentences=sentences(),
        encryption=_encryption(services),
    )


def _encryption(services: Services) -> str:
    """What is in force, and why; empty while the keys cannot be asked."""
    try:
        choice = encryption.decide(services.settings, services.database, services.vaults.ring)
    except (storage.StoreError, OSError):
        return ""
    return str(gettext(choice.sentence))

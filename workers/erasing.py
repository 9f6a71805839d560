"""Carries erasures out, and keeps the rules of retention. Both may die at any moment and are begun again.

An erasure: one transaction closes every door and writes what stays; then the tip's key and its objects go;
then one transaction deletes the rows and says that it is done. Nothing before the first can be lost,
nothing after it can be stopped. A day later the store is looked at once more, for what a worker was just
writing.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from typing import Any

import structlog

import storage
from tipline.domain import clock, erasing, erasures, leaps, search
from tipline.domain.tips import Tip
from tipline.errors import TiplineError
from tipline.services import Services

log = structlog.get_logger(__name__)
ALONE = "erasing"
LOOK_AGAIN = timedelta(days=2)


def keep_rules(services: Services) -> dict[str, Any]:
    """The nightly round: call off what became impossible, list what falls due; how many of each."""
    with services.database.transaction() as tx:
        stopped = erasures.stop_impossible(tx)
        if not leaps.look(tx):
            return {"stopped": len(stopped), "anew": erasures.wait_anew(tx)}
        listed = [erasures.propose(tx, tip) for tip in erasures.list_due(tx)]
        leaps.note_round(tx, listed=len(listed), stopped=len(stopped))
    log.info("retention.round", listed=len(listed), stopped=len(stopped))
    return {"listed": len(listed), "stopped": len(stopped)}


def carry_out(services: Services) -> dict[str, Any]:
    """Erase what is due, go on with what broke off, look once more at what was erased lately.

    One that the store refuses, for a lock say, stays begun and keeps no other from going.
    """
    done, fault = 0, None
    with services.database.alone(ALONE) as mine:
        if not mine:
            return {}
        with services.database.transaction() as tx:
            if not leaps.look(tx):
                erasures.wait_anew(tx)
            waiting = erasures.list_to_carry_out(tx)
        for erasure_id in waiting:
            try:
                done += erase(services, erasure_id)
            except (storage.StoreError, TiplineError) as found:
                log.warning("erasure.waits", erasure=erasure_id, fault=type(found).__name__)
                fault = found
        if done:
            with services.database.transaction() as tx:
                search.tidy(tx)
            services.database.forget()
        if fault:
            raise fault
        _look_again(services)
    return {"erased": done}


def erase(services: Services, erasure_id: int) -> bool:
    """One erasure, from wherever it stands; whether it was carried out."""
    with services.database.transaction() as tx:
        row = erasures.begin(tx, erasure_id)
        if row is None:
            return False
        tip = tx.get_one(Tip, row.tip_id)
        erasing.close_doors(tx, tip)
        doomed, key = erasing.doomed(tx, tip), tip.vault
    # From here on nobody reads a file of it, even where copies lie that nobody can reach to delete.
    services.vaults.destroy(key)
    _delete(services, doomed)
    with services.database.transaction() as tx:
        row, tip = erasures.read_erasure(tx, erasure_id), tx.get_one(Tip, row.tip_id)
        erasing.wipe(tx, tip)
        erasures.finish(tx, row, tip)
    log.info("erasure.done", erasure=erasure_id)
    return True


def _delete(services: Services, doomed: erasing.Doomed) -> None:
    store = services.store
    for session in doomed.sessions:
        with suppress(storage.SessionGone, storage.Missing):
            store.abort(session)
    for key in doomed.keys:
        store.delete(key)
    for prefix in doomed.prefixes:
        for found in list(store.list(prefix)):
            store.delete(found.key)


def _look_again(services: Services) -> None:
    """What a worker or an upload put into the store while its rows were already gone."""
    since = clock.now() - LOOK_AGAIN
    with services.database.reading() as tx:
        lately = [one for one in erasures.list_latest(tx, ("done",)) if one.ended_at and one.ended_at > since]
        again = [erasing.doomed(tx, tx.get_one(Tip, one.tip_id)) for one in lately]
    for doomed in again:
        _delete(services, doomed._replace(sessions=[]))

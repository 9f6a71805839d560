"""Numbers for a monitor, read from the database when it asks, so that every web host tells the same."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Gauge, generate_latest

import storage
from tipline import __version__, checks
from tipline.domain import cases, custody, evidence, outbox, tallies
from tipline.domain.actors import SYSTEM
from tipline.web import current


def text() -> bytes:
    """All numbers in Prometheus' own words. What cannot be asked now is left out; `tipline_up` says so."""
    registry = CollectorRegistry()
    _gauge(registry, "tipline_info", "The version that runs.", {__version__: 1}, "version")
    faults = checks.run(current.services())
    up = {name: int(fault is None) for name, fault in faults.items()}
    _gauge(registry, "tipline_up", "Whether a part can be reached.", up, "part")
    if up["database"]:
        _count_rows(registry)
    if up["broker"]:
        waiting = checks.waiting(current.services())
        _gauge(registry, "tipline_queue_jobs", "Jobs the broker holds for workers.", waiting, "queue")
    store = current.services().store
    if up["store"] and isinstance(store, storage.FreeSpace):
        _plain(registry, "tipline_store_free_bytes", "Room left in the store.", store.free_bytes())
    return generate_latest(registry)


def _count_rows(registry: CollectorRegistry) -> None:
    with current.services().database.reading() as tx:
        _gauge(registry, "tipline_tips", "Tips.", tallies.count_by_state(tx), "state")
        _gauge(registry, "tipline_evidence", "Files.", evidence.count_by_state(tx), "state")
        _gauge(registry, "tipline_outbox_jobs", "Jobs that are not done.", outbox.counts(tx), "state")
        _plain(registry, "tipline_open_cases", "Cases that are open.", cases.count_open(tx, SYSTEM))
        _plain(registry, "tipline_custody_entries", "Entries of the custody log.", custody.size(tx))


def _gauge(registry: CollectorRegistry, name: str, told: str, numbers: dict[str, int], label: str) -> None:
    gauge = Gauge(name, told, [label], registry=registry)
    for one, number in numbers.items():
        gauge.labels(one).set(number)


def _plain(registry: CollectorRegistry, name: str, told: str, number: int) -> None:
    Gauge(name, told, registry=registry).set(number)

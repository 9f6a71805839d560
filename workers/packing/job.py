"""The job that makes a package: room, snapshot, stream into the store, one transaction at the end.

A worker that dies begins anew: nothing of a half-made package counts, and what lies about of it goes first.
Memory does not grow with the case: pieces of a megabyte pass, digests and the names of files stay.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from zoneinfo import ZoneInfo

import structlog

import storage
from storage import Digest, keys
from tipline import services as wiring
from tipline.db import Transaction
from tipline.domain import checkpoints, clock, outbox, packages, packing, packing_names, room, signatures
from tipline.domain.cases import Case
from tipline.domain.outbox import Outbox
from tipline.domain.packages import Package
from tipline.domain.packing import Contents
from tipline.errors import TiplineError
from tipline.services import Services
from workers import handling, local
from workers.lease import Lease, Lost
from workers.media import codes
from workers.packing import files, writing
from workers.packing.bag import Bag, ChangedSize
from workers.packing.proofs import Custody
from workers.packing.writing_state import State

log = structlog.get_logger(__name__)
TELL_EVERY_S = 0.7
NO_ROOM, CHANGED = "package:no-room", "package:changed"
# Beside what is copied: lists, metadata, proofs, report.
SMALL_PARTS = 64 * 1024 * 1024


class Removed(Exception):
    """Nobody wants it any more."""


def work(services: Services, outbox_id: int) -> None:
    """Begin the job that this ring stands for, if there is one still to be done."""
    with services.database.transaction() as tx:
        row = outbox.take(tx, outbox_id)
        if row is None:
            return
        wanted = packages.begin(tx, row.subject)
        if wanted is None:
            outbox.finish(tx, row.id, row.token or "")
            return
    handling.hold(services, row, lambda lease: _do(services, lease, wanted), end)


def end(tx: Transaction, _services: Services, row: Outbox) -> None:
    """Say of it that nobody will try it again by itself."""
    code = row.failure or codes.UNREADABLE
    packages.fail(tx, row.subject, "package:crashed" if code.startswith("media:") else code)


def _do(services: Services, lease: Lease, wanted: Package) -> None:
    files.begin_anew(services, wanted.id)
    try:
        with ExitStack() as stack:
            state = _prepare(services, lease, wanted, stack)
            _stream(state, lease)
    except Removed:
        files.begin_anew(services, wanted.id)
        with services.database.transaction() as tx:
            outbox.finish(tx, lease.id, lease.token)
    except (storage.OutOfSpace, TiplineError) as fault:
        files.begin_anew(services, wanted.id)
        _fail(services, lease, wanted, fault.code if isinstance(fault, TiplineError) else NO_ROOM)


def _prepare(services: Services, lease: Lease, wanted: Package, stack: ExitStack) -> State:
    """The snapshot first, then a checkpoint that is over all of it."""
    settings = services.settings
    with services.database.reading() as tx:
        case = tx.get_one(Case, wanted.case_id)
        contents = packing.gather(tx, case, wanted.wanted, ZoneInfo(settings.timezone))
        _require_room(tx, services, contents)
        by = packages.author_of(tx, wanted)
    with services.database.transaction() as tx:
        lease.confirm(tx)
        signer = signatures.open_signer(tx, services.key)
        point = checkpoints.make(tx, services.key, services.store)
        known = signatures.list_keys(tx)
    custody = Custody.write(
        services.database, contents, point.size, local.scratch(settings.data), stack, lease.check
    )
    return State(
        services=services, package=wanted, wanted=wanted.wanted, contents=contents, custody=custody,
        note=point.note, head=point.size, root=point.root, signer=signer, keys=known, made_at=clock.now(),
        by=by,
    )  # fmt: skip


def _require_room(tx: Transaction, services: Services, contents: Contents) -> None:
    try:
        size = contents.bytes + SMALL_PARTS
        room.require_scratch(tx, services.store, wiring.limits(services.settings), size)
    except TiplineError as fault:
        raise TiplineError(NO_ROOM) from fault


def _stream(state: State, lease: Lease) -> None:
    store, package = state.services.store, state.package
    name = packing_names.package(state.contents.case.number, package.id)
    bag = Bag(name.rpartition(".")[0], with_sm3=state.services.settings.sm3)
    digest, teller = Digest(), _Teller(state, lease)

    def pieces() -> Iterator[bytes]:
        for piece in writing.write(state, bag):
            digest.update(piece)
            teller(digest.size)
            yield piece

    session = store.begin(keys.package(package.id))
    try:
        store.append(session, 0, pieces())
        lease.check()
        store.complete(session, digest.size)
    except ChangedSize as fault:
        raise TiplineError(CHANGED) from fault
    finally:
        store.abort(session)
    _keep(state, lease, name, digest)


def _keep(state: State, lease: Lease, name: str, digest: Digest) -> None:
    kept = timedelta(days=state.services.settings.package_days)
    with state.services.database.transaction() as tx:
        if not outbox.finish(tx, lease.id, lease.token):
            raise Lost
        done = packages.finish(
            tx, state.package.id, name=name, size=digest.size, sha256=digest.hexdigest(),
            head=state.contents.snapshot, made=state.made, kept=kept,
        )  # fmt: skip
    if not done:
        files.forget(state.services, state.package.id)
    log.info("package.done", outbox=lease.id, package=state.package.id, size=digest.size)


def _fail(services: Services, lease: Lease, wanted: Package, code: str) -> None:
    with services.database.transaction() as tx:
        if not outbox.finish(tx, lease.id, lease.token, code):
            raise Lost
        packages.fail(tx, wanted.id, code)
    log.warning("package.failed", outbox=lease.id, package=wanted.id, failure=code)


class _Teller:
    """Writes down how far it is, and hears of it when nobody wants the package any more."""

    def __init__(self, state: State, lease: Lease) -> None:
        self._services, self._package, self._lease = state.services, state.package.id, lease
        self._expected = max(state.contents.bytes, 1)
        self._next = 0.0

    def __call__(self, passed: int) -> None:
        self._lease.check()
        if time.monotonic() < self._next:
            return
        with self._services.database.transaction() as tx:
            self._lease.confirm(tx)
            if not packages.tell(tx, self._package, min(passed / self._expected, 0.99)):
                raise Removed
        self._next = time.monotonic() + TELL_EVERY_S

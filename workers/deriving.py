"""Makes what somebody asked for from an original, one job each: take it, open the original, keep the result.

Always from the original, whose digest is compared first; only a film that lost its index is opened in its
repaired copy, and then the export says so. How each kind is made is in `workers.making`.
"""

from __future__ import annotations

import json
import time
from typing import Any, NamedTuple

import structlog

from storage import keys
from tipline.db import Transaction
from tipline.domain import derivatives, evidence, exports, outbox, renditions
from tipline.domain.derivatives import Derivative
from tipline.domain.evidence import Evidence
from tipline.domain.outbox import Outbox
from tipline.domain.renditions import Rendition
from tipline.domain.tips import Tip
from tipline.services import Services
from workers import covering, encode, framelist, handling, local, posting, sharing
from workers.handling import PutBack
from workers.lease import Lease, Lost
from workers.making import MAKERS, Made, Making, digest_of
from workers.media import codes
from workers.pictures import ENCODER
from workers.sandbox import Hooks

log = structlog.get_logger(__name__)
ALTERED = "evidence:altered"
TELL_EVERY_S = 0.7


class Removed(Exception):
    """Nobody wants it any more."""


def work(services: Services, outbox_id: int) -> None:
    """Begin the job that this ring stands for, if there is one still to be done."""
    with services.database.transaction() as tx:
        row = outbox.take(tx, outbox.fairest(tx, outbox_id))
        if row is None:
            return
        wanted = derivatives.begin(tx, int(row.subject))
        if wanted is None:
            outbox.finish(tx, row.id, row.token or "")
            return
        subject = evidence.read_evidence(tx, wanted.evidence_id)
    handling.hold(services, row, lambda lease: _do(services, lease, subject, wanted), end)


def end(tx: Transaction, _services: Services, row: Outbox) -> None:
    """Say of it that nobody will try it again by itself."""
    if tx.get(Derivative, int(row.subject)) is not None:
        derivatives.fail(tx, int(row.subject), row.failure or codes.UNREADABLE)


def _do(services: Services, lease: Lease, subject: Evidence, wanted: Derivative) -> None:
    """One child, one file."""
    scratch = local.scratch(services.settings.data)
    with services.database.reading() as tx:
        about = exports.about(tx, wanted, subject)
        tip = tx.get_one(Tip, subject.tip_id)
        source = _source(tx, wanted, subject)
        listed = next(iter(renditions.list_of(tx, subject.id, renditions.FRAMES)), None)
    teller = _Teller(services, lease, wanted)
    hooks = Hooks(on_progress=teller, on_result=teller.found, on_tick=lease.check)
    try:
        with (
            local.output(scratch) as output,
            local.file_of(services.store, source.key, scratch, lease.check) as file,
        ):
            if file.sha256 != source.sha256:
                return _fail(services, lease, wanted, ALTERED)
            about["from"] = source.name
            making = Making(
                wanted,
                subject,
                tip,
                file,
                about,
                output,
                hooks,
                services.settings,
                _places(services, listed),
            )
            made = (MAKERS | covering.MAKERS | sharing.MAKERS | posting.MAKERS)[wanted.kind](making)
            if made.failure in codes.OUR_FAULT:
                raise PutBack(made.failure or codes.UNREADABLE)
            if made.failure:
                return _fail(services, lease, wanted, made.failure)
            _keep(services, lease, wanted, made)
    except Removed:
        with services.database.transaction() as tx:
            outbox.finish(tx, lease.id, lease.token)
    return None


class _Source(NamedTuple):
    """What is opened, and what its bytes must be."""

    name: str
    key: str
    sha256: str | None


def _source(tx: Transaction, wanted: Derivative, subject: Evidence) -> _Source:
    """The original, its repaired copy where it cannot be opened, or the covered copy of a share."""
    covered = wanted.wanted.get("covered")
    if covered:
        row = renditions.read_rendition(tx, subject.id, str(covered))
        return _Source("covered", row.key, row.sha256)
    repaired = renditions.find_repaired(tx, subject.id)
    if repaired:
        return _Source("repaired", repaired.key, repaired.sha256)
    return _Source("original", subject.key, subject.sha256)


def _places(services: Services, listed: Rendition | None) -> framelist.Places | None:
    """Where each frame stands, where an earlier step listed them."""
    if listed is None:
        return None
    with services.store.open(listed.key) as reader:
        return framelist.places(json.loads(reader.read()))


def _keep(services: Services, lease: Lease, wanted: Derivative, made: Made) -> None:
    """Bytes into the store, then the row, its sidecar and the job's end in one transaction."""
    lease.check()
    saved = _saved(services, wanted, made) if made.file else []
    with services.database.transaction() as tx:
        if not outbox.finish(tx, lease.id, lease.token):
            raise Lost
        for values in saved:
            renditions.keep(tx, wanted.evidence_id, **values)
        name, sha256 = (saved[0]["name"], saved[0]["sha256"]) if saved else (None, None)
        derivatives.finish(tx, wanted.id, rendition=name, found=made.about, sha256=sha256)
    log.info("derivative.done", outbox=lease.id, evidence=wanted.evidence_id, kind=wanted.kind)


def _saved(services: Services, wanted: Derivative, made: Made) -> list[dict[str, Any]]:
    """The file, and beside it what it says of itself as JSON."""
    if made.file is None:
        return []
    sha256, size = digest_of(made.file)
    name = f"{wanted.kind}-{wanted.id}"
    services.store.put(
        keys.rendition(wanted.evidence_id, name + made.suffix), made.file, content_type=made.mime
    )
    provenance = {**made.about, "encoder": ENCODER}
    where = {
        "kind": wanted.kind,
        "t": made.about.get("t"),
        "frame": made.about.get("frame"),
        "provenance": provenance,
    }
    file = {
        "name": name + made.suffix, "mime": made.mime, "size": size, "sha256": sha256, "width": made.width,
        "height": made.height, **where,
    }  # fmt: skip
    beside = encode.document({**provenance, "file_sha256": sha256, "file_size": size, "file": file["name"]})
    services.store.put(
        keys.rendition(wanted.evidence_id, f"{name}.json"), beside.data, content_type=beside.mime
    )
    told = {
        "name": f"{name}.json", "mime": beside.mime, "size": len(beside.data), "width": 0, "height": 0,
        "sha256": encode.digest(beside.data), **where,
    }  # fmt: skip
    return [file, told]


def _fail(services: Services, lease: Lease, wanted: Derivative, code: str) -> None:
    with services.database.transaction() as tx:
        if not outbox.finish(tx, lease.id, lease.token, code):
            raise Lost
        derivatives.fail(tx, wanted.id, code)
    log.info(
        "derivative.failed", outbox=lease.id, evidence=wanted.evidence_id, kind=wanted.kind, failure=code
    )


class _Teller:
    """Writes down how far it is, not more often than somebody could notice."""

    def __init__(self, services: Services, lease: Lease, wanted: Derivative) -> None:
        self._services, self._lease, self._wanted = services, lease, wanted
        self._next, self._part = time.monotonic() + TELL_EVERY_S, 0.0

    def __call__(self, part: float) -> None:
        if time.monotonic() < self._next:
            return
        with self._services.database.transaction() as tx:
            self._lease.confirm(tx)
            if not derivatives.tell(tx, self._wanted, part):
                raise Removed
        self._next, self._part = time.monotonic() + TELL_EVERY_S, part

    def found(self, result: dict[str, Any]) -> None:
        """What a search has found until now: somebody watches it fill in."""
        with self._services.database.transaction() as tx:
            self._lease.confirm(tx)
            if not derivatives.tell(tx, self._wanted, self._part, covering.found(result)):
                raise Removed

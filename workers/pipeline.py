"""One look at one file: take the job, open the bytes behind the wall, keep what is seen, settle.

May run twice and may die at any instruction: nothing counts until the one transaction at the end, and a
worker that lost its lease changes nothing any more. What a file contains never raises; it becomes a code.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy.exc import SQLAlchemyError

import storage
from tipline.db import Transaction
from tipline.domain import evidence, kinds, outbox, renditions
from tipline.domain.actors import SYSTEM
from tipline.domain.evidence import Evidence
from tipline.domain.outbox import Outbox
from tipline.services import Services
from workers import local, sandbox, untrusted
from workers.lease import Lease, Lost, Stopping
from workers.media import codes
from workers.pictures import Pictures

log = structlog.get_logger(__name__)
ALTERED = "evidence:altered"
UNREADABLE = codes.UNREADABLE
TELL_EVERY_S = 1.0


def derive(services: Services, outbox_id: int) -> None:
    """Do the job of this outbox row, if it is still to be done."""
    taken = _take(services, outbox_id)
    if taken is None:
        return
    row, subject = taken
    spoken = log.bind(outbox=row.id, evidence=row.subject, attempt=row.attempt)
    with Lease(services.database, row) as lease:
        try:
            _look(services, lease, subject)
        except Lost:
            spoken.warning("derive.lost")
        except Stopping:
            spoken.info("derive.handed-back")
            with services.database.transaction() as tx:
                outbox.release(tx, lease.id, lease.token)
        except (storage.Unavailable, storage.OutOfSpace) as fault:
            spoken.warning("derive.store-down", fault=type(fault).__name__)
            with services.database.transaction() as tx:
                outbox.wait(tx, lease.id, lease.token, "service:store-down")
        except SQLAlchemyError as fault:
            # Nothing can be written; the lease runs out and the sweep rings again.
            spoken.warning("derive.database-down", fault=type(fault).__name__)
        except Exception:
            spoken.exception("derive.failed")
            _put_back(services, lease, UNREADABLE)


def _take(services: Services, outbox_id: int) -> tuple[Outbox, Evidence] | None:
    """The job and its file, both ours now."""
    with services.database.transaction() as tx:
        row = outbox.take(tx, outbox_id)
        if row is None:
            return None
        subject = tx.get(Evidence, row.subject)
        if subject is None:
            outbox.finish(tx, row.id, row.token or "")
            return None
        evidence.advance(tx, subject, 0.0)
        return row, subject


def _look(services: Services, lease: Lease, subject: Evidence) -> None:
    """From the bytes to the settled facts."""
    pictures = Pictures(services.database, services.store, lease, subject)
    folder = services.settings.data / "tmp"
    with local.file_of(services.store, subject.key, folder, lease.check) as file:
        media = _examine(services, lease, subject, file, pictures)
    if media["failure"] in codes.OUR_FAULT:
        _put_back(services, lease, media["failure"])
        return
    _settle(services, lease, subject, media, pictures)


def _examine(
    services: Services, lease: Lease, subject: Evidence, file: local.LocalFile, pictures: Pictures
) -> dict[str, Any]:
    """The media object; ALTERED, and nothing decoded, when these are not the bytes that were sealed."""
    if file.sha256 != subject.sha256:
        return _altered(subject)
    media = sandbox.examine(
        file.path,
        on_keyframe=pictures.keep,
        on_progress=_Teller(services, lease, subject.id),
        on_tick=lease.check,
        sha256=file.sha256,
        allow_unsandboxed=services.settings.allow_unsandboxed,
    )
    if media["failure"] == codes.DOCUMENT:
        # A document has no pictures to miss: it is as ready as it can be.
        media["failure"], media["warnings"] = None, [codes.DOCUMENT]
    elif media["kind"] == "other":
        # It could not be opened; what its first bytes claim is all we know.
        media["kind"] = kinds.classify(_head(file.path), subject.size).kind
    return media


def _altered(subject: Evidence) -> dict[str, Any]:
    """The media object of bytes that must not be taken for the original."""
    nothing: dict[str, Any] = {"clock": None, "provenance": None, "keyframes": []}
    return {
        **untrusted.media({}),
        **nothing,
        "kind": subject.kind,
        "size": subject.size,
        "sha256": subject.sha256,
        "failure": ALTERED,
    }


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(kinds.HEAD_BYTES)


class _Teller:
    """Writes down how far the look is, not more often than somebody could notice."""

    def __init__(self, services: Services, lease: Lease, evidence_id: str) -> None:
        self._services, self._lease, self._evidence_id = services, lease, evidence_id
        self._next = time.monotonic() + TELL_EVERY_S

    def __call__(self, part: float) -> None:
        if time.monotonic() < self._next:
            return
        with self._services.database.transaction() as tx:
            self._lease.confirm(tx)
            evidence.advance(tx, evidence.read_evidence(tx, self._evidence_id), part)
        self._next = time.monotonic() + TELL_EVERY_S


def _settle(
    services: Services, lease: Lease, subject: Evidence, media: dict[str, Any], pictures: Pictures
) -> None:
    """Facts, state, custody and the job's end in one transaction; afterwards what is no longer named goes."""
    if media["failure"]:
        media["keyframes"] = []
    else:
        pictures.keep_sheet()
    # Of a file that failed nothing is shown. But of an original that was altered since, the pictures drawn
    # before are all that is left: they stay.
    kept = [] if media["failure"] else pictures.names
    with services.database.transaction() as tx:
        if not outbox.finish(tx, lease.id, lease.token):
            raise Lost
        gone = [] if media["failure"] == ALTERED else renditions.drop_others(tx, subject.id, kept)
        evidence.settle(tx, SYSTEM, evidence.read_evidence(tx, subject.id), media)
    log.info(
        "derive.done",
        outbox=lease.id,
        evidence=subject.id,
        failure=media["failure"],
        keyframes=len(media["keyframes"]),
    )
    for key in gone:
        _forget(services, key)


def _forget(services: Services, key: str) -> None:
    try:
        services.store.delete(key)
    except storage.StoreError as fault:
        # Nothing names it any more; it only takes room.
        log.warning("derive.leftover", key=key, fault=type(fault).__name__)


def _put_back(services: Services, lease: Lease, code: str) -> None:
    """Another try, or the end of trying."""
    with services.database.transaction() as tx:
        if outbox.put_back(tx, lease.id, lease.token, code):
            _fail_if_dead(tx, lease.id)


def _fail_if_dead(tx: Transaction, outbox_id: int) -> None:
    row = tx.get_one(Outbox, outbox_id, populate_existing=True)
    if row.state == "dead":
        end(tx, row)


def end(tx: Transaction, row: Outbox) -> None:
    """Say of the file that nobody will look at it again by itself."""
    subject = tx.get(Evidence, row.subject)
    if subject is not None and subject.state in ("received", "processing"):
        evidence.fail(tx, SYSTEM, subject, row.failure or UNREADABLE)

"""The scrub: originals are read again and compared with the digest they were sealed under, some each night.

Those that were not looked at for longest come first, so that all are read within a month, and what changed
in the store is noticed by us and not by a court. One that differs is kept, never handed out, and told of.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, func, select

from storage import Missing, Store, Unavailable
from tipline.db import Database, Transaction
from tipline.domain import clock, custody, renditions, tips
from tipline.domain.actors import SYSTEM
from tipline.domain.evidence import NOT_HERE, Evidence
from tipline.domain.tips import Tip
from tipline.errors import N_

ALTERED, MISSING, UNREADABLE = "scrub:altered", "scrub:missing", "scrub:unreadable"
FAULTS = {
    ALTERED: N_(
        "The stored file is no longer what was received: its SHA-256 differs. It is not handed out as the"
        " original. Keep it as it is and bring the original back from a backup."
    ),
    UNREADABLE: N_(
        "The stored file cannot be opened although the store works: its key is lost or its beginning was"
        " overwritten. Bring key or file back from a backup."
    ),
    MISSING: N_("The original is gone from the store. Bring it back from a backup."),
}
# All are read within thirty nights even if some are missed.
NIGHTS = 25
PIECE = 1024 * 1024
# Pictures are read again as well; of what is larger only the size is compared.
SMALL = 4 * 1024 * 1024


class Found(NamedTuple):
    """What one round read, and which files it found damaged."""

    files: int
    read: int
    damaged: list[str]

    @property
    def told(self) -> dict[str, Any]:
        return {"files": self.files, "bytes": self.read, "damaged": self.damaged}


def scrub(
    database: Database, store: Store, *, everything: bool = False, stopped: Callable[[], bool] = lambda: False
) -> Found:
    """Read tonight's share, or all there is; ends early between two files when asked to stop."""
    files, read, damaged = 0, 0, list[str]()
    for evidence_id in _share(database, everything=everything):
        if stopped():
            break
        with database.reading() as tx:
            evidence = tx.get(Evidence, evidence_id)
        if evidence is None or not evidence.arrived:
            continue
        fault = compare(store, evidence)
        settle(database, evidence_id, fault)
        odd = _odd_renditions(database, store, evidence_id)
        files, read = files + 1, read + evidence.size
        damaged += [evidence_id] if fault or odd else []
    if files:
        with database.transaction() as tx:
            custody.append(tx, SYSTEM, "log:scrub", custody.LOG, files=files, bytes=read, damaged=damaged)
    return Found(files, read, damaged)


def compare(store: Store, evidence: Evidence) -> str | None:
    """The code of what is wrong with the stored original. Raises StoreError while nobody can say."""
    digest, size = hashlib.sha256(), 0
    try:
        with store.open(evidence.key) as file:
            while piece := file.read(PIECE):
                digest.update(piece)
                size += len(piece)
    except Missing:
        return MISSING
    except Unavailable:
        store.check()  # when the store as a whole is away nothing is said of any file
        return UNREADABLE
    return None if (digest.hexdigest(), size) == (evidence.sha256, evidence.size) else ALTERED


def settle(database: Database, evidence_id: str, fault: str | None) -> None:
    """Keep what a look at the stored original found; custody tells of what changed."""
    with database.transaction() as tx:
        evidence = tx.get(Evidence, evidence_id)
        if evidence is None or not evidence.arrived:
            return
        evidence.scrubbed_at = clock.now()
        if evidence.scrub_fault == fault:
            return
        tip = tx.get_one(Tip, evidence.tip_id)
        action = "evidence:scrub-fault" if fault else "evidence:scrub-mended"
        custody.append(
            tx, SYSTEM, action, f"evidence:{evidence.id}", tip=tip.reference, number=evidence.number,
            sha256=evidence.sha256, fault=fault,
        )  # fmt: skip
        evidence.scrub_fault = fault
        tips.touch(tip)


def list_damaged(tx: Transaction) -> list[Evidence]:
    return list(tx.scalars(select(Evidence).where(Evidence.scrub_fault.is_not(None)).order_by(Evidence.id)))


def count_unread(tx: Transaction) -> int:
    """Files that arrived and were never read again."""
    query = select(func.count()).where(_here(), Evidence.scrubbed_at.is_(None))
    return tx.scalar(query.select_from(Evidence)) or 0


def _share(database: Database, *, everything: bool) -> Iterator[str]:
    """Ids of what to read now, those unread for longest first."""
    with database.reading() as tx:
        query = select(func.count(), func.coalesce(func.sum(Evidence.size), 0)).where(_here())
        files, size = tx.execute(query.select_from(Evidence)).one()
        order = (Evidence.scrubbed_at.is_not(None), Evidence.scrubbed_at, Evidence.id)
        rows = list(tx.execute(select(Evidence.id, Evidence.size).where(_here()).order_by(*order)))
    number, read = 0, 0
    for evidence_id, length in rows:
        # Both shares are taken in full: a night of small files is not a night of large ones.
        if not everything and number * NIGHTS >= files and read * NIGHTS >= size:
            return
        number, read = number + 1, read + length
        yield evidence_id


def _odd_renditions(database: Database, store: Store, evidence_id: str) -> list[str]:
    """Names of what was made of the file and is not as it was made; it can be made again."""
    with database.reading() as tx:
        evidence = tx.get(Evidence, evidence_id)
        made = renditions.list_of(tx, evidence_id) if evidence else []
    odd = [one.name for one in made if not _is_as_made(store, one)]
    if odd:
        with database.transaction() as tx:
            evidence = tx.get_one(Evidence, evidence_id)
            tip = tx.get_one(Tip, evidence.tip_id)
            custody.append(
                tx, SYSTEM, "evidence:scrub-made", f"evidence:{evidence_id}", tip=tip.reference,
                number=evidence.number, names=odd,
            )  # fmt: skip
    return odd


def _is_as_made(store: Store, made: renditions.Rendition) -> bool:
    try:
        if made.size > SMALL:
            return store.stat(made.key).size == made.size
        with store.open(made.key) as file:
            return hashlib.sha256(file.read()).hexdigest() == made.sha256
    except (Missing, Unavailable):
        store.check()
        return False


def _here() -> ColumnElement[bool]:
    """Files whose original should lie in the store: what has arrived, of tips that were not erased."""
    kept = select(Tip.id).where(Tip.erased_at.is_(None))
    return Evidence.state.not_in(NOT_HERE) & Evidence.sha256.is_not(None) & Evidence.tip_id.in_(kept)

"""Makes a snapshot while the station runs: first the rows in one consistent view, then objects they name.

An object that came later is in the next snapshot; a picture that was made anew meanwhile is a note in the
manifest, for it can be made again. An original that is missing or differs from its seal is a fault.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC
from pathlib import Path
from typing import Any

from sqlalchemy import select

import storage
from storage import Store, keys
from tipline import __version__
from tipline.backup import faults, gone, manifest, rows, shelf
from tipline.backup.faults import BackupError
from tipline.backup.shelf import Shelf
from tipline.db import Transaction, is_current, revision_of
from tipline.domain import beats, checkpoints, clock, custody, ids
from tipline.domain.actors import SYSTEM
from tipline.domain.evidence import NOT_HERE, Evidence
from tipline.domain.renditions import Rendition
from tipline.domain.tips import Tip
from tipline.services import Services

Tell = Callable[[int, int, int], None]


@dataclass
class Made:
    """A complete snapshot. `faults` are sentences about originals; `absent` counts pictures not to be had."""

    name: str
    manifest: dict[str, Any]
    copied: int = 0
    absent: int = 0
    faults: list[tuple[str, dict[str, object]]] = field(default_factory=list)


@dataclass(frozen=True)
class Wanted:
    """An object the rows name. `sha256` is that of the plain bytes, `whose` an original's tip and number."""

    key: str
    size: int
    sha256: str
    whose: tuple[str, int] | None


def make(services: Services, folder: Path, tell: Tell) -> Made:
    """A new snapshot in `folder`; raises BackupError. `tell` hears objects done, all objects, bytes done."""
    database = services.database
    if not is_current(database):
        raise BackupError(faults.NOT_CURRENT)
    _require_elsewhere(services, folder)
    on = Shelf(folder)
    now = clock.now()
    with database.transaction() as tx:
        # The snapshot states how far the log had come in a form that others hold copies of, too.
        if custody.size(tx):
            checkpoints.make(tx, services.key, services.store)
    coming = on.begin(now.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ"))
    with database.reading() as tx:
        head = custody.head(tx)
        tables = _dump(tx, coming)
        wanted = list(_objects(tx))
        erased = _erased(tx)
    made = Made("", {})
    _require_room(on, wanted)
    kept = _Copier(on, services.store, made).copy(wanted, tell)
    number, digest = shelf.write_lines(coming / shelf.OBJECTS, kept)
    # Before the snapshot is complete: one that states more than the list holds would be refused.
    number_erased, is_ours = gone.note(on, services.key, erased)
    if not is_ours:
        made.faults.append((faults.ERASED_REWRITTEN, {}))
    made.manifest = {
        "format": manifest.FORMAT, "id": ids.new_id(), "made_at": clock.stamp(now), "version": __version__,
        "revision": revision_of(database), "tables": tables,
        "custody": {"size": head[0], "hash": head[1]},
        "objects": {"number": number, "bytes": sum(one["size"] for one in kept), "sha256": digest},
        "absent": made.absent, "faults": len(made.faults), "erased": number_erased,
    }  # fmt: skip
    made.manifest["secret"] = manifest.mark_of(services.key, made.manifest["id"])
    manifest.write(database, services.key, coming, made.manifest)
    made.name = on.complete(coming).name
    with database.transaction() as tx:
        custody.append(
            tx, SYSTEM, "backup:make", "station:backup", snapshot=made.name, head=head[0],
            sha256=manifest.digest(made.manifest), objects=number, faults=len(made.faults),
        )  # fmt: skip
    return made


def _dump(tx: Transaction, coming: Path) -> dict[str, Any]:
    """Every table to a file; name → rows and digest."""
    connection = tx.connection()
    told = {}
    for table in rows.reflected(connection):
        path = coming / "tables" / f"{table.name}.jsonl.gz"
        number, digest = shelf.write_lines(path, rows.dump(connection, table))
        told[table.name] = {"rows": number, "sha256": digest}
    return told


def _erased(tx: Transaction) -> dict[str, str]:
    rows_ = tx.execute(select(Tip.reference, Tip.erased_at).where(Tip.erased_at.is_not(None)))
    return {reference: clock.stamp(at) for reference, at in rows_ if at}


def _objects(tx: Transaction) -> Iterator[Wanted]:
    originals = (
        select(Evidence.id, Evidence.size, Evidence.sha256, Evidence.number, Tip.reference)
        .join(Tip, Tip.id == Evidence.tip_id)
        .where(Evidence.state.not_in(NOT_HERE), Evidence.sha256.is_not(None), Tip.erased_at.is_(None))
        .order_by(Evidence.id)
    )
    for row in tx.execute(originals):
        whose = (row.reference, row.number)
        yield Wanted(keys.original(row.id), row.size, str(row.sha256), whose)
    pictures = (
        select(Rendition)
        .join(Evidence, Evidence.id == Rendition.evidence_id)
        .join(Tip, Tip.id == Evidence.tip_id)
        .where(Tip.erased_at.is_(None))
        .order_by(Rendition.id)
    )
    for one in tx.scalars(pictures):
        yield Wanted(one.key, one.size, one.sha256, None)
    for key in beats.list_photos(tx):
        yield Wanted(key, 0, keys.find_portrait_digest(key) or "", None)


class _Copier:
    """Copies what is not in the pool yet, and says of each object what was kept."""

    def __init__(self, on: Shelf, store: Store, made: Made) -> None:
        self.on, self.made = on, made
        # As it lies there: what is encrypted is copied without being opened.
        self.raw = storage.bare_store(store)
        self.before = self._known()

    def copy(self, wanted: list[Wanted], tell: Tell) -> list[dict[str, Any]]:
        kept, done = [], 0
        for number, one in enumerate(wanted, 1):
            line = self._one(one)
            if line:
                kept.append(line)
                done += line["size"]
            tell(number, len(wanted), done)
        return kept

    def _known(self) -> dict[str, dict[str, Any]]:
        names = self.on.names()
        if not names:
            return {}
        inventory = self.on.snapshots / names[-1] / shelf.OBJECTS
        return {line["key"]: line for line in shelf.lines(inventory)}

    def _one(self, one: Wanted) -> dict[str, Any] | None:
        for lies in (keys.sealed(one.key), one.key):
            before = self.before.get(lies)
            # Originals never change, and a picture of another digest has another seal.
            if before and before["plain"] == one.sha256 and self.on.has(before["sha256"], before["size"]):
                return before
        key, is_sealed = self._place(one.key)
        try:
            with self.raw.open(key) as source:
                digest, size = self.on.keep(source)
        except storage.Missing:
            self._miss(one)
            return None
        self.made.copied += 1
        if digest != one.sha256 and not is_sealed:
            if one.whose is None:
                self.made.absent += 1
                return None
            self._fault(faults.ORIGINAL_DIFFERS, one.whose)
        return {"key": key, "sha256": digest, "size": size, "plain": one.sha256}

    def _place(self, key: str) -> tuple[str, bool]:
        """Where the object lies, and whether it is sealed there."""
        try:
            return self.raw.stat(keys.sealed(key)).key, True
        except storage.Missing:
            return key, False

    def _miss(self, one: Wanted) -> None:
        if one.whose:
            self._fault(faults.MISSING_ORIGINAL, one.whose)
        else:
            self.made.absent += 1

    def _fault(self, sentence: str, whose: tuple[str, int]) -> None:
        self.made.faults.append((sentence, {"reference": whose[0], "number": whose[1]}))


def _require_elsewhere(services: Services, folder: Path) -> None:
    data = services.settings.data.resolve()
    if folder.resolve() == data or data in folder.resolve().parents:
        raise BackupError(faults.INSIDE, folder=folder)


def _require_room(on: Shelf, wanted: list[Wanted]) -> None:
    """Say at once what cannot end well: copies of objects are never packed."""
    from tipline.domain.uploads import readable

    known = sum(file.stat().st_size for file in on.pool.glob("??/*"))
    needed = max(sum(one.size for one in wanted) - known, 0)
    free = shutil.disk_usage(on.pool).free
    if needed > free:
        raise BackupError(faults.NO_ROOM, folder=on.folder, free=readable(free), needed=readable(needed))

"""Brings a snapshot back into an empty station: objects first, then the database as a whole.

Everything is checked before anything is written. Broken off, it can be run again: objects that are there
already are compared, and the database appears only when it is complete (SQLite by the name of its file,
PostgreSQL by one transaction). Rows go into the shape they were saved from; then migrations run as ever.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import chain
from pathlib import Path
from typing import Any, BinaryIO

from sqlalchemy import Connection, exists, inspect, select, text
from sqlalchemy.engine import make_url

import storage
from storage import Store
from tipline import db
from tipline.backup import checking, faults, gone, manifest, rows, shelf
from tipline.backup.faults import BackupError
from tipline.backup.gone import Erased
from tipline.backup.shelf import Shelf
from tipline.db import Database, Transaction
from tipline.domain import checkpoints, custody, erasing, erasures, notes, restores, search
from tipline.domain.accounts import Account
from tipline.domain.actors import SYSTEM
from tipline.domain.tips import Tip
from tipline.settings import Settings, with_secret

Tell = Callable[[int, int, int], None]
WITH_INDEX = "0011"  # since this shape the database has an index of words
AT_ONCE = 64 * 1024 * 1024


def read(on: Shelf, name: str) -> dict[str, Any]:
    """What this snapshot, or the newest, states; raises BackupError."""
    return manifest.read(on.snapshot(name))


def require_possible(settings: Settings, stated: dict[str, Any]) -> None:
    """Raise BackupError unless this snapshot can become this station; nothing has been written yet."""
    if not settings.secret_key and not (settings.data / "secret.key").is_file():
        raise BackupError(faults.NO_SECRET, folder=settings.data)
    secret = with_secret(settings).secret_key
    if not manifest.is_secret(secret, stated):
        raise BackupError(faults.OTHER_SECRET, folder=settings.data)
    manifest.require_ours(secret, stated)
    if not db.knows(str(stated["revision"]), settings.database_url):
        raise BackupError(faults.NEWER, revision=stated["revision"])
    if not (is_empty(settings.database_url) or _is_prepared(settings.database_url, stated)):
        raise BackupError(faults.NOT_EMPTY)


def restore(settings: Settings, store: Store, on: Shelf, name: str, tell: Tell) -> dict[str, Any]:
    """Bring the snapshot back; returns what it stated. Raises BackupError before the first byte."""
    snapshot = on.snapshot(name)
    stated = manifest.read(snapshot)
    require_possible(settings, stated)
    erased = gone.read(on, with_secret(settings).secret_key, stated)
    checking.check_tables(snapshot, stated)
    raw = storage.bare_store(store)
    for line in checking.check_objects(on, snapshot, stated, tell):
        _bring(raw, on.place(line["sha256"]), line)
    _restore_database(settings, store, erased, snapshot, stated)
    return stated


def is_empty(url: str) -> bool:
    """Whether nothing was ever kept in the database."""
    path = make_url(url).database
    if url.startswith("sqlite") and not (path and Path(path).exists()):
        return True
    database = Database(url)
    try:
        with database.engine.connect() as connection:
            return not inspect(connection).get_table_names()
    finally:
        database.close()


def _is_prepared(url: str, stated: dict[str, Any]) -> bool:
    """Whether a restore into PostgreSQL broke off here: tables are made, nothing happened in them."""
    if url.startswith("sqlite"):
        return False
    database = Database(url)
    try:
        if db.revision_of(database) != stated["revision"]:
            return False
        with database.reading() as tx:
            return custody.size(tx) == 0 and not tx.scalar(select(exists().where(Account.id.is_not(None))))
    finally:
        database.close()


def _bring(store: Store, file: Path, line: dict[str, Any]) -> None:
    """Put one object where it was; what is there already must be the same."""
    key = str(line["key"])
    try:
        with open(file, "rb") as source:
            if line["size"] <= AT_ONCE:
                store.put(key, source.read(), if_absent=True)
            else:
                session = store.begin(key)
                store.append(session, 0, iter(lambda: source.read(shelf.PIECE), b""))
                store.complete(session, line["size"])
                store.abort(session)
    except storage.KeyTaken:
        with store.open(key) as there:
            if _sha256(there) != line["sha256"]:
                raise BackupError(faults.OTHER_OBJECT, key=key) from None


def _restore_database(
    settings: Settings, store: Store, erased: Erased, snapshot: Path, stated: dict[str, Any]
) -> None:
    url = settings.database_url
    if not url.startswith("sqlite"):
        _fill(url, settings, store, erased, snapshot, stated)
        return
    final = Path(str(make_url(url).database))
    draft = final.with_name(f"{final.name}.restoring")
    _forget_file(draft)
    final.parent.mkdir(parents=True, exist_ok=True)
    made = f"sqlite:///{draft}"
    _fill(made, settings, store, erased, snapshot, stated)
    database = Database(made)
    with database.engine.connect() as connection:
        connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
    database.close()
    os.replace(draft, final)
    shelf.fsync_folder(final.parent)
    _forget_file(draft)


def _fill(
    url: str, settings: Settings, store: Store, erased: Erased, snapshot: Path, stated: dict[str, Any]
) -> None:
    """Rows, the check of the log, and the word of the restore: in one, unless migrations come between."""
    db.migrate(url, stated["revision"])
    database = Database(url)
    try:
        is_current = db.is_current(database)
        with _all_or_nothing(database) as tx:
            _fill_tables(tx.connection(), snapshot, stated)
            fault = custody.verify(tx)
            if fault:
                raise BackupError(faults.LOG_BROKEN, number=fault.seq, what=fault.what)
            if is_current:
                _note(tx, settings, store, erased, snapshot, stated)
        if not is_current:
            db.migrate(url)
            with database.transaction() as tx:
                _note(tx, settings, store, erased, snapshot, stated)
    finally:
        database.close()


@contextmanager
def _all_or_nothing(database: Database) -> Iterator[Transaction]:
    """A transaction in which rows may come before those they point at; all is asked for at the end."""
    if not database.is_sqlite:
        with database.transaction() as tx:
            yield tx
        return
    with database.engine.connect() as connection:
        connection.execute(text("PRAGMA foreign_keys=OFF"))
        connection.execute(text("BEGIN IMMEDIATE"))
        with Transaction(connection, expire_on_commit=False) as tx:
            yield tx
            tx.flush()
            connection.commit()


def _fill_tables(connection: Connection, snapshot: Path, stated: dict[str, Any]) -> None:
    tables = rows.reflected(connection)
    for table in reversed(tables):
        rows.empty(connection, table)
    for table in tables:
        if table.name in stated["tables"]:
            rows.load(connection, table, shelf.lines(checking.table_file(snapshot, table.name)))
    rows.require_whole(connection)
    if str(stated["revision"]) >= WITH_INDEX:
        search.index_everything(connection)


def _note(
    tx: Transaction, settings: Settings, store: Store, erased: Erased, snapshot: Path, stated: dict[str, Any]
) -> None:
    """The restored log goes on with the word that it was restored, and from what.

    Tips that were erased after this snapshot was made are erased again from this moment; the station deletes
    what is left of them when it starts. Checkpoints of the log as it was before, kept outside, are named:
    they tell of entries that are gone, and whoever checks the log should read why.
    """
    for reference, at in erased.items():
        tip = tx.scalar(select(Tip).where(Tip.reference == reference, Tip.erased_at.is_(None)))
        if tip is not None:
            erasures.erase_again(tx, tip, at)
            erasing.close_doors(tx, tip)
    head = int(stated["custody"]["size"])
    custody.append(
        tx, SYSTEM, restores.ACTION, "station:backup", snapshot=snapshot.name, head=head,
        sha256=manifest.digest(stated), beyond=_beyond(store, settings.checkpoint_dir, head),
    )  # fmt: skip


def _beyond(store: Store, folder: Path | None, head: int) -> list[str]:
    """Checkpoints kept outside that tell of more entries than come back."""
    found = set()
    for copy in chain(checkpoints.list_stored(store), checkpoints.list_files(folder)):
        with suppress(notes.Unread):
            said = notes.read(copy.note)
            if said.size > head:
                found.add(restores.root_text(said))
    return sorted(found)


def _forget_file(path: Path) -> None:
    for ending in ("", "-wal", "-shm", "-writers.lock"):
        with suppress(FileNotFoundError):
            path.with_name(path.name + ending).unlink()


def _sha256(source: BinaryIO) -> str:
    digest = hashlib.sha256()
    while piece := source.read(shelf.PIECE):
        digest.update(piece)
    return digest.hexdigest()

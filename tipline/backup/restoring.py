"""Brings a snapshot back into an empty station: objects first, then the database as a whole.

Everything is checked before anything is written. Broken off, it can be run again: objects that are there
already are compared, and the database appears only when it is complete (SQLite by the name of its file,
PostgreSQL by one transaction). Rows go into the shape they were saved from; then migrations run as ever.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO

from sqlalchemy import Connection, inspect, select, text
from sqlalchemy.engine import make_url

import storage
from storage import Store
from tipline import db
from tipline.backup import checking, faults, manifest, rows, shelf
from tipline.backup.faults import BackupError
from tipline.backup.shelf import Shelf
from tipline.db import Database
from tipline.domain import custody, erasing, erasures, search
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
    if not is_empty(settings.database_url):
        raise BackupError(faults.NOT_EMPTY)


def restore(settings: Settings, store: Store, on: Shelf, name: str, tell: Tell) -> dict[str, Any]:
    """Bring the snapshot back; returns what it stated. Raises BackupError before the first byte."""
    snapshot = on.snapshot(name)
    stated = manifest.read(snapshot)
    require_possible(settings, stated)
    checking.check_tables(snapshot, stated)
    raw = storage.bare_store(store)
    for line in checking.check_objects(on, snapshot, stated, tell):
        _bring(raw, on.place(line["sha256"]), line)
    _restore_database(settings.database_url, snapshot, stated)
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


def _restore_database(url: str, snapshot: Path, stated: dict[str, Any]) -> None:
    if not url.startswith("sqlite"):
        db.migrate(url, stated["revision"])
        _fill(url, snapshot, stated)
        db.migrate(url)
        return
    final = Path(str(make_url(url).database))
    draft = final.with_name(f"{final.name}.restoring")
    _forget_file(draft)
    final.parent.mkdir(parents=True, exist_ok=True)
    made = f"sqlite:///{draft}"
    db.migrate(made, stated["revision"])
    _fill(made, snapshot, stated)
    db.migrate(made)
    database = Database(made)
    with database.engine.connect() as connection:
        connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
    database.close()
    os.replace(draft, final)
    shelf.fsync_folder(final.parent)
    _forget_file(draft)


def _fill(url: str, snapshot: Path, stated: dict[str, Any]) -> None:
    database = Database(url)
    try:
        with database.engine.connect() as connection:
            if database.is_sqlite:
                # Rows point at each other; whether all do so rightly is asked when all are there.
                connection.execute(text("PRAGMA foreign_keys=OFF"))
                connection.execute(text("BEGIN IMMEDIATE"))
            _fill_tables(connection, snapshot, stated)
            connection.commit()
        with database.transaction() as tx:
            fault = custody.verify(tx)
            if fault:
                raise BackupError(faults.LOG_BROKEN, number=fault.seq, what=fault.what)
    finally:
        database.close()


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


def note(database: Database, stated: dict[str, Any], on: Shelf, name: str) -> None:
    """The restored log goes on with the word that it was restored, and from what.

    Tips that were erased after this snapshot was made are erased again from this moment; the station deletes
    what is left of them when it starts.
    """
    with database.transaction() as tx:
        for reference, at in on.erased().items():
            tip = tx.scalar(select(Tip).where(Tip.reference == reference, Tip.erased_at.is_(None)))
            if tip is not None:
                erasures.erase_again(tx, tip, at)
                erasing.close_doors(tx, tip)
        custody.append(
            tx, SYSTEM, "backup:restore", "station:backup", snapshot=name,
            head=stated["custody"]["size"], sha256=manifest.digest(stated),
        )  # fmt: skip


def _forget_file(path: Path) -> None:
    for ending in ("", "-wal", "-shm"):
        with suppress(FileNotFoundError):
            path.with_name(path.name + ending).unlink()


def _sha256(source: BinaryIO) -> str:
    digest = hashlib.sha256()
    while piece := source.read(shelf.PIECE):
        digest.update(piece)
    return digest.hexdigest()

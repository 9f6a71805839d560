"""Checkpoints of the custody log: how long it was and what it held at a time, signed and given to others.

One is cheap, for it begins at the one before: the tree's complete parts are kept with it. Copies go where
whoever may rewrite the database may not: into the store, write-once, and into a folder for a second person.
"""

from __future__ import annotations

import base64
import os
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import ForeignKey, String, select
from sqlalchemy.orm import Mapped, mapped_column

from storage import KeyTaken, ObjectLock, Store, StoreError, keys
from tipline.db import Base, Database, SafeText, Transaction, UtcTime
from tipline.domain import chain, clock, custody, notes, signatures
from tipline.domain.actors import SYSTEM
from tipline.domain.merkle import Frontier
from tipline.domain.notes import Head
from tipline.errors import TiplineError

ORIGIN = "tipline/"
# How long a store that can is told to refuse deletion.
LOCKED_FOR = timedelta(days=3653)
CONTENT_TYPE = "text/plain; charset=utf-8"
MOST_AT_ONCE = 500


class Checkpoint(Base):
    """`root` is base64 of the Merkle tree's root over the first `size` entries; `note` the signed text."""

    __tablename__ = "checkpoint"

    size: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    root: Mapped[str] = mapped_column(String(64))
    # The complete left subtrees' hashes, so that the next checkpoint does not begin at the first entry.
    frontier: Mapped[str] = mapped_column(SafeText)
    note: Mapped[str] = mapped_column(SafeText)
    key_id: Mapped[str] = mapped_column(ForeignKey("signing_key.id"))
    at: Mapped[datetime] = mapped_column(UtcTime)
    kept_at: Mapped[datetime | None] = mapped_column(UtcTime)  # when the store had its copy


class Copy(NamedTuple):
    """A checkpoint from somewhere: `where` is database, store or file."""

    where: str
    name: str
    note: str


def make(tx: Transaction, secret: str, store: Store | None = None) -> Checkpoint:
    """A checkpoint over the whole log; the newest one, if the log has not grown since.

    After the commit it is copied into `store`; what that misses the next round makes up for. Raises
    custody:sealed if the secret is not the key's, custody:broken rather than sign what does not follow.
    """
    try:
        signer = signatures.open_signer(tx, secret)
    except TiplineError as fault:
        raise TiplineError("custody:sealed") from fault
    last, size = latest(tx), custody.size(tx)
    if last is not None and last.size == size:
        return last
    tree = _grown(tx, last, size)
    head = Head(origin(tx), size, tree.root())
    row = Checkpoint(
        size=size,
        root=base64.b64encode(head.root).decode(),
        frontier=" ".join(base64.b64encode(one).decode() for one in tree.parts),
        note=notes.sign(head, signer.row.raw, signer.sign),
        key_id=signer.row.id,
        at=clock.now(),
    )
    tx.add(row)
    tx.flush()
    if store is not None:
        tx.after_commit.append(partial(_put_quietly, store, size, row.note))
    return row


def latest(tx: Transaction) -> Checkpoint | None:
    """The one over most entries."""
    return tx.scalar(select(Checkpoint).order_by(Checkpoint.size.desc()).limit(1))


def first_including(tx: Transaction, seq: int) -> Checkpoint | None:
    """The oldest one that is over this entry."""
    return tx.scalar(select(Checkpoint).where(Checkpoint.size >= seq).order_by(Checkpoint.size).limit(1))


def list_copies(tx: Transaction) -> list[Copy]:
    """All in the database."""
    rows = tx.execute(select(Checkpoint.size, Checkpoint.note).order_by(Checkpoint.size))
    # SQLite keeps whatever a forger puts into a column; what is no text is no checkpoint.
    return [Copy("database", str(size), str(note)) for size, note in rows]


def origin(tx: Transaction) -> str:
    """The log's name in its checkpoints, after the first key there ever was: it outlives other names."""
    return ORIGIN + signatures.list_keys(tx)[0].id


def _grown(tx: Transaction, last: Checkpoint | None, size: int) -> Frontier:
    """The tree over all entries, those that came since checked before anything is signed."""
    after = last.size if last else 0
    tree = Frontier(after, [base64.b64decode(one) for one in last.frontier.split()]) if last else Frontier()
    block = chain.check_block(chain.read_rows(tx, after, size), after, tree=tree)
    before = (
        tx.scalar(select(custody.Custody.hash).where(custody.Custody.seq == after)) if last else chain.START
    )
    if fault := chain.fault_of(block, after, size, before or ""):
        raise TiplineError("custody:broken", number=fault.seq)
    return tree


# --- copies


def keep_copies(database: Database, store: Store, folder: Path | None) -> int:
    """Copy what is not yet outside; how many. Raises StoreError or OSError, and what was copied counts.

    A copy under the same size with other words means that the database was put back to an older state, or
    rewritten: it stays as it is, and custody tells of it.
    """
    with database.reading() as tx:
        query = select(Checkpoint).where(Checkpoint.kept_at.is_(None)).order_by(Checkpoint.size)
        waiting = list(tx.scalars(query.limit(MOST_AT_ONCE)))
    for row in waiting:
        differs = not put(store, row.size, row.note)
        if folder is not None:
            differs = not write_file(folder / f"{_file_name(row)}", row.note) or differs
        with database.transaction() as tx:
            tx.get_one(Checkpoint, row.size).kept_at = clock.now()
            if differs:
                custody.append(tx, SYSTEM, "checkpoint:conflict", f"checkpoint:{row.size}", root=row.root)
    return len(waiting)


def put(store: Store, size: int, note: str) -> bool:
    """Into the store, for good; whether it holds these very words then."""
    key = keys.checkpoint(size)
    try:
        store.put(key, note.encode(), content_type=CONTENT_TYPE, if_absent=True)
    except KeyTaken:
        if _read(store, key) != note:
            return False
    if isinstance(store, ObjectLock) and store.can_lock():
        store.lock(key, clock.now() + LOCKED_FOR)
    return True


def list_stored(store: Store) -> Iterator[Copy]:
    """Those that the store holds."""
    for key in sorted(one.key for one in store.list(keys.CHECKPOINTS)):
        yield Copy("store", key, _read(store, key))


def list_files(folder: Path | None) -> Iterator[Copy]:
    """Those in the folder of a second person, as far as it can be read now."""
    with suppress(OSError):
        for path in sorted(folder.glob("checkpoint-*.txt")) if folder else ():
            yield Copy("file", path.name, path.read_text(encoding="utf-8", errors="replace"))


def write_file(path: Path, note: str) -> bool:
    """A file for somebody else, whole or not at all, never over another; whether these words are in it."""
    part = path.with_name(f".{path.name}.part")
    with part.open("w", encoding="utf-8") as file:
        file.write(note)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(part, path)
    except FileExistsError:
        return path.read_text(encoding="utf-8", errors="replace") == note
    finally:
        part.unlink(missing_ok=True)
    return True


def _file_name(row: Checkpoint) -> str:
    return f"checkpoint-{row.size:0{keys.CHECKPOINT_DIGITS}}.txt"


def _read(store: Store, key: str) -> str:
    with store.open(key) as file:
        return file.read(notes.LONGEST + 1).decode(errors="replace")


def _put_quietly(store: Store, size: int, note: str) -> None:
    with suppress(StoreError):
        put(store, size, note)

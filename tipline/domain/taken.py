"""Files of a drop folder that have been looked at, so that a second start takes nothing twice.

A file is known by its path, size and time of change: one that was changed is a new one. The row stands before
the first byte is sent, with the upload it belongs to, so that whoever died in the middle is gone on with.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import BigInteger, ForeignKey, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column

from tipline.db import Base, SafeText, Transaction, UtcTime
from tipline.domain import clock, tips
from tipline.domain.evidence import Evidence
from tipline.domain.tips import Tip
from tipline.domain.uploads import Upload

# Files that arrive in a folder so much later belong to another visit, and make a tip of their own.
SAME_VISIT = timedelta(hours=1)
TAKING, TAKEN, REFUSED = "taking", "taken", "refused"


class Found(NamedTuple):
    """A file as it lies in the folder. `path` and `folder` are bytes, for a stick may hold any name."""

    path: bytes
    folder: bytes
    size: int
    mtime_ns: int


class TakenFile(Base):
    """One file in one state. `code` is why it was refused; `path` is for people, `path_key` for us."""

    __tablename__ = "taken_file"
    __table_args__ = (UniqueConstraint("path_key", "size", "mtime_ns", name="uq_taken_file"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    path: Mapped[str] = mapped_column(SafeText)
    path_key: Mapped[str] = mapped_column(String(64))
    folder_key: Mapped[str] = mapped_column(String(64), index=True)
    size: Mapped[int] = mapped_column(BigInteger)
    mtime_ns: Mapped[int] = mapped_column(BigInteger)
    state: Mapped[str] = mapped_column(String(10))
    tip_id: Mapped[int] = mapped_column(ForeignKey("tip.id"), index=True)
    upload_id: Mapped[str | None] = mapped_column(String(26))
    sha256: Mapped[str | None] = mapped_column(String(64))
    code: Mapped[str | None] = mapped_column(String(60))
    at: Mapped[datetime] = mapped_column(UtcTime)


def find(tx: Transaction, found: Found) -> TakenFile | None:
    """What is remembered of just this file in just this state."""
    return tx.scalar(
        select(TakenFile).where(
            TakenFile.path_key == _key(found.path),
            TakenFile.size == found.size,
            TakenFile.mtime_ns == found.mtime_ns,
        )
    )


def note(tx: Transaction, found: Found, tip: Tip) -> TakenFile:
    """This file is about to be taken into this tip."""
    row = TakenFile(
        path=found.path.decode("utf-8", "replace"), path_key=_key(found.path),
        folder_key=_key(found.folder), size=found.size, mtime_ns=found.mtime_ns, state=TAKING, tip_id=tip.id,
        at=clock.now(),
    )  # fmt: skip
    tx.add(row)
    tx.flush()
    return row


def begin_upload(tx: Transaction, row_id: int, upload_id: str) -> None:
    """From here on whoever finds the row knows where the file goes on."""
    tx.get_one(TakenFile, row_id).upload_id = upload_id


def move(tx: Transaction, row_id: int, tip: Tip) -> TakenFile:
    """The file goes into another tip, for the first one takes no more."""
    row = tx.get_one(TakenFile, row_id)
    row.tip_id, row.upload_id = tip.id, None
    return row


def forget(tx: Transaction, row_id: int) -> None:
    """The file became another one before it was taken; the tip stays for what it becomes."""
    tx.get_one(TakenFile, row_id).upload_id = None


def settle(tx: Transaction, row_id: int, *, sha256: str | None = None, code: str | None = None) -> None:
    """It is in custody, or will not be: `code` says why."""
    row = tx.get_one(TakenFile, row_id)
    row.state, row.sha256, row.code, row.at = REFUSED if code else TAKEN, sha256, code, clock.now()


def find_tip(tx: Transaction, folder: bytes) -> Tip | None:
    """The tip that goes on taking files of this folder: a draft, or one that took some a short while ago."""
    row = tx.execute(
        select(Tip, TakenFile.at)
        .join(TakenFile, TakenFile.tip_id == Tip.id)
        .where(TakenFile.folder_key == _key(folder))
        .order_by(TakenFile.id.desc())
        .limit(1)
    ).first()
    if row is None or row.Tip.state in tips.ENDED or row.Tip.erased_at is not None:
        return None
    is_recent = row.at > clock.now() - SAME_VISIT
    return row.Tip if is_recent or row.Tip.state == "draft" else None


def list_orphans(tx: Transaction, tip: Tip) -> list[str]:
    """Uploads of the tip that no row knows: whoever began them died before writing it down."""
    known = select(TakenFile.upload_id).where(TakenFile.tip_id == tip.id, TakenFile.upload_id.is_not(None))
    query = select(Upload.id).where(
        Upload.tip_id == tip.id, Upload.state == "active", Upload.id.not_in(known)
    )
    return list(tx.scalars(query))


def list_drafts(tx: Transaction) -> list[Tip]:
    """Tips of folders that were begun and not handed in."""
    return list(tx.scalars(select(Tip).where(Tip.door == "folder", Tip.state == "draft").order_by(Tip.id)))


def arrived(tx: Transaction, upload_id: str) -> Evidence | None:
    """The evidence an upload has become, if all its bytes are here."""
    upload = tx.get(Upload, upload_id)
    return tx.get(Evidence, upload.evidence_id) if upload is not None and upload.state == "done" else None


def _key(path: bytes) -> str:
    return hashlib.sha256(path).hexdigest()

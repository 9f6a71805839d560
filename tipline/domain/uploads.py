"""Uploads: the row that says how much of a file is here, and the room a new one needs."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import BigInteger, ForeignKey, String, Text, func, select, update
from sqlalchemy.orm import Mapped, mapped_column

import storage
from storage import Store
from tipline.db import Base, Transaction, UtcTime
from tipline.domain import clock, evidence, ids, tips
from tipline.domain.evidence import Evidence
from tipline.domain.limits import Limits
from tipline.domain.tips import Tip
from tipline.errors import TiplineError

LASTS = timedelta(days=7)
IDLE = timedelta(seconds=60)
_CHECKED = "~"


class Upload(Base):
    __tablename__ = "upload"

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    tip_id: Mapped[int] = mapped_column(ForeignKey("tip.id"), index=True)
    # No foreign key: the evidence of a refused file is gone, the upload still says why.
    evidence_id: Mapped[str] = mapped_column(String(26), index=True)
    session: Mapped[str] = mapped_column(Text)
    length: Mapped[int] = mapped_column(BigInteger)
    offset: Mapped[int] = mapped_column(BigInteger, default=0)
    # active done refused expired removed
    state: Mapped[str] = mapped_column(String(12), default="active", index=True)
    writer: Mapped[str | None] = mapped_column(String(26))
    # Keyed hash of the address it was announced from; the key changes every day.
    sender: Mapped[str | None] = mapped_column(String(32), index=True)
    # What the sender said of the file, in the sender's own form, to be told back word for word.
    said: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    seen_at: Mapped[datetime] = mapped_column(UtcTime)
    expires_at: Mapped[datetime] = mapped_column(UtcTime)

    @property
    def is_checked(self) -> bool:
        """Whether whoever wrote last goes by a checksum, so that bytes beyond `offset` may be damaged."""
        return self.writer is not None and self.writer.startswith(_CHECKED)


class Announced(NamedTuple):
    """What the sender says of a file before sending it; none of it is trusted."""

    length: int
    filename: str = ""
    filetype: str = ""
    sha256: str | None = None
    said: str | None = None
    sent_by_id: int | None = None  # account that sends it on the reporter's behalf
    purpose: str = "footage"


class Checksum(NamedTuple):
    """What the bytes of one piece come to, as their sender says."""

    algorithm: str
    digest: bytes


def add(tx: Transaction, tip: Tip, announced: Announced, *, evidence_id: str, session: str) -> Upload:
    """The file and its upload, both at offset 0."""
    evidence.add(
        tx, tip, evidence_id=evidence_id, filename=announced.filename, filetype=announced.filetype,
        size=announced.length, sha256=announced.sha256, sent_by_id=announced.sent_by_id,
        purpose=announced.purpose,
    )  # fmt: skip
    now = clock.now()
    upload = Upload(
        id=ids.new_id(), tip_id=tip.id, evidence_id=evidence_id, session=session, length=announced.length,
        offset=0, state="active", said=announced.said, created_at=now, seen_at=now, expires_at=now + LASTS,
    )  # fmt: skip
    tx.add(upload)
    tips.touch(tip)
    return upload


def require_room(tx: Transaction, store: Store, limits: Limits, tip_id: int, length: int) -> None:
    """Raise what stands against a file of this length, before a byte of it is sent."""
    tip = tx.get_one(Tip, tip_id)
    if tip.state in tips.ENDED:
        raise TiplineError("tip:closed")
    if length == 0:
        raise TiplineError("evidence:empty")
    if length > limits.file_bytes:
        raise TiplineError("upload:too-large", limit=readable(limits.file_bytes))
    files, total = tx.execute(
        select(func.count(), func.coalesce(func.sum(Evidence.size), 0)).where(
            Evidence.tip_id == tip_id, Evidence.state != "expired"
        )
    ).one()
    if files >= limits.tip_files:
        raise TiplineError("tip:too-many-files", limit=limits.tip_files)
    if total + length > limits.tip_bytes:
        raise TiplineError("tip:too-large", limit=readable(limits.tip_bytes))
    _require_disk(tx, store, limits, length)


def _require_disk(tx: Transaction, store: Store, limits: Limits, length: int) -> None:
    """Count what other unfinished uploads have been promised, not only what they have sent."""
    if not isinstance(store, storage.FreeSpace):
        return
    promised = tx.scalar(
        select(func.coalesce(func.sum(Upload.length - Upload.offset), 0)).where(Upload.state == "active")
    )
    if store.free_bytes() - int(promised or 0) - length < limits.free_bytes:
        raise TiplineError("service:disk-full")


def mark(*, is_checked: bool) -> str:
    """A new name for somebody who writes; it tells whether the bytes count only with their checksum."""
    return _CHECKED + ids.new_id()[1:] if is_checked else ids.new_id()


def claim(tx: Transaction, upload: Upload, offset: int, writer: str) -> None:
    """Take over the right to write from `offset` on; raises upload:offset-mismatch.

    It goes on from `upload` as it was read: if somebody else has claimed it since, this is a mismatch too.
    """
    now = clock.now()
    _one(
        tx.execute(
            update(Upload)
            .where(
                Upload.id == upload.id,
                Upload.offset == offset,
                Upload.state == "active",
                Upload.writer.is_not_distinct_from(upload.writer),
            )
            .values(writer=writer, seen_at=now, expires_at=now + LASTS)
        ),
        "upload:offset-mismatch",
    )
    upload.expires_at = now + LASTS


def move(tx: Transaction, upload_id: str, writer: str, offset: int) -> None:
    """Bytes up to `offset` are durable; raises upload:superseded if a newer connection took over."""
    _one(
        tx.execute(
            update(Upload)
            .where(Upload.id == upload_id, Upload.writer == writer, Upload.state == "active")
            .values(offset=offset, seen_at=clock.now())
        ),
        "upload:superseded",
    )


def fix_length(tx: Transaction, upload_id: str, writer: str, length: int) -> None:
    """The file ended before the length that was reserved for it: from now on that is its length."""
    _one(
        tx.execute(
            update(Upload)
            .where(Upload.id == upload_id, Upload.writer == writer, Upload.state == "active")
            .values(length=length)
        ),
        "upload:superseded",
    )
    upload = tx.get_one(Upload, upload_id)
    evidence.read_evidence(tx, upload.evidence_id).size = length


def close(tx: Transaction, upload: Upload, state: str) -> bool:
    """End an active upload; False if it has ended already."""
    closed = tx.execute(
        update(Upload)
        .where(Upload.id == upload.id, Upload.state == "active")
        .values(state=state, offset=Upload.length if state == "done" else Upload.offset, writer=None)
    )
    return bool(closed.rowcount)  # type: ignore[attr-defined]


def list_idle(tx: Transaction, *, after: str = "", limit: int = 200) -> list[Upload]:
    """Unfinished uploads nobody has written to for a while, page by page in the order of their ids."""
    query = select(Upload).where(Upload.state == "active", Upload.seen_at < clock.now() - IDLE)
    return list(tx.scalars(query.where(Upload.id > after).order_by(Upload.id).limit(limit)))


def is_under_way(tx: Transaction, evidence_id: str) -> bool:
    """Whether somebody may still send bytes of this file."""
    query = select(Upload.id).where(Upload.evidence_id == evidence_id, Upload.state == "active")
    return tx.scalar(query.limit(1)) is not None


def unfinished(tx: Transaction, tip: Tip) -> dict[str, Upload]:
    """Evidence id → its upload, for every file of the tip that has not fully arrived."""
    rows = tx.scalars(select(Upload).where(Upload.tip_id == tip.id, Upload.state == "active"))
    return {row.evidence_id: row for row in rows}


def readable(size: int) -> str:
    """A size as people write it: 8 GB, 1.5 MB."""
    for unit, name in ((1024**4, "TB"), (1024**3, "GB"), (1024**2, "MB"), (1024, "KB")):
        if size >= unit:
            return f"{size / unit:.1f}".removesuffix(".0") + f" {name}"
    return f"{size} B"


def _one(result: object, otherwise: str) -> None:
    if result.rowcount != 1:  # type: ignore[attr-defined]
        raise TiplineError(otherwise)

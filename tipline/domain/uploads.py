"""Uploads: the row that says how much of a file is here, and whose turn it is to send more."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import BigInteger, ForeignKey, String, Text, select, update
from sqlalchemy.orm import Mapped, mapped_column

from tipline.db import Base, Transaction, UtcTime
from tipline.domain import clock, evidence, ids, interrupted, tips
from tipline.domain.tips import Tip
from tipline.errors import TiplineError

LASTS = timedelta(days=7)
NOTICE = timedelta(days=1)
IDLE = timedelta(seconds=60)
MOST_RESTARTS = 5
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
    referral_id: int | None = None  # by whose link a partner sends it


class Checksum(NamedTuple):
    """What the bytes of one piece come to, as their sender says."""

    algorithm: str
    digest: bytes


def add(
    tx: Transaction, tip: Tip, announced: Announced, *, evidence_id: str, session: str,
    sender: str | None = None,
) -> Upload:  # fmt: skip
    """The file and its upload, both at offset 0."""
    evidence.add(
        tx, tip, evidence_id=evidence_id, filename=announced.filename, filetype=announced.filetype,
        size=announced.length, sha256=announced.sha256, sent_by_id=announced.sent_by_id,
        purpose=announced.purpose, referral_id=announced.referral_id,
    )  # fmt: skip
    now = clock.now()
    upload = Upload(
        id=ids.new_id(), tip_id=tip.id, evidence_id=evidence_id, session=session, length=announced.length,
        offset=0, state="active", said=announced.said, sender=sender, created_at=now, seen_at=now,
        expires_at=now + LASTS,
    )  # fmt: skip
    tx.add(upload)
    tips.touch(tip)
    return upload


def read_upload(tx: Transaction, upload_id: str, tip_id: int) -> Upload:
    """The upload of this tip; raises upload:not-found, upload:expired, or why it was refused."""
    upload = tx.get(Upload, upload_id, populate_existing=True)
    if upload is None or upload.tip_id != tip_id or upload.state == "removed":
        raise TiplineError("upload:not-found")
    if upload.state == "refused":
        raise TiplineError("evidence:refused")
    if upload.state == "expired":
        raise TiplineError("upload:expired")
    return upload


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


def require_mark(tx: Transaction, upload_id: str, writer: str, offset: int) -> None:
    """Raise upload:superseded unless this writer has the right to write from `offset` on."""
    found = tx.execute(select(Upload.writer, Upload.offset, Upload.state).where(Upload.id == upload_id)).one()
    if tuple(found) != (writer, offset, "active"):
        raise TiplineError("upload:superseded")


def take_over(tx: Transaction, upload: Upload, writer: str) -> bool:
    """Stop whoever writes, without being somebody who sends; False if somebody newer came first."""
    taken = tx.execute(
        update(Upload)
        .where(
            Upload.id == upload.id,
            Upload.state == "active",
            Upload.writer.is_not_distinct_from(upload.writer),
        )
        .values(writer=writer)
    )
    return bool(taken.rowcount)  # type: ignore[attr-defined]


def settle(tx: Transaction, upload: Upload, writer: str, offset: int) -> None:
    """What the store was found to hold, unless somebody newer writes. Nobody has sent anything."""
    tx.execute(
        update(Upload)
        .where(Upload.id == upload.id, Upload.writer == writer, Upload.state == "active")
        .values(offset=offset)
    )


def begin_anew(tx: Transaction, upload: Upload, session: str) -> bool:
    """The store has lost what had arrived: from the beginning, in a fresh session; False if another did it.

    The log says so, and after a few times the upload is given up, for a store that goes on losing bytes must
    not keep a phone busy for ever.
    """
    row = evidence.read_evidence(tx, upload.evidence_id)
    if interrupted.count_restarts(tx, row) >= MOST_RESTARTS:
        raise TiplineError("upload:not-found")
    begun = tx.execute(
        update(Upload)
        .where(Upload.id == upload.id, Upload.state == "active", Upload.session == upload.session)
        .values(session=session, offset=0, writer=None)
    )
    if not begun.rowcount:  # type: ignore[attr-defined]
        return False
    interrupted.restart(tx, row, had=upload.offset)
    return True


def move(tx: Transaction, upload_id: str, writer: str, offset: int) -> None:
    """Bytes up to `offset` are durable; raises upload:superseded if a newer connection took over."""
    now = clock.now()
    _one(
        tx.execute(
            update(Upload)
            .where(Upload.id == upload_id, Upload.writer == writer, Upload.state == "active")
            .values(offset=offset, seen_at=now, expires_at=now + LASTS)
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


def warn_of_end(tx: Transaction, *, after: str = "", limit: int = 100) -> str | None:
    """Tell reporters of unfinished files that end within a day, page by page; gives the last one met."""
    now = clock.now()
    query = select(Upload).where(
        Upload.state == "active", Upload.expires_at >= now, Upload.expires_at < now + NOTICE
    )
    last = None
    for upload in tx.scalars(query.where(Upload.id > after).order_by(Upload.id).limit(limit)):
        interrupted.warn(tx, evidence.read_evidence(tx, upload.evidence_id), upload.expires_at)
        last = upload.id
    return last


def is_under_way(tx: Transaction, evidence_id: str) -> bool:
    """Whether somebody may still send bytes of this file."""
    query = select(Upload.id).where(Upload.evidence_id == evidence_id, Upload.state == "active")
    return tx.scalar(query.limit(1)) is not None


def find_under_way(tx: Transaction, evidence_id: str) -> Upload | None:
    """The upload that still brings this file."""
    return tx.scalar(select(Upload).where(Upload.evidence_id == evidence_id, Upload.state == "active"))


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

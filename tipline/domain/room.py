"""Room: what stands against one more file, counted by what was promised to others and not only by what came.

A promise lapses when nobody has sent a byte for an hour, or when after some hours next to nothing has come;
who goes on later asks for room again. So a flood of files that are announced and never sent, or that get a
byte now and then, holds the disk for hours, not for the week an upload lasts.
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import ColumnElement, func, or_, select

import storage
from storage import Store
from tipline.db import Transaction
from tipline.domain import clock, tips, uploads
from tipline.domain.evidence import Evidence
from tipline.domain.limits import Limits
from tipline.domain.tips import Tip
from tipline.domain.uploads import Upload
from tipline.errors import TiplineError

PROMISED = timedelta(hours=1)
# The slowest line there is brings this much in this time; whoever brings less is not sending a film.
EARNS_WITHIN = timedelta(hours=6)
EARNED = 16 * 1024 * 1024
# So many photos and short films a partner may send by one link.
LINK_FILES = 12


def require(
    tx: Transaction, store: Store, limits: Limits, tip_id: int, length: int, sender: str | None = None,
    referral_id: int | None = None,
) -> None:  # fmt: skip
    """Raise what stands against a file of this length, before a byte of it is sent.

    What a partner sends by the link of a referral takes nothing of the reporter's room, nor the other way.
    """
    tip = tx.get_one(Tip, tip_id)
    if tip.erased_at is not None:
        raise TiplineError("tip:erased")
    if tip.state in tips.ENDED:
        raise TiplineError("tip:closed")
    if length == 0:
        raise TiplineError("evidence:empty")
    if length > limits.file_bytes:
        raise TiplineError("upload:too-large", limit=uploads.readable(limits.file_bytes))
    _require_within_tip(tx, limits, tip_id, length, referral_id)
    if sender:
        _require_share(tx, limits, sender, length)
    _require_disk(tx, store, limits, length)


def require_again(tx: Transaction, store: Store, limits: Limits, upload: Upload) -> None:
    """The sender comes back: if the promise has lapsed, the rest of the file needs room once more."""
    if not is_promised(upload):
        _require_disk(tx, store, limits, upload.length - upload.offset)


def require_scratch(tx: Transaction, store: Store, limits: Limits, size: int) -> None:
    """Bytes that are kept for a while and are no evidence: they must not take promised room either."""
    _require_disk(tx, store, limits, size)


def is_promised(upload: Upload) -> bool:
    """Whether room is still held for the rest of this file."""
    now = clock.now()
    has_earned = upload.offset >= EARNED or upload.created_at >= now - EARNS_WITHIN
    return has_earned and upload.seen_at >= now - PROMISED


def _require_within_tip(
    tx: Transaction, limits: Limits, tip_id: int, length: int, referral_id: int | None
) -> None:
    files, total = tx.execute(
        select(func.count(), func.coalesce(func.sum(Evidence.size), 0)).where(
            Evidence.tip_id == tip_id,
            Evidence.referral_id.is_not_distinct_from(referral_id),
            Evidence.state != "expired",
        )
    ).one()
    if referral_id and files >= LINK_FILES:
        raise TiplineError("referral:too-many-files", limit=LINK_FILES)
    if files >= limits.tip_files:
        raise TiplineError("tip:too-many-files", limit=limits.tip_files)
    if total + length > limits.tip_bytes:
        raise TiplineError("tip:too-large", limit=uploads.readable(limits.tip_bytes))


def _require_share(tx: Transaction, limits: Limits, sender: str, length: int) -> None:
    """One address holds only so much of what is promised, however many reports it opens."""
    number, unsent = tx.execute(
        select(func.count(), func.coalesce(func.sum(Upload.length - Upload.offset), 0)).where(
            Upload.sender == sender, *_promised()
        )
    ).one()
    if number >= limits.sender_uploads or int(unsent) + length > limits.sender_bytes:
        raise TiplineError("upload:crowded")


def _require_disk(tx: Transaction, store: Store, limits: Limits, length: int) -> None:
    """Count what other unfinished uploads have been promised, not only what they have sent."""
    if not isinstance(store, storage.FreeSpace):
        return
    promised = tx.scalar(
        select(func.coalesce(func.sum(Upload.length - Upload.offset), 0)).where(*_promised())
    )
    if store.free_bytes() - int(promised or 0) - length < limits.free_bytes:
        raise TiplineError("service:disk-full")


def _promised() -> tuple[ColumnElement[bool], ...]:
    """The same, for a query."""
    now = clock.now()
    has_earned = or_(Upload.offset >= EARNED, Upload.created_at >= now - EARNS_WITHIN)
    return Upload.state == "active", Upload.seen_at >= now - PROMISED, has_earned

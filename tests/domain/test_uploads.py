"""Rows of uploads, and the room a new file needs: `tipline.domain.uploads`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from storage.memory import MemoryStore
from tests.domain.conftest import EVENING, draft, sent
from tipline.db import Transaction
from tipline.domain import evidence, ids, room, tips, uploads
from tipline.domain.actors import SYSTEM
from tipline.domain.limits import Limits
from tipline.domain.tips import Tip
from tipline.domain.uploads import Announced, Upload
from tipline.errors import TiplineError

LIMITS = Limits(file_bytes=1000, tip_bytes=2500, tip_files=4, free_bytes=500)


class SmallDisk(MemoryStore):
    """A store that knows how much room is left."""

    def __init__(self, free: int) -> None:
        super().__init__()
        self.free = free

    def free_bytes(self) -> int:
        return self.free


def _add(tx: Transaction, tip: Tip, length: int) -> Upload:
    return uploads.add(tx, tip, Announced(length, "a.mp4"), evidence_id=ids.new_id(), session="s")


def _refusal(tx: Transaction, tip: Tip, length: int, store: MemoryStore | None = None) -> TiplineError:
    with pytest.raises(TiplineError) as caught:
        room.require(tx, store or MemoryStore(), LIMITS, tip.id, length)
    return caught.value


# --- room


def test_a_file_within_every_limit_has_room_even_on_a_draft(tx: Transaction) -> None:
    room.require(tx, SmallDisk(1500), LIMITS, draft(tx).id, 1000)


def test_an_empty_file_and_one_that_is_too_large_are_refused_before_a_byte_is_sent(
    tx: Transaction, tip: Tip
) -> None:
    assert _refusal(tx, tip, 0).code == "evidence:empty"
    refusal = _refusal(tx, tip, 1001)
    assert refusal.code == "upload:too-large"
    assert "1000 B" in str(refusal)


def test_all_files_of_a_tip_together_have_a_limit(tx: Transaction, tip: Tip) -> None:
    for _ in range(2):
        _add(tx, tip, 1000)

    room.require(tx, MemoryStore(), LIMITS, tip.id, 500)
    assert _refusal(tx, tip, 501).code == "tip:too-large"


def test_a_tip_takes_so_many_files_and_another_tip_as_many_again(tx: Transaction, tip: Tip) -> None:
    for _ in range(LIMITS.tip_files):
        _add(tx, tip, 1)

    assert _refusal(tx, tip, 1).code == "tip:too-many-files"
    room.require(tx, MemoryStore(), LIMITS, sent(tx).id, 1)


def test_an_expired_file_takes_no_room(tx: Transaction, tip: Tip) -> None:
    for _ in range(LIMITS.tip_files):
        upload = _add(tx, tip, 600)
    evidence.drop(tx, evidence.read_evidence(tx, upload.evidence_id), SYSTEM, "expired")

    room.require(tx, MemoryStore(), LIMITS, tip.id, 600)


@pytest.mark.parametrize("state", tips.ENDED)
def test_a_tip_that_is_over_takes_no_file(tx: Transaction, tip: Tip, state: str) -> None:
    tip.state = state

    assert _refusal(tx, tip, 1).code == "tip:closed"


def test_the_reserve_of_the_disk_is_never_touched(tx: Transaction, tip: Tip) -> None:
    room.require(tx, SmallDisk(600), LIMITS, tip.id, 100)
    assert _refusal(tx, tip, 101, SmallDisk(600)).code == "service:disk-full"


def test_room_promised_to_unfinished_files_counts_as_taken(tx: Transaction, tip: Tip) -> None:
    upload = _add(tx, tip, 800)
    upload.offset = 300  # these are on the disk already

    assert _refusal(tx, sent(tx), 101, SmallDisk(1100)).code == "service:disk-full"
    room.require(tx, SmallDisk(1100), LIMITS, sent(tx).id, 100)
    upload.state = "done"
    room.require(tx, SmallDisk(1100), LIMITS, sent(tx).id, 600)


# --- the row is the lock


def test_only_the_newest_writer_moves_the_offset(tx: Transaction, tip: Tip) -> None:
    upload = _add(tx, tip, 100)
    uploads.claim(tx, upload, 0, "first")
    tx.refresh(upload)
    uploads.claim(tx, upload, 0, "second")

    with pytest.raises(TiplineError) as caught:
        uploads.move(tx, upload.id, "first", 50)
    assert caught.value.code == "upload:superseded"
    uploads.move(tx, upload.id, "second", 60)
    tx.refresh(upload)
    assert upload.offset == 60


def test_a_claim_from_a_wrong_offset_or_an_old_view_is_a_mismatch(tx: Transaction, tip: Tip) -> None:
    upload = _add(tx, tip, 100)
    tx.flush()
    tx.expunge(upload)  # as it was read before somebody else claimed it
    uploads.claim(tx, upload, 0, "first")

    for offset in (0, 10):
        with pytest.raises(TiplineError) as caught:
            uploads.claim(tx, upload, offset, "second")
        assert caught.value.code == "upload:offset-mismatch"


def test_an_upload_ends_once(tx: Transaction, tip: Tip) -> None:
    upload = _add(tx, tip, 100)
    tx.flush()

    assert uploads.close(tx, upload, "done")
    assert not uploads.close(tx, upload, "expired")
    tx.refresh(upload)
    assert (upload.state, upload.offset, upload.writer) == ("done", 100, None)


def test_a_claim_gives_the_upload_seven_more_days(
    tx: Transaction, tip: Tip, at: Callable[[datetime], None]
) -> None:
    at(EVENING)
    upload = _add(tx, tip, 100)
    at(EVENING + timedelta(days=6))
    uploads.claim(tx, upload, 0, "first")
    tx.refresh(upload)

    assert upload.expires_at == EVENING + timedelta(days=13)


def test_idle_uploads_are_listed_page_by_page_and_busy_ones_are_not(
    tx: Transaction, tip: Tip, at: Callable[[datetime], None]
) -> None:
    at(EVENING)
    old = sorted(_add(tx, tip, 1).id for _ in range(3))
    at(EVENING + timedelta(minutes=10))
    busy = _add(tx, tip, 1)

    first = uploads.list_idle(tx, limit=2)
    assert [one.id for one in first] == old[:2]
    assert [one.id for one in uploads.list_idle(tx, after=first[-1].id, limit=2)] == old[2:]
    assert set(uploads.unfinished(tx, tip)) >= {busy.evidence_id}


@pytest.mark.parametrize(
    ("size", "shown"),
    [(0, "0 B"), (1023, "1023 B"), (1024, "1 KB"), (1536 * 1024, "1.5 MB"), (8 * 1024**3, "8 GB")],
)
def test_sizes_are_written_as_people_do(size: int, shown: str) -> None:
    assert uploads.readable(size) == shown

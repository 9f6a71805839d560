"""Pieces under a checksum when the process dies before the checksum was compared."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest

from storage import keys
from storage.memory import MemoryStore
from tests.domain.conftest import EVENING, sent
from tipline.db import Database
from tipline.domain import outbox, uploads
from tipline.domain.limits import Limits
from tipline.domain.receiving import Receiver
from tipline.domain.tips import Tip
from tipline.domain.uploads import Announced
from tipline.errors import TiplineError

JPEG = b"\xff\xd8\xff\xe0" + bytes(range(256)) * 40
At = Callable[[datetime], None]


@pytest.fixture
def receiver(database: Database) -> Receiver:
    limits = Limits(file_bytes=10**6, tip_bytes=10**7, tip_files=1000, free_bytes=0)
    return Receiver(database, MemoryStore(), lambda kind, outbox_id: None, limits)


@pytest.fixture
def tip(database: Database) -> Tip:
    with database.transaction() as tx:
        return sent(tx)


def _arrived_then_died(receiver: Receiver, tip: Tip, *, is_checked: bool) -> str:
    """All bytes are in the store under a claim; nobody lived to compare or to say so."""
    upload = receiver.begin(tip.id, Announced(len(JPEG), "IMG_1.jpg"))
    with receiver.database.transaction() as tx:
        uploads.claim(tx, upload, 0, uploads.mark(is_checked=is_checked))
    receiver.store.append(upload.session, 0, [JPEG])
    return upload.id


@pytest.mark.parametrize(("is_checked", "state"), [(False, "done"), (True, "active")])
def test_the_sweep_finishes_only_bytes_that_no_checksum_could_have_refused(
    receiver: Receiver, tip: Tip, at: At, is_checked: bool, state: str
) -> None:
    at(EVENING)
    upload_id = _arrived_then_died(receiver, tip, is_checked=is_checked)

    at(EVENING + uploads.IDLE + timedelta(seconds=1))
    receiver.sweep()

    assert receiver.read(upload_id, tip.id).state == state


def test_the_sweep_finishes_a_checked_file_that_was_completed(receiver: Receiver, tip: Tip, at: At) -> None:
    at(EVENING)
    upload_id = _arrived_then_died(receiver, tip, is_checked=True)
    upload = receiver.read(upload_id, tip.id)
    receiver.store.complete(upload.session, upload.length)

    at(EVENING + uploads.IDLE + timedelta(seconds=1))
    receiver.sweep()

    done = receiver.read(upload_id, tip.id)
    assert done.state == "done"
    assert receiver.store.stat(keys.original(done.evidence_id)).size == len(JPEG)
    with receiver.database.reading() as tx:
        assert outbox.counts(tx) == {"queued": 1}


def test_a_checked_file_of_a_dead_process_is_sent_again_from_where_it_stood(
    receiver: Receiver, tip: Tip
) -> None:
    upload_id = _arrived_then_died(receiver, tip, is_checked=True)

    assert receiver.look(upload_id, tip.id).offset == 0
    assert receiver.append(upload_id, tip.id, 0, [JPEG]).state == "done"


def test_too_many_announced_bytes_are_refused_before_one_is_read(receiver: Receiver, tip: Tip) -> None:
    upload = receiver.begin(tip.id, Announced(10))
    read: list[bytes] = []

    def pieces() -> Iterator[bytes]:
        read.append(JPEG)
        yield JPEG

    with pytest.raises(TiplineError) as caught:
        receiver.append(upload.id, tip.id, 4, pieces(), announced=7)

    assert caught.value.code == "upload:too-much"
    assert read == []

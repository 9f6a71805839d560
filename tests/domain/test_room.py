"""Promises of room that lapse, and the share of one address: `tipline.domain.room`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from storage.memory import MemoryStore
from tests.domain.conftest import EVENING, Ring, sent
from tipline.db import Database, Transaction
from tipline.domain import ids, room, uploads
from tipline.domain.limits import Limits
from tipline.domain.receiving import Receiver
from tipline.domain.tips import Tip
from tipline.domain.uploads import Announced, Upload
from tipline.errors import TiplineError

LIMITS = Limits(file_bytes=1000, tip_bytes=10**6, tip_files=100, free_bytes=500, sender_uploads=3)
JPEG = b"\xff\xd8\xff\xe0" + bytes(996)
LONG = room.PROMISED + timedelta(seconds=1)
At = Callable[[datetime], None]


class SmallDisk(MemoryStore):
    def __init__(self, free: int) -> None:
        super().__init__()
        self.free = free

    def free_bytes(self) -> int:
        return self.free


def _code(act: Callable[[], object]) -> str:
    with pytest.raises(TiplineError) as caught:
        act()
    return caught.value.code


def _add(tx: Transaction, length: int, sender: str | None = None) -> Upload:
    return uploads.add(
        tx, sent(tx), Announced(length), evidence_id=ids.new_id(), session=ids.new_id(), sender=sender
    )


def _ask(tx: Transaction, length: int, sender: str | None = None, free: int = 10**6) -> None:
    room.require(tx, SmallDisk(free), LIMITS, sent(tx).id, length, sender)


# --- promises


@pytest.mark.parametrize(
    ("offset", "hours", "holds"),
    [
        (1, 6, True),
        (1, 7, False),
        (room.EARNED - 1, 7, False),
        (room.EARNED, 7, True),
        (room.EARNED, 100, True),
    ],
)
def test_a_byte_now_and_then_does_not_hold_room_for_a_week(
    tx: Transaction, at: At, offset: int, hours: int, holds: bool
) -> None:
    at(EVENING)
    upload = _add(tx, room.EARNED + 900)
    at(EVENING + timedelta(hours=hours))
    upload.offset, upload.seen_at = offset, EVENING + timedelta(hours=hours)
    tx.flush()

    left = room.EARNED + 900 - offset
    free = 500 + 200 + left - 1  # the reserve, the file that asks, and a byte less than was promised
    assert room.is_promised(upload) is holds
    if holds:
        assert _code(lambda: _ask(tx, 200, free=free)) == "service:disk-full"
    else:
        _ask(tx, 200, free=free)


def test_a_promise_holds_room_for_an_hour_after_the_last_byte_and_no_longer(tx: Transaction, at: At) -> None:
    assert timedelta(hours=1) == room.PROMISED
    at(EVENING)
    _add(tx, 900)
    at(EVENING + room.PROMISED)
    assert _code(lambda: _ask(tx, 200, free=1500)) == "service:disk-full"

    at(EVENING + LONG)
    _ask(tx, 200, free=1500)


@pytest.fixture
def disk() -> SmallDisk:
    return SmallDisk(1500)


@pytest.fixture
def receiver(database: Database, disk: SmallDisk, ring: Ring) -> Receiver:
    return Receiver(database, disk, ring, LIMITS)


@pytest.fixture
def begun(receiver: Receiver, at: At) -> tuple[Upload, Tip]:
    """Announced in the evening; 100 of its bytes came."""
    at(EVENING)
    with receiver.database.transaction() as tx:
        tip = sent(tx)
    upload = receiver.begin(tip.id, Announced(len(JPEG), "IMG_1.jpg"))
    return receiver.append(upload.id, tip.id, 0, [JPEG[:100]]), tip


def test_who_comes_back_after_an_hour_asks_for_room_again_and_loses_nothing(
    receiver: Receiver, disk: SmallDisk, begun: tuple[Upload, Tip], at: At
) -> None:
    upload, tip = begun
    at(EVENING + LONG)
    disk.free = 1399  # the other 900 bytes do not fit over the reserve of 500
    assert _code(lambda: receiver.append(upload.id, tip.id, 100, [JPEG[100:]])) == "service:disk-full"
    assert receiver.look(upload.id, tip.id).offset == 100

    disk.free = 1400
    assert receiver.append(upload.id, tip.id, 100, [JPEG[100:]]).state == "done"


def test_who_keeps_sending_is_not_asked_again(
    receiver: Receiver, disk: SmallDisk, begun: tuple[Upload, Tip], at: At
) -> None:
    upload, tip = begun
    at(EVENING + room.PROMISED)
    disk.free = 600

    assert receiver.append(upload.id, tip.id, 100, [JPEG[100:]]).state == "done"


def test_a_question_alone_renews_no_promise(receiver: Receiver, begun: tuple[Upload, Tip], at: At) -> None:
    upload, tip = begun
    at(EVENING + LONG)
    receiver.running.forget(upload.id)  # so that the store is asked, as after a restart
    receiver.look(upload.id, tip.id)

    with receiver.database.reading() as tx:
        assert tx.get_one(Upload, upload.id).seen_at == EVENING


# --- the share of an address


def test_an_address_has_so_many_unfinished_uploads_and_another_has_its_own(tx: Transaction) -> None:
    for _ in range(LIMITS.sender_uploads):
        _add(tx, 10, "mall")

    assert _code(lambda: _ask(tx, 10, "mall")) == "upload:crowded"
    _ask(tx, 10, "cafe")
    _ask(tx, 10)  # staff and partners have no address


def test_an_address_may_be_promised_so_many_bytes_that_have_not_come(tx: Transaction) -> None:
    wide = LIMITS._replace(sender_uploads=100)
    first = _add(tx, 1000, "mall")
    for _ in range(3):
        _add(tx, 1000, "mall")

    def ask(length: int) -> None:
        room.require(tx, MemoryStore(), wide, sent(tx).id, length, "mall")

    assert _code(lambda: ask(1)) == "upload:crowded"
    first.offset = 400
    ask(400)
    assert _code(lambda: ask(401)) == "upload:crowded"


def test_what_arrived_was_given_up_or_lapsed_frees_the_share(tx: Transaction, at: At) -> None:
    at(EVENING)
    held = [_add(tx, 10, "mall") for _ in range(LIMITS.sender_uploads)]
    held[0].state = "done"
    _ask(tx, 10, "mall")

    held[0].state = "active"
    at(EVENING + LONG)
    _ask(tx, 10, "mall")


def test_the_receiver_counts_by_the_sender_it_is_given(receiver: Receiver, at: At) -> None:
    at(EVENING)
    with receiver.database.transaction() as tx:
        tip = sent(tx)
    for _ in range(LIMITS.sender_uploads):
        receiver.begin(tip.id, Announced(10, "a.jpg"), sender="mall")

    assert _code(lambda: receiver.begin(tip.id, Announced(10, "a.jpg"), sender="mall")) == "upload:crowded"
    assert _code(lambda: receiver.take(tip.id, Announced(10), [b"x"], sender="mall")) == "upload:crowded"

"""Uploads nobody writes to: how often the store is asked, and what one that fails keeps others from."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta

import pytest

import storage
from storage.memory import MemoryStore
from tests.domain.conftest import EVENING, Ring, sent
from tipline.db import Database
from tipline.domain import abandoned, custody, timeline, uploads
from tipline.domain.limits import Limits
from tipline.domain.receiving import Receiver
from tipline.domain.tips import Tip
from tipline.domain.uploads import Announced, Upload
from tipline.errors import TiplineError

JPEG = b"\xff\xd8\xff\xe0" + bytes(range(256)) * 4
LIMITS = Limits(file_bytes=10**6, tip_bytes=10**7, tip_files=1000, free_bytes=0)
At = Callable[[datetime], None]


class CountingStore(MemoryStore):
    """Remembers which sessions it was asked about; some cannot be asked."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []
        self.breaks: dict[str, storage.StoreError] = {}

    def size(self, session: str) -> int:
        self.asked.append(session)
        if fault := self.breaks.get(session):
            raise fault
        return super().size(session)


@pytest.fixture
def store() -> CountingStore:
    return CountingStore()


@pytest.fixture
def receiver(database: Database, store: CountingStore, ring: Ring) -> Receiver:
    return Receiver(database, store, ring, LIMITS)


@pytest.fixture
def tip(database: Database, at: At) -> Tip:
    at(EVENING)
    with database.transaction() as tx:
        return sent(tx)


def _left(receiver: Receiver, tip: Tip) -> Upload:
    upload = receiver.begin(tip.id, Announced(len(JPEG), "IMG_1.jpg"))
    return receiver.append(upload.id, tip.id, 0, [JPEG[:10]])


def _has_expired(receiver: Receiver, upload: Upload) -> bool:
    with pytest.raises(TiplineError) as caught:
        receiver.read(upload.id, upload.tip_id)
    return caught.value.code == "upload:expired"


def test_the_store_is_asked_less_and_less_often(
    receiver: Receiver, store: CountingStore, tip: Tip, at: At
) -> None:
    upload = _left(receiver, tip)
    asked_at = []
    for minute in range(1, 6 * 60):
        at(EVENING + timedelta(minutes=minute, seconds=1))
        store.asked.clear()
        receiver.sweep()
        receiver.sweep()
        if store.asked:
            assert store.asked == [upload.session]
            asked_at.append(minute)

    assert asked_at == [1, 2, 4, 8, 16, 32, 64, 124, 184, 244, 304]


def test_an_upload_that_was_written_to_again_is_looked_at_soon(
    receiver: Receiver, store: CountingStore, tip: Tip, at: At
) -> None:
    upload = _left(receiver, tip)
    for minute in (2, 4, 8, 16, 32, 64):
        at(EVENING + timedelta(minutes=minute))
        receiver.sweep()
    receiver.append(upload.id, tip.id, 10, [JPEG[10:20]])
    store.append(upload.session, 20, [JPEG[20:]])  # and whoever wrote this died

    at(EVENING + timedelta(minutes=64) + uploads.IDLE + timedelta(seconds=1))
    receiver.sweep()

    assert receiver.read(upload.id, tip.id).state == "done"


def test_one_that_fails_keeps_no_other_from_its_end_and_is_told(
    receiver: Receiver, store: CountingStore, tip: Tip, at: At
) -> None:
    begun = sorted((_left(receiver, tip) for _ in range(3)), key=lambda one: one.id)
    for upload in begun:
        store.append(upload.session, 10, [JPEG[10:]])
    store.breaks[begun[0].session] = storage.KeyTaken("somebody else's")
    at(EVENING + timedelta(minutes=5))
    with pytest.raises(storage.KeyTaken):
        receiver.sweep()

    assert [receiver.read(one.id, tip.id).state for one in begun] == ["active", "done", "done"]


def test_a_store_that_is_down_is_not_asked_for_every_upload(
    receiver: Receiver, store: CountingStore, tip: Tip, at: At
) -> None:
    for upload in [_left(receiver, tip) for _ in range(3)]:
        store.breaks[upload.session] = storage.Unavailable("down")
    at(EVENING + timedelta(minutes=5))
    with pytest.raises(storage.Unavailable):
        receiver.sweep()

    assert len(store.asked) == 1


def test_what_is_whole_is_finished_even_if_nobody_looked_before_its_time_was_over(
    receiver: Receiver, store: CountingStore, tip: Tip, at: At
) -> None:
    whole, half = _left(receiver, tip), _left(receiver, tip)
    store.append(whole.session, 10, [JPEG[10:]])  # and then the host stood still
    at(EVENING + uploads.LASTS + timedelta(days=3))
    receiver.sweep()

    assert receiver.read(whole.id, tip.id).state == "done"
    assert _has_expired(receiver, half)


def test_one_of_which_the_store_tells_nothing_for_hours_ends_all_the_same(
    receiver: Receiver, store: CountingStore, tip: Tip, at: At
) -> None:
    upload = _left(receiver, tip)
    store.breaks[upload.session] = storage.Unavailable("down")
    over = EVENING + uploads.LASTS
    at(over + timedelta(minutes=1))
    with pytest.raises(storage.Unavailable):
        receiver.sweep()
    assert receiver.read(upload.id, tip.id).state == "active"

    for minute in range(2, 180):
        at(over + timedelta(minutes=minute))
        with suppress(storage.Unavailable):
            receiver.sweep()
    assert _has_expired(receiver, upload)


def test_what_has_ended_is_not_remembered(receiver: Receiver, tip: Tip, at: At) -> None:
    upload = _left(receiver, tip)
    at(EVENING + timedelta(minutes=5))
    receiver.sweep()
    assert len(receiver.abandoned._looks) == 1

    receiver.remove(upload.id, tip.id)
    receiver.sweep()
    assert receiver.abandoned._looks == {}
    assert abandoned.LEFT_OVER > uploads.LASTS


# --- notice before the end


def _warn(receiver: Receiver) -> None:
    last: str | None = ""
    while last is not None:
        with receiver.database.transaction() as tx:
            last = uploads.warn_of_end(tx, after=last, limit=2)


def _notices(receiver: Receiver, tip: Tip) -> list[datetime]:
    with receiver.database.reading() as tx:
        steps = timeline.steps(tx, tip)
    return [step.values["until"] for step in steps if step.code == "evidence:expiring"]  # type: ignore[misc]


def test_the_reporter_hears_once_a_day_before_an_unfinished_file_ends(
    receiver: Receiver, tip: Tip, at: At
) -> None:
    for _ in range(3):
        _left(receiver, tip)
    end = EVENING + uploads.LASTS
    at(end - uploads.NOTICE - timedelta(minutes=1))
    _warn(receiver)
    assert _notices(receiver, tip) == []

    at(end - uploads.NOTICE + timedelta(minutes=1))
    _warn(receiver)
    _warn(receiver)
    assert _notices(receiver, tip) == [end] * 3

    at(end + timedelta(minutes=1))
    receiver.sweep()
    with receiver.database.reading() as tx:
        assert [step.code for step in timeline.steps(tx, tip)][-3:] == ["evidence:expire"] * 3
        assert custody.verify(tx) is None


def test_who_goes_on_after_the_notice_gets_a_new_one_later(receiver: Receiver, tip: Tip, at: At) -> None:
    upload = _left(receiver, tip)
    soon = EVENING + uploads.LASTS - timedelta(hours=20)
    at(soon)
    _warn(receiver)
    receiver.append(upload.id, tip.id, 10, [JPEG[10:20]])
    _warn(receiver)
    assert _notices(receiver, tip) == [EVENING + uploads.LASTS]

    at(soon + uploads.LASTS - timedelta(hours=1))
    _warn(receiver)
    assert _notices(receiver, tip) == [EVENING + uploads.LASTS, soon + uploads.LASTS]

"""When a look into a file that is still coming is begun: from memory nearly always, and never of a draft."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from storage.memory import MemoryStore
from tipline.bell import SilentBell
from tipline.db import Database, Transaction
from tipline.domain import live, outbox, tips, withdrawing
from tipline.domain.actors import SYSTEM, reporter
from tipline.domain.live import FIRST_BYTES, Live
from tipline.domain.outbox import Outbox
from tipline.domain.receiving import Receiver
from tipline.domain.tips import Tip
from tipline.domain.uploads import Announced, Upload
from tipline.services import Services, limits

MIB = 1024 * 1024
FILM = b"\x00\x00\x00\x18ftypisom" + bytes(12) + b"\x00\x01\x00\x00moov"
INDEX_LAST = b"\x00\x00\x00\x18ftypisom" + bytes(12) + b"\x7f\x00\x00\x00mdat"
PHOTO = b"\xff\xd8\xff\xe0"
SIZE = 48 * MIB


class Slow:
    """A receiver whose line is as slow as a test says."""

    def __init__(self, services: Services) -> None:
        self.services, self.bell, self.at = services, SilentBell(), 0.0
        self.receiver = Receiver(services.database, services.store, self.bell, limits(services.settings))
        self.receiver.live = Live(services.database, services.store, self.bell, lambda: self.at)

    def begin(self, tip: Tip) -> Upload:
        return self.receiver.begin(tip.id, Announced(SIZE, "cam.mp4"))

    def send(
        self, upload: Upload, head: bytes, *, pieces: int = 1, seconds: float = 1.0, before: int = 0
    ) -> None:
        """Pieces of 256 KiB, each taking its time."""

        def coming() -> object:
            for number in range(pieces):
                self.at += seconds
                piece = bytes(FIRST_BYTES)
                yield head + piece[len(head) :] if before == 0 and number == 0 else piece
            self.at += seconds
            yield b"x"

        self.receiver.append(upload.id, upload.tip_id, before, coming())  # type: ignore[arg-type]

    @property
    def rung(self) -> list[str]:
        return [kind for kind, _ in self.bell.rung]


@pytest.fixture
def tip(make_tip: Callable[..., Tip]) -> Tip:
    """A tip of the whole services: bytes need a store."""
    return make_tip()


@pytest.fixture
def slow(services: Services) -> Slow:
    return Slow(services)


def jobs(services: Services) -> list[Outbox]:
    with services.database.reading() as tx:
        return list(tx.scalars(select(Outbox).where(Outbox.kind == live.KIND)))


def end_job(services: Services) -> None:
    with services.database.transaction() as tx:
        for job in tx.scalars(select(Outbox).where(Outbox.kind == live.KIND, Outbox.state == "queued")):
            taken = outbox.take(tx, job.id)
            assert taken
            assert outbox.finish(tx, taken.id, taken.token or "")


def test_a_film_is_looked_at_as_soon_as_its_first_bytes_are_here(slow: Slow, tip: Tip) -> None:
    upload = slow.begin(tip)
    slow.send(upload, FILM, pieces=1)
    assert slow.rung == [live.KIND]
    assert [job.subject for job in jobs(slow.services)] == [upload.evidence_id]


def test_it_is_begun_once_however_many_pieces_come(slow: Slow, tip: Tip) -> None:
    slow.send(slow.begin(tip), FILM, pieces=60)
    assert len(jobs(slow.services)) == 1


def test_it_is_begun_again_when_a_further_part_has_come_and_the_last_look_is_over(
    slow: Slow, tip: Tip
) -> None:
    upload = slow.begin(tip)
    slow.send(upload, FILM, pieces=4)
    end_job(slow.services)
    slow.send(upload, FILM, pieces=2, before=4 * FIRST_BYTES + 1, seconds=9)
    assert len(jobs(slow.services)) == 1  # not a twenty-fourth part further
    slow.send(upload, FILM, pieces=8, before=6 * FIRST_BYTES + 2)
    assert len(jobs(slow.services)) == 2


def test_what_will_be_here_in_a_moment_is_not_looked_at_twice(slow: Slow, tip: Tip) -> None:
    slow.send(slow.begin(tip), FILM, pieces=40, seconds=0.01)
    assert jobs(slow.services) == []


@pytest.mark.parametrize("head", [PHOTO, INDEX_LAST, b"%PDF-1.7"], ids=["photo", "index last", "document"])
def test_nothing_is_begun_where_no_picture_can_be_had_early(slow: Slow, tip: Tip, head: bytes) -> None:
    slow.send(slow.begin(tip), head, pieces=6)
    assert jobs(slow.services) == []


def test_with_its_end_sent_ahead_a_film_with_its_index_last_is_looked_at(slow: Slow, tip: Tip) -> None:
    upload = slow.begin(tip)
    slow.send(upload, INDEX_LAST, pieces=2)
    slow.services.store.keep_tail(upload.session, io.BytesIO(b"moov"), 4)  # type: ignore[attr-defined]
    slow.receiver.live.hurry(upload.id)
    slow.send(upload, INDEX_LAST, before=2 * FIRST_BYTES + 1)
    assert len(jobs(slow.services)) == 1


def test_a_report_that_was_not_handed_in_is_not_looked_at_until_it_is(
    slow: Slow, make_tip: Callable[..., Tip]
) -> None:
    draft = make_tip(submit=False)
    upload = slow.begin(draft)
    slow.send(upload, FILM, pieces=3)
    assert jobs(slow.services) == []
    with slow.services.database.transaction() as tx:
        tips.submit(tx, tx.get_one(Tip, draft.id), SYSTEM, ack_minutes=2)
    slow.send(upload, FILM, before=3 * FIRST_BYTES + 1, seconds=live.ASK_AGAIN_S)
    assert len(jobs(slow.services)) == 1


def test_of_a_withdrawn_report_nothing_more_is_looked_at(slow: Slow, tip: Tip) -> None:
    upload = slow.begin(tip)
    with slow.services.database.transaction() as tx:
        row = tx.get_one(Tip, tip.id)
        withdrawing.withdraw(tx, reporter(row.reference), row)
    slow.send(upload, FILM, pieces=30)
    assert jobs(slow.services) == []


def test_a_store_that_shows_no_part_of_a_file_is_never_asked(
    slow: Slow, services: Services, tip: Tip
) -> None:
    hidden = Live(services.database, MemoryStore(), slow.bell, lambda: slow.at)
    passed = hidden.watch(slow.begin(tip), 0)
    slow.at += 60
    passed(SIZE // 2)
    assert jobs(services) == []


def test_between_two_looks_the_database_is_not_asked(
    slow: Slow, tip: Tip, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[float] = []
    is_wanted = live.is_wanted

    def counted(tx: Transaction, evidence_id: str) -> bool | None:
        asked.append(slow.at)
        return is_wanted(tx, evidence_id)

    monkeypatch.setattr(live, "is_wanted", counted)
    slow.send(slow.begin(tip), FILM, pieces=64, seconds=0.25)
    assert len(asked) == 4  # twice as it is begun, then each 5 s while parts pass and that look still waits


def test_a_database_that_is_away_costs_no_byte(slow: Slow, tip: Tip, monkeypatch: pytest.MonkeyPatch) -> None:
    upload = slow.begin(tip)

    def away(_tx: Transaction, _evidence_id: str) -> bool:
        raise OperationalError("select", {}, Exception("away"))

    monkeypatch.setattr(live, "is_wanted", away)
    slow.send(upload, FILM, pieces=8)
    assert slow.services.store.size(upload.session) == 8 * FIRST_BYTES + 1


def test_an_upload_that_has_ended_is_not_begun(database: Database) -> None:
    with database.transaction() as tx:
        assert live.is_wanted(tx, "gone") is None

"""Two processes, one upload: the older one can neither move the row nor change a byte that the newer one has
acknowledged, wherever it was when it was overtaken.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import storage
from storage import Store, keys
from storage.local import LocalStore
from storage.memory import MemoryStore, Shelf
from tests.domain.conftest import Ring, sent
from tests.side_by_side import side_by_side
from tipline.db import Database
from tipline.domain import evidence, running, uploads
from tipline.domain.limits import Limits
from tipline.domain.receiving import Receiver
from tipline.domain.tips import Tip
from tipline.domain.uploads import Announced, Checksum, Upload
from tipline.errors import TiplineError

HEAD = b"\xff\xd8\xff\xe0"
JPEG = HEAD + bytes(range(256)) * 40
OTHER = HEAD + bytes(reversed(range(256))) * 40  # as long, and different everywhere
LIMITS = Limits(file_bytes=10**6, tip_bytes=10**7, tip_files=1000, free_bytes=0)
Process = Callable[[], Receiver]


@pytest.fixture(params=["memory", "local"])
def host(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], Store]:
    if request.param == "local":
        return lambda: LocalStore(tmp_path / "store")
    shelf = Shelf()
    return lambda: MemoryStore(shelf)


@pytest.fixture
def process(database: Database, host: Callable[[], Store], ring: Ring) -> Process:
    """Another web process over the same database and the same store."""
    return lambda: Receiver(database, host(), ring, LIMITS)


@pytest.fixture
def tip(database: Database) -> Tip:
    with database.transaction() as tx:
        return sent(tx)


@pytest.fixture
def upload(process: Process, tip: Tip) -> Upload:
    return process().begin(tip.id, Announced(len(JPEG), "IMG_1.jpg"))


@pytest.fixture(autouse=True)
def no_courtesy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "COURTESY_S", 0.05)


def interrupted(*steps: bytes | Callable[[], object]) -> Iterator[bytes]:
    """Pieces of a slow line; a call between two of them is what happens elsewhere meanwhile."""
    for step in steps:
        if isinstance(step, bytes):
            yield step
        else:
            step()


def code_of(act: Callable[[], object]) -> str:
    with pytest.raises(TiplineError) as caught:
        act()
    return caught.value.code


def sealed(receiver: Receiver, upload: Upload) -> bytes:
    """The bytes in the store, which must be those the record speaks of."""
    with receiver.database.reading() as tx:
        row = evidence.read_evidence(tx, upload.evidence_id)
    with receiver.store.open(row.key) as reader:
        data = reader.read()
    assert row.sha256 == hashlib.sha256(data).hexdigest()
    return data


@pytest.mark.parametrize("is_asked_first", [True, False])
@pytest.mark.parametrize("late", [[], [b"late"], [JPEG[3000:]]], ids=["nothing", "a little", "all the rest"])
def test_an_old_process_cannot_change_what_the_new_one_has_acknowledged(
    process: Process, tip: Tip, upload: Upload, is_asked_first: bool, late: list[bytes]
) -> None:
    old, new = process(), process()
    sent_by_new = bytearray()

    def overtake() -> None:
        at = new.look(upload.id, tip.id).offset if is_asked_first else 0
        assert at == (3000 if is_asked_first else 0)
        sent_by_new[:] = JPEG[:at] + OTHER[at:9000]
        assert new.append(upload.id, tip.id, at, [OTHER[at:9000]]).offset == 9000

    pieces = interrupted(JPEG[:3000], overtake, *late)
    assert code_of(lambda: old.append(upload.id, tip.id, 0, pieces)) == "upload:superseded"

    assert process().look(upload.id, tip.id).offset == 9000
    assert process().append(upload.id, tip.id, 9000, [OTHER[9000:]]).state == "done"
    assert sealed(new, upload) == bytes(sent_by_new) + OTHER[9000:]


@pytest.mark.parametrize("goes_on", [False, True], ids=["its first piece", "a later piece"])
def test_an_old_process_held_up_before_its_turn_cuts_nothing_the_new_one_has_acknowledged(
    process: Process, tip: Tip, upload: Upload, monkeypatch: pytest.MonkeyPatch, goes_on: bool
) -> None:
    old, new = process(), process()
    at = 2000 if goes_on else 0
    if goes_on:
        old.append(upload.id, tip.id, 0, [JPEG[:at]])
    real = old.store.append

    def held_up(*arguments: object) -> int:
        assert new.append(upload.id, tip.id, at, [JPEG[at:9000]]).offset == 9000
        return real(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(old.store, "append", held_up)
    assert code_of(lambda: old.append(upload.id, tip.id, at, [OTHER[at:9500]])) == "upload:superseded"

    assert process().look(upload.id, tip.id).offset == 9000
    assert process().append(upload.id, tip.id, 9000, [JPEG[9000:]]).state == "done"
    assert sealed(new, upload) == JPEG


def test_a_question_at_another_process_counts_every_byte_that_came(
    process: Process, tip: Tip, upload: Upload
) -> None:
    """Else a slow phone would lose what it sent since the last time it was made durable."""
    told: list[int] = []
    pieces = interrupted(
        JPEG[:5000], lambda: told.append(process().look(upload.id, tip.id).offset), JPEG[5000:6000]
    )
    assert code_of(lambda: process().append(upload.id, tip.id, 0, pieces)) == "upload:superseded"

    assert told == [5000]
    assert process().append(upload.id, tip.id, 5000, [JPEG[5000:]]).state == "done"
    assert sealed(process(), upload) == JPEG


def test_a_process_that_was_killed_loses_nothing_it_had_written(
    process: Process, tip: Tip, upload: Upload
) -> None:
    class Killed(BaseException):
        pass

    def die() -> None:
        raise Killed

    dying = process()
    dying.running.remember = lambda *_: None  # type: ignore[method-assign]
    with pytest.raises(Killed):
        dying.append(upload.id, tip.id, 0, interrupted(JPEG[:5000], die))
    # The row knows nothing of the last bytes, as if the process had died before it could say so.
    with dying.database.transaction() as tx:
        tx.get_one(Upload, upload.id).offset = 0

    assert process().look(upload.id, tip.id).offset == 5000


def test_an_old_process_that_finishes_meanwhile_is_not_believed_by_its_own_digest(
    process: Process, tip: Tip, upload: Upload, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It sent all, then was overtaken by other bytes of the same length before it completed the object."""
    old, new = process(), process()
    real = old.store.complete
    met: list[int] = []

    def meanwhile(session: str, size: int) -> storage.Stat:
        if not met:
            met.append(1)
            store = new.store
            with new.database.transaction() as tx:
                uploads.claim(
                    tx, uploads.read_upload(tx, upload.id, tip.id), 0, uploads.mark(is_checked=False)
                )
            store.append(session, 0, [OTHER])
        return real(session, size)

    monkeypatch.setattr(old.store, "complete", meanwhile)
    assert code_of(lambda: old.append(upload.id, tip.id, 0, [JPEG])) == "upload:superseded"

    assert process().read(upload.id, tip.id).state == "done"
    assert sealed(old, upload) == OTHER


@pytest.mark.parametrize("checksum", [None, Checksum("sha256", hashlib.sha256(JPEG).digest())])
def test_bytes_that_came_too_late_are_not_acknowledged_with_a_file_that_another_finished(
    process: Process, tip: Tip, upload: Upload, checksum: Checksum | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new = process(), process()
    real = old.store.append

    def held_up(*arguments: object) -> int:
        assert new.append(upload.id, tip.id, 0, [OTHER]).state == "done"
        return real(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(old.store, "append", held_up)
    told = code_of(lambda: old.append(upload.id, tip.id, 0, [JPEG], checksum=checksum))

    assert told == "upload:offset-mismatch"
    assert old.look(upload.id, tip.id).offset == len(JPEG)
    assert sealed(old, upload) == OTHER


def test_a_failed_checksum_of_an_old_process_takes_nothing_from_the_new_one(
    process: Process, tip: Tip, upload: Upload
) -> None:
    old, new = process(), process()
    wrong = Checksum("sha256", bytes(32))

    def overtake() -> None:
        new.append(upload.id, tip.id, 0, [OTHER[:4000]])

    pieces = interrupted(JPEG[:1000], overtake)
    assert code_of(lambda: old.append(upload.id, tip.id, 0, pieces, checksum=wrong)) == "upload:superseded"
    assert new.append(upload.id, tip.id, 4000, [OTHER[4000:]]).state == "done"
    assert sealed(new, upload) == OTHER


def test_bytes_a_checksum_refused_do_not_count_when_the_next_writer_dies_at_once(
    process: Process, tip: Tip, upload: Upload, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    def die(*_: object) -> int:
        raise Killed

    first, next_one = process(), process()
    with pytest.raises(TiplineError, match="arrived damaged"):
        first.append(upload.id, tip.id, 0, [JPEG[:4000]], checksum=Checksum("sha256", bytes(32)))
    monkeypatch.setattr(next_one.store, "append", die)
    with pytest.raises(Killed):
        next_one.append(upload.id, tip.id, 0, [OTHER])

    assert process().look(upload.id, tip.id).offset == 0
    assert process().append(upload.id, tip.id, 0, [OTHER[:4000]]).offset == 4000
    # From now on bytes count as they come, for no checksum speaks of them.
    assert not process().read(upload.id, tip.id).is_checked


@pytest.mark.parametrize("fault", [storage.Unavailable("down"), storage.OutOfSpace("full")])
def test_a_question_is_answered_from_the_row_while_the_store_is_down(
    process: Process, tip: Tip, upload: Upload, fault: storage.StoreError, monkeypatch: pytest.MonkeyPatch
) -> None:
    process().append(upload.id, tip.id, 0, [JPEG[:700]])
    asked = process()

    def down(_session: str) -> int:
        raise fault

    monkeypatch.setattr(asked.store, "take_over", down)
    assert asked.look(upload.id, tip.id).offset == 700


def test_a_write_that_is_stuck_in_the_store_is_told_as_busy(
    process: Process, tip: Tip, upload: Upload, monkeypatch: pytest.MonkeyPatch
) -> None:
    process().append(upload.id, tip.id, 0, [JPEG[:700]])
    asked = process()

    def stuck(*_: object) -> int:
        raise storage.Busy("an earlier write has not ended")

    monkeypatch.setattr(asked.store, "take_over", stuck)
    monkeypatch.setattr(asked.store, "append", stuck)
    assert code_of(lambda: asked.look(upload.id, tip.id)) == "upload:busy"
    assert code_of(lambda: asked.append(upload.id, tip.id, 700, [b"x"])) == "upload:busy"


def test_a_question_of_the_process_that_took_the_last_bytes_does_not_bother_the_store(
    process: Process, tip: Tip, upload: Upload, monkeypatch: pytest.MonkeyPatch
) -> None:
    receiver = process()
    receiver.append(upload.id, tip.id, 0, [JPEG[:700]])
    asked: list[str] = []
    monkeypatch.setattr(receiver.store, "take_over", asked.append)

    assert receiver.look(upload.id, tip.id).offset == 700
    assert asked == []


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_however_processes_overtake_each_other_the_file_is_what_was_acknowledged(
    process: Process, tip: Tip, data: st.DataObject
) -> None:
    """Connections nested in each other, each over a process of its own, with bytes of its own."""
    total = 400
    upload = process().begin(tip.id, Announced(total, "IMG_1.jpg"))
    # Bytes that begin like a photo: what is drawn might look like a program, which is refused.
    process().append(upload.id, tip.id, 0, [HEAD])
    acknowledged = [HEAD]

    def connect(depth: int) -> None:
        receiver = process()
        at = receiver.look(upload.id, tip.id).offset
        acknowledged[0] = acknowledged[0][:at]
        assert len(acknowledged[0]) == at
        mine = acknowledged[0]

        def pieces() -> Iterator[bytes]:
            nonlocal mine
            for _ in range(data.draw(st.integers(0, 3))):
                piece = data.draw(st.binary(min_size=1, max_size=40))[: total - 1 - len(mine)]
                mine += piece
                yield piece
            if depth and data.draw(st.booleans()):
                # Whoever asks may count what is in the store already, though nobody has said so yet.
                acknowledged[0] = mine
                connect(depth - 1)
                yield b"late"

        try:
            receiver.append(upload.id, tip.id, at, pieces())
            acknowledged[0] = mine
        except TiplineError as fault:
            if fault.code != "upload:superseded":
                raise

    for _ in range(3):
        connect(3)
    at = process().look(upload.id, tip.id).offset
    assert at == len(acknowledged[0])
    tail = bytes(total - at)
    assert process().append(upload.id, tip.id, at, [tail]).state == "done"
    assert sealed(process(), upload) == acknowledged[0] + tail


def test_threads_of_many_processes_that_race_leave_one_whole_file(
    process: Process, tip: Tip, upload: Upload
) -> None:
    """Each goes on where it is told the upload stands, until one of them hears that it is complete."""
    done: list[str] = []

    def phone(_: int) -> None:
        receiver = process()
        for _ in range(400):
            try:
                at = receiver.look(upload.id, tip.id).offset
                step = receiver.append(
                    upload.id, tip.id, at, iter([JPEG[at : at + 70], JPEG[at + 70 : at + 300]])
                )
            except TiplineError:
                continue
            if step.state == "done":
                done.append(step.id)
                return

    side_by_side(phone, range(4))

    assert done
    assert sealed(process(), upload) == JPEG
    assert keys.original(upload.evidence_id) in [one.key for one in process().store.list("original")]


def test_a_store_that_cannot_vouch_for_untold_bytes_counts_what_was_told(
    process: Process, tip: Tip, upload: Upload, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[int] = []

    def look() -> None:
        asked = process()
        monkeypatch.setattr(asked.store, "counts_untold", False)
        told.append(asked.look(upload.id, tip.id).offset)

    pieces = interrupted(JPEG[:5000], look, b"late")
    assert code_of(lambda: process().append(upload.id, tip.id, 0, pieces)) == "upload:superseded"
    assert told == [0]


def test_who_is_held_up_before_it_cuts_what_a_checksum_refused_cuts_nothing_of_others(
    process: Process, tip: Tip, upload: Upload, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new = process(), process()
    damaged = Checksum("sha256", bytes(32))
    assert code_of(lambda: old.append(upload.id, tip.id, 0, [JPEG[:4000]], checksum=damaged)) == (
        "upload:checksum-mismatch"
    )
    real = old.store.append
    met: list[int] = []

    def held_up(*arguments: object) -> int:
        if not met:
            met.append(new.append(upload.id, tip.id, 0, [OTHER[:6000]]).offset)
        return real(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(old.store, "append", held_up)
    assert code_of(lambda: old.append(upload.id, tip.id, 0, [JPEG])) == "upload:superseded"

    assert met == [6000]
    assert process().look(upload.id, tip.id).offset == 6000
    assert process().append(upload.id, tip.id, 6000, [OTHER[6000:]]).state == "done"
    assert sealed(new, upload) == OTHER

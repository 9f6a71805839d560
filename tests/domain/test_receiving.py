"""How bytes come in: `tipline.domain.receiving`, on a real store and over many connections."""

from __future__ import annotations

import hashlib
import queue
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

import storage
from storage import keys
from tipline.bell import SilentBell
from tipline.domain import clock, custody, evidence, running
from tipline.domain.evidence import Evidence
from tipline.domain.receiving import Receiver
from tipline.domain.tips import Tip
from tipline.domain.uploads import Announced, Upload
from tipline.errors import TiplineError
from tipline.services import Services, limits

PHOTO = b"\xff\xd8\xff\xe0" + bytes(range(256)) * 40
PLAYLIST = b"#EXTM3U\nfile:///etc/passwd\n"


@pytest.fixture
def receiver(services: Services) -> Receiver:
    return services.receiver


@pytest.fixture
def tip(make_tip: Callable[..., Tip]) -> Tip:
    """A tip of the whole services: bytes need a store."""
    return make_tip()


def begin(receiver: Receiver, tip: Tip, data: bytes = PHOTO) -> Upload:
    return receiver.begin(tip.id, Announced(len(data), "a.jpg"))


def restarted(services: Services) -> Receiver:
    """A process that remembers nothing."""
    return Receiver(services.database, services.store, SilentBell(), limits(services.settings))


def kept(services: Services, upload: Upload) -> Evidence:
    with services.database.reading() as tx:
        return evidence.read_evidence(tx, upload.evidence_id)


def bytes_of(services: Services, upload: Upload) -> bytes:
    with services.store.open(keys.original(upload.evidence_id)) as reader:
        return reader.read()


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


class Line:
    """A connection whose pieces a test sends one by one; it hangs in between like a slow phone."""

    def __init__(self, receiver: Receiver, upload: Upload, tip: Tip, offset: int = 0) -> None:
        self._pieces: queue.Queue[bytes | None] = queue.Queue()
        self._taken: queue.Queue[bool] = queue.Queue()
        self.fault: BaseException | None = None
        self._thread = threading.Thread(target=self._run, args=(receiver, upload, tip, offset), daemon=True)
        self._thread.start()

    def _run(self, receiver: Receiver, upload: Upload, tip: Tip, offset: int) -> None:
        try:
            receiver.append(upload.id, tip.id, offset, self._arriving())
        except BaseException as fault:
            self.fault = fault

    def _arriving(self) -> Iterator[bytes]:
        while True:
            self._taken.put(True)
            piece = self._pieces.get()
            if piece is None:
                return
            yield piece

    def send(self, piece: bytes) -> None:
        """Hand a piece over, once the one before has been written."""
        self._taken.get(timeout=10)
        self._pieces.put(piece)

    def settle(self) -> None:
        """Wait until everything handed over has been written."""
        self._taken.get(timeout=10)
        self._taken.put(True)

    def end(self) -> None:
        self._pieces.put(None)
        self._thread.join(10)
        assert not self._thread.is_alive()


def test_a_newer_connection_takes_over_from_one_that_hangs(
    receiver: Receiver, services: Services, tip: Tip, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "COURTESY_S", 0.05)
    upload = begin(receiver, tip)
    old = Line(receiver, upload, tip)
    old.send(PHOTO[:1000])
    old.settle()

    at = receiver.look(upload.id, tip.id).offset
    assert at == 1000
    done = receiver.append(upload.id, tip.id, at, [PHOTO[at:]])
    old.send(b"late bytes")
    old.end()

    assert done.state == "done"
    assert isinstance(old.fault, TiplineError)
    assert old.fault.code == "upload:superseded"
    assert bytes_of(services, upload) == PHOTO
    assert kept(services, upload).sha256 == sha256(PHOTO)


def test_a_connection_that_still_moves_says_how_far_it_came_before_it_stops(
    receiver: Receiver, tip: Tip, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = begin(receiver, tip)
    old = Line(receiver, upload, tip)
    old.send(PHOTO[:1000])
    old.settle()
    waited_for: list[float | None] = []

    class MovesOnceAskedToStop(threading.Event):
        def wait(self, timeout: float | None = None) -> bool:
            old.send(PHOTO[1000:2000])
            waited_for.append(timeout)
            return super().wait()

    (writer,) = receiver.running._writers.values()
    monkeypatch.setattr(writer, "_gone", MovesOnceAskedToStop())

    assert receiver.look(upload.id, tip.id).offset == 1000
    assert waited_for == [running.COURTESY_S]
    old.end()


def test_a_digest_is_not_trusted_once_somebody_else_wrote(
    receiver: Receiver, services: Services, tip: Tip
) -> None:
    upload = begin(receiver, tip)
    other = restarted(services)
    receiver.append(upload.id, tip.id, 0, [bytes(100)])
    # Another process goes back over the same stretch with other bytes, as only a liar would.
    with services.database.transaction() as tx:
        tx.get_one(Upload, upload.id).offset = 0
    other.append(upload.id, tip.id, 0, [PHOTO[:100]])

    receiver.append(upload.id, tip.id, 100, [PHOTO[100:]])

    assert kept(services, upload).sha256 == sha256(bytes_of(services, upload)) == sha256(PHOTO)


def test_a_piece_at_the_wrong_place_is_refused(receiver: Receiver, tip: Tip) -> None:
    upload = begin(receiver, tip)
    receiver.append(upload.id, tip.id, 0, [PHOTO[:10]])

    for offset in (0, 9, 11):
        with pytest.raises(TiplineError, match="goes on at another place"):
            receiver.append(upload.id, tip.id, offset, [b"x"])


def test_a_store_that_lost_bytes_is_asked_from_where_it_stands(
    receiver: Receiver, services: Services, tip: Tip
) -> None:
    upload = begin(receiver, tip)
    receiver.append(upload.id, tip.id, 0, [PHOTO[:500]])
    services.store.append(upload.session, 200, ())

    with pytest.raises(TiplineError, match="goes on at another place"):
        receiver.append(upload.id, tip.id, 500, [PHOTO[500:]])
    assert receiver.look(upload.id, tip.id).offset == 200

    receiver.append(upload.id, tip.id, 200, [PHOTO[200:]])
    assert kept(services, upload).sha256 == sha256(PHOTO)


def test_a_file_of_unknown_length_is_as_long_as_what_came(
    receiver: Receiver, services: Services, tip: Tip
) -> None:
    upload = receiver.take(tip.id, Announced(10**6, "a.jpg"), iter([PHOTO[:100], PHOTO[100:]]))

    row = kept(services, upload)
    assert (upload.state, row.size, row.sha256) == ("done", len(PHOTO), sha256(PHOTO))
    assert bytes_of(services, upload) == PHOTO


def test_a_whole_file_that_breaks_off_leaves_nothing(
    receiver: Receiver, services: Services, tip: Tip
) -> None:
    def breaking() -> Iterator[bytes]:
        yield PHOTO[:100]
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        receiver.take(tip.id, Announced(10**6, "a.jpg"), breaking())
    with pytest.raises(TiplineError, match="More bytes came"):
        receiver.take(tip.id, Announced(50, "a.jpg"), iter([PHOTO[:40], PHOTO[40:]]))

    with services.database.reading() as tx:
        assert evidence.list_of_tip(tx, tip) == []
    assert list(services.store.list_sessions(clock.now() + timedelta(days=1))) == []


def test_the_same_moment_says_received_seals_and_rings(
    receiver: Receiver, services: Services, bell: SilentBell, tip: Tip
) -> None:
    upload = begin(receiver, tip)
    receiver.append(upload.id, tip.id, 0, [PHOTO])

    row = kept(services, upload)
    assert (row.state, row.kind, row.sha256) == ("received", "photo", sha256(PHOTO))
    assert [kind for kind, _ in bell.rung] == ["evidence.derive"]
    with services.database.reading() as tx:
        entry = custody.list_of(tx, subject=f"evidence:{row.id}")[-1]
        assert (entry.action, entry.facts()["sha256"]) == ("evidence:receive", sha256(PHOTO))
    assert list(services.store.list_sessions(clock.now() + timedelta(days=1))) == []


def test_a_process_that_died_before_saying_received_is_made_good_by_the_sweep(
    receiver: Receiver, services: Services, tip: Tip, later: Callable[..., None]
) -> None:
    whole, completed = begin(receiver, tip), begin(receiver, tip)
    for upload in (whole, completed):
        services.store.append(upload.session, 0, [PHOTO])
    services.store.complete(completed.session, len(PHOTO))
    services.store.abort(completed.session)

    later(minutes=5)
    restarted(services).sweep()

    for upload in (whole, completed):
        assert (kept(services, upload).state, kept(services, upload).sha256) == ("received", sha256(PHOTO))


def test_going_on_with_an_upload_that_was_completed_meanwhile_finishes_it(
    receiver: Receiver, services: Services, tip: Tip
) -> None:
    upload = begin(receiver, tip)
    receiver.append(upload.id, tip.id, 0, [PHOTO[:100]])
    services.store.append(upload.session, 100, [PHOTO[100:]])
    services.store.complete(upload.session, len(PHOTO))
    services.store.abort(upload.session)

    # Nobody has compared these bytes with those that are there already; the next question tells.
    with pytest.raises(TiplineError) as caught:
        receiver.append(upload.id, tip.id, 100, [PHOTO[100:]])
    assert caught.value.code == "upload:offset-mismatch"
    assert receiver.look(upload.id, tip.id).state == "done"
    assert kept(services, upload).sha256 == sha256(PHOTO)


def test_what_is_refused_is_deleted_and_stays_in_the_log(
    receiver: Receiver, services: Services, tip: Tip
) -> None:
    upload = begin(receiver, tip, PLAYLIST)
    with pytest.raises(TiplineError, match="This is not footage"):
        receiver.append(upload.id, tip.id, 0, [PLAYLIST])

    with pytest.raises(storage.Missing):
        services.store.stat(keys.original(upload.evidence_id))
    with services.database.reading() as tx:
        assert custody.list_of(tx, tip=tip.reference)[-1].action == "evidence:refuse"
        assert evidence.list_of_tip(tx, tip) == []


def test_a_full_disk_keeps_what_arrived_and_the_file_goes_on_later(
    receiver: Receiver, services: Services, tip: Tip, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = begin(receiver, tip)
    receiver.append(upload.id, tip.id, 0, [PHOTO[:100]])

    def full(*_args: object) -> int:
        raise storage.OutOfSpace("no space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(type(services.store), "append", full)
        with pytest.raises(TiplineError, match="no room for this file"):
            receiver.append(upload.id, tip.id, 100, [PHOTO[100:]])

    assert receiver.look(upload.id, tip.id).offset == 100
    receiver.append(upload.id, tip.id, 100, [PHOTO[100:]])
    assert kept(services, upload).sha256 == sha256(PHOTO)


def test_a_file_that_finds_no_room_leaves_no_session_behind(
    receiver: Receiver, services: Services, make_tip: Callable[..., Tip], monkeypatch: pytest.MonkeyPatch
) -> None:
    tip = make_tip()
    answers = iter([None, TiplineError("tip:too-many-files", limit=1)])

    def full_at_second_look(*_args: object) -> None:
        if fault := next(answers):
            raise fault

    monkeypatch.setattr("tipline.domain.room.require", full_at_second_look)
    with pytest.raises(TiplineError, match="A tip takes"):
        begin(receiver, tip)

    assert list(services.store.list_sessions(clock.now() + timedelta(days=1))) == []


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """`later(minutes=5)`: from now on it is that much later."""

    def move(**span: int) -> None:
        moment = clock.now() + timedelta(**span)
        monkeypatch.setattr(clock, "now", lambda: moment)

    return move

"""Files in any number of pieces, checksums, refusals and the sweep: `tipline.domain.receiving`."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import storage
from storage import keys
from storage.base import OnDurable, OnTurn
from storage.memory import MemoryStore
from tests.domain.conftest import EVENING, Ring, sent
from tipline.db import Database
from tipline.domain import clock, custody, evidence, outbox, uploads
from tipline.domain.evidence import Evidence
from tipline.domain.limits import Limits
from tipline.domain.receiving import Receiver
from tipline.domain.tips import Tip
from tipline.domain.uploads import Announced, Checksum, Upload
from tipline.errors import TiplineError

JPEG = b"\xff\xd8\xff\xe0" + bytes(range(256)) * 40
PLAYLIST = b"#EXTM3U\nhttp://example.test/a.ts\n"
LIMITS = Limits(file_bytes=10**6, tip_bytes=10**7, tip_files=1000, free_bytes=0)


class ShakyStore(MemoryStore):
    """A store that breaks, fills up or loses its session when told to, once."""

    def __init__(self) -> None:
        super().__init__()
        self.breaks: dict[str, Exception] = {}

    def _break(self, where: str) -> None:
        fault = self.breaks.pop(where, None)
        if fault:
            raise fault

    def begin(self, key: str) -> str:
        self._break("begin")
        return super().begin(key)

    def append(
        self, session: str, offset: int, pieces: Iterable[bytes], on_durable: OnDurable | None = None,
        on_turn: OnTurn | None = None,
    ) -> int:  # fmt: skip
        self._break("append")
        return super().append(session, offset, pieces, on_durable, on_turn)

    def complete(self, session: str, size: int) -> storage.Stat:
        self._break("complete")
        stat = super().complete(session, size)
        self._break("completed")
        return stat

    @property
    def sessions(self) -> list[str]:
        return [one.text for one in self.list_sessions(datetime.max.replace(tzinfo=EVENING.tzinfo))]

    def kept(self) -> list[str]:
        return [one.key for one in self.list("")]


@pytest.fixture
def store() -> ShakyStore:
    return ShakyStore()


@pytest.fixture
def receiver(database: Database, store: ShakyStore, ring: Ring) -> Receiver:
    return Receiver(database, store, ring, LIMITS)


@pytest.fixture
def tip(database: Database) -> Tip:
    with database.transaction() as tx:
        return sent(tx)


def _begin(receiver: Receiver, tip: Tip, data: bytes = JPEG, name: str = "IMG_1.jpg") -> Upload:
    return receiver.begin(tip.id, Announced(len(data), name))


def _row(receiver: Receiver, upload: Upload) -> Evidence | None:
    with receiver.database.reading() as tx:
        return tx.get(Evidence, upload.evidence_id)


def _code(act: Callable[[], object]) -> str:
    with pytest.raises(TiplineError) as caught:
        act()
    return caught.value.code


def _hang_up(*pieces: bytes) -> Iterator[bytes]:
    """A phone that loses its connection after these pieces."""
    yield from pieces
    raise ConnectionResetError("the phone is gone")


# --- the plain way


def test_a_file_in_one_piece_becomes_evidence_custody_and_a_job(
    receiver: Receiver, tip: Tip, ring: Ring
) -> None:
    upload = receiver.append(_begin(receiver, tip).id, tip.id, 0, [JPEG])

    assert (upload.state, upload.offset) == ("done", len(JPEG))
    row = _row(receiver, upload)
    assert row is not None
    assert (row.state, row.kind, row.sha256) == ("received", "photo", hashlib.sha256(JPEG).hexdigest())
    with receiver.store.open(row.key) as reader:
        assert reader.read() == JPEG
    with receiver.database.reading() as tx:
        acts = [one.action for one in custody.list_of(tx, subject=f"evidence:{row.id}")]
        assert acts == ["evidence:receive"]
        assert outbox.counts(tx) == {"queued": 1}
    assert [kind for kind, _ in ring.rung] == ["evidence.derive"]
    assert receiver.store.sessions == []


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cuts=st.lists(st.integers(0, len(JPEG)), max_size=8), breaks=st.data())
def test_however_a_file_is_cut_and_broken_off_the_bytes_and_the_digest_are_right(
    receiver: Receiver, tip: Tip, cuts: list[int], breaks: st.DataObject
) -> None:
    upload = _begin(receiver, tip)
    offset = 0
    for stop in [*sorted(cuts), len(JPEG)]:
        part = JPEG[offset:stop]
        if part and breaks.draw(st.booleans()):
            kept = breaks.draw(st.integers(0, len(part) - 1))
            with pytest.raises(ConnectionResetError):
                receiver.append(upload.id, tip.id, offset, _hang_up(part[:kept]))
            assert receiver.look(upload.id, tip.id).offset == offset + kept
            part, offset = part[kept:], offset + kept
        if breaks.draw(st.booleans()):
            receiver.running.forget(upload.id)  # another process goes on, which saw none of the bytes before
        upload = receiver.append(upload.id, tip.id, offset, [part])
        offset += len(part)
    row = _row(receiver, upload)
    assert row is not None
    assert row.sha256 == hashlib.sha256(JPEG).hexdigest()
    with receiver.store.open(row.key) as reader:
        assert reader.read() == JPEG


def test_the_last_offset_is_told_together_with_the_evidence(receiver: Receiver, tip: Tip) -> None:
    upload = _begin(receiver, tip)
    receiver.append(upload.id, tip.id, 0, [JPEG[:-1]])
    receiver.store.breaks["complete"] = storage.Unavailable("down")

    assert (
        _code(lambda: receiver.append(upload.id, tip.id, len(JPEG) - 1, [JPEG[-1:]])) == "service:store-down"
    )
    seen = receiver.read(upload.id, tip.id)
    assert (seen.state, seen.offset) == ("active", len(JPEG) - 1)
    assert receiver.append(upload.id, tip.id, seen.offset, [JPEG[-1:]]).state == "done"


def test_a_question_finishes_what_arrived_whole_and_could_not_be_said_so(
    receiver: Receiver, tip: Tip
) -> None:
    upload = _begin(receiver, tip)
    receiver.store.breaks["complete"] = storage.Unavailable("down")
    assert _code(lambda: receiver.append(upload.id, tip.id, 0, [JPEG])) == "service:store-down"

    assert receiver.look(upload.id, tip.id).state == "done"


def test_a_sender_who_did_not_hear_the_end_may_ask_again(receiver: Receiver, tip: Tip) -> None:
    upload = _begin(receiver, tip)
    receiver.append(upload.id, tip.id, 0, [JPEG])

    assert receiver.append(upload.id, tip.id, len(JPEG), []).state == "done"
    assert _code(lambda: receiver.append(upload.id, tip.id, 0, [JPEG])) == "upload:offset-mismatch"


# --- what is not taken


def test_bytes_at_another_offset_are_refused(receiver: Receiver, tip: Tip) -> None:
    upload = _begin(receiver, tip)
    receiver.append(upload.id, tip.id, 0, [JPEG[:100]])

    for offset in (0, 50, 101):
        assert (
            _code(lambda at=offset: receiver.append(upload.id, tip.id, at, [b"x"]))
            == "upload:offset-mismatch"
        )
    assert receiver.look(upload.id, tip.id).offset == 100


def test_more_than_was_announced_is_refused_and_what_came_before_is_kept(
    receiver: Receiver, tip: Tip
) -> None:
    upload = _begin(receiver, tip)
    pieces = [JPEG[:-10], JPEG[-10:] + b"too much"]

    assert _code(lambda: receiver.append(upload.id, tip.id, 0, pieces)) == "upload:too-much"
    assert receiver.look(upload.id, tip.id).offset == len(JPEG) - 10


def test_what_is_no_footage_is_refused_and_nothing_of_it_stays(
    receiver: Receiver, tip: Tip, ring: Ring
) -> None:
    upload = _begin(receiver, tip, PLAYLIST, "film.mp4")

    assert _code(lambda: receiver.append(upload.id, tip.id, 0, [PLAYLIST])) == "evidence:refused"
    assert _row(receiver, upload) is None
    assert receiver.store.kept() == []
    assert receiver.store.sessions == []
    assert ring.rung == []
    assert _code(lambda: receiver.look(upload.id, tip.id)) == "evidence:refused"
    with receiver.database.reading() as tx:
        entry = custody.list_of(tx, subject=f"evidence:{upload.evidence_id}")[-1]
        assert (entry.action, entry.facts()["code"]) == ("evidence:refuse", "media:playlist")


def test_an_upload_is_nobody_elses(receiver: Receiver, tip: Tip, database: Database) -> None:
    upload = _begin(receiver, tip)
    with database.transaction() as tx:
        stranger = sent(tx)

    for act in (receiver.look, receiver.read, receiver.remove):
        assert _code(lambda act=act: act(upload.id, stranger.id)) == "upload:not-found"
    assert _code(lambda: receiver.append(upload.id, stranger.id, 0, [JPEG])) == "upload:not-found"
    assert _code(lambda: receiver.look("nothing", tip.id)) == "upload:not-found"


def test_a_wrong_digest_or_no_room_leaves_nothing_behind(receiver: Receiver, tip: Tip) -> None:
    assert _code(lambda: receiver.begin(tip.id, Announced(10, "a", sha256="zz"))) == "evidence:digest-unclear"
    assert _code(lambda: receiver.begin(tip.id, Announced(10**6 + 1, "a"))) == "upload:too-large"
    assert receiver.store.sessions == []
    with receiver.database.reading() as tx:
        assert evidence.list_of_tip(tx, tx.merge(tip)) == []


# --- checksums


def test_a_piece_that_fits_its_checksum_counts(receiver: Receiver, tip: Tip) -> None:
    upload = _begin(receiver, tip)
    half = len(JPEG) // 2
    for part in (slice(0, half), slice(half, None)):
        digest = hashlib.sha256(JPEG[part]).digest()
        upload = receiver.append(
            upload.id, tip.id, part.start, [JPEG[part]], checksum=Checksum("sha256", digest)
        )

    assert upload.state == "done"
    row = _row(receiver, upload)
    assert row is not None
    assert row.sha256 == hashlib.sha256(JPEG).hexdigest()


@pytest.mark.parametrize("start", [0, 100])
def test_a_damaged_piece_counts_for_nothing_not_even_for_the_sweep(
    receiver: Receiver, tip: Tip, start: int, at: Callable[[datetime], None]
) -> None:
    at(EVENING)
    upload = _begin(receiver, tip)
    if start:
        receiver.append(upload.id, tip.id, 0, [JPEG[:start]])
    damaged = bytes([JPEG[start] ^ 1]) + JPEG[start + 1 :]
    digest = hashlib.sha256(JPEG[start:]).digest()

    def send(data: bytes) -> Upload:
        return receiver.append(upload.id, tip.id, start, [data], checksum=Checksum("sha256", digest))

    assert _code(lambda: send(damaged)) == "upload:checksum-mismatch"
    at(EVENING + timedelta(minutes=10))
    receiver.sweep()
    assert receiver.look(upload.id, tip.id).offset == start
    done = send(JPEG[start:])
    row = _row(receiver, done)
    assert row is not None
    assert row.sha256 == hashlib.sha256(JPEG).hexdigest()


def test_who_goes_on_unchecked_hears_how_much_is_left_when_the_store_lost_a_checked_piece(
    receiver: Receiver, tip: Tip, store: ShakyStore
) -> None:
    upload = _begin(receiver, tip)
    digest = hashlib.sha256(JPEG[:500]).digest()
    receiver.append(upload.id, tip.id, 0, [JPEG[:500]], checksum=Checksum("sha256", digest))
    store.append(upload.session, 200, [])

    assert _code(lambda: receiver.append(upload.id, tip.id, 500, [JPEG[500:]])) == "upload:offset-mismatch"
    assert receiver.read(upload.id, tip.id).offset == 200
    assert receiver.append(upload.id, tip.id, 200, [JPEG[200:]]).state == "done"


def test_a_checked_piece_that_breaks_off_counts_for_nothing(receiver: Receiver, tip: Tip) -> None:
    upload = _begin(receiver, tip)
    digest = hashlib.sha256(JPEG).digest()
    with pytest.raises(ConnectionResetError):
        receiver.append(upload.id, tip.id, 0, _hang_up(JPEG[:500]), checksum=Checksum("sha256", digest))

    assert receiver.look(upload.id, tip.id).offset == 0


# --- taking over


def test_a_connection_of_another_process_cannot_move_the_offset_any_more(
    receiver: Receiver, tip: Tip, database: Database, store: ShakyStore, ring: Ring
) -> None:
    upload = _begin(receiver, tip)
    elsewhere = Receiver(database, store, ring, LIMITS)
    outcome: list[Upload] = []

    def overtaken() -> Iterator[bytes]:
        yield JPEG[:100]
        outcome.append(elsewhere.append(upload.id, tip.id, 0, [JPEG[:50]]))

    assert _code(lambda: receiver.append(upload.id, tip.id, 0, overtaken())) == "upload:superseded"
    assert outcome[0].offset == 50
    assert receiver.look(upload.id, tip.id).offset == 50


# --- a store that fails


@pytest.mark.parametrize(
    ("fault", "code"),
    [(storage.OutOfSpace("full"), "service:disk-full"), (storage.Unavailable("down"), "service:store-down")],
)
@pytest.mark.parametrize("where", ["begin", "append", "complete"])
def test_a_store_that_fails_is_told_in_our_words_and_the_upload_goes_on(
    receiver: Receiver, tip: Tip, store: ShakyStore, where: str, fault: Exception, code: str
) -> None:
    store.breaks[where] = fault
    if where == "begin":
        assert _code(lambda: _begin(receiver, tip)) == code
        upload = _begin(receiver, tip)
    else:
        upload = _begin(receiver, tip)
        assert _code(lambda: receiver.append(upload.id, tip.id, 0, [JPEG])) == code
    offset = receiver.look(upload.id, tip.id).offset

    assert receiver.append(upload.id, tip.id, offset, [JPEG[offset:]]).state == "done"


# --- a process that died, and the sweep


def test_a_file_that_arrived_whole_before_the_process_died_is_finished_by_the_sweep(
    receiver: Receiver, tip: Tip, store: ShakyStore, at: Callable[[datetime], None]
) -> None:
    at(EVENING)
    before, after = _begin(receiver, tip), _begin(receiver, tip)
    # Died with all bytes in the session, and with the object in its place: both before the row was written.
    store.append(before.session, 0, [JPEG])
    store.append(after.session, 0, [JPEG])
    store.complete(after.session, len(JPEG))
    receiver.sweep()
    assert receiver.look(before.id, tip.id).state == "active"  # perhaps somebody is still at it

    at(EVENING + uploads.IDLE + timedelta(seconds=1))
    receiver.sweep()
    for upload in (before, after):
        assert receiver.look(upload.id, tip.id).state == "done"
        row = _row(receiver, upload)
        assert row is not None
        assert row.sha256 == hashlib.sha256(JPEG).hexdigest()


def test_a_process_that_died_after_the_object_stood_loses_nothing_to_the_next_try(
    receiver: Receiver, tip: Tip, store: ShakyStore
) -> None:
    upload = _begin(receiver, tip)
    store.breaks["completed"] = RuntimeError("killed")
    with pytest.raises(RuntimeError):
        receiver.append(upload.id, tip.id, 0, [JPEG])

    assert receiver.append(upload.id, tip.id, receiver.look(upload.id, tip.id).offset, [JPEG]).state == "done"


def test_an_upload_nobody_finished_expires_with_its_bytes(
    receiver: Receiver, tip: Tip, at: Callable[[datetime], None]
) -> None:
    at(EVENING)
    upload = _begin(receiver, tip)
    receiver.append(upload.id, tip.id, 0, [JPEG[:100]])
    at(EVENING + uploads.LASTS - timedelta(minutes=1))
    receiver.sweep()
    assert receiver.look(upload.id, tip.id).state == "active"

    at(EVENING + uploads.LASTS + timedelta(minutes=1))
    receiver.sweep()
    assert _code(lambda: receiver.look(upload.id, tip.id)) == "upload:expired"
    row = _row(receiver, upload)
    assert row is not None
    assert row.state == "expired"
    assert receiver.store.sessions == []


def test_many_abandoned_uploads_do_not_hide_one_that_is_whole(
    receiver: Receiver, tip: Tip, store: ShakyStore, at: Callable[[datetime], None]
) -> None:
    at(EVENING)
    begun = [_begin(receiver, tip) for _ in range(205)]
    whole = max(begun, key=lambda upload: upload.id)  # the last that the sweep comes to
    store.append(whole.session, 0, [JPEG])
    at(EVENING + timedelta(minutes=5))
    receiver.sweep()

    assert receiver.look(whole.id, tip.id).state == "done"


def test_the_sweep_refuses_what_is_no_footage_too(
    receiver: Receiver, tip: Tip, store: ShakyStore, at: Callable[[datetime], None]
) -> None:
    at(EVENING)
    upload = _begin(receiver, tip, PLAYLIST)
    store.append(upload.session, 0, [PLAYLIST])
    at(EVENING + timedelta(minutes=5))
    receiver.sweep()

    assert _code(lambda: receiver.look(upload.id, tip.id)) == "evidence:refused"
    assert store.kept() == []


# --- taking back


def test_a_file_taken_back_is_gone_with_its_bytes(receiver: Receiver, tip: Tip) -> None:
    upload = _begin(receiver, tip)
    receiver.append(upload.id, tip.id, 0, [JPEG[:100]])
    receiver.remove(upload.id, tip.id)

    assert _code(lambda: receiver.look(upload.id, tip.id)) == "upload:not-found"
    assert _row(receiver, upload) is None
    assert receiver.store.sessions == []


def test_bytes_taken_back_are_gone_even_if_their_object_stood_already(
    receiver: Receiver, store: ShakyStore, tip: Tip
) -> None:
    upload = _begin(receiver, tip)
    store.breaks["completed"] = storage.Unavailable("no answer")
    assert _code(lambda: receiver.append(upload.id, tip.id, 0, [JPEG])) == "service:store-down"
    assert store.kept() != []
    receiver.remove(upload.id, tip.id)

    assert store.kept() == []


def test_sessions_nobody_goes_on_with_are_dropped_when_they_are_old(
    receiver: Receiver, store: ShakyStore, tip: Tip, at: Callable[[datetime], None]
) -> None:
    upload = _begin(receiver, tip)
    store.begin(keys.original(evidence.new_id()))
    store.begin(keys.rendition(upload.evidence_id, "sheet.webp"))
    receiver.forget_leftovers()
    assert len(store.sessions) == 3

    at(clock.now() + timedelta(days=9))
    receiver.forget_leftovers()
    assert store.sessions == [upload.session]


def test_a_file_that_has_arrived_cannot_be_taken_back(receiver: Receiver, tip: Tip) -> None:
    upload = _begin(receiver, tip)
    receiver.append(upload.id, tip.id, 0, [JPEG])

    assert _code(lambda: receiver.remove(upload.id, tip.id)) == "upload:received"
    assert receiver.store.kept() == [keys.original(upload.evidence_id)]


# --- whole files of unknown length, as plain forms send them


def test_a_whole_file_of_unknown_length_is_taken(receiver: Receiver, tip: Tip) -> None:
    upload = receiver.take(tip.id, Announced(LIMITS.file_bytes, "IMG_1.jpg"), [JPEG[:700], JPEG[700:]])

    assert (upload.state, upload.length) == ("done", len(JPEG))
    row = _row(receiver, upload)
    assert row is not None
    assert (row.size, row.sha256) == (len(JPEG), hashlib.sha256(JPEG).hexdigest())


@pytest.mark.parametrize(
    ("pieces", "code"),
    [([], "evidence:empty"), ([b"x" * 1001], "upload:too-much"), ([PLAYLIST], "evidence:refused")],
)
def test_a_whole_file_that_cannot_be_taken_leaves_nothing(
    receiver: Receiver, tip: Tip, pieces: list[bytes], code: str
) -> None:
    assert _code(lambda: receiver.take(tip.id, Announced(1000, "a.mp4"), pieces)) == code
    assert receiver.store.kept() == []
    assert receiver.store.sessions == []
    with receiver.database.reading() as tx:
        assert evidence.list_of_tip(tx, tx.merge(tip)) == []

"""An upload whose bytes the store has lost begins anew by itself: `Receiver._without_session`."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import storage
from storage import keys
from storage.memory import MemoryStore
from tests.domain.conftest import Ring, sent
from tipline.db import Database
from tipline.domain import custody, evidence, timeline, uploads
from tipline.domain.limits import Limits
from tipline.domain.receiving import Receiver
from tipline.domain.tips import Tip
from tipline.domain.uploads import Announced, Upload
from tipline.errors import TiplineError

JPEG = b"\xff\xd8\xff\xe0" + bytes(range(256)) * 40
DIGEST = "ab" * 32
LIMITS = Limits(file_bytes=10**6, tip_bytes=10**7, tip_files=1000, free_bytes=0)


class Forgetful(MemoryStore):
    """A store that can seem to have lost a session for one call."""

    seems_gone = False

    def append(self, *arguments: object, **named: object) -> int:
        if self.seems_gone:
            raise storage.SessionGone("so it seems")
        return super().append(*arguments, **named)  # type: ignore[arg-type]


@pytest.fixture
def store() -> Forgetful:
    return Forgetful()


@pytest.fixture
def receiver(database: Database, store: Forgetful, ring: Ring) -> Receiver:
    return Receiver(database, store, ring, LIMITS)


@pytest.fixture
def tip(database: Database) -> Tip:
    with database.transaction() as tx:
        return sent(tx)


@pytest.fixture
def upload(receiver: Receiver, tip: Tip) -> Upload:
    """Half of it is here."""
    begun = receiver.begin(tip.id, Announced(len(JPEG), "IMG_1.jpg", sha256=DIGEST))
    return receiver.append(begun.id, tip.id, 0, [JPEG[:5000]])


def _code(act: Callable[[], object]) -> str:
    with pytest.raises(TiplineError) as caught:
        act()
    return caught.value.code


def _restarts(receiver: Receiver, upload: Upload) -> list[dict[str, object]]:
    with receiver.database.reading() as tx:
        entries = custody.list_of(tx, subject=f"evidence:{upload.evidence_id}")
        return [one.facts() for one in entries if one.action == "evidence:restart"]


def test_a_lost_upload_begins_anew_under_its_own_address(
    receiver: Receiver, store: Forgetful, tip: Tip, upload: Upload
) -> None:
    store.abort(upload.session)

    assert _code(lambda: receiver.append(upload.id, tip.id, 5000, [JPEG[5000:]])) == "upload:offset-mismatch"
    anew = receiver.look(upload.id, tip.id)
    assert (anew.state, anew.offset) == ("active", 0)
    assert anew.session != upload.session

    assert receiver.append(upload.id, tip.id, 0, [JPEG]).state == "done"
    with receiver.database.reading() as tx:
        row = evidence.read_evidence(tx, upload.evidence_id)
    assert row.client_sha256 == DIGEST
    with store.open(row.key) as reader:
        assert reader.read() == JPEG


def test_a_question_after_a_restart_is_enough(
    receiver: Receiver, store: Forgetful, tip: Tip, upload: Upload
) -> None:
    store.abort(upload.session)
    restarted = Receiver(receiver.database, store, receiver.ring, LIMITS)

    assert restarted.look(upload.id, tip.id).offset == 0


def test_the_log_says_how_much_was_lost_and_the_reporter_is_told(
    receiver: Receiver, store: Forgetful, tip: Tip, upload: Upload
) -> None:
    store.abort(upload.session)
    _code(lambda: receiver.append(upload.id, tip.id, 5000, [b"x"]))

    assert _restarts(receiver, upload) == [{"number": 1, "had": 5000}]
    with receiver.database.reading() as tx:
        assert "evidence:restart" in [step.code for step in timeline.steps(tx, tip)]


def test_a_store_that_goes_on_losing_bytes_does_not_keep_a_phone_busy_for_ever(
    receiver: Receiver, store: Forgetful, tip: Tip, upload: Upload
) -> None:
    answers = []
    for _ in range(uploads.MOST_RESTARTS + 1):
        store.abort(receiver.read(upload.id, tip.id).session)
        at = receiver.read(upload.id, tip.id).offset
        answers.append(_code(lambda at=at: receiver.append(upload.id, tip.id, at, [b"x"])))

    assert answers == ["upload:offset-mismatch"] * uploads.MOST_RESTARTS + ["upload:not-found"]
    assert len(_restarts(receiver, upload)) == uploads.MOST_RESTARTS


def test_nothing_is_given_up_for_a_session_that_only_seemed_to_be_gone(
    receiver: Receiver, store: Forgetful, tip: Tip, upload: Upload
) -> None:
    store.seems_gone = True
    assert _code(lambda: receiver.append(upload.id, tip.id, 5000, [JPEG[5000:]])) == "service:store-down"

    store.seems_gone = False
    assert receiver.append(upload.id, tip.id, 5000, [JPEG[5000:]]).state == "done"
    assert _restarts(receiver, upload) == []


def test_an_upload_taken_back_meanwhile_does_not_begin_anew(
    receiver: Receiver, store: Forgetful, tip: Tip, upload: Upload
) -> None:
    def taken_back() -> object:
        yield JPEG[5000:6000]
        receiver.remove(upload.id, tip.id)
        store.abort(upload.session)
        raise storage.SessionGone("it was taken back")

    elsewhere = Receiver(receiver.database, store, receiver.ring, LIMITS)
    assert _code(lambda: elsewhere.append(upload.id, tip.id, 5000, taken_back())) in (
        "upload:not-found",
        "upload:superseded",
    )
    assert list(store.list_sessions(upload.created_at.replace(year=9000))) == []


def test_the_session_that_takes_its_place_is_not_left_behind_when_two_notice_at_once(
    receiver: Receiver, store: Forgetful, tip: Tip, upload: Upload, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = Receiver(receiver.database, store, receiver.ring, LIMITS)
    store.abort(upload.session)
    real = store.begin
    met: list[int] = []

    def meanwhile(key: str) -> str:
        session = real(key)
        if not met:
            met.append(1)
            _code(lambda: elsewhere.append(upload.id, tip.id, 5000, [b"x"]))
        return session

    monkeypatch.setattr(store, "begin", meanwhile)
    assert _code(lambda: receiver.append(upload.id, tip.id, 5000, [b"x"])) == "upload:offset-mismatch"

    left = [one.text for one in store.list_sessions(upload.created_at.replace(year=9000))]
    assert left == [receiver.read(upload.id, tip.id).session]
    assert len(_restarts(receiver, upload)) == 1
    assert keys.find_evidence_id(upload.session.partition("@")[2]) == upload.evidence_id

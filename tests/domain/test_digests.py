"""A file that is not what its device says it sent: `evidence.claim_digest`, `evidence.to_send_again`."""

from __future__ import annotations

import hashlib

import pytest

from storage.memory import MemoryStore
from tests.domain.conftest import Ring, sent
from tipline.db import Database
from tipline.domain import custody, evidence, timeline
from tipline.domain.evidence import Evidence
from tipline.domain.limits import Limits
from tipline.domain.receiving import Receiver
from tipline.domain.tips import Tip
from tipline.domain.uploads import Announced

WHOLE = b"\xff\xd8\xff\xe0" + bytes(range(256))
DAMAGED = WHOLE[:-1] + b"?"


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@pytest.fixture
def receiver(database: Database, ring: Ring) -> Receiver:
    limits = Limits(file_bytes=10**6, tip_bytes=10**7, tip_files=1000, free_bytes=0)
    return Receiver(database, MemoryStore(), ring, limits)


@pytest.fixture
def tip(database: Database) -> Tip:
    with database.transaction() as tx:
        return sent(tx)


def _send(receiver: Receiver, tip: Tip, data: bytes, said: str | None = None) -> str:
    upload = receiver.begin(tip.id, Announced(len(data), "IMG_1.jpg", sha256=said))
    receiver.append(upload.id, tip.id, 0, [data])
    return upload.evidence_id


def _claim(receiver: Receiver, evidence_id: str, data: bytes) -> None:
    with receiver.database.transaction() as tx:
        evidence.claim_digest(tx, evidence.read_evidence(tx, evidence_id), sha256(data))


def _told(receiver: Receiver, tip: Tip) -> list[tuple[str, object]]:
    with receiver.database.reading() as tx:
        return [
            (step.code.removeprefix("evidence:"), step.values["number"])
            for step in timeline.steps(tx, tip)
            if step.code in ("evidence:mismatch", "evidence:resent")
        ]


def _wanted(receiver: Receiver, tip: Tip) -> list[int]:
    with receiver.database.reading() as tx:
        return [one.number for one in evidence.to_send_again(evidence.list_of_tip(tx, tip))]


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_file_that_differs_is_kept_told_and_asked_for_again(
    receiver: Receiver, tip: Tip, when: str
) -> None:
    damaged = _send(receiver, tip, DAMAGED, sha256(WHOLE) if when == "before" else None)
    if when == "after":
        assert _told(receiver, tip) == []
        _claim(receiver, damaged, WHOLE)

    assert _told(receiver, tip) == [("mismatch", 1)]
    assert _wanted(receiver, tip) == [1]
    with receiver.database.reading() as tx:
        row = evidence.read_evidence(tx, damaged)
        entry = custody.list_of(tx, subject=f"evidence:{damaged}", actions={"evidence:mismatch"})[0]
    assert (row.state, row.sha256, row.digest_matches) == ("received", sha256(DAMAGED), False)
    assert (entry.facts()["sha256"], entry.facts()["client_sha256"]) == (sha256(DAMAGED), sha256(WHOLE))
    with receiver.store.open(row.key) as reader:
        assert reader.read() == DAMAGED


@pytest.mark.parametrize("says_so", [True, False])
def test_the_same_file_sent_again_whole_answers_for_the_damaged_one(
    receiver: Receiver, tip: Tip, says_so: bool
) -> None:
    damaged = _send(receiver, tip, DAMAGED, sha256(WHOLE))
    _send(receiver, tip, WHOLE, sha256(WHOLE) if says_so else None)

    assert _told(receiver, tip) == [("mismatch", 1), ("resent", 1)]
    assert _wanted(receiver, tip) == []
    with receiver.database.reading() as tx:
        assert tx.get_one(Evidence, damaged).state == "received"


def test_a_device_that_says_late_what_has_come_whole_meanwhile_is_not_asked_again(
    receiver: Receiver, tip: Tip
) -> None:
    damaged = _send(receiver, tip, DAMAGED)
    _send(receiver, tip, WHOLE)
    _claim(receiver, damaged, WHOLE)

    assert _told(receiver, tip) == [("mismatch", 1), ("resent", 1)]
    assert _wanted(receiver, tip) == []


def test_one_that_arrives_damaged_once_more_is_asked_for_still(receiver: Receiver, tip: Tip) -> None:
    for _ in range(2):
        _send(receiver, tip, DAMAGED, sha256(WHOLE))

    assert _told(receiver, tip) == [("mismatch", 1), ("mismatch", 2)]
    assert _wanted(receiver, tip) == [1, 2]
    _send(receiver, tip, WHOLE)
    assert _wanted(receiver, tip) == []


def test_a_file_that_fits_says_nothing_and_saying_it_twice_changes_nothing(
    receiver: Receiver, tip: Tip
) -> None:
    whole = _send(receiver, tip, WHOLE)
    for _ in range(2):
        _claim(receiver, whole, WHOLE)

    assert _told(receiver, tip) == []
    with receiver.database.reading() as tx:
        claims = custody.list_of(tx, subject=f"evidence:{whole}", actions={"evidence:claim-digest"})
    assert len(claims) == 1


def test_another_tips_whole_file_answers_for_nothing(receiver: Receiver, tip: Tip) -> None:
    _send(receiver, tip, DAMAGED, sha256(WHOLE))
    with receiver.database.transaction() as tx:
        other = sent(tx)
    _send(receiver, other, WHOLE)

    assert _wanted(receiver, tip) == [1]

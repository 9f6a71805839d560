"""Evidence rows: `tipline.domain.evidence`."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.domain.conftest import Ring, file_of
from tipline.db import Transaction
from tipline.domain import cleaning, custody, evidence, outbox
from tipline.domain.actors import SYSTEM, Actor
from tipline.domain.evidence import Evidence
from tipline.domain.tips import Tip
from tipline.errors import TiplineError

SHA = "ab" * 32


# --- names of hostile files


@pytest.mark.parametrize(
    ("untrusted_name", "shown"),
    [
        ("cam1_2130.mp4", "cam1_2130.mp4"),
        ("监控 录像.mp4", "监控 录像.mp4"),
        ("../../etc/passwd", "passwd"),
        ("..\\..\\windows\\system32\\cmd.exe", "cmd.exe"),
        ("C:\\DVR\\ch01.dav", "ch01.dav"),
        ("/absolute/door.dav", "door.dav"),
        ("folder/", "file"),
        ("", "file"),
        ("   ", "file"),
        ("a\nb.mp4", "a�b.mp4"),
        ("a\0.mp4", "a�.mp4"),
        ("\x1b[31mred.mp4", "�[31mred.mp4"),
        # Writing turned round shows «exe.gpj» as «jpg.exe» and the other way about.
        ("photo\u202egpj.exe", "photo�gpj.exe"),
        ("photo\u061cgpj.exe", "photo�gpj.exe"),
        ("\ufeffa.mp4", "�a.mp4"),
        ("a\u2028b.mp4", "a�b.mp4"),
        ("half\ud800.mp4", "half�.mp4"),
        ("<img src=x onerror=alert(1)>.jpg", "<img src=x onerror=alert(1)>.jpg"),
        ("👨‍👩‍👧.jpg", "👨‍👩‍👧.jpg"),
    ],
)
def test_a_hostile_name_becomes_one_that_can_be_shown(untrusted_name: str, shown: str) -> None:
    assert cleaning.clean_name(untrusted_name) == shown


def test_a_long_name_is_cut_in_the_middle_and_keeps_its_ending() -> None:
    name = cleaning.clean_name("x" * 5000 + ".mp4")

    assert len(name) == cleaning.LONGEST_NAME
    assert name.endswith("x….mp4")
    assert len(cleaning.clean_name("." + "x" * 5000)) == cleaning.LONGEST_NAME


@given(st.text(max_size=400))
def test_whatever_a_name_is_it_can_be_shown_and_is_no_path(untrusted_name: str) -> None:
    name = cleaning.clean_name(untrusted_name)

    assert 0 < len(name) <= cleaning.LONGEST_NAME
    assert not set(name) & set("/\\\0\n\r\u202e\u2066")
    assert name.encode()
    assert cleaning.clean_name(name) == name


# --- digests


def test_a_digest_is_taken_in_any_case_and_nothing_else_is_one() -> None:
    assert cleaning.clean_digest(f" {SHA.upper()} ") == SHA
    assert cleaning.clean_digest(None) is None
    assert cleaning.clean_digest("") is None
    for wrong in (SHA[1:], SHA + "a", "g" * 64, "0x" + SHA[2:]):
        with pytest.raises(TiplineError) as caught:
            cleaning.clean_digest(wrong)
        assert caught.value.code == "evidence:digest-unclear"


def test_the_device_may_say_later_what_it_sent_and_the_log_tells_if_it_fits(
    tx: Transaction, tip: Tip
) -> None:
    row = file_of(tx, tip, sha256=SHA)
    assert row.digest_matches is None
    evidence.claim_digest(tx, row, SHA)
    assert row.digest_matches is True
    evidence.claim_digest(tx, row, "cd" * 32)
    assert row.digest_matches is False

    claims = custody.list_of(tx, subject=f"evidence:{row.id}", actions={"evidence:claim-digest"})
    told = [one.facts()["matches"] for one in claims]
    assert told == [True, False]


def test_a_claim_cannot_be_emptied(tx: Transaction, tip: Tip) -> None:
    row = file_of(tx, tip, sha256=SHA, client_sha256=SHA)
    with pytest.raises(TiplineError) as caught:
        evidence.claim_digest(tx, row, " ")
    assert caught.value.code == "evidence:digest-unclear"
    assert row.client_sha256 == SHA


# --- the way of a file


def _added(tx: Transaction, tip: Tip, name: str = "cam1.mp4") -> Evidence:
    return evidence.add(
        tx, tip, evidence_id=evidence.new_id(), filename=name, filetype="video/mp4\n", size=10, sha256=None
    )


def test_files_are_numbered_within_their_tip(tx: Transaction, tip: Tip) -> None:
    rows = [_added(tx, tip) for _ in range(3)]

    assert [row.number for row in rows] == [1, 2, 3]
    assert rows[0].declared_type == "video/mp4"
    assert evidence.list_of_tip(tx, tip) == rows


def test_receiving_writes_evidence_custody_and_work_in_one(tx: Transaction, tip: Tip, ring: Ring) -> None:
    row = _added(tx, tip)
    version, revision = tip.version, tip.revision
    evidence.receive(tx, ring, row, sha256=SHA, kind="video")

    assert (row.state, row.sha256, row.kind) == ("received", SHA, "video")
    assert row.received_at is not None
    entry = custody.list_of(tx, subject=f"evidence:{row.id}")[-1]
    assert (entry.action, entry.actor) == ("evidence:receive", f"reporter:{tip.reference}")
    assert entry.facts() == {
        "number": 1,
        "size": 10,
        "sha256": SHA,
        "client_sha256": None,
        "purpose": "footage",
    }
    assert outbox.counts(tx) == {"queued": 1}
    assert tip.revision > revision  # pages notice
    assert tip.version == version  # what a person decided meanwhile still holds
    assert ring.rung == []  # not before the commit


def test_a_refused_file_leaves_only_its_entry(tx: Transaction, tip: Tip) -> None:
    row = _added(tx, tip)
    evidence.refuse(tx, row, code="media:program")
    tx.flush()

    assert evidence.list_of_tip(tx, tip) == []
    assert custody.list_of(tx, subject=f"evidence:{row.id}")[-1].facts() == {
        "code": "media:program", "size": 10,
    }  # fmt: skip


def test_an_upload_given_up_is_expired_or_gone(tx: Transaction, tip: Tip) -> None:
    late, removed = _added(tx, tip), _added(tx, tip)
    evidence.drop(tx, late, SYSTEM, "expired")
    evidence.drop(tx, removed, SYSTEM)
    tx.flush()

    assert evidence.list_of_tip(tx, tip) == [late]
    assert (late.state, late.arrived) == ("expired", False)
    assert evidence.count_arrived(tx, tip) == 0


def test_a_look_goes_on_and_settles(tx: Transaction, tip: Tip) -> None:
    row = file_of(tx, tip, state="received")
    evidence.advance(tx, row, 7.0)
    assert (row.state, row.progress) == ("processing", 1.0)

    evidence.settle(tx, SYSTEM, row, {"kind": "photo", "failure": None, "keyframes": [{}], "width": 10})
    assert (row.state, row.kind, row.failure, row.progress) == ("ready", "photo", None, 1.0)
    assert row.facts["width"] == 10
    assert row.derived_at is not None


def test_a_file_that_cannot_be_decoded_is_marked_and_kept(tx: Transaction, tip: Tip) -> None:
    row = file_of(tx, tip, state="processing")
    evidence.settle(tx, SYSTEM, row, {"kind": "video", "failure": "media:corrupt", "duration_s": 2.5})
    assert row.duration_s == 2.5

    assert (row.state, row.failure, row.arrived) == ("undecodable", "media:corrupt", True)


def test_what_was_not_decoded_can_be_tried_again(
    tx: Transaction, officer: Actor, tip: Tip, ring: Ring
) -> None:
    row = file_of(tx, tip, state="processing")
    evidence.fail(tx, SYSTEM, row, "media:timeout")
    evidence.retry(tx, ring, officer, row)

    assert (row.state, row.failure, row.progress) == ("received", None, 0.0)
    assert outbox.counts(tx) == {"queued": 1}
    assert custody.list_of(tx, subject=f"evidence:{row.id}")[-1].actor == "staff:li"


@pytest.mark.parametrize(
    ("state", "code"),
    [
        ("uploading", "evidence:incomplete"),
        ("expired", "evidence:incomplete"),
        ("received", "evidence:not-ready"),
        ("processing", "evidence:not-ready"),
    ],
)
def test_a_file_on_its_way_cannot_be_tried_again(
    tx: Transaction, officer: Actor, tip: Tip, ring: Ring, state: str, code: str
) -> None:
    with pytest.raises(TiplineError) as caught:
        evidence.retry(tx, ring, officer, file_of(tx, tip, state=state))
    assert caught.value.code == code


def test_a_file_that_does_not_exist_is_not_found(tx: Transaction) -> None:
    with pytest.raises(TiplineError) as caught:
        evidence.read_evidence(tx, "nothing")
    assert caught.value.code == "evidence:not-found"

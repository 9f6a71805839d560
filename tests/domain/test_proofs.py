"""Signed receipts: what they state, what they never state, and that one state is signed once."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from tests.side_by_side import side_by_side
from tests.web.reporting import PHOTO, sha256
from tipline.domain import custody, evidence, proofs, signatures, statements, tips
from tipline.domain.actors import SYSTEM, reporter
from tipline.domain.evidence import Evidence
from tipline.domain.proofs import Proof
from tipline.domain.reports import Report
from tipline.domain.tips import Tip
from tipline.domain.uploads import Announced
from tipline.services import Services

WORDS, PLACE, CONTACT = "红衣男子从收银台拿走了现金", "幸福超市后门", "13800001234"


@pytest.fixture
def told(make_tip: Callable[..., Tip], add_file: Callable[..., Evidence]) -> Tip:
    tip = make_tip(WORDS, place=PLACE, contact=CONTACT)
    add_file(tip, PHOTO, "门口.jpg")
    return tip


def issue(services: Services, tip: Tip) -> Proof:
    return proofs.issue(services.database, services.key, tip.id, station="航海路派出所", zone="Asia/Shanghai")


def signings(services: Services, tip: Tip) -> list[custody.Custody]:
    with services.database.reading() as tx:
        return custody.list_of(tx, tip=tip.reference, actions=("receipt:sign",))


def test_a_receipt_states_files_times_and_places_in_custody(services: Services, told: Tip) -> None:
    said = issue(services, told).statement

    assert said["type"] == "tipline-receipt/1"
    assert (said["reference"], said["station"], said["category"]) == (told.reference, "航海路派出所", "theft")
    for name in ("created_at", "received_at", "issued_at"):
        assert said[name].endswith("+08:00")
    (file,) = said["files"]
    assert (file["number"], file["name"], file["size"]) == (1, "门口.jpg", len(PHOTO))
    assert (file["sha256"], file["client_sha256"], file["client_matches"]) == (sha256(PHOTO), None, None)
    with services.database.reading() as tx:
        (entry,) = custody.list_of(tx, tip=told.reference, actions=("evidence:receive",))
        assert file["custody"] == {"seq": entry.seq, "hash": entry.hash}


def test_the_head_of_the_log_is_the_entry_before_the_signing_which_holds_the_digest(
    services: Services, told: Tip
) -> None:
    proof = issue(services, told)

    (entry,) = signings(services, told)
    assert entry.previous == proof.statement["custody"]["hash"]
    assert entry.facts()["statement"] == proof.digest == sha256(proof.body.encode())
    with services.database.reading() as tx:
        assert custody.verify(tx) is None


def test_the_signature_is_over_the_exact_bytes_that_are_kept(services: Services, told: Tip) -> None:
    proof = issue(services, told)

    assert statements.canonical(proof.statement) == proof.body.encode()
    public = Ed25519PublicKey.from_public_bytes(proof.key.raw)
    public.verify(base64.b64decode(proof.signature), proof.body.encode())


def test_the_canonical_form_sorts_keys_leaves_no_space_and_escapes_only_what_it_must() -> None:
    said = statements.canonical({"b": [1, None, True], "a": '站"\\/\x1f\n', "é": {}})

    assert said.decode() == '{"a":"站\\"\\\\/\\u001f\\n","b":[1,null,true],"é":{}}'


def test_no_code_no_contact_no_place_and_no_words_are_stated(services: Services, told: Tip) -> None:
    body = issue(services, told).body

    for secret in (WORDS, PLACE, CONTACT):
        assert secret not in body
    assert "code" not in body
    assert json.loads(body)["report_sha256"] == tips.digest(told)


def test_one_state_is_signed_once(services: Services, told: Tip) -> None:
    first, second = issue(services, told), issue(services, told)

    assert first.body == second.body
    assert first.signature == second.signature
    assert len(signings(services, told)) == 1


@pytest.mark.parametrize("change", ["file", "digest", "begun", "submit", "key", "station"])
def test_whatever_changes_what_is_stated_has_it_signed_anew(
    services: Services, make_tip: Callable[..., Tip], add_file: Callable[..., Evidence], change: str
) -> None:
    tip = make_tip(submit=False)
    first = add_file(tip, PHOTO, "a.jpg")
    before = issue(services, tip)
    if change == "file":
        add_file(tip, PHOTO + b"2", "b.jpg")
    elif change == "begun":
        services.receiver.begin(tip.id, Announced(10, "c.mp4"))
    else:
        with services.database.transaction() as tx:
            if change == "digest":
                evidence.claim_digest(tx, evidence.read_evidence(tx, first.id), "0" * 64)
            elif change == "submit":
                tips.submit(tx, tips.read_tip(tx, tip.reference), reporter(tip.reference), ack_minutes=2)
            elif change == "key":
                signatures.rotate(tx, services.key, SYSTEM)
    station = "另一所" if change == "station" else "航海路派出所"
    after = proofs.issue(services.database, services.key, tip.id, station=station, zone="Asia/Shanghai")

    assert after.body != before.body
    assert len(signings(services, tip)) == 2


def test_what_states_nothing_new_is_not_signed_again(services: Services, told: Tip) -> None:
    issue(services, told)
    with services.database.transaction() as tx:
        tips.acknowledge(tx, SYSTEM, tips.read_tip(tx, told.reference))

    issue(services, told)

    assert len(signings(services, told)) == 1


def test_a_file_on_its_way_is_named_and_not_proved(
    services: Services, make_tip: Callable[..., Tip], add_file: Callable[..., Evidence]
) -> None:
    tip = make_tip()
    services.receiver.begin(tip.id, Announced(10, "cam2.mp4"))

    said = issue(services, tip).statement

    assert said["files"] == []
    assert said["pending"] == [{"number": 1, "name": "cam2.mp4", "size": 10}]


def test_what_the_device_said_stands_beside_what_arrived(services: Services, told: Tip) -> None:
    with services.database.transaction() as tx:
        (row,) = evidence.list_of_tip(tx, told)
        evidence.claim_digest(tx, row, "0" * 64)

    (file,) = issue(services, told).statement["files"]

    assert (file["client_sha256"], file["client_matches"]) == ("0" * 64, False)


def test_words_that_were_erased_later_leave_the_digest_as_it_was(services: Services, told: Tip) -> None:
    before = issue(services, told)
    with services.database.transaction() as tx:
        tips.read_tip(tx, told.reference).text = ""

    assert issue(services, told).body == before.body


def test_many_who_ask_at_once_get_one_signature(services: Services, told: Tip) -> None:
    found = side_by_side(lambda _: issue(services, told).signature, range(8))

    assert len(found) == 8
    assert len(set(found)) == 1
    assert len(signings(services, told)) == 1
    with services.database.reading() as tx:
        assert len(signatures.list_keys(tx)) == 1


def test_the_mark_is_short_and_signed_on_its_own(services: Services, told: Tip) -> None:
    proof = issue(services, told)
    form, packed = proof.mark.split(".")
    raw = base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4))

    assert form == "1"
    assert len(proof.mark) < 180
    assert raw[64:96].hex() == proof.digest
    assert raw[96:104].hex() == proof.key.id
    assert int.from_bytes(raw[104:109], "big") == int(proof.issued_at.timestamp())
    assert raw[109:].decode() == told.reference
    public = Ed25519PublicKey.from_public_bytes(proof.key.raw)
    public.verify(raw[:64], b"tipline-receipt-mark/1\0" + raw[64:])


def test_what_was_signed_is_found_by_its_signature(services: Services, told: Tip) -> None:
    proof = issue(services, told)
    with services.database.reading() as tx:
        assert proofs.find_signed(tx, proof.signature) == proof.statement
        assert proofs.find_signed(tx, "A" * 86 + "==") is None


def test_the_parts_in_which_two_statements_differ_are_named() -> None:
    one = {"a": 1, "files": [{"size": 1, "name": "x"}, {"size": 2}], "gone": 1}
    other = {"a": 1, "files": [{"size": 1, "name": "y"}, {"size": 3}], "new": None}

    assert list(proofs.differing(one, other)) == ["files.1.name", "files.2.size", "gone"]


def test_a_report_corrected_before_sending_states_its_last_words(
    services: Services, make_tip: Callable[..., Tip]
) -> None:
    tip = make_tip(submit=False)
    with services.database.transaction() as tx:
        row = tips.read_tip(tx, tip.reference)
        tips.rewrite(tx, row, Report(category="theft", text="改过的话"))
        corrected = tips.digest(row)

    assert issue(services, tip).statement["report_sha256"] == corrected

"""The station's key: made once, sealed, replaced with a trace."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from tests.domain.conftest import KEY
from tipline.db import Transaction
from tipline.domain import custody, sealing, signatures, statements
from tipline.domain.actors import SYSTEM, Actor
from tipline.errors import TiplineError


def test_the_first_need_makes_a_key_and_later_ones_use_it(tx: Transaction) -> None:
    assert signatures.find_active(tx) is None

    first, second = signatures.open_signer(tx, KEY), signatures.open_signer(tx, KEY)

    assert first.row.id == second.row.id
    Ed25519PublicKey.from_public_bytes(first.row.raw).verify(second.sign(b"said"), b"said")
    made = custody.list_of(tx, subject=f"key:{first.row.id}")
    assert [one.action for one in made] == ["key:make"]
    assert made[0].facts()["public"] == first.row.public


def test_the_id_is_the_beginning_of_the_digest_and_the_fingerprint_goes_on_from_it(tx: Transaction) -> None:
    row = signatures.open_signer(tx, KEY).row

    assert len(row.id) == 16
    assert row.fingerprint.replace(" ", "").startswith(row.id)
    assert {len(group) for group in row.fingerprint.split(" ")} == {4}


def test_the_private_key_does_not_lie_open_in_the_database(tx: Transaction) -> None:
    signer = signatures.open_signer(tx, KEY)
    private = sealing.open_sealed(KEY, signatures.PURPOSE, signer.row.sealed, of=signer.row.id)

    assert private.hex() not in signer.row.sealed
    assert len(private) == 32


def test_another_secret_gets_a_sentence_and_never_a_new_key(tx: Transaction) -> None:
    kept = signatures.open_signer(tx, KEY).row.id

    with pytest.raises(TiplineError) as told:
        signatures.open_signer(tx, KEY + "x")

    assert told.value.code == "key:sealed"
    assert [one.id for one in signatures.list_keys(tx)] == [kept]


def test_a_new_key_takes_over_the_old_one_can_sign_no_more_and_still_verifies(
    tx: Transaction, officer: Actor
) -> None:
    old = signatures.open_signer(tx, KEY)
    said = old.sign(b"before")

    new = signatures.rotate(tx, KEY, officer)

    assert signatures.open_signer(tx, KEY).row.id == new.row.id != old.row.id
    kept = {one.id: one for one in signatures.list_keys(tx)}
    assert kept[old.row.id].retired_at
    assert kept[old.row.id].sealed == ""
    Ed25519PublicKey.from_public_bytes(kept[old.row.id].raw).verify(said, b"before")
    assert [one.actor for one in custody.list_of(tx, actions=("key:retire",))] == [officer.label]
    assert custody.verify(tx) is None


def test_a_new_key_can_be_made_when_the_old_secret_is_lost(tx: Transaction) -> None:
    signatures.open_signer(tx, KEY)

    new = signatures.rotate(tx, "another secret", SYSTEM)

    assert signatures.open_signer(tx, "another secret").row.id == new.row.id


@pytest.mark.parametrize("change", ["owner", "purpose", "secret", "bytes", "form", "nothing"])
def test_a_seal_opens_only_for_its_own(change: str) -> None:
    sealed = sealing.seal("secret", "purpose", b"plain", of="me")
    said = {"secret": "secret", "purpose": "purpose", "of": "me", "sealed": sealed}
    said |= {
        "owner": {"of": "you"}, "purpose": {"purpose": "other"}, "secret": {"secret": "other"},
        "bytes": {"sealed": sealed[:-6] + "AAAA" + sealed[-2:]}, "form": {"sealed": "2." + sealed[2:]},
        "nothing": {"sealed": ""},
    }[change]  # fmt: skip

    with pytest.raises(sealing.Unopened):
        sealing.open_sealed(said["secret"], said["purpose"], said["sealed"], of=said["of"])


def test_long_numbers_are_shown_in_groups() -> None:
    assert statements.grouped("a1b2c3d4e5") == "a1b2 c3d4 e5"

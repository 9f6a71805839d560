"""Factors without pages: counts of keys, races for one code, seals that cannot be swapped."""

from __future__ import annotations

import pytest

from tests.conftest import APP_SECRET
from tipline.domain import accounts, clock, factors, onetime, sessions
from tipline.domain.accounts import Account
from tipline.services import Services

People = dict[str, Account]


def test_a_key_whose_count_stands_still_is_a_copy(services: Services, people: People) -> None:
    with services.database.transaction() as tx:
        li = accounts.read_account(tx, "li")
        for name, count in (("counts", 5), ("does-not", 0)):
            factors.add_passkey(
                tx, li.actor, li, credential=name, public_key="x", sign_count=count, transports="", name=name
            )
    for name, count, may in (
        ("counts", 6, True), ("counts", 6, False), ("counts", 2, False), ("counts", 0, False),
        ("counts", 7, True),
        ("does-not", 0, True), ("does-not", 0, True), ("does-not", 1, True), ("does-not", 0, False),
    ):  # fmt: skip
        with services.database.transaction() as tx:
            key = factors.find_passkey(tx, accounts.read_account(tx, "li"), name)
            assert key
            assert factors.use_passkey(tx, key, count) is may, (name, count)


def test_a_key_is_found_by_its_owner_alone_and_kept_once(services: Services, people: People) -> None:
    with services.database.transaction() as tx:
        li, sun = accounts.read_account(tx, "li"), accounts.read_account(tx, "sun")
        said = {"credential": "c", "public_key": "x", "sign_count": 0, "transports": "", "name": "n"}
        factors.add_passkey(tx, li.actor, li, **said)  # type: ignore[arg-type]
        assert factors.find_passkey(tx, sun, "c") is None
        with pytest.raises(Exception, match="set up already"):
            factors.add_passkey(tx, sun.actor, sun, **said)  # type: ignore[arg-type]


def test_a_seal_of_somebody_else_opens_nothing(services: Services, people: People) -> None:
    """Whoever may write to the database cannot give another account the secret of their own app."""
    with services.database.transaction() as tx:
        li, zhao = accounts.read_account(tx, "li"), accounts.read_account(tx, "zhao")
        li.totp_sealed = zhao.totp_sealed
        code = onetime.code_at(APP_SECRET, onetime.step_at(clock.now()))
        assert not factors.use_totp(tx, services.key, li, code)
        assert factors.use_totp(tx, services.key, zhao, code)
        assert not factors.use_totp(tx, services.key, zhao, code)


def test_a_visit_that_is_whole_has_a_new_token_and_keeps_what_was_entrusted(
    services: Services, people: People
) -> None:
    with services.database.transaction() as tx:
        zhao = accounts.read_account(tx, "zhao")
        first = sessions.begin(tx, services.key, zhao, factor=sessions.WANTED)
        sessions.entrust(tx, services.key, first, b"opened")
        assert sessions.find_account(tx, services.key, first) is None
        second = sessions.complete(tx, services.key, first, factors.TOTP)
        assert sessions.find_half(tx, services.key, first) is None
        found = sessions.find_account(tx, services.key, second)
        assert found
        assert sessions.entrusted(found[1], second) == b"opened"
        assert sessions.entrusted(found[1], first) is None


def test_a_visit_from_before_a_role_needed_a_factor_does_not_stand(
    services: Services, people: People
) -> None:
    with services.database.transaction() as tx:
        token = sessions.begin(tx, services.key, accounts.read_account(tx, "zhao"))
        assert sessions.find_account(tx, services.key, token) is None

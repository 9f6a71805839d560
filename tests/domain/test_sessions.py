"""Visits of staff, without pages."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from tipline.domain import accounts, clock, sessions
from tipline.domain.accounts import Account
from tipline.domain.actors import SYSTEM
from tipline.domain.sessions import DeskSession
from tipline.services import Services

People = dict[str, Account]


def begin(services: Services, account: Account) -> str:
    with services.database.transaction() as tx:
        return sessions.begin(tx, services.key, account)


def stands(services: Services, token: str) -> bool:
    with services.database.reading() as tx:
        return sessions.find_account(tx, services.key, token) is not None


def test_only_the_hash_of_a_token_is_kept(services: Services, people: People) -> None:
    token = begin(services, people["investigator"])
    with services.database.reading() as tx:
        kept = tx.scalars(select(DeskSession.token_hash)).one()
    assert token not in kept
    assert stands(services, token)
    assert not stands(services, token + "x")


def test_a_changed_password_ends_the_visit(services: Services, people: People, password_hash: str) -> None:
    token = begin(services, people["investigator"])
    with services.database.transaction() as tx:
        accounts.set_password(tx, SYSTEM, accounts.read_account(tx, "li"), password_hash)
    assert not stands(services, token)


def test_a_reopened_account_does_not_revive_old_visits(services: Services, people: People) -> None:
    token = begin(services, people["investigator"])
    for active in (False, True):
        with services.database.transaction() as tx:
            accounts.set_active(tx, SYSTEM, accounts.read_account(tx, "li"), active)
    assert not stands(services, token)


def test_visits_that_ran_out_are_forgotten_at_the_next_sign_in(
    services: Services, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin(services, people["investigator"])
    begin(services, people["auditor"])
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(hours=1))
    begin(services, people["investigator"])
    with services.database.reading() as tx:
        assert tx.scalar(select(func.count()).select_from(DeskSession)) == 2


def test_ending_a_visit_twice_does_nothing(services: Services, people: People) -> None:
    token = begin(services, people["investigator"])
    for _ in range(2):
        with services.database.transaction() as tx:
            sessions.end(tx, services.key, token)
    assert not stands(services, token)


def test_the_last_open_administrator_cannot_be_closed(services: Services, people: People) -> None:
    with services.database.transaction() as tx, pytest.raises(Exception, match="last open administrator"):
        accounts.set_active(tx, SYSTEM, accounts.read_account(tx, "zhao"), False)

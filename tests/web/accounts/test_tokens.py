"""API tokens: made by a person, narrowed, ended; nothing of them outlives what they were made from."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from tests.conftest import csrf_of
from tipline.domain import accounts, clock, custody, tokens
from tipline.domain.accounts import Account
from tipline.domain.actors import SYSTEM
from tipline.domain.tips import Tip
from tipline.errors import TiplineError
from tipline.services import Services

SignedIn = Callable[..., FlaskClient]


def send(client: FlaskClient, path: str = "/desk/tokens", **typed: object) -> object:
    token = csrf_of(client.get("/desk/tokens").text)
    return client.post(path, data={"csrf_token": token, **typed})


def make(services: Services, account: Account, **how: object) -> str:
    with services.database.transaction() as tx:
        return tokens.create(tx, services.key, SYSTEM, tx.merge(account), **how)  # type: ignore[arg-type]


def ask(client: FlaskClient, token: str, path: str = "/api/v1/queue") -> tuple[int, str]:
    answer = client.get(path, headers={"Authorization": f"Bearer {token}", "Accept-Language": "en"})
    return answer.status_code, (answer.json or {}).get("code", "")


def test_a_token_is_shown_once_listed_and_withdrawn(
    signed_in: SignedIn, client: FlaskClient, services: Services, people: dict[str, Account]
) -> None:
    desk = signed_in()
    assert "Say what the token is for" in send(desk, label=" ").text
    page = send(desk, label="nightly export", scope=["read", "originals"], days="30").text
    (token,) = set(re.findall(r"tl_[\w-]+", page))
    listed = desk.get("/desk/tokens").text
    assert "nightly export" in listed
    assert token not in listed
    assert "save originals" in listed
    assert ask(client, token) == (200, "")
    theirs = signed_in("admin").get("/desk/admin/accounts/li/tokens").text
    assert "Tokens of li" in theirs
    assert "/desk/admin/accounts/li/tokens/" in theirs
    with services.database.reading() as tx:
        (row,) = tokens.list_of(tx, accounts.read_account(tx, "li"))
        assert row.used_at is not None
        made = next(one for one in custody.list_of(tx) if one.action == "token:create")
    assert (made.actor, made.facts()["label"]) == ("staff:li", "nightly export")
    assert send(signed_in("auditor"), f"/desk/tokens/{row.name}/withdraw").status_code == 404
    assert send(desk, f"/desk/tokens/{row.name}/withdraw").status_code == 303
    assert ask(client, token) == (401, "token:unknown")


def test_a_scope_narrows_and_never_widens(
    client: FlaskClient, services: Services, people: dict[str, Account], tip: Tip
) -> None:
    narrow = make(services, people["investigator"], scopes=["read"])
    assert ask(client, narrow) == (200, "")
    assert ask(client, narrow, "/api/v1/custody") == (403, "token:narrow")
    acted = client.post(
        f"/api/v1/tips/{tip.reference}/acknowledge", headers={"Authorization": f"Bearer {narrow}"}
    )
    assert (acted.status_code, acted.json["code"]) == (403, "token:narrow")
    with pytest.raises(TiplineError, match="may not do this"):
        make(services, people["investigator"], scopes=["account:manage"])
    with pytest.raises(TiplineError, match="No scope is called"):
        make(services, people["investigator"], scopes=["everything"])
    # What its owner may no longer, the token may no longer either.
    broad = make(services, people["admin"], scopes=["account:manage"])
    with services.database.transaction() as tx:
        accounts.read_account(tx, "zhao").role = "investigator"
    assert ask(client, broad, "/desk/admin/accounts")[0] == 403


def test_a_token_ends_by_its_day_with_a_sentence(
    client: FlaskClient, services: Services, people: dict[str, Account], monkeypatch: pytest.MonkeyPatch
) -> None:
    month, year = make(services, people["investigator"], days=30), make(services, people["investigator"])
    partner = make(services, people["partner"])
    for days in (0, -1, 99999):
        with pytest.raises(TiplineError, match="A token lasts between"):
            make(services, people["investigator"], days=days)
    later = clock.now() + timedelta(days=31)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert ask(client, month) == (401, "token:expired")
    assert ask(client, year) == (200, "")
    much_later = later + timedelta(days=336)
    monkeypatch.setattr(clock, "now", lambda: much_later)
    assert ask(client, year) == (401, "token:expired")
    assert ask(client, partner, "/api/v1/partner/tips") == (200, "")


def test_a_new_password_or_a_closed_account_ends_all_tokens(
    client: FlaskClient, services: Services, people: dict[str, Account]
) -> None:
    first = make(services, people["investigator"])
    with services.database.transaction() as tx:
        accounts.set_password(tx, SYSTEM, accounts.read_account(tx, "li"), "hash")
    assert ask(client, first) == (401, "token:unknown")
    second = make(services, people["investigator"])
    with services.database.transaction() as tx:
        accounts.set_active(tx, SYSTEM, accounts.read_account(tx, "li"), False)
        accounts.set_active(tx, SYSTEM, accounts.read_account(tx, "li"), True)
    assert ask(client, second) == (401, "token:unknown")


def test_a_lower_role_ends_all_tokens_and_a_higher_one_none(
    client: FlaskClient, services: Services, people: dict[str, Account]
) -> None:
    token = make(services, people["investigator"])
    with services.database.transaction() as tx:
        accounts.set_role(tx, SYSTEM, accounts.read_account(tx, "li"), "supervisor")
    assert ask(client, token) == (200, "")
    with services.database.transaction() as tx:
        accounts.set_role(tx, SYSTEM, accounts.read_account(tx, "li"), "auditor")
    assert ask(client, token) == (401, "token:unknown")


def test_no_program_makes_or_withdraws_a_token(client: FlaskClient, tokens: dict[str, str]) -> None:
    for path in ("/desk/tokens", "/desk/tokens/x/withdraw", "/desk/admin/accounts/li/tokens/x/withdraw"):
        answer = client.post(
            path, data={"label": "more"}, headers={"Authorization": f"Bearer {tokens['admin']}"}
        )
        assert answer.status_code == 403, path

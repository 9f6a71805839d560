"""Second factors at the door and behind it, as browsers and thieves use them."""

from __future__ import annotations

import re
from base64 import b32decode
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.conftest import APP_SECRET, PASSWORD, browser, csrf_of, give_app, next_code, sign_in
from tipline.domain import accounts, clock, custody, factors, onetime
from tipline.domain.accounts import Account
from tipline.domain.actors import SYSTEM
from tipline.domain.factors import Passkey, RecoveryCode
from tipline.services import Services

People = dict[str, Account]
SignedIn = Callable[..., FlaskClient]
FACTOR = "/desk/sign-in/factor"
CODE = re.compile(r"<li>([0-9A-Z-]{19})</li>")


def half_way(app: APIFlask, name: str = "zhao") -> FlaskClient:
    """A browser in which the right password was typed and nothing else."""
    client = browser(app)
    form = {"csrf_token": csrf_of(client.get("/desk/sign-in").text), "username": name, "password": PASSWORD}
    assert client.post("/desk/sign-in", data=form).status_code == 303
    return client


def show(client: FlaskClient, **form: str) -> Any:
    return client.post(FACTOR, data={"csrf_token": csrf_of(client.get(FACTOR).text), **form})


def post(client: FlaskClient, path: str, **form: str) -> Any:
    return client.post(path, data={"csrf_token": csrf_of(client.get("/desk/password").text), **form})


def row(services: Services, name: str) -> Account:
    with services.database.reading() as tx:
        return accounts.read_account(tx, name)


def test_the_password_alone_opens_nothing_where_a_factor_is_set_up(app: APIFlask, people: People) -> None:
    client = half_way(app)
    for path in ("/desk/queue", "/desk/me", "/desk/me/code", "/desk/admin/accounts", "/desk/password"):
        answer = client.get(path)
        assert (answer.status_code, answer.location.partition("?")[0]) == (303, FACTOR), path
    assert client.get("/api/v1/queue").status_code == 401
    assert client.post("/desk/admin/accounts", data={}).status_code in (401, 422)


def test_a_code_counts_once_and_one_that_is_wrong_or_late_gets_a_sentence(
    app: APIFlask, services: Services, people: People
) -> None:
    step = onetime.step_at(clock.now())
    late = show(half_way(app), code=onetime.code_at(APP_SECRET, step - 4))
    assert (late.status_code, "came too late" in late.text) == (401, True)
    code = onetime.code_at(APP_SECRET, onetime.step_at(clock.now()))
    assert show(half_way(app), code=code).status_code == 303
    again = show(half_way(app), code=code)
    assert (again.status_code, "was used already" in again.text) == (401, True)
    older = show(half_way(app), code=onetime.code_at(APP_SECRET, step - 1))
    assert older.status_code == 401
    with services.database.reading() as tx:
        assert [one.action for one in custody.list_of(tx)][-1] == "factor:refused"


def test_a_form_that_was_kept_travels_through_both_steps(app: APIFlask, people: People) -> None:
    client, kept = (
        browser(app),
        {"kept_to": "/desk/tips/T-1/messages", "kept_name": "text", "kept_text": "Rotes Auto"},
    )
    answer = sign_in(client, "zhao", **kept)
    assert "Rotes Auto" in answer.text
    assert 'action="/desk/sign-in/factor"' in answer.text
    form = {"csrf_token": csrf_of(answer.text), "code": next_code(client, "zhao"), **kept}
    resumed = client.post(FACTOR, data=form)
    assert "You are signed in again" in resumed.text
    assert "Rotes Auto" in resumed.text


def test_guesses_of_codes_are_slowed_and_a_device_that_came_in_before_is_not_made_to_wait(
    app: APIFlask, people: People
) -> None:
    """Threat 23: nobody is locked out, on the very same network."""
    owner = browser(app)
    assert sign_in(owner, "zhao").status_code == 303
    post(owner, "/desk/sign-out")
    thief = half_way(app)
    assert [show(thief, code=f"00000{at}").status_code for at in range(6)] == [401] * 5 + [429]
    stranger = browser(app)
    assert [sign_in(stranger, "zhao", f"wrong-{at}").status_code for at in range(6)][-1] == 429
    assert sign_in(owner, "zhao").status_code == 303


def test_a_device_cookie_that_was_made_up_is_a_strangers(app: APIFlask, people: People) -> None:
    client = browser(app)
    client.set_cookie("tipline-device", "0" * 32 + "." + "1" * 32)
    assert [sign_in(client, "zhao", f"wrong-{at}").status_code for at in range(6)][-1] == 429


def test_whoever_must_have_a_factor_reaches_nothing_but_its_page_and_is_in_afterwards(
    app: APIFlask, services: Services, people: People
) -> None:
    with services.database.transaction() as tx:
        factors.reset(tx, SYSTEM, accounts.read_account(tx, "wang"), "telephone lost")
    client = half_way(app, "wang")
    for path in ("/desk/queue", "/desk/me", "/desk/password"):
        assert client.get(path).location.startswith("/desk/me/enrol"), path
    assert "telephone lost" in client.get("/desk/me/enrol").text
    page = client.get("/desk/me/code")
    before = client.get_cookie("tipline")
    secret = re.search(r'enrol-secret">([A-Z2-7 ]+)<', page.text)
    assert secret
    form = {"csrf_token": csrf_of(page.text)}
    wrong = client.post("/desk/me/code", data={**form, "code": "123"})
    assert secret[1] in wrong.text
    code = onetime.code_at(b32decode(secret[1].replace(" ", "")), onetime.step_at(clock.now()))
    done = client.post("/desk/me/code", data={**form, "code": code})
    assert len(CODE.findall(done.text)) == factors.CODES
    assert client.get("/desk/queue").status_code == 200
    thief = browser(app)
    assert before
    thief.set_cookie("tipline", before.value)
    assert thief.get("/desk/queue").status_code == 303


def test_a_recovery_code_opens_once_and_is_nobody_elses(
    app: APIFlask, services: Services, people: People
) -> None:
    with services.database.transaction() as tx:
        zhao, wang = accounts.read_account(tx, "zhao"), accounts.read_account(tx, "wang")
        codes = factors.new_codes(tx, services.key, zhao.actor, zhao)
        kept = list(tx.scalars(select(RecoveryCode.code_hash)))
    assert not {one.replace("-", "") for one in codes} & set(kept)
    assert show(half_way(app, "wang"), recovery=codes[0]).status_code == 401
    client = half_way(app)
    assert show(client, recovery=codes[0].lower().replace("-", " ")).status_code == 303
    assert "9 left" in client.get("/desk/me").text
    again = show(half_way(app), recovery=codes[0])
    assert (again.status_code, "used already" in again.text) == (401, True)
    fresh = post(client, "/desk/me/recovery")
    assert len(CODE.findall(fresh.text)) == factors.CODES
    assert show(half_way(app), recovery=codes[1]).status_code == 401
    assert wang


def test_no_field_and_no_address_makes_it_somebody_elses_account(
    app: APIFlask, services: Services, people: People, signed_in: SignedIn
) -> None:
    """Threat 25: every act on one's own account, with everything a form could name changed to another."""
    with services.database.transaction() as tx:
        for name in ("zhao", "li"):
            account = accounts.read_account(tx, name)
            give_app(services, account)
            factors.new_codes(tx, services.key, account.actor, account)
            factors.add_passkey(
                tx, account.actor, account, credential=f"key-of-{name}", public_key="x", sign_count=0,
                transports="", name="key",
            )  # fmt: skip
        theirs = tx.scalar(select(Passkey.id).where(Passkey.credential == "key-of-zhao"))
    other, mine = signed_in("admin"), signed_in("investigator")
    before = state(services, "zhao")
    zhao = row(services, "zhao")
    other_names = {
        "username": "zhao", "user": "zhao", "account": "zhao", "account_id": str(zhao.id), "id": str(zhao.id),
        "user_id": str(zhao.id), "credential": "key-of-zhao", "fs_uniquifier": zhao.fs_uniquifier,
        "code": "123456", "passkey": "{}", "current": PASSWORD, "new": "quiet-river-bridge-77", "again": "x",
    }  # fmt: skip
    tried = 0
    for rule in app.url_map.iter_rules():
        if not rule.rule.startswith(("/desk/me", "/desk/password", "/desk/prove")) or "POST" not in (
            rule.methods or ()
        ):
            continue
        path = rule.rule.replace("<int:passkey_id>", str(theirs)).replace("<name>", "0" * 16)
        query = "&".join(f"{name}={value}" for name, value in other_names.items() if name != "passkey")
        post(mine, f"{path}?{query}", **other_names)
        tried += 1
    assert tried >= 9
    assert state(services, "zhao") == before
    assert other.get("/desk/me").status_code == 200


def state(services: Services, name: str) -> tuple[Any, ...]:
    """All that an account's sign-in consists of."""
    with services.database.reading() as tx:
        account = accounts.read_account(tx, name)
        keys = [one.credential for one in factors.list_passkeys(tx, account)]
        codes = factors.count_codes(tx, account)
        return account.password, account.fs_uniquifier, account.totp_sealed, keys, codes


def test_the_last_factor_of_a_role_that_needs_one_stays(services: Services, signed_in: SignedIn) -> None:
    admin = signed_in("admin")
    kept = post(admin, "/desk/me/code/remove")
    assert (kept.status_code, "this is the last one" in kept.text) == (409, True)
    with services.database.transaction() as tx:
        li = accounts.read_account(tx, "li")
        give_app(services, li)
        factors.new_codes(tx, services.key, li.actor, li)
    assert post(signed_in(), "/desk/me/code/remove").status_code == 303
    with services.database.reading() as tx:
        assert factors.count_codes(tx, accounts.read_account(tx, "li")) == 0


def test_factors_are_changed_only_by_whoever_proved_it_lately(
    monkeypatch: pytest.MonkeyPatch, signed_in: SignedIn
) -> None:
    client, before = signed_in(), clock.now
    monkeypatch.setattr(clock, "now", lambda: before() + timedelta(minutes=11))
    assert client.get("/desk/me").status_code == 200
    for path in ("/desk/me/code", "/desk/me/code/remove", "/desk/me/recovery", "/desk/me/passkeys"):
        answer = post(client, path)
        assert (answer.status_code, "Show that it is you" in answer.text) == (401, True), path


def test_an_administrator_resets_factors_with_a_reason_and_its_owner_is_told(
    app: APIFlask, services: Services, signed_in: SignedIn
) -> None:
    with services.database.transaction() as tx:
        give_app(services, accounts.read_account(tx, "li"))
    admin, li = signed_in("admin"), signed_in()
    path = "/desk/admin/accounts/li/factors"
    assert post(admin, path, reason=" ").status_code == 422
    assert post(admin, path, reason="telephone lost").status_code == 303
    assert li.get("/desk/queue").status_code == 303
    told = sign_in(browser(app), "li")
    assert told.location == "/desk/me?news"
    again = browser(app)
    assert sign_in(again, "li").location == "/desk/queue"
    with services.database.reading() as tx:
        entry = custody.list_latest(tx, about="account:li", limit=10)
    assert [(one.actor, one.reason) for one in entry if one.action == "factor:reset"] == [
        ("staff:zhao", "telephone lost")
    ]


def test_another_role_ends_visits_and_the_last_administrator_stays_one(
    services: Services, signed_in: SignedIn
) -> None:
    admin, wang = signed_in("admin"), signed_in("supervisor")
    assert post(admin, "/desk/admin/accounts/wang/role", role="auditor").status_code == 303
    assert wang.get("/desk/queue").status_code == 303
    assert row(services, "wang").role == "auditor"
    for role, status in (("investigator", 409), ("boss", 422), ("partner", 409)):
        assert post(admin, "/desk/admin/accounts/zhao/role", role=role).status_code == status
    assert admin.get("/desk/admin/accounts").status_code == 200


def test_visits_are_listed_and_ended_by_their_owner_and_by_an_administrator(signed_in: SignedIn) -> None:
    here, there, admin = signed_in(), signed_in(), signed_in("admin")
    page = here.get("/desk/me").text
    ends = re.findall(r'action="(/desk/me/visits/[0-9a-f]{16}/end)"', page)
    assert len(ends) == 1
    assert post(admin, ends[0]).status_code == 303
    assert there.get("/desk/queue").status_code == 200, "somebody else's visit is not theirs to name"
    assert post(here, ends[0]).status_code == 303
    assert there.get("/desk/queue").status_code == 303
    there = signed_in()
    post(here, "/desk/me/visits/end-others")
    assert (there.get("/desk/queue").status_code, here.get("/desk/queue").status_code) == (303, 200)
    post(admin, "/desk/admin/accounts/li/visits")
    assert here.get("/desk/queue").status_code == 303


def test_a_program_changes_nothing_of_how_its_owner_signs_in(
    client: FlaskClient, headers: Callable[..., dict[str, str]]
) -> None:
    for path in (
        "/desk/me/code",
        "/desk/me/recovery",
        "/desk/me/code/remove",
        "/desk/admin/accounts/li/role",
    ):
        assert client.post(path, headers=headers("admin")).status_code == 403, path

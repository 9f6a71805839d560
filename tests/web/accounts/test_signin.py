"""Signing in and out at the desk, as a browser does it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from flask_security import hash_password, verify_password

from tests.conftest import PASSWORD, browser, csrf_of, sign_in
from tipline import passwords
from tipline.domain import accounts, clock, custody
from tipline.domain.accounts import Account
from tipline.domain.actors import SYSTEM
from tipline.services import Services

People = dict[str, Account]
SignedIn = Callable[..., FlaskClient]


def actions(services: Services) -> list[str]:
    with services.database.reading() as tx:
        return [entry.action for entry in custody.list_of(tx)]


def later(monkeypatch: pytest.MonkeyPatch, **span: float) -> None:
    """From now on it is that much later than it was."""
    before = clock.now
    monkeypatch.setattr(clock, "now", lambda: before() + timedelta(**span))


def test_the_right_password_opens_the_desk(client: FlaskClient, people: People) -> None:
    answer = sign_in(client, "li")
    assert (answer.status_code, answer.location) == (303, "/desk/queue")
    assert client.get("/desk/password").status_code == 200


def test_a_page_asked_for_before_signing_in_is_shown_after_it(client: FlaskClient, people: People) -> None:
    asked = client.get("/desk/password?x=1")
    assert asked.status_code == 303
    page = client.get(asked.location)
    form = {"csrf_token": csrf_of(page.text), "username": "li", "password": PASSWORD}
    answer = client.post("/desk/sign-in", data={**form, "next": "/desk/password?x=1"})
    assert answer.location == "/desk/password?x=1"
    assert "next=%2Fdesk%2Fpassword%3Fx%3D1" in asked.location


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/desk", "//evil.example/desk", "/\\evil.example", "/desk\\@evil.example",
        "/report",
        "javascript:alert(1)", "/desk\r\nX: y", "/deskevil", "http:/desk", "/desk" + "x" * 5000,
        "///desk/queue", "/desk/../report", "/desk/..//evil.example",
    ],
)  # fmt: skip
def test_signing_in_never_leads_away_from_the_desk(
    client: FlaskClient, people: People, elsewhere: str
) -> None:
    assert sign_in(client, "li", next=elsewhere).location == "/desk/queue"


def test_unknown_name_wrong_password_and_closed_account_get_the_same_answer(
    app: APIFlask, services: Services, people: People
) -> None:
    with services.database.transaction() as tx:
        accounts.set_active(tx, SYSTEM, accounts.read_account(tx, "sun"), False)
    answers = [
        sign_in(browser(app), "nobody", PASSWORD),
        sign_in(browser(app), "li", "not-it-at-all"),
        sign_in(browser(app), "sun", PASSWORD),
    ]
    assert [one.status_code for one in answers] == [401, 401, 401]
    plain = {one.text.replace("nobody", "X").replace(">li<", "X") for one in answers}
    assert all("Name or password is wrong" in one for one in plain)
    assert len({len(one.headers) for one in answers}) == 1


def test_an_unknown_name_costs_the_same_work_as_a_wrong_password(
    monkeypatch: pytest.MonkeyPatch, client: FlaskClient, people: People
) -> None:
    verified: list[str] = []

    class Counting:
        hash = passwords._HASHER.hash

        def verify(self, password_hash: str, password: str) -> bool:
            # Scheme, version and parameters decide what it costs.
            verified.append(password_hash.rsplit("$", 2)[0])
            return passwords.PasswordHasher().verify(password_hash, password)

    monkeypatch.setattr(passwords, "_HASHER", Counting())
    sign_in(client, "nobody", "wrong-wrong")
    sign_in(client, "li", "wrong-wrong")
    assert len(verified) == 2
    assert len(set(verified)) == 1
    assert verified[0].startswith("$argon2id$")


def test_the_session_is_new_at_each_sign_in(client: FlaskClient, people: People) -> None:
    client.get("/desk/sign-in")
    before = client.get_cookie("tipline")
    sign_in(client, "li")
    first = client.get_cookie("tipline")
    client.post("/desk/sign-out", data={"csrf_token": csrf_of(client.get("/desk/password").text)})
    sign_in(client, "li")
    second = client.get_cookie("tipline")
    assert before
    assert first
    assert second
    with client.application.test_request_context():
        read = client.application.session_interface.get_signing_serializer(client.application).loads
        tokens = [read(one.value).get("desk") for one in (before, first, second)]
        secrets = [read(one.value).get("csrf_token") for one in (before, first, second)]
    assert tokens[0] is None
    assert tokens[1] != tokens[2]
    assert secrets[0] != secrets[1]


def test_signing_out_kills_every_copy_of_the_cookie(app: APIFlask, signed_in: SignedIn) -> None:
    client = signed_in()
    stolen = client.get_cookie("tipline")
    assert stolen
    client.post("/desk/sign-out", data={"csrf_token": csrf_of(client.get("/desk/password").text)})
    thief = browser(app)
    thief.set_cookie("tipline", stolen.value)
    assert thief.get("/desk/password").status_code == 303
    assert thief.get("/api/v1/queue").status_code == 401


def test_signing_out_by_a_link_does_nothing(signed_in: SignedIn) -> None:
    client = signed_in()
    assert client.get("/desk/sign-out").status_code == 405
    assert client.post("/desk/sign-out").status_code in (400, 422)
    assert client.get("/desk/password").status_code == 200


def test_closing_an_account_ends_its_visits_at_once(services: Services, signed_in: SignedIn) -> None:
    client = signed_in("auditor")
    with services.database.transaction() as tx:
        accounts.set_active(tx, SYSTEM, accounts.read_account(tx, "sun"), False)
    assert client.get("/desk/password").status_code == 303


def test_a_visit_ends_after_half_an_hour_without_use(
    monkeypatch: pytest.MonkeyPatch, signed_in: SignedIn
) -> None:
    client = signed_in()
    later(monkeypatch, minutes=29)
    assert client.get("/desk/password").status_code == 200
    later(monkeypatch, minutes=29)
    assert client.get("/desk/password").status_code == 200
    later(monkeypatch, minutes=31)
    answer = client.get("/desk/password")
    assert answer.status_code == 303
    assert "signed out: the desk was not used" in client.get(answer.location).text


def test_a_visit_ends_after_twelve_hours_however_busy(
    monkeypatch: pytest.MonkeyPatch, signed_in: SignedIn
) -> None:
    client = signed_in()
    for _ in range(28):
        later(monkeypatch, minutes=25)
        assert client.get("/desk/password").status_code == 200
    later(monkeypatch, minutes=25)
    assert client.get("/desk/password").status_code == 303


def test_a_page_that_keeps_itself_fresh_does_not_keep_its_owner_signed_in(
    monkeypatch: pytest.MonkeyPatch, signed_in: SignedIn
) -> None:
    client = signed_in()
    for _ in range(4):
        later(monkeypatch, minutes=10)
        client.get("/desk/password", headers={"Sec-Fetch-Dest": "empty"})
    assert client.get("/desk/password").status_code == 303


def test_a_script_is_told_to_go_to_the_sign_in_page(client: FlaskClient) -> None:
    headers = {"HX-Request": "true", "HX-Current-URL": "http://localhost/desk/queue?state=triage"}
    answer = client.get("/desk/queue", headers=headers)
    assert answer.status_code == 401
    assert answer.headers["HX-Redirect"] == "/desk/sign-in?next=%2Fdesk%2Fqueue%3Fstate%3Dtriage"


def test_a_program_without_a_session_gets_json(client: FlaskClient) -> None:
    answer = client.get("/api/v1/queue")
    assert answer.status_code == 401
    assert answer.json
    assert answer.json["code"] == "account:sign-in-needed"
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_what_was_typed_before_the_visit_ended_waits_behind_the_sign_in(
    monkeypatch: pytest.MonkeyPatch, services: Services, signed_in: SignedIn, tip: Any
) -> None:
    client = signed_in()
    path = f"/desk/tips/{tip.reference}/messages"
    form = {
        "csrf_token": csrf_of(client.get("/desk/password").text),
        "kind": "note",
        "text": "Rotes Auto\nzwei Männer",
    }
    later(monkeypatch, hours=1)
    refused = client.post(path, data=form)
    assert refused.status_code == 401
    assert "Rotes Auto\nzwei Männer" in refused.text
    again = {
        "csrf_token": csrf_of(refused.text), "username": "li", "password": PASSWORD, "kept_to": path,
        "kept_name": ["kind", "text"], "kept_text": ["note", "Rotes Auto\nzwei Männer"],
    }  # fmt: skip
    resumed = client.post("/desk/sign-in", data=again)
    assert resumed.status_code == 200
    assert "Rotes Auto\nzwei Männer" in resumed.text
    sent = client.post(path, data={**form, "csrf_token": csrf_of(resumed.text)})
    assert sent.status_code in (200, 303)
    assert "message:note" in actions(services)


def test_a_form_of_a_browser_that_lost_its_cookie_is_kept_too(client: FlaskClient) -> None:
    answer = client.post("/desk/tips/T-1001/messages", data={"csrf_token": "old", "text": "Rotes Auto"})
    assert answer.status_code == 401
    assert "Rotes Auto" in answer.text
    assert "old" not in answer.text.split("Rotes Auto")[0].split("kept_name")[-1]


def test_passwords_are_never_kept_on_a_page(client: FlaskClient) -> None:
    form = {"csrf_token": "x", "current": "secret-one", "new": "secret-two", "again": "secret-two"}
    answer = client.post("/desk/password", data=form)
    assert answer.status_code == 401
    assert "secret-" not in answer.text


def test_kept_fields_cannot_be_sent_anywhere_else(client: FlaskClient, people: People) -> None:
    answer = sign_in(client, "li", kept_to="https://evil.example/", kept_name="a", kept_text="b")
    assert answer.status_code == 303


def test_a_form_from_another_site_is_refused(client: FlaskClient, people: People) -> None:
    token = csrf_of(client.get("/desk/sign-in").text)
    form = {"csrf_token": token, "username": "li", "password": PASSWORD}
    assert (
        client.post("/desk/sign-in", data=form, headers={"Origin": "https://evil.example"}).status_code == 403
    )
    assert client.post("/desk/sign-in", data={**form, "csrf_token": "x"}).status_code == 422
    assert client.get("/desk/password").status_code == 303


def test_signing_in_and_out_stand_in_the_log(services: Services, signed_in: SignedIn) -> None:
    client = signed_in()
    client.post("/desk/sign-out", data={"csrf_token": csrf_of(client.get("/desk/password").text)})
    told = [one for one in actions(services) if one.startswith("account:sign")]
    assert told == ["account:sign-in", "account:sign-out"]


def test_the_page_speaks_chinese_and_english(app: APIFlask) -> None:
    assert '<html lang="zh-CN">' in browser(app, "zh-CN").get("/desk/sign-in").text
    assert '<html lang="en">' in browser(app, "en").get("/desk/sign-in").text


def test_a_language_chosen_on_the_page_stays(app: APIFlask) -> None:
    client = browser(app, "zh-CN")
    client.get("/desk/sign-in?lang=en")
    assert '<html lang="en">' in client.get("/desk/sign-in").text


def change_password(client: FlaskClient, current: str, new: str, again: str | None = None) -> Any:
    token = csrf_of(client.get("/desk/password").text)
    form = {"csrf_token": token, "current": current, "new": new, "again": new if again is None else again}
    return client.post("/desk/password", data=form)


def test_a_new_password_ends_all_other_visits_and_keeps_this_one(app: APIFlask, signed_in: SignedIn) -> None:
    client, other = signed_in(), signed_in()
    assert change_password(client, PASSWORD, "quiet-river-bridge-77").status_code == 303
    assert client.get("/desk/password").status_code == 200
    assert other.get("/desk/password").status_code == 303
    assert sign_in(browser(app), "li", PASSWORD).status_code == 401
    assert sign_in(browser(app), "li", "quiet-river-bridge-77").status_code == 303


def test_a_new_password_needs_the_old_one_and_has_to_be_good(signed_in: SignedIn) -> None:
    client = signed_in()
    assert "Name or password is wrong" in change_password(client, "not-it", "quiet-river-bridge-77").text
    assert (
        "two new passwords differ" in change_password(client, PASSWORD, "quiet-river-bridge-77", "other").text
    )
    assert "must not be a common one" in change_password(client, PASSWORD, "12345678").text
    assert client.get("/desk/password").status_code == 200


def test_flask_security_reads_our_hashes_and_we_read_its(app: APIFlask) -> None:
    with app.test_request_context():
        assert verify_password(PASSWORD, passwords.make_hash(PASSWORD))
        made = hash_password(PASSWORD)
    assert made.startswith("$argon2id$")
    assert passwords.is_right(made, PASSWORD)
    assert not passwords.is_right(made, PASSWORD + "x")
    assert not passwords.is_right("not a hash", PASSWORD)


def test_flask_security_brings_no_routes_and_no_tokens_of_its_own(app: APIFlask, people: People) -> None:
    assert not [rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith("security.")]
    with app.test_request_context():
        from tipline.web.accounts.visits import DeskUser

        token = DeskUser(people["admin"]).get_auth_token()
    text = token.decode() if isinstance(token, bytes) else token
    client = browser(app)
    assert client.get(f"/api/v1/queue?auth_token={text}").status_code == 401
    assert client.get("/api/v1/queue", headers={"Authentication-Token": text}).status_code == 401

"""Sensitive acts ask once more who it is; nothing typed is lost, and the answer counts for ten minutes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from apiflask import APIFlask
from flask import request
from flask.testing import FlaskClient

from tests.conftest import PASSWORD, csrf_of, give_app, sign_in
from tipline.domain import clock, sessions
from tipline.domain.accounts import Account
from tipline.services import Services
from tipline.web import current, guard
from tipline.web.accounts import proving

SignedIn = Callable[..., FlaskClient]
ACT = "/desk/trial"


@pytest.fixture
def done(app: APIFlask) -> list[dict[str, str]]:
    """What reached a sensitive act, added to the application for the test."""
    done: list[dict[str, str]] = []

    def act() -> str:
        done.append({name: text for name, text in request.form.items() if name != "csrf_token"})
        return "done"

    app.add_url_rule(ACT, "trial", guard.staff("account:self")(guard.fresh(act)), methods=["GET", "POST"])
    return done


def later(monkeypatch: pytest.MonkeyPatch, **span: float) -> None:
    before = clock.now
    monkeypatch.setattr(clock, "now", lambda: before() + timedelta(**span))


def send(client: FlaskClient, **form: str) -> Any:
    token = csrf_of(client.get("/desk/password").text)
    return client.post(ACT, data={"csrf_token": token, **form})


def test_whoever_has_just_signed_in_is_not_asked_again(
    signed_in: SignedIn, done: list[dict[str, str]]
) -> None:
    assert send(signed_in(), text="x").text == "done"


def test_an_act_later_on_asks_and_goes_on_with_all_that_was_typed(
    monkeypatch: pytest.MonkeyPatch, signed_in: SignedIn, done: list[dict[str, str]]
) -> None:
    client = signed_in()
    later(monkeypatch, minutes=10)
    typed = {"text": "Rotes Auto\nzwei", "reason": "<b>"}
    asked = send(client, **typed)
    assert asked.status_code == 401
    assert f'action="{ACT}"' in asked.text
    assert "Rotes Auto\nzwei" in asked.text
    assert "&lt;b&gt;" in asked.text
    assert done == []
    wrong = send(client, **typed, proof="not-it-at-all")
    assert wrong.status_code == 401
    assert "That was not right" in wrong.text
    assert "not-it-at-all" not in wrong.text
    assert done == []
    assert send(client, **typed, proof=PASSWORD).text == "done"
    assert done[0]["text"].replace("\r", "") == typed["text"]
    assert send(client, text="the next one").text == "done"


def test_a_page_asks_and_leads_back(
    monkeypatch: pytest.MonkeyPatch, signed_in: SignedIn, done: list[dict[str, str]]
) -> None:
    client = signed_in()
    later(monkeypatch, minutes=11)
    asked = client.get(f"{ACT}?a=1")
    assert (asked.status_code, done) == (401, [])
    form = {"csrf_token": csrf_of(asked.text), "next": f"{ACT}?a=1", "proof": PASSWORD}
    answer = client.post("/desk/prove", data=form)
    assert (answer.status_code, answer.location) == (303, f"{ACT}?a=1")
    assert client.get(ACT).text == "done"
    assert client.post("/desk/prove", data={**form, "next": "//evil.example"}).location == "/desk/queue"


def test_a_script_is_led_to_the_question(
    monkeypatch: pytest.MonkeyPatch, signed_in: SignedIn, done: list[dict[str, str]]
) -> None:
    client = signed_in()
    later(monkeypatch, minutes=11)
    headers = {"HX-Request": "true", "HX-Current-URL": "http://localhost/desk/queue"}
    answer = client.get(ACT, headers=headers)
    assert answer.status_code == 401
    assert answer.headers["HX-Redirect"] == "/desk/prove?next=%2Fdesk%2Fqueue"


def test_guesses_are_slowed_there_as_at_the_door(
    monkeypatch: pytest.MonkeyPatch, signed_in: SignedIn, done: list[dict[str, str]]
) -> None:
    client = signed_in()
    later(monkeypatch, minutes=11)
    codes = [send(client, proof=f"wrong-{at}").status_code for at in range(6)]
    assert codes == [401] * 5 + [429]
    assert f'action="{ACT}"' in send(client, proof=PASSWORD).text
    assert done == []


def test_a_program_cannot_do_it_and_a_clock_that_was_set_back_proves_nothing(
    monkeypatch: pytest.MonkeyPatch, client: FlaskClient, signed_in: SignedIn,
    headers: Callable[..., dict[str, str]], done: list[dict[str, str]],
) -> None:  # fmt: skip
    answer = client.post(ACT, headers=headers())
    assert answer.status_code == 403
    assert "A program cannot do this" in answer.text
    browser = signed_in()
    later(monkeypatch, minutes=-5)
    assert send(browser).status_code == 401
    assert done == []


def test_a_token_of_ones_own_proves_nothing_of_the_visit_of_a_colleague(
    monkeypatch: pytest.MonkeyPatch, signed_in: SignedIn, headers: Callable[..., dict[str, str]],
    done: list[dict[str, str]],
) -> None:  # fmt: skip
    """At the desk that a supervisor left open somebody sends the supervisor's cookie with his own token."""
    monkeypatch.setattr(proving, "on_password", [lambda *_told: done.append({"unlocked": ""})])
    client = signed_in("supervisor")
    done.clear()
    later(monkeypatch, minutes=11)
    answer = client.post("/desk/prove", data={"proof": PASSWORD}, headers=headers("investigator"))
    assert answer.status_code == 403
    assert send(client).status_code == 401
    assert done == []


def test_a_token_and_a_password_are_no_way_around_the_second_factor(
    client: FlaskClient,
    services: Services,
    people: dict[str, Account],
    headers: Callable[..., dict[str, str]],
) -> None:
    with services.database.transaction() as tx:
        give_app(services, tx.merge(people["investigator"]))
    form = {"current": PASSWORD, "new": "another long word 77", "again": "another long word 77"}
    assert client.post("/desk/password", data=form, headers=headers()).status_code == 403
    assert client.get("/desk/me").status_code == 303
    assert sign_in(client, "li").status_code == 303


def test_the_right_password_is_told_to_those_who_wait_for_it(
    monkeypatch: pytest.MonkeyPatch, services: Services, signed_in: SignedIn, done: list[dict[str, str]]
) -> None:
    told: list[tuple[str, str]] = []

    def keep(account: Account, password: str, token: str) -> None:
        told.append((account.username, password))
        with services.database.transaction() as tx:
            sessions.entrust(tx, services.key, token, b"opened")

    monkeypatch.setattr(proving, "on_password", [keep])
    client = signed_in()
    later(monkeypatch, minutes=11)
    send(client, proof="wrong-one")
    send(client, proof=PASSWORD)
    assert told == [("li", PASSWORD)] * 2
    with client:
        client.get("/desk/password")
        visit, token = current.visit(), current.visit_token()
        assert visit
        assert sessions.entrusted(visit, token) == b"opened"
        assert sessions.entrusted(visit, token + "x") is None

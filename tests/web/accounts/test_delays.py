"""Guessing passwords gets slow; the owner is never locked out."""

from __future__ import annotations

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient

from tests.conftest import PASSWORD, browser, sign_in
from tipline.domain.accounts import Account
from tipline.errors import TiplineError
from tipline.web import counting
from tipline.web.accounts import delays

People = dict[str, Account]


def from_address(app: APIFlask, address: str) -> FlaskClient:
    made = browser(app)
    made.environ_base["REMOTE_ADDR"] = address
    return made


def guess(client: FlaskClient, name: str, times: int) -> list[int]:
    return [sign_in(client, name, f"wrong-{at}").status_code for at in range(times)]


def test_the_fifth_wrong_password_makes_the_next_one_wait(client: FlaskClient, people: People) -> None:
    assert guess(client, "li", 5) == [401] * 5
    answer = sign_in(client, "li", PASSWORD)
    assert answer.status_code == 429
    assert "Too many wrong passwords. Wait" in answer.text


def test_an_unknown_name_is_delayed_just_the_same(client: FlaskClient, people: People) -> None:
    assert guess(client, "nobody", 6) == [401] * 5 + [429]


def test_the_owner_comes_in_from_elsewhere_while_others_guess(app: APIFlask, people: People) -> None:
    attacker, owner = from_address(app, "203.0.113.9"), from_address(app, "198.51.100.7")
    assert guess(attacker, "li", 6)[-1] == 429
    assert sign_in(owner, "li").status_code == 303


def test_the_right_password_clears_what_was_counted(app: APIFlask, people: People) -> None:
    for _ in range(3):
        client = browser(app)
        assert guess(client, "li", 4) == [401] * 4
        assert sign_in(client, "li").status_code == 303


def test_spelling_of_the_name_buys_no_fresh_tries(client: FlaskClient, people: People) -> None:
    names = ["li", "LI", " li", "Li", "li "]
    assert [sign_in(client, name, "wrong-one").status_code for name in names] == [401] * 5
    assert sign_in(client, "li", "wrong-one").status_code == 429


def test_delays_grow_and_end_at_a_minute(monkeypatch: pytest.MonkeyPatch, app: APIFlask) -> None:
    asked: list[tuple[str, int]] = []
    real = counting.ask

    def note(act: str, *arguments: object) -> object:
        if act == "incr" and str(arguments[0]).endswith("/wait"):
            asked.append((str(arguments[0]), int(str(arguments[1]))))
        return real(act, *arguments)

    monkeypatch.setattr(counting, "ask", note)
    with app.test_request_context():
        for _ in range(12):
            delays.add("li")
    assert [seconds for _name, seconds in asked] == [2, 4, 8, 16, 32, 60, 60, 60]


def test_one_address_that_tries_many_names_is_slowed_too(app: APIFlask) -> None:
    with app.test_request_context():
        for at in range(51):
            delays.add(f"name-{at}")
        with pytest.raises(TiplineError, match="Too many wrong passwords"):
            delays.require_none("name-new")


def test_an_office_that_signs_in_often_is_not_slowed(app: APIFlask) -> None:
    with app.test_request_context():
        for at in range(200):
            delays.add(f"name-{at % 40}")
            delays.forget(f"name-{at % 40}")
        delays.require_none("name-1")


def test_wrong_old_passwords_are_delayed_as_well(signed_in: object) -> None:
    from tests.web.accounts.test_signin import change_password

    client = signed_in()  # type: ignore[operator]
    codes = [change_password(client, f"wrong-{at}", "quiet-river-bridge-77").status_code for at in range(6)]
    assert codes == [422] * 5 + [429]

"""Guessing receipt codes: what it costs, and that the owner of a code is never locked out by it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

import pytest
import structlog
from apiflask import APIFlask
from flask.testing import FlaskClient
from limits.storage import MemoryStorage
from werkzeug.test import TestResponse

from tests.conftest import browser, csrf_of
from tests.web.reporting import open_tip
from tipline import i18n
from tipline.domain import ids
from tipline.errors import CATALOGUE
from tipline.services import Services
from tipline.web import counting
from tipline.web.intake import guessing

SESSIONS = "/api/v1/public/sessions"
Door = Callable[[FlaskClient, str], TestResponse]


def by_api(client: FlaskClient, code: str) -> TestResponse:
    return client.post(SESSIONS, json={"receipt_code": code})


def by_page(client: FlaskClient, code: str) -> TestResponse:
    token = csrf_of(client.get("/status").text)
    return client.post("/status", data={"csrf_token": token, "receipt_code": code})


@pytest.fixture(params=[by_api, by_page], ids=["api", "page"])
def door(request: pytest.FixtureRequest) -> Door:
    found: Door = request.param
    return found


@pytest.fixture
def right(client: FlaskClient) -> str:
    return open_tip(client, text="x")["receipt_code"]


def strange(number: int) -> str:
    """A code that shares no two groups with another strange one."""
    group = ids.ALPHABET[number // 32] + ids.ALPHABET[number % 32]
    return "-".join(group + mark for mark in ("00", "11", "22", "33"))


def like(code: str, shared: set[int], number: int) -> str:
    """A wrong code that has these groups of the right one."""
    other = strange(100 + number).split("-")
    return "-".join(group if at in shared else other[at] for at, group in enumerate(code.split("-")))


def from_address(app: APIFlask, address: str) -> FlaskClient:
    made = browser(app)
    made.environ_base["REMOTE_ADDR"] = address
    return made


def entered(answer: TestResponse) -> bool:
    return answer.status_code in (201, 303)


def test_wrong_codes_of_one_address_are_told_to_wait_a_minute(client: FlaskClient, door: Door) -> None:
    answers = [door(client, strange(n)) for n in range(guessing.WRONG_OF_ADDRESS + 1)]

    assert [one.status_code for one in answers] == [404] * guessing.WRONG_OF_ADDRESS + [429]
    assert 0 < int(answers[-1].headers["Retry-After"]) <= 61
    assert CATALOGUE["receipt:too-many"].sentence in answers[-1].text


def test_the_right_code_enters_whatever_others_at_the_address_did(
    client: FlaskClient, door: Door, right: str
) -> None:
    for number in range(3 * guessing.WRONG_OF_ADDRESS):
        door(client, strange(number))

    assert entered(door(client, right))
    assert door(client, strange(500)).status_code == 429


def test_the_right_code_enters_even_when_all_the_world_guesses(
    app: APIFlask, door: Door, right: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guessing, "WRONG_OF_ALL", 5)
    for number in range(6):
        answer = door(from_address(app, f"203.0.113.{number}"), strange(number))
    assert answer.status_code == 429

    assert entered(door(from_address(app, "198.51.100.7"), right))


def test_another_address_has_its_own_count(app: APIFlask, door: Door) -> None:
    for number in range(guessing.WRONG_OF_ADDRESS + 1):
        answer = door(from_address(app, "203.0.113.9"), strange(number))
    assert answer.status_code == 429

    assert door(from_address(app, "198.51.100.7"), strange(40)).status_code == 404


@pytest.mark.parametrize("shared", [{0, 1}, {2, 3}, {0, 3}, {1, 2}, {0, 1, 2}, {1, 2, 3}])
def test_who_knows_part_of_a_code_has_three_tries_a_minute_from_all_addresses_together(
    app: APIFlask, door: Door, right: str, shared: set[int]
) -> None:
    answers = [
        door(from_address(app, f"203.0.113.{n}"), like(right, shared, n)) for n in range(guessing.ALIKE + 1)
    ]

    assert [one.status_code for one in answers] == [404] * guessing.ALIKE + [429]
    assert CATALOGUE["receipt:wait"].sentence in answers[-1].text


def test_not_even_the_right_one_is_looked_at_then_and_its_owner_waits_a_minute_at_the_most(
    app: APIFlask, door: Door, right: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else the limit would bound nothing: a guesser would simply never hear of the limit."""
    for number in range(guessing.ALIKE + 5):
        door(from_address(app, f"203.0.113.{number}"), like(right, {0, 1}, number))
    owner = from_address(app, "198.51.100.7")
    refused = door(owner, right)
    assert refused.status_code == 429
    seconds = int(refused.headers["Retry-After"])
    assert 0 < seconds <= guessing.MINUTE_S + 1

    _later(monkeypatch, app, seconds)
    assert entered(door(owner, right))


def test_two_groups_that_many_codes_share_are_no_crowd(client: FlaskClient, door: Door) -> None:
    """Only a group at its own place counts, and two of them together."""
    code = "AAAA-BBBB-CCCC-DDDD"
    for number, shared in enumerate(({0}, {1}, {2}, {3}, {0}, {1})):
        assert door(client, like(code, shared, number)).status_code == 404


def test_entering_clears_the_tries_that_were_alike(client: FlaskClient, door: Door, right: str) -> None:
    for number in range(12):
        if number % 3 == 2:
            assert entered(door(client, right))
        else:
            assert door(client, like(right, {0, 1, 2}, number)).status_code in (404, 429)


def test_entering_often_is_not_guessing(client: FlaskClient, right: str) -> None:
    assert [by_api(client, right).status_code for _ in range(15)] == [201] * 15


@pytest.mark.parametrize("typed", ["", "short", "U" * 16, "<b>", "\0", "AAAA-AAAA-AAAA-AAAA-AAAA"])
@pytest.mark.parametrize("is_over", [False, True])
def test_what_cannot_be_a_code_is_answered_like_a_code_that_is_not_known(
    client: FlaskClient, typed: str, is_over: bool
) -> None:
    if is_over:
        for number in range(guessing.WRONG_OF_ADDRESS):
            by_api(client, strange(number))
    unknown, malformed = by_api(client, strange(300)), by_api(client, typed)

    assert unknown.status_code == malformed.status_code == (429 if is_over else 404)
    assert {**unknown.json, "ref": ""} == {**malformed.json, "ref": ""}


@pytest.mark.parametrize("language", ["en", "zh-CN"])
@pytest.mark.parametrize("code", ["receipt:wait", "receipt:too-many"])
def test_the_page_keeps_what_was_typed_and_says_what_to_do_in_both_languages(
    app: APIFlask, right: str, language: str, code: str
) -> None:
    client = browser(app, language)
    typed = like(right, {0, 1}, 1) if code == "receipt:wait" else strange(1)
    for number in range(guessing.WRONG_OF_ADDRESS + 1):
        answer = by_page(client, like(right, {0, 1}, 1) if code == "receipt:wait" else strange(number))
        if answer.status_code == 429:
            break

    answer = by_page(client, typed)
    assert answer.status_code == 429
    assert i18n.say(i18n.nearest(language) or "", CATALOGUE[code].sentence) in answer.text
    assert f'value="{typed}"' in answer.text


@pytest.mark.parametrize("body", [b"[" * 100_000, b'{"receipt_code":"' + b"A" * 2_000_000 + b'"}'])
def test_a_broken_body_does_not_make_the_count_of_wrong_codes_start_anew(
    client: FlaskClient, body: bytes
) -> None:
    for number in range(guessing.WRONG_OF_ADDRESS):
        assert by_api(client, strange(number)).status_code == 404
    assert client.post(SESSIONS, data=body, content_type="application/json").status_code in (400, 413)

    assert by_api(client, strange(60)).status_code == 429


def test_neither_code_nor_address_stands_in_a_log_the_counters_or_the_data_folder(
    app: APIFlask,
    services: Services,
    right: str,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    address = "203.0.113.77"
    client = from_address(app, address)
    with structlog.testing.capture_logs() as logged, caplog.at_level(logging.DEBUG):
        for number in range(guessing.WRONG_OF_ADDRESS + 2):
            by_api(client, like(right, {1, 2}, number))
            by_page(client, strange(number))
        by_api(client, right)
        entered_by_page = by_page(from_address(app, address), right)

    own: counting._Own = app.extensions["tipline.counting"]
    counted = "\n".join(own.storage.storage)
    assert counted, "the counters of this process were used"
    kept = "".join(_text(path) for path in Path(services.settings.data).rglob("*") if path.is_file())
    told = [str(logged), caplog.text, *capsys.readouterr(), counted, kept, str(entered_by_page.headers)]
    plain = right.replace("-", "")
    for secret in (right, plain, plain.lower(), plain[:8], plain[8:], address):
        assert [one[:80] for one in told if secret in one] == []


def _text(path: Path) -> str:
    return path.read_bytes().decode("latin-1")


def _later(monkeypatch: pytest.MonkeyPatch, app: APIFlask, seconds: int) -> None:
    """So many seconds pass for the counters of this process."""
    own: counting._Own = app.extensions["tipline.counting"]
    assert isinstance(own.storage, MemoryStorage)
    for name in own.storage.expirations:
        own.storage.expirations[name] -= seconds

"""Extensions expiration and termination: how long an upload lasts, and how it ends before it is whole."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from flask.testing import FlaskClient
from werkzeug.http import parse_date
from werkzeug.test import TestResponse

from tests.web.reporting import PHOTO, UPLOADS, Tus, open_tip, rows, stored
from tipline.domain import clock
from tipline.services import Services

HTTP_DATE = re.compile(r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT")
AFTERWARDS: dict[str, Callable[[Tus, str], TestResponse]] = {
    "look": lambda tus, address: tus.look(address),
    "append": lambda tus, address: tus.append(address, 3, b"defg"),
    "remove": lambda tus, address: tus.remove(address),
}


@pytest.fixture
def wait(monkeypatch: pytest.MonkeyPatch) -> Callable[[timedelta], None]:
    """Let time pass."""

    def pass_time(span: timedelta) -> None:
        later = clock.now() + span
        monkeypatch.setattr(clock, "now", lambda: later)

    return pass_time


def ends(answer: TestResponse) -> datetime:
    value = answer.headers["Upload-Expires"]
    assert HTTP_DATE.fullmatch(value)
    parsed = parse_date(value)
    assert parsed
    return parsed


# --- expiration


def test_an_unfinished_upload_says_when_it_ends_and_every_piece_puts_that_off(
    tus: Tus, wait: Callable[[timedelta], None]
) -> None:
    created = tus.create(len(PHOTO))
    address = created.headers["Location"]
    first = ends(created)
    assert timedelta(days=6) < first - clock.now() <= timedelta(days=7)

    wait(timedelta(days=2))
    assert ends(tus.look(address)) == first  # to look is not to send
    moved = ends(tus.append(address, 0, PHOTO[:10]))
    assert moved - first >= timedelta(days=2) - timedelta(seconds=2)
    assert ends(tus.look(address)) == moved


def test_a_finished_file_does_not_end(
    tus: Tus, services: Services, wait: Callable[[timedelta], None]
) -> None:
    created = tus.create(len(PHOTO), data=PHOTO)
    assert "Upload-Expires" not in created.headers

    wait(timedelta(days=10))
    services.receiver.sweep()

    looked = tus.look(created.headers["Location"])
    assert (looked.status_code, "Upload-Expires" in looked.headers) == (200, False)


@pytest.mark.parametrize("call", AFTERWARDS.values(), ids=AFTERWARDS)
def test_an_upload_that_nobody_finished_is_gone(
    tus: Tus, services: Services, wait: Callable[[timedelta], None], call: Callable[[Tus, str], TestResponse]
) -> None:
    address = tus.create(10).headers["Location"]
    tus.append(address, 0, b"abc")
    wait(timedelta(days=8))
    services.receiver.sweep()

    answer = call(tus, address)

    assert (answer.status_code, answer.headers["Tipline-Error"]) == (410, "upload:expired")
    assert "Upload-Offset" not in answer.headers
    assert rows(services)[0].state == "expired"


# --- termination


@pytest.mark.parametrize("sent", [0, 3])
@pytest.mark.parametrize("call", AFTERWARDS.values(), ids=AFTERWARDS)
def test_what_was_taken_back_is_gone_with_its_bytes(
    tus: Tus, services: Services, sent: int, call: Callable[[Tus, str], TestResponse]
) -> None:
    address = tus.create(10).headers["Location"]
    if sent:
        tus.append(address, 0, b"abc"[:sent])

    answer = tus.remove(address)

    assert (answer.status_code, answer.data) == (204, b"")
    assert call(tus, address).status_code == 404
    assert rows(services) == []
    assert list(services.store.list_sessions(clock.now() + timedelta(days=1))) == []


def test_a_place_that_was_taken_back_is_not_given_out_again(tus: Tus) -> None:
    address = tus.create(10).headers["Location"]
    tus.remove(address)

    assert tus.create(10).headers["Location"] != address


@pytest.mark.parametrize("at", [f"{UPLOADS}/0000000000000000000000000a", f"{UPLOADS}/x"])
def test_what_is_not_there_cannot_be_taken_back(tus: Tus, at: str) -> None:
    assert tus.remove(at).status_code == 404


def test_evidence_that_has_arrived_cannot_be_taken_back(tus: Tus, services: Services) -> None:
    created = tus.create(len(PHOTO), data=PHOTO)

    answer = tus.remove(created.headers["Location"])

    assert (answer.status_code, answer.headers["Tipline-Error"]) == (403, "upload:received")
    assert "cannot be taken back" in answer.text
    assert stored(services, created.headers["Tipline-Evidence"]) == PHOTO
    assert tus.look(created.headers["Location"]).status_code == 200


def test_nobody_takes_back_what_belongs_to_another_tip(client: FlaskClient, tus: Tus) -> None:
    address = tus.create(10).headers["Location"]
    other = Tus(client, open_tip(client, text="y")["access_token"])

    assert other.remove(address).status_code == 404
    assert tus.look(address).status_code == 200

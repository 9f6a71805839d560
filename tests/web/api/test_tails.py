"""The end of a film ahead of the rest: scratch that helps to see early, and never evidence."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from storage.memory import MemoryStore
from tests.conftest import browser
from tests.web.reporting import STREAM, Tus, film, open_tip, sha256, stored
from tipline.app import create_app
from tipline.bell import SilentBell
from tipline.domain import tails
from tipline.services import Services, build
from tipline.settings import Settings

DATA = film(300_000)
END = 270_000


def send_tail(tus: Tus, address: str, offset: int, data: bytes, **more: str) -> TestResponse:
    headers = {**tus.headers, "Upload-Offset": str(offset), "Content-Type": STREAM, **more}
    return tus.client.put(f"{address}/tail", headers=headers, data=data)


def scratch(services: Services) -> list[Path]:
    folder = Path(services.settings.data) / "store"
    return [path for path in folder.rglob("*~tail*")]


def test_the_end_comes_first_and_the_file_is_what_came_in_order(tus: Tus, services: Services) -> None:
    address = tus.create(len(DATA)).headers["Location"]

    answer = send_tail(tus, address, END, bytes(len(DATA) - END))
    kept = [path.read_bytes() for path in scratch(services)]
    looked = tus.look(address)
    done = tus.append(address, 0, DATA)

    assert (answer.status_code, answer.headers["Tus-Resumable"]) == (204, "1.0.0")
    assert kept == [bytes(len(DATA) - END)]
    assert looked.headers["Upload-Offset"] == "0"
    assert done.headers["Tipline-Sha256"] == sha256(DATA)
    assert stored(services, done.headers["Tipline-Evidence"]) == DATA
    assert scratch(services) == []


def test_it_goes_with_an_upload_that_is_taken_back(tus: Tus, services: Services) -> None:
    address = tus.create(len(DATA)).headers["Location"]
    send_tail(tus, address, END, DATA[END:])
    assert len(scratch(services)) == 1

    assert tus.remove(address).status_code == 204
    assert scratch(services) == []
    assert send_tail(tus, address, END, DATA[END:]).status_code == 404


def test_it_goes_on_beside_an_upload_that_was_cut(tus: Tus, services: Services) -> None:
    address = tus.create(len(DATA)).headers["Location"]
    tus.append(address, 0, DATA[:1000])
    assert send_tail(tus, address, END, DATA[END:]).status_code == 204

    assert tus.look(address).headers["Upload-Offset"] == "1000"
    assert tus.append(address, 1000, DATA[1000:]).headers["Tipline-Sha256"] == sha256(DATA)


@pytest.mark.parametrize(
    ("offset", "size", "status", "code"),
    [
        (END, len(DATA) - END - 1, 422, "upload:tail-unclear"),
        (END + 1, len(DATA) - END, 422, "upload:tail-unclear"),
        (END - 10_000, len(DATA) - END + 10_000, 413, "upload:tail-too-large"),
        (0, len(DATA) + 1, 413, "upload:tail-too-large"),
    ],
)
def test_only_the_very_end_is_taken(
    tus: Tus, services: Services, offset: int, size: int, status: int, code: str
) -> None:
    address = tus.create(len(DATA)).headers["Location"]

    answer = send_tail(tus, address, offset, bytes(size))

    assert (answer.status_code, answer.headers["Tipline-Error"]) == (status, code)
    assert scratch(services) == []


def test_a_long_end_is_refused_before_it_is_read(tus: Tus, services: Services) -> None:
    address = tus.create(10 * tails.MOST).headers["Location"]

    answer = send_tail(tus, address, 9 * tails.MOST - 1, bytes(tails.MOST + 1))

    assert (answer.status_code, answer.headers["Tipline-Error"]) == (413, "upload:tail-too-large")
    assert "At most 16 MB" in answer.text
    assert scratch(services) == []


def test_nobody_sends_the_end_of_a_file_of_another_tip(
    tus: Tus, client: FlaskClient, services: Services
) -> None:
    address = tus.create(len(DATA)).headers["Location"]
    stranger = Tus(client, open_tip(client, text="y")["access_token"])

    assert send_tail(stranger, address, END, DATA[END:]).status_code == 404
    assert client.put(f"{address}/tail", data=b"x").status_code == 401
    assert scratch(services) == []


def test_headers_are_asked_for_as_at_any_piece(tus: Tus) -> None:
    address = tus.create(len(DATA)).headers["Location"]

    wrong = send_tail(tus, address, END, DATA[END:], **{"Content-Type": "video/mp4"})
    unclear = send_tail(tus, address, END, DATA[END:], **{"Upload-Offset": "soon"})
    old = send_tail(tus, address, END, DATA[END:], **{"Tus-Resumable": "0.2.2"})

    assert [one.status_code for one in (wrong, unclear, old)] == [415, 400, 412]


def test_a_file_that_is_here_wants_no_end(tus: Tus) -> None:
    address = tus.create(len(DATA)).headers["Location"]
    tus.append(address, 0, DATA)

    answer = send_tail(tus, address, END, DATA[END:])

    assert (answer.status_code, answer.headers["Tipline-Error"]) == (409, "upload:tail-unwanted")


def test_a_store_that_shows_no_part_of_a_file_wants_no_end(settings: Settings) -> None:
    client = browser(create_app(build(settings, store=MemoryStore(), bell=SilentBell())))
    tus = Tus(client, open_tip(client, text="x")["access_token"])
    address = tus.create(len(DATA)).headers["Location"]

    answer = send_tail(tus, address, END, DATA[END:])

    assert (answer.status_code, answer.headers["Tipline-Error"]) == (409, "upload:tail-unwanted")
    assert tus.append(address, 0, DATA).headers["Tipline-Sha256"] == sha256(DATA)


def test_an_end_takes_no_room_that_was_promised(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    made = build(replace(settings, min_free_bytes=1000), bell=SilentBell())
    client = browser(create_app(made))
    tus = Tus(client, open_tip(client, text="x")["access_token"])
    address = tus.create(len(DATA)).headers["Location"]
    monkeypatch.setattr(type(made.store), "free_bytes", lambda _store: 1000 + len(DATA) + 10_000)

    crowded = send_tail(tus, address, END, DATA[END:])
    fits = send_tail(tus, address, len(DATA) - 10_000, DATA[-10_000:])

    assert (crowded.status_code, crowded.headers["Tipline-Error"]) == (507, "service:disk-full")
    assert fits.status_code == 204

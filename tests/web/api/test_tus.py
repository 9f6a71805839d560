"""Uploads beyond the letter of the protocol: limits, lines that break, whose an upload is.

The letter is held by the tests beside this one, test_tus_*.py.
"""

from __future__ import annotations

import io
import threading
from dataclasses import replace

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient

from tests.conftest import browser
from tests.web.reporting import (
    PHOTO,
    PLAYLIST,
    STREAM,
    UPLOADS,
    SmallDisk,
    Tus,
    film,
    open_tip,
    rows,
    sha256,
    stored,
)  # fmt: skip
from tipline.app import create_app
from tipline.bell import SilentBell
from tipline.services import Services, build
from tipline.settings import Settings

MIB = 1024 * 1024


# --- limits


def test_a_file_over_the_limit_is_refused_before_it_is_sent(services: Services, settings: Settings) -> None:
    tus = _tus_with(replace(settings, max_file_bytes=1 * MIB))

    answer = tus.create(1 * MIB + 1)

    assert answer.status_code == 413
    assert answer.text == "The file is over 1 MB. Export it in parts and send them one by one.\n"
    assert tus.create(1 * MIB).status_code == 201


def test_all_files_of_a_tip_together_have_a_limit(settings: Settings) -> None:
    tus = _tus_with(replace(settings, max_file_bytes=MIB, max_tip_bytes=MIB, max_tip_files=2))

    assert tus.create(MIB - 10).status_code == 201
    assert tus.create(11).headers["Tipline-Error"] == "tip:too-large"
    assert tus.create(10).status_code == 201
    assert tus.create(1).headers["Tipline-Error"] == "tip:too-many-files"


def test_a_disk_under_its_reserve_takes_nothing_new(settings: Settings) -> None:
    tus = _tus_with(replace(settings, min_free_bytes=1000), SmallDisk(1500))

    assert tus.create(400).status_code == 201
    answer = tus.create(101)

    assert (answer.status_code, answer.headers["Tipline-Error"]) == (507, "service:disk-full")
    assert "Your report is kept" in answer.text


def _tus_with(settings: Settings, store: SmallDisk | None = None) -> Tus:
    app = create_app(build(settings, store=store, bell=SilentBell()))
    client = browser(app)
    return Tus(client, open_tip(client, text="x")["access_token"])


# --- sending


def test_a_file_in_many_pieces_arrives_as_it_is(tus: Tus, services: Services, bell: SilentBell) -> None:
    data = film(3 * MIB + 17)
    address = tus.create(len(data)).headers["Location"]
    at = 0
    for size in (1, 700_001, 2 * MIB, len(data)):
        looked = tus.look(address)
        assert (looked.headers["Upload-Offset"], looked.headers["Cache-Control"]) == (str(at), "no-store")
        assert looked.headers["Upload-Length"] == str(len(data))
        answer = tus.append(address, at, data[at : at + size])
        at = min(at + size, len(data))
        assert (answer.status_code, answer.headers["Upload-Offset"]) == (204, str(at))

    assert answer.headers["Tipline-Sha256"] == sha256(data)
    assert stored(services, answer.headers["Tipline-Evidence"]) == data
    assert [kind for kind, _ in bell.rung] == ["evidence.derive"]
    looked = tus.look(address)
    assert looked.headers["Tipline-Sha256"] == sha256(data)
    assert "Upload-Expires" not in looked.headers


class HangsUp(io.RawIOBase):
    """A phone that sends some bytes and is gone."""

    def __init__(self, data: bytes) -> None:
        self._data = io.BytesIO(data)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]
        piece = self._data.read(min(len(buffer), 1000))
        if not piece:
            raise ConnectionResetError("gone")
        buffer[: len(piece)] = piece
        return len(piece)


def test_what_came_before_a_phone_vanished_is_kept(tus: Tus, services: Services) -> None:
    data = film(100_000)
    address = tus.create(len(data)).headers["Location"]
    headers = {**tus.headers, "Upload-Offset": "0", "Content-Type": STREAM}

    line = {"wsgi.input": HangsUp(data[:60_500]), "CONTENT_LENGTH": str(len(data))}
    tus.client.patch(address, headers=headers, environ_overrides=line)

    at = int(tus.look(address).headers["Upload-Offset"])
    assert 59_000 < at <= 60_500
    answer = tus.append(address, at, data[at:])
    assert answer.headers["Tipline-Sha256"] == sha256(data)
    assert stored(services, answer.headers["Tipline-Evidence"]) == data


def test_a_phone_that_vanished_before_it_heard_of_its_upload_leaves_none(
    tus: Tus, services: Services
) -> None:
    data = film(100_000)
    headers = {**tus.headers, "Upload-Length": str(len(data)), "Content-Type": STREAM}

    line = {"wsgi.input": HangsUp(data[:60_500]), "CONTENT_LENGTH": str(len(data))}
    tus.client.post(UPLOADS, headers=headers, environ_overrides=line)

    assert rows(services) == []


def test_an_upload_goes_on_after_the_server_was_started_anew(
    tus: Tus, app: APIFlask, settings: Settings, services: Services
) -> None:
    data = film(200_000)
    address = tus.create(len(data)).headers["Location"]
    tus.append(address, 0, data[:150_000])

    restarted = build(settings, bell=SilentBell())
    tus.client = browser(create_app(restarted))

    assert tus.look(address).headers["Upload-Offset"] == "150000"
    answer = tus.append(address, 150_000, data[150_000:])
    assert answer.headers["Tipline-Sha256"] == sha256(data)
    assert stored(services, answer.headers["Tipline-Evidence"]) == data
    restarted.close()


def test_what_is_no_footage_is_refused_and_not_kept(tus: Tus, services: Services) -> None:
    address = tus.create(len(PLAYLIST), "film.mp4").headers["Location"]

    answer = tus.append(address, 0, PLAYLIST)

    assert (answer.status_code, answer.headers["Tipline-Error"]) == (415, "evidence:refused")
    assert answer.text.startswith("This is not footage")
    assert rows(services) == []
    assert list(services.store.list("original")) == []
    assert tus.look(address).status_code == 415


def test_too_many_uploads_at_once_are_asked_to_wait(tus: Tus, monkeypatch: pytest.MonkeyPatch) -> None:
    address = tus.create(10).headers["Location"]
    full = threading.BoundedSemaphore(1)
    full.acquire()
    monkeypatch.setattr("tipline.web.lanes.LANES", full)

    answer = tus.append(address, 0, b"x")

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")


# --- whose it is


def test_an_upload_of_another_tip_is_not_there(client: FlaskClient, tus: Tus) -> None:
    address = tus.create(10).headers["Location"]
    other = Tus(client, open_tip(client, text="y")["access_token"])

    for answer in (other.look(address), other.append(address, 0, b"x"), other.remove(address)):
        assert answer.status_code == 404
    assert tus.look(address).headers["Upload-Offset"] == "0"


def test_without_access_nothing_can_be_sent(client: FlaskClient, tus: Tus) -> None:
    address = tus.create(10).headers["Location"]
    for token in ("nonsense", ""):
        other = Tus(client, token)
        for answer in (other.create(10), other.look(address), other.append(address, 0, b"x")):
            assert answer.status_code == 401


def test_a_page_sends_with_its_session_and_token(client: FlaskClient) -> None:
    from tests.conftest import csrf_of

    token = csrf_of(client.get("/").text)
    client.post("/report/what", data={"csrf_token": token, "category": "theft", "text": "x"})
    headers = {"Tus-Resumable": "1.0.0", "Upload-Length": str(len(PHOTO))}

    assert client.post(UPLOADS, headers=headers).status_code == 422  # no X-CSRFToken
    created = client.post(UPLOADS, headers={**headers, "X-CSRFToken": token})
    assert created.status_code == 201
    more = {"Tus-Resumable": "1.0.0", "X-CSRFToken": token, "Upload-Offset": "0", "Content-Type": STREAM}
    assert client.patch(created.headers["Location"], headers=more, data=PHOTO).status_code == 204


def test_faults_are_told_in_the_askers_language_as_text(tus: Tus) -> None:
    answer = tus.append(f"{UPLOADS}/nothing", 0, b"x")

    assert (answer.status_code, answer.content_type) == (404, "text/plain; charset=utf-8")
    assert answer.text == "This upload does not exist any more. Choose the file again.\n"

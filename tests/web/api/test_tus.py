"""Uploads by tus 1.0: `tipline.web.api.tus`. Every rule of the protocol that a client relies on."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import threading
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from werkzeug.http import parse_date

from tests.conftest import browser
from tests.web.reporting import PHOTO, PLAYLIST, STREAM, UPLOADS, SmallDisk, Tus, film, open_tip, sha256
from tipline.app import create_app
from tipline.bell import SilentBell
from tipline.domain import clock, evidence, tips
from tipline.domain.evidence import Evidence
from tipline.services import Services, build
from tipline.settings import Settings

MIB = 1024 * 1024
SHARED_NAMES = Path(__file__).parents[4] / "shared" / "media-bad" / "names.jsonl"
HOSTILE_NAMES = [
    "../../x.mp4",
    "a\u202egpj.exe", "📷 video.mp4", "n" * 300 + ".mp4", "x\0y.mp4", "PRN.mp4", 'q"\r\nA: b.mp4',
    "=1+1.mp4", "<b>x</b>.mp4", "pipe:1", "pic_%02d.jpg", "", "..", "C:\\Windows\\a.mp4", "\ud800.mp4",
]  # fmt: skip


@pytest.fixture
def tus(client: FlaskClient) -> Tus:
    return Tus(client, open_tip(client, text="x")["access_token"])


def names() -> list[str]:
    if not SHARED_NAMES.exists():
        return HOSTILE_NAMES
    return HOSTILE_NAMES + [json.loads(line)["name"] for line in SHARED_NAMES.read_text().splitlines()]


def checksum(data: bytes) -> str:
    return "sha256 " + base64.b64encode(hashlib.sha256(data).digest()).decode()


def stored(services: Services, evidence_id: str) -> bytes:
    with services.database.reading() as tx:
        key = evidence.read_evidence(tx, evidence_id).key
    with services.store.open(key) as reader:
        return reader.read()


def rows(services: Services) -> list[Evidence]:
    with services.database.reading() as tx:
        return evidence.list_of_tip(tx, tips.read_tip(tx, "T-1001"))


# --- what the server says of itself


def test_options_tell_what_the_server_can_do(client: FlaskClient, services: Services) -> None:
    answer = client.options(UPLOADS)

    assert answer.status_code in (200, 204)
    assert answer.headers["Tus-Version"] == "1.0.0"
    assert set(answer.headers["Tus-Extension"].split(",")) == {
        "creation", "creation-with-upload", "checksum", "expiration", "termination",
    }  # fmt: skip
    assert answer.headers["Tus-Max-Size"] == str(services.settings.max_file_bytes)
    assert answer.headers["Tus-Checksum-Algorithm"] == "sha256,sha1"


def test_every_answer_speaks_the_version(tus: Tus) -> None:
    address = tus.create(10).headers["Location"]

    for answer in (tus.look(address), tus.append(address, 0, b"x"), tus.append(address, 7, b"x")):
        assert answer.headers["Tus-Resumable"] == "1.0.0"


@pytest.mark.parametrize("version", ["0.2.2", ""])
def test_another_version_is_refused_with_ours(tus: Tus, version: str) -> None:
    tus.headers["Tus-Resumable"] = version

    answer = tus.create(10)

    assert (answer.status_code, answer.headers["Tus-Version"]) == (412, "1.0.0")


# --- creation


def test_an_upload_is_created_at_a_place_of_its_own(tus: Tus) -> None:
    answer = tus.create(10)

    assert answer.status_code == 201
    assert answer.headers["Location"].startswith(f"{UPLOADS}/")
    assert answer.headers["Upload-Offset"] == "0"
    expires = parse_date(answer.headers["Upload-Expires"])
    assert expires
    assert timedelta(days=6) < expires - clock.now() < timedelta(days=8)


@pytest.mark.parametrize("length", ["", "-1", "1.5", "abc", "9" * 30])
def test_a_length_that_is_none_is_refused(tus: Tus, length: str) -> None:
    answer = tus.create(1, **{"Upload-Length": length})

    assert (answer.status_code, answer.headers["Tipline-Error"]) == (400, "upload:length-needed")


def test_a_file_of_nothing_is_refused(tus: Tus) -> None:
    answer = tus.create(0)

    assert answer.status_code == 422
    assert answer.text.startswith("The file is empty (0 bytes).")


@pytest.mark.parametrize(
    "header", ["filename", "filename !!!", "filename YQ==,filename YQ==", "ä YQ==", ",x YQ=="]
)
def test_metadata_that_cannot_be_read_is_refused(tus: Tus, header: str) -> None:
    answer = tus.create(10, **{"Upload-Metadata": header})

    expected = 201 if header == "filename" else 400  # a key alone is allowed
    assert answer.status_code == expected


@pytest.mark.parametrize("header", ["", " ", ","])
def test_empty_metadata_is_tolerated(tus: Tus, services: Services, header: str) -> None:
    assert tus.create(10, **{"Upload-Metadata": header}).status_code == 201
    assert rows(services)[0].filename == "file"


@pytest.mark.parametrize("name", names(), ids=lambda name: ascii(name)[:40])
def test_a_hostile_name_becomes_mere_text(tus: Tus, services: Services, name: str) -> None:
    said = base64.b64encode(name.encode("utf-8", "surrogatepass")).decode()
    created = tus.create(len(PHOTO), **{"Upload-Metadata": f"filename {said}"})
    answer = tus.append(created.headers["Location"], 0, PHOTO)

    assert answer.status_code == 204
    kept = rows(services)[0].filename
    assert 0 < len(kept) <= evidence.LONGEST_NAME
    assert not set(kept) & set("/\\\0\r\n\u202e")
    looked = tus.look(created.headers["Location"])
    assert looked.headers["Upload-Metadata"] == f"filename {said}".strip()
    assert stored(services, answer.headers["Tipline-Evidence"]) == PHOTO


def test_the_first_bytes_may_come_along(tus: Tus) -> None:
    answer = tus.create(len(PHOTO), "a.jpg", data=PHOTO[:100])
    assert (answer.status_code, answer.headers["Upload-Offset"]) == (201, "100")

    whole = tus.create(len(PHOTO), "b.jpg", data=PHOTO)
    assert (whole.status_code, whole.headers["Tipline-Sha256"]) == (201, sha256(PHOTO))


def test_bad_first_bytes_leave_no_upload_behind(tus: Tus, services: Services) -> None:
    answer = tus.create(len(PHOTO), data=PHOTO, **{"Upload-Checksum": checksum(b"other")})

    assert answer.status_code == 460
    assert rows(services) == []


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


def test_the_last_piece_may_be_asked_for_twice(tus: Tus, bell: SilentBell) -> None:
    address = tus.create(len(PHOTO)).headers["Location"]
    first = tus.append(address, 0, PHOTO)
    again = tus.append(address, len(PHOTO), b"")

    assert (again.status_code, again.headers["Tipline-Evidence"]) == (204, first.headers["Tipline-Evidence"])
    assert len(bell.rung) == 1


def test_pieces_must_be_sent_as_a_stream(tus: Tus) -> None:
    address = tus.create(10).headers["Location"]

    for kind in ("application/octet-stream", "multipart/form-data; boundary=x"):
        assert tus.append(address, 0, b"x", **{"Content-Type": kind}).status_code == 415
    assert tus.look(address).headers["Upload-Offset"] == "0"


@pytest.mark.parametrize(("offset", "status"), [("5", 409), ("1", 409), ("", 400), ("-1", 400), ("x", 400)])
def test_a_piece_belongs_where_the_upload_stands(tus: Tus, offset: str, status: int) -> None:
    address = tus.create(10).headers["Location"]
    tus.append(address, 0, b"abc")

    assert tus.append(address, 0, b"x", **{"Upload-Offset": offset}).status_code == status
    assert tus.look(address).headers["Upload-Offset"] == "3"


def test_more_than_was_announced_is_refused_and_what_fits_is_not_touched(tus: Tus) -> None:
    address = tus.create(10).headers["Location"]
    tus.append(address, 0, b"abc")

    answer = tus.append(address, 3, b"x" * 8)

    assert (answer.status_code, answer.headers["Tipline-Error"]) == (413, "upload:too-much")
    assert tus.look(address).headers["Upload-Offset"] == "3"


def test_a_checked_piece_that_fits_is_kept(tus: Tus) -> None:
    address = tus.create(len(PHOTO)).headers["Location"]

    assert tus.append(address, 0, PHOTO[:50], **{"Upload-Checksum": checksum(PHOTO[:50])}).status_code == 204
    answer = tus.append(address, 50, PHOTO[50:], **{"Upload-Checksum": checksum(PHOTO[50:])})

    assert answer.headers["Tipline-Sha256"] == sha256(PHOTO)


@pytest.mark.parametrize("start", [0, 100])
def test_a_damaged_piece_leaves_nothing_not_even_for_the_sweep(
    tus: Tus, services: Services, start: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = tus.create(len(PHOTO)).headers["Location"]
    if start:
        tus.append(address, 0, PHOTO[:start])
    damaged = bytes(len(PHOTO) - start)

    answer = tus.append(address, start, damaged, **{"Upload-Checksum": checksum(PHOTO[start:])})
    assert answer.status_code == 460
    later = clock.now() + timedelta(minutes=5)
    monkeypatch.setattr(clock, "now", lambda: later)
    services.receiver.sweep()

    assert tus.look(address).headers["Upload-Offset"] == str(start)
    assert tus.append(address, start, PHOTO[start:]).headers["Tipline-Sha256"] == sha256(PHOTO)


@pytest.mark.parametrize("header", ["md5 abc=", "sha256 !!!", "sha256"])
def test_a_checksum_that_is_not_known_is_refused(tus: Tus, header: str) -> None:
    address = tus.create(10).headers["Location"]

    assert tus.append(address, 0, b"x", **{"Upload-Checksum": header}).status_code == 400


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
    monkeypatch.setattr("tipline.web.api.tus_lanes.LANES", full)

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


# --- the end


def test_an_unfinished_file_can_be_taken_back(tus: Tus, services: Services) -> None:
    address = tus.create(10).headers["Location"]
    tus.append(address, 0, b"abc")

    assert tus.remove(address).status_code == 204

    assert tus.look(address).status_code == 404
    assert tus.remove(address).status_code == 404
    assert rows(services) == []


def test_a_received_file_cannot_be_taken_back(tus: Tus, services: Services) -> None:
    address = tus.create(len(PHOTO)).headers["Location"]
    tus.append(address, 0, PHOTO)

    answer = tus.remove(address)

    assert (answer.status_code, answer.headers["Tipline-Error"]) == (403, "upload:received")
    assert len(rows(services)) == 1


def test_an_upload_nobody_finished_ends(
    tus: Tus, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = tus.create(10).headers["Location"]
    later = clock.now() + timedelta(days=8)
    monkeypatch.setattr(clock, "now", lambda: later)

    services.receiver.sweep()

    answer = tus.look(address)
    assert (answer.status_code, answer.headers["Tipline-Error"]) == (410, "upload:expired")
    assert rows(services)[0].state == "expired"


def test_faults_are_told_in_the_askers_language_as_text(tus: Tus) -> None:
    answer = tus.append(f"{UPLOADS}/nothing", 0, b"x")

    assert (answer.status_code, answer.content_type) == (404, "text/plain; charset=utf-8")
    assert answer.text == "This upload does not exist any more. Choose the file again.\n"

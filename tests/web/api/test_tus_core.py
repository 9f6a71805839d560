"""The core of tus 1.0, rule by rule: versions, OPTIONS, HEAD, PATCH, and a method named by a header."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy.exc import OperationalError
from werkzeug.test import TestResponse

import storage
from tests.conftest import csrf_of
from tests.web.reporting import PHOTO, STREAM, UPLOADS, Tus, rows, sha256
from tipline.bell import SilentBell
from tipline.errors import TiplineError
from tipline.services import Services

EXTENSIONS = {"creation", "creation-with-upload", "checksum", "expiration", "termination"}
NOWHERE = f"{UPLOADS}/0000000000000000000000000a"

Call = Callable[[Tus, str], TestResponse]
# Every request the protocol knows, as a client makes it to an upload that stands at 3 of 10 bytes.
CALLS: dict[str, Call] = {
    "create": lambda tus, _address: tus.create(10),
    "look": lambda tus, address: tus.look(address),
    "append": lambda tus, address: tus.append(address, 3, b"defg"),
    "remove": lambda tus, address: tus.remove(address),
}


@pytest.fixture
def address(tus: Tus) -> str:
    """An upload of 10 bytes that stands at 3."""
    made = tus.create(10).headers["Location"]
    assert tus.append(made, 0, b"abc").headers["Upload-Offset"] == "3"
    return made


# --- OPTIONS and versions


@pytest.mark.parametrize("at", [UPLOADS, NOWHERE], ids=["uploads", "one upload"])
@pytest.mark.parametrize("version", [None, "1.0.0", "0.2.2"])
def test_options_tell_anybody_what_the_server_can_do(
    client: FlaskClient, services: Services, at: str, version: str | None
) -> None:
    answer = client.options(at, headers={"Tus-Resumable": version} if version else {})

    assert answer.status_code in (200, 204)
    assert answer.headers["Tus-Version"] == "1.0.0"
    assert set(answer.headers["Tus-Extension"].split(",")) == EXTENSIONS
    assert answer.headers["Tus-Max-Size"] == str(services.settings.max_file_bytes)
    assert set(answer.headers["Tus-Checksum-Algorithm"].split(",")) == {"sha256", "sha1"}


@pytest.mark.parametrize("version", ["0.2.2", "1.0", "1.0.1", "99.0.0", "", None])
@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_another_version_is_told_ours_and_nothing_is_done(
    tus: Tus, services: Services, address: str, call: Call, version: str | None
) -> None:
    del tus.headers["Tus-Resumable"]
    if version is not None:
        tus.headers["Tus-Resumable"] = version

    answer = call(tus, address)

    assert (answer.status_code, answer.headers["Tus-Version"]) == (412, "1.0.0")
    tus.headers["Tus-Resumable"] = "1.0.0"
    assert tus.look(address).headers["Upload-Offset"] == "3"
    assert len(rows(services)) == 1


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_every_answer_speaks_the_version_and_is_kept_nowhere(tus: Tus, address: str, call: Call) -> None:
    stranger = Tus(tus.client, "nonsense")
    for answer in (call(tus, address), call(tus, NOWHERE), call(stranger, address)):
        assert answer.headers["Tus-Resumable"] == "1.0.0"
        assert answer.headers["Cache-Control"] == "no-store"


def test_a_version_is_told_with_a_412_alone(tus: Tus, address: str) -> None:
    assert "Tus-Version" not in tus.look(address).headers


# --- HEAD


@pytest.mark.parametrize("sent", [0, 1, len(PHOTO) - 1, len(PHOTO)])
def test_head_tells_where_an_upload_stands(tus: Tus, sent: int) -> None:
    address = tus.create(len(PHOTO)).headers["Location"]
    if sent:
        tus.append(address, 0, PHOTO[:sent])

    looked = tus.look(address)

    assert (looked.status_code, looked.data) == (200, b"")
    assert looked.headers["Upload-Offset"] == str(sent)
    assert looked.headers["Upload-Length"] == str(len(PHOTO))
    assert looked.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("at", ["/0000000000000000000000000a", "/x", "/%00", "/..%2f..", "/" + "y" * 300])
def test_where_nothing_is_there_is_no_offset_either(tus: Tus, at: str) -> None:
    looked = tus.look(UPLOADS + at)

    assert looked.status_code == 404
    assert "Upload-Offset" not in looked.headers
    assert tus.append(UPLOADS + at, 0, b"x").status_code == 404


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (storage.Unavailable("gone"), "service:store-down"),
        (OperationalError("select", {}, Exception()), "service:database-down"),
        (RuntimeError("unforeseen"), "request:failed"),
        (TiplineError("request:too-many"), "request:too-many"),
    ],
    ids=lambda value: getattr(value, "args", value)[0],
)
def test_a_station_in_trouble_does_not_tell_that_an_upload_is_lost(
    tus: Tus, address: str, services: Services, monkeypatch: pytest.MonkeyPatch, fault: Exception, code: str
) -> None:
    def fail(*_: object) -> None:
        raise fault

    with monkeypatch.context() as trouble:
        trouble.setattr(services.receiver, "look", fail)
        looked = tus.look(address)

    assert (looked.status_code, looked.headers["Tipline-Error"]) == (423, code)
    assert tus.look(address).headers["Upload-Offset"] == "3"


# --- PATCH


def test_a_piece_is_answered_with_the_new_offset_and_no_words(tus: Tus, address: str) -> None:
    answer = tus.append(address, 3, b"defg")

    assert (answer.status_code, answer.headers["Upload-Offset"], answer.data) == (204, "7", b"")


def test_a_piece_of_nothing_changes_nothing(tus: Tus, address: str) -> None:
    answer = tus.append(address, 3, b"")

    assert (answer.status_code, answer.headers["Upload-Offset"]) == (204, "3")


@pytest.mark.parametrize(
    "kind", ["application/octet-stream", "text/plain", "multipart/form-data; boundary=x", "image/jpeg", ""]
)
def test_pieces_must_be_sent_as_a_stream(tus: Tus, address: str, kind: str) -> None:
    answer = tus.append(address, 3, b"x", **{"Content-Type": kind})

    assert (answer.status_code, answer.headers["Tipline-Error"]) == (415, "upload:content-type")
    assert tus.look(address).headers["Upload-Offset"] == "3"


@pytest.mark.parametrize("kind", [STREAM, "Application/Offset+Octet-Stream", f"{STREAM}; charset=binary"])
def test_a_stream_may_be_spelled_in_other_ways(tus: Tus, address: str, kind: str) -> None:
    assert tus.append(address, 3, b"x", **{"Content-Type": kind}).status_code == 204


@pytest.mark.parametrize("offset", ["0", "2", "4", "10", "11", "999999999999999999"])
def test_a_piece_for_another_place_is_told_the_right_one(tus: Tus, address: str, offset: str) -> None:
    answer = tus.append(address, 3, b"", **{"Upload-Offset": offset})

    status, told = (409, "3") if int(offset) <= 10 else (413, None)
    assert (answer.status_code, answer.headers.get("Upload-Offset")) == (status, told)
    assert tus.look(address).headers["Upload-Offset"] == "3"


@pytest.mark.parametrize("offset", ["", " ", "-1", "+3", "3.0", "0x3", "three", "３", "3,3", "9" * 19])
def test_an_offset_that_is_none_is_refused(tus: Tus, address: str, offset: str) -> None:
    wire = offset.encode().decode("latin-1")  # as a server hands headers on
    answer = tus.append(address, 3, b"x", **{"Upload-Offset": wire})

    assert (answer.status_code, answer.headers["Tipline-Error"]) == (400, "upload:offset-unclear")
    assert tus.look(address).headers["Upload-Offset"] == "3"


@pytest.mark.parametrize("extra", [1, 5, 1000])
def test_more_than_was_announced_is_refused_whole(tus: Tus, address: str, extra: int) -> None:
    answer = tus.append(address, 3, b"x" * (7 + extra))

    assert (answer.status_code, answer.headers["Tipline-Error"]) == (413, "upload:too-much")
    assert tus.look(address).headers["Upload-Offset"] == "3"


def test_a_length_cannot_be_changed_by_a_piece(tus: Tus, address: str) -> None:
    tus.append(address, 3, b"de", **{"Upload-Length": "200"})

    looked = tus.look(address)
    assert (looked.headers["Upload-Length"], looked.headers["Upload-Offset"]) == ("10", "5")


def test_the_last_piece_may_be_asked_for_twice(tus: Tus, bell: SilentBell) -> None:
    address = tus.create(len(PHOTO)).headers["Location"]
    first = tus.append(address, 0, PHOTO)
    again = tus.append(address, len(PHOTO), b"")

    assert (again.status_code, again.headers["Tipline-Evidence"]) == (204, first.headers["Tipline-Evidence"])
    assert len(bell.rung) == 1


@pytest.mark.parametrize(("offset", "data", "status"), [(0, PHOTO, 409), (len(PHOTO), b"more", 413)])
def test_a_finished_file_takes_nothing_more(tus: Tus, offset: int, data: bytes, status: int) -> None:
    address = tus.create(len(PHOTO)).headers["Location"]
    tus.append(address, 0, PHOTO)

    answer = tus.append(address, offset, data)

    assert answer.status_code == status
    assert tus.look(address).headers["Tipline-Sha256"] == sha256(PHOTO)


@pytest.mark.parametrize(
    ("code", "status", "told"),
    [
        ("upload:busy", 423, {"Retry-After": "2"}),
        ("upload:superseded", 409, {"Upload-Offset": "3"}),
        ("service:busy", 503, {"Retry-After": "5"}),
        ("service:store-down", 503, {"Retry-After": "10"}),
        ("service:disk-full", 507, {}),
    ],
)
def test_a_piece_that_cannot_be_taken_now_is_asked_for_again(
    tus: Tus,
    address: str,
    services: Services,
    monkeypatch: pytest.MonkeyPatch,
    code: str,
    status: int,
    told: dict[str, str],
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise TiplineError(code)

    with monkeypatch.context() as trouble:
        trouble.setattr(services.receiver, "append", refuse)
        answer = tus.append(address, 3, b"defg")

    assert (answer.status_code, answer.headers["Tipline-Error"]) == (status, code)
    assert {name: answer.headers.get(name) for name in told} == told
    assert tus.append(address, 3, b"defg").headers["Upload-Offset"] == "7"


# --- a method named by a header


def override(tus: Tus, address: str, named: str, *, by: str = "POST", **more: str) -> TestResponse:
    headers = {**tus.headers, "X-HTTP-Method-Override": named, "Content-Type": STREAM, **more}
    data = b"defg" if named.strip().upper() == "PATCH" else None
    return tus.client.open(address, method=by, headers=headers, data=data)


@pytest.mark.parametrize("named", ["PATCH", "patch", " Patch "])
@pytest.mark.parametrize("by", ["POST", "PUT", "GET"])
def test_a_network_without_patch_sends_by_another_method(tus: Tus, address: str, named: str, by: str) -> None:
    answer = override(tus, address, named, by=by, **{"Upload-Offset": "3"})

    assert (answer.status_code, answer.headers["Upload-Offset"]) == (204, "7")


def test_every_other_method_may_be_named_too(tus: Tus, address: str) -> None:
    looked = override(tus, address, "HEAD")
    assert (looked.status_code, looked.headers["Upload-Offset"], looked.data) == (200, "3", b"")
    assert "Tus-Extension" in override(tus, address, "OPTIONS").headers
    assert override(tus, UPLOADS, "POST", by="PUT", **{"Upload-Length": "5"}).status_code == 201
    assert override(tus, address, "DELETE").status_code == 204
    assert tus.look(address).status_code == 404


def test_a_method_that_is_none_is_refused_though_the_real_one_would_do(tus: Tus, services: Services) -> None:
    answer = override(tus, UPLOADS, "BREW", **{"Upload-Length": "5"})

    assert answer.status_code == 405
    assert rows(services) == []


def test_a_named_method_needs_the_token_of_the_page_like_a_real_one(client: FlaskClient) -> None:
    token = csrf_of(client.get("/").text)
    client.post("/report/what", data={"csrf_token": token, "category": "theft", "text": "x"})
    page = {"Tus-Resumable": "1.0.0", "X-CSRFToken": token}
    address = client.post(UPLOADS, headers={**page, "Upload-Length": "10"}).headers["Location"]
    named = {"Tus-Resumable": "1.0.0", "X-HTTP-Method-Override": "DELETE"}

    for method in ("GET", "POST", "HEAD"):
        assert client.open(address, method=method, headers=named).status_code == 422
    assert client.head(address, headers=page).status_code == 200
    assert client.get(address, headers={**named, **page}).status_code == 204


def test_no_other_address_lets_itself_be_renamed(client: FlaskClient) -> None:
    answer = client.get("/", headers={"X-HTTP-Method-Override": "DELETE"})

    assert answer.status_code == 200

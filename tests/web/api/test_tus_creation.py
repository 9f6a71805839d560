"""Extensions creation and creation-with-upload: lengths, names, what may come along, what is not offered."""

from __future__ import annotations

import base64
import io
import json
from pathlib import Path
from urllib.parse import urljoin

import pytest

from tests.web.reporting import PHOTO, STREAM, UPLOADS, Tus, checksum, film, rows, sha256, stored
from tipline.domain import cleaning
from tipline.services import Services

SHARED_NAMES = Path(__file__).parents[4] / "shared" / "media-bad" / "names.jsonl"
HOSTILE_NAMES = [
    "../../x.mp4",
    "a\u202egpj.exe", "📷 video.mp4", "n" * 300 + ".mp4", "x\0y.mp4", "PRN.mp4", 'q"\r\nA: b.mp4',
    "=1+1.mp4", "<b>x</b>.mp4", "pipe:1", "pic_%02d.jpg", "", "..", "C:\\Windows\\a.mp4", "\ud800.mp4",
]  # fmt: skip


def names() -> list[str]:
    if not SHARED_NAMES.exists():
        return HOSTILE_NAMES
    return HOSTILE_NAMES + [json.loads(line)["name"] for line in SHARED_NAMES.read_text().splitlines()]


def b64(text: str | bytes) -> str:
    return base64.b64encode(text.encode() if isinstance(text, str) else text).decode()


# --- the place and the length


def test_every_upload_has_a_place_of_its_own_on_this_host(tus: Tus) -> None:
    answers = [tus.create(10) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [201, 201]
    places = [answer.headers["Location"] for answer in answers]
    assert len(set(places)) == 2
    for place in places:
        assert place.startswith(f"{UPLOADS}/")
        # Told as a path, so that a proxy may give this host any name.
        assert urljoin(f"https://tips.example.org{UPLOADS}", place) == f"https://tips.example.org{place}"
        assert tus.look(place).headers["Upload-Offset"] == "0"


@pytest.mark.parametrize(
    "length", ["", " ", "-1", "+1", "1.5", "1e3", "abc", "0x10", "5,5", "9" * 19, "9" * 30]
)
def test_a_length_that_is_none_is_refused(tus: Tus, services: Services, length: str) -> None:
    answer = tus.create(1, **{"Upload-Length": length})

    assert (answer.status_code, answer.headers["Tipline-Error"]) == (400, "upload:length-needed")
    assert rows(services) == []


def test_a_file_of_nothing_is_refused_and_not_said_to_have_arrived(tus: Tus, services: Services) -> None:
    for answer in (tus.create(0), tus.create(0, data=b"")):
        assert answer.status_code == 422
        assert answer.text.startswith("The file is empty (0 bytes).")
    assert rows(services) == []


@pytest.mark.parametrize(
    "asked",
    [
        {"Upload-Concat": "partial"},
        {"Upload-Concat": f"final;{UPLOADS}/a {UPLOADS}/b", "Upload-Length": ""},
        {"Upload-Defer-Length": "1", "Upload-Length": ""},
        {"Upload-Defer-Length": "1"},
    ],
)
def test_what_is_not_offered_is_refused_before_a_part_could_pass_for_a_file(
    tus: Tus, services: Services, asked: dict[str, str]
) -> None:
    answer = tus.create(10, **asked)

    assert (answer.status_code, answer.headers["Tipline-Error"]) == (400, "upload:extension")
    assert "Upload-Concat" in answer.text
    assert rows(services) == []


# --- Upload-Metadata


@pytest.mark.parametrize(
    ("header", "filename"),
    [
        (None, "file"),
        ("", "file"),
        (" ", "file"),
        (",", "file"),
        ("filename", "file"),
        ("filename ", "file"),
        (f"filename {b64('a.mp4')}", "a.mp4"),
        (f"name {b64('b.mp4')}", "b.mp4"),
        (f"name {b64('b.mp4')},filename {b64('a.mp4')}", "a.mp4"),
        (f"is_confidential,filename {b64('a.mp4')}", "a.mp4"),
        (f"  filename {b64('a.mp4')} , note {b64('x')}  ", "a.mp4"),
        (f"filename {b64('收银台 2号.mp4')}", "收银台 2号.mp4"),
        (f"filename {b64(bytes([0xCA, 0xFD]) + b'.mp4')}", "\ufffd\ufffd.mp4"),
        (f"Filename {b64('a.mp4')}", "file"),
        (f"unknown-key {b64('x')}", "file"),
    ],
)
def test_a_name_is_found_in_whatever_clients_send(
    tus: Tus, services: Services, header: str | None, filename: str
) -> None:
    headers = {"Upload-Metadata": header} if header is not None else {}
    answer = tus.client.post(UPLOADS, headers={**tus.headers, "Upload-Length": "10", **headers})

    assert answer.status_code == 201
    assert rows(services)[0].filename == filename


@pytest.mark.parametrize(
    "header",
    [
        "filename !!!",
        "filename YQ",
        "filename YQ== YQ==",
        "filename YQ==,filename YQ==",
        "filename YQ==,filename",
        "ä YQ==",
        ",x YQ==",
        "x YQ==,",
        "x YQ==,,y YQ==",
        "x " + "QUFB" * 4000,
    ],
    ids=lambda header: ascii(header)[:30],
)
def test_a_description_that_cannot_be_read_is_refused(tus: Tus, services: Services, header: str) -> None:
    answer = tus.create(10, **{"Upload-Metadata": header})

    assert (answer.status_code, answer.headers["Tipline-Error"]) == (400, "upload:metadata-unclear")
    assert rows(services) == []


@pytest.mark.parametrize(
    "header",
    [
        f"filename {b64('收银台.mp4')},filetype {b64('video/mp4')},mine {b64('kept')},flag",
        f"flag,filename {b64('../../x.mp4')}",
    ],
)
def test_a_description_is_told_back_word_for_word(tus: Tus, header: str) -> None:
    address = tus.create(len(PHOTO), **{"Upload-Metadata": header}).headers["Location"]
    assert tus.look(address).headers["Upload-Metadata"] == header

    tus.append(address, 0, PHOTO)
    assert tus.look(address).headers["Upload-Metadata"] == header


@pytest.mark.parametrize("header", ["", ","])
def test_where_nothing_was_described_nothing_is_told_back(tus: Tus, header: str) -> None:
    address = tus.create(10, **{"Upload-Metadata": header}).headers["Location"]

    assert "Upload-Metadata" not in tus.look(address).headers


@pytest.mark.parametrize("name", names(), ids=lambda name: ascii(name)[:40])
def test_a_hostile_name_becomes_mere_text(tus: Tus, services: Services, name: str) -> None:
    said = b64(name.encode("utf-8", "surrogatepass"))
    created = tus.create(len(PHOTO), **{"Upload-Metadata": f"filename {said}"})
    answer = tus.append(created.headers["Location"], 0, PHOTO)

    assert answer.status_code == 204
    kept = rows(services)[0].filename
    assert 0 < len(kept) <= cleaning.LONGEST_NAME
    assert not set(kept) & set("/\\\0\r\n\u202e")
    assert stored(services, answer.headers["Tipline-Evidence"]) == PHOTO


# --- bytes that come along


@pytest.mark.parametrize("sent", [1, 100, len(PHOTO)])
def test_the_first_bytes_may_come_along(tus: Tus, services: Services, sent: int) -> None:
    created = tus.create(len(PHOTO), data=PHOTO[:sent])

    assert (created.status_code, created.headers["Upload-Offset"]) == (201, str(sent))
    address = created.headers["Location"]
    assert tus.look(address).headers["Upload-Offset"] == str(sent)
    answer = tus.append(address, sent, PHOTO[sent:])
    assert answer.headers["Tipline-Sha256"] == sha256(PHOTO)
    assert stored(services, answer.headers["Tipline-Evidence"]) == PHOTO


def test_nothing_may_come_along_as_a_stream(tus: Tus) -> None:
    created = tus.create(len(PHOTO), data=b"")

    assert (created.status_code, created.headers["Upload-Offset"]) == (201, "0")


@pytest.mark.parametrize(
    ("data", "headers", "status"),
    [
        (PHOTO + b"x", {}, 413),
        (PHOTO, {"Upload-Checksum": checksum(b"other")}, 460),
        (PHOTO, {"Upload-Checksum": "md5 YQ=="}, 400),
    ],
)
def test_bad_first_bytes_leave_no_upload_behind(
    tus: Tus, services: Services, data: bytes, headers: dict[str, str], status: int
) -> None:
    answer = tus.create(len(PHOTO), data=data, **headers)

    assert answer.status_code == status
    assert "Location" not in answer.headers
    assert rows(services) == []


@pytest.mark.parametrize("kind", ["text/plain", "application/octet-stream", "application/json", ""])
@pytest.mark.parametrize("is_chunked", [False, True])
def test_bytes_that_come_along_as_something_else_are_refused(
    tus: Tus, services: Services, kind: str, is_chunked: bool
) -> None:
    headers = {**tus.headers, "Upload-Length": "1000", "Content-Type": kind}
    if is_chunked:
        headers["Transfer-Encoding"] = "chunked"

    answer = tus.client.post(UPLOADS, headers=headers, data=b"bytes")

    assert (answer.status_code, answer.headers["Tipline-Error"]) == (415, "upload:content-type")
    assert rows(services) == []


@pytest.mark.parametrize("kind", ["", "text/plain", "application/json"])
def test_without_bytes_the_kind_does_not_matter(tus: Tus, kind: str) -> None:
    headers = {**tus.headers, "Upload-Length": "10", "Content-Type": kind}

    assert tus.client.post(UPLOADS, headers=headers).status_code == 201


def test_a_body_whose_length_is_not_told_is_read_to_its_end(tus: Tus, services: Services) -> None:
    data = film(600_000)
    line = {"wsgi.input_terminated": True}
    streamed = {**tus.headers, "Content-Type": STREAM, "Transfer-Encoding": "chunked"}
    created = tus.client.post(
        UPLOADS, headers={**streamed, "Upload-Length": str(len(data))},
        input_stream=io.BytesIO(data[:300_000]), environ_overrides=line,
    )  # fmt: skip
    assert (created.status_code, created.headers["Upload-Offset"]) == (201, "300000")

    answer = tus.client.patch(
        created.headers["Location"], headers={**streamed, "Upload-Offset": "300000"},
        input_stream=io.BytesIO(data[300_000:]), environ_overrides=line,
    )  # fmt: skip
    assert stored(services, answer.headers["Tipline-Evidence"]) == data

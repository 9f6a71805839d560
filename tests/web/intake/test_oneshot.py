"""The whole report in one form, in whatever order its parts come: `tipline.web.intake.oneshot`."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.conftest import browser
from tests.web.intake.test_steps import CODE
from tests.web.reporting import PHOTO, PLAYLIST, SmallDisk, film, sha256
from tipline.app import create_app
from tipline.bell import SilentBell
from tipline.domain import cleaning, custody, evidence, tips
from tipline.domain.evidence import Evidence
from tipline.domain.tips import Tip
from tipline.services import Services, build
from tipline.settings import Settings
from tipline.web.intake import multipart

BOUNDARY = "----tipline-test"


def body(parts: list[tuple[str, Any]]) -> bytes:
    """A multipart body in just this order; a file is (name, (filename, data))."""
    lines = b""
    for name, value in parts:
        said = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"'.encode()
        if isinstance(value, tuple):
            filename, data = value
            said += f'; filename="{filename}"\r\nContent-Type: video/mp4'.encode()
        else:
            data = value.encode()
        lines += said + b"\r\n\r\n" + data + b"\r\n"
    return lines + f"--{BOUNDARY}--\r\n".encode()


def send(client: FlaskClient, parts: list[tuple[str, Any]], *, cut: int = 0) -> TestResponse:
    data = body(parts)
    return client.post(
        "/report", data=data[: len(data) - cut], content_type=f"multipart/form-data; boundary={BOUNDARY}"
    )


def state(services: Services, reference: str = "T-1001") -> tuple[Tip, list[Evidence]]:
    with services.database.reading() as tx:
        tip = tips.read_tip(tx, reference)
        return tip, evidence.list_of_tip(tx, tip)


WORDS = [("category", "theft"), ("text", "偷东西"), ("place", "幸福超市")]


def test_words_and_files_in_one_request_without_a_cookie(client: FlaskClient, services: Services) -> None:
    data = film(900_000)
    answer = send(client, [*WORDS, ("file", ("cam1.mp4", data)), ("files", ("a.jpg", PHOTO))])

    assert answer.status_code == 201
    assert CODE.search(answer.text)
    assert sha256(data) in answer.text
    tip, files = state(services)
    assert (tip.state, tip.text, tip.place) == ("received", "偷东西", "幸福超市")
    assert [(one.filename, one.size, one.sha256) for one in files] == [
        ("cam1.mp4", len(data), sha256(data)),
        ("a.jpg", len(PHOTO), sha256(PHOTO)),
    ]
    with services.database.reading() as tx:
        assert "tip:rewrite" not in [one.action for one in custody.list_of(tx, tip=tip.reference)]


def test_files_may_come_before_the_words(client: FlaskClient, services: Services) -> None:
    answer = send(client, [("file", ("cam1.mp4", PHOTO)), *WORDS])

    assert answer.status_code == 201
    tip, files = state(services)
    assert (tip.category, tip.text, tip.state, len(files)) == ("theft", "偷东西", "received", 1)


def test_a_plain_form_without_files_serves_too(client: FlaskClient, services: Services) -> None:
    answer = client.post(
        "/report", data={"category": "theft", "text": "x", "occurred_at": "2026-01-02 03:04"}
    )

    assert answer.status_code == 201
    assert state(services)[0].state == "received"


@pytest.mark.parametrize(
    ("kind", "begin"),
    [
        ("application/x-www-form-urlencoded", b"text="),
        (f"multipart/form-data; boundary={BOUNDARY}", b""),
        (
            f"multipart/form-data; boundary={BOUNDARY}",
            f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="'.encode(),
        ),
    ],
)
@pytest.mark.parametrize("is_length_told", [True, False])
def test_a_body_that_is_no_file_is_not_gathered_in_memory(
    client: FlaskClient, kind: str, begin: bytes, is_length_told: bool
) -> None:
    stream = BytesIO(begin + b"x" * 16_000_000)
    # Without a length a body is sent in chunks, and its end is known only when it comes.
    length = {} if is_length_told else {"CONTENT_LENGTH": "", "wsgi.input_terminated": True}
    answer = client.post("/report", input_stream=stream, content_type=kind, environ_overrides=length)

    # Of a plain form in chunks only the beginning is read, which makes a text that is too long.
    assert answer.status_code in (413, 422)
    assert stream.tell() < 3_000_000


def test_a_file_alone_is_enough(client: FlaskClient, services: Services) -> None:
    assert send(client, [("category", "footage"), ("file", ("a.jpg", PHOTO))]).status_code == 201
    assert state(services)[0].text == ""


@pytest.mark.parametrize(
    "parts", [[("category", "theft"), ("text", " \r\n ")], [("category", "theft"), ("file", ("", b""))]]
)
def test_neither_words_nor_a_file_is_told_and_nothing_is_made(
    client: FlaskClient, services: Services, parts: list[tuple[str, Any]]
) -> None:
    answer = send(client, [*parts, ("place", "幸福超市")])

    assert answer.status_code == 422
    assert "Write what happened or attach a file. One of the two is needed." in answer.text
    assert 'value="幸福超市"' in answer.text
    with services.database.reading() as tx:
        assert tips.find_tip(tx, "T-1001") is None


def test_a_wrong_field_keeps_the_file_that_came_with_it(client: FlaskClient, services: Services) -> None:
    answer = send(client, [("category", "no such"), ("text", "x"), ("file", ("a.jpg", PHOTO))])

    assert answer.status_code == 422
    assert "This kind of tip does not exist." in answer.text
    tip, files = state(services)
    assert (tip.state, files[0].state) == ("draft", "received")
    # The correction goes on with the same draft.
    from tests.conftest import csrf_of

    form = {"csrf_token": csrf_of(answer.text), "category": "theft", "text": "x"}
    assert client.post("/report/what", data=form).status_code == 303
    assert state(services)[0].category == "theft"


def test_a_refused_file_does_not_take_the_words_along(client: FlaskClient, services: Services) -> None:
    answer = send(client, [*WORDS, ("file", ("list.mp4", PLAYLIST)), ("file", ("a.jpg", PHOTO))])

    assert answer.status_code == 201
    assert "These files were not taken" in answer.text
    assert "list.mp4" in answer.text
    tip, files = state(services)
    assert (tip.state, [one.filename for one in files]) == ("received", ["a.jpg"])


def test_a_refused_file_alone_says_both(client: FlaskClient) -> None:
    answer = send(client, [("category", "theft"), ("file", ("list.mp4", PLAYLIST))])

    assert answer.status_code == 422
    assert "list.mp4: This is not footage" in answer.text


def test_a_file_over_the_limit_is_told_and_the_words_are_kept(settings: Settings) -> None:
    services = build(replace(settings, max_file_bytes=100_000), bell=SilentBell())
    answer = send(browser(create_app(services)), [*WORDS, ("file", ("big.mp4", film(100_001)))])

    assert answer.status_code == 201
    assert "The file is over 97.7 KB." in answer.text
    tip, files = state(services)
    assert (tip.text, files) == ("偷东西", [])
    services.close()


def test_a_full_disk_is_told_and_the_words_are_kept(settings: Settings) -> None:
    services = build(replace(settings, min_free_bytes=1000), store=SmallDisk(900), bell=SilentBell())
    answer = send(browser(create_app(services)), [*WORDS, ("file", ("a.jpg", PHOTO))])

    assert answer.status_code == 201
    assert "The station has no room for this file right now." in answer.text
    assert state(services)[0].state == "received"
    services.close()


@pytest.mark.parametrize("cut", [1, 40, 600])
def test_a_form_that_breaks_off_is_told_and_leaves_no_half_file(
    client: FlaskClient, services: Services, cut: int
) -> None:
    parts = [*WORDS, ("file", ("a.jpg", PHOTO)), ("file", ("b.jpg", PHOTO))]
    answer = send(client, parts, cut=cut + len(f"--{BOUNDARY}--\r\n"))

    assert answer.status_code == 422
    assert "The connection broke off before everything was here." in answer.text
    assert "偷东西" in answer.text
    tip, files = state(services)
    assert (tip.text, tip.state) == ("偷东西", "draft")
    assert [one.filename for one in files if one.state == "uploading"] == []
    assert all(one.sha256 == sha256(PHOTO) for one in files)


@pytest.mark.parametrize("name", ['../../x".mp4', "a\u202egpj.exe", "", "n" * 400 + ".mp4", "%00.mp4"])
def test_a_hostile_name_is_mere_text(client: FlaskClient, services: Services, name: str) -> None:
    assert send(client, [*WORDS, ("file", (name.replace('"', "%22"), PHOTO))]).status_code == 201

    kept = state(services)[1][0].filename
    assert 0 < len(kept) <= cleaning.LONGEST_NAME
    assert not set(kept) & set("/\\\0\r\n\u202e")


def test_fields_larger_than_any_report_are_not_held_in_memory(client: FlaskClient) -> None:
    answer = send(client, [("category", "theft"), ("text", "x" * 600_000)])

    assert answer.status_code == 413


def test_other_sites_cannot_report_from_a_visitors_browser(client: FlaskClient) -> None:
    answer = client.post("/report", data=dict(WORDS), headers={"Origin": "https://evil.example"})

    assert answer.status_code == 403


@pytest.mark.parametrize("origin", ["http://[", "http://[::1", "//", "x"])
def test_an_origin_that_is_no_address_is_foreign(client: FlaskClient, origin: str) -> None:
    answer = client.post("/report", data={"category": "theft", "text": "x"}, headers={"Origin": origin})
    assert answer.status_code == 403


def test_nonsense_in_place_of_a_form_is_told(client: FlaskClient) -> None:
    answer = client.post("/report", data=b"nonsense", content_type="multipart/form-data; boundary=x")

    assert answer.status_code == 422
    assert "Traceback" not in answer.text


def test_a_form_of_thousands_of_parts_keeps_what_came_before_and_says_so(
    client: FlaskClient, services: Services
) -> None:
    many = [("file", ("empty.jpg", b""))] * (multipart.MOST_PARTS * 3)
    answer = send(client, [*WORDS, ("file", ("a.jpg", PHOTO)), *many, ("file", ("b.jpg", PHOTO))])

    assert answer.status_code == 413
    assert "This form holds more files and fields than can be sent at once." in answer.text
    tip, files = state(services)
    assert (tip.state, [one.filename for one in files if one.arrived]) == ("draft", ["a.jpg"])
    # The reporter has not lost the way to it.
    assert "a.jpg" in client.get("/report/files").text


def test_a_field_without_end_keeps_what_came_before_and_says_so(
    client: FlaskClient, services: Services
) -> None:
    endless = "x" * (multipart.MOST_FIELD_BYTES + multipart.PIECE * 3)
    answer = send(client, [*WORDS, ("file", ("a.jpg", PHOTO)), ("contact", endless)])

    assert answer.status_code == 413
    assert "more than can be sent at once" in answer.text
    assert [one.filename for one in state(services)[1] if one.arrived] == ["a.jpg"]
    assert "a.jpg" in client.get("/report/files").text


def test_as_many_parts_as_a_tip_has_files_are_taken(client: FlaskClient, services: Services) -> None:
    files = [("file", (f"{n}.jpg", PHOTO)) for n in range(20)]
    empty = [("file", ("", b""))] * (multipart.MOST_PARTS - len(files) - len(WORDS))

    assert send(client, [*WORDS, *files, *empty]).status_code == 201
    assert len(state(services)[1]) == len(files)


def test_the_recorder_is_told_of_in_the_same_form(client: FlaskClient, services: Services) -> None:
    said = [("clock_way", "fast"), ("clock_minutes", "3"), ("overwrites_in_days", "7")]
    parts = [*WORDS, *said, ("clock_photo", ("screen.jpg", PHOTO)), ("file", ("cam1.mp4", film(1000)))]
    assert send(client, parts).status_code == 201

    tip, files = state(services)
    assert [(one.filename, one.purpose) for one in files] == [
        ("screen.jpg", "clock"),
        ("cam1.mp4", "footage"),
    ]
    assert (tip.clock_offset_s, tip.clock_source) == (180.0, "minutes")
    assert tip.overwrites_at

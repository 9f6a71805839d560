"""Camera and clock of a file on its tip's page: every way to set it, what it changes, what is refused."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests import factories
from tests.web.desk_forms import log_of, undo_of
from tests.web.review.test_camera import CLOCK
from tipline.domain import evidence, tips
from tipline.domain.evidence import Evidence
from tipline.domain.tips import Tip
from tipline.services import Services

Headers = Callable[..., dict[str, str]]
AddFile = Callable[..., Evidence]
VERSION = re.compile(r'name="version" value="([0-9a-f]+)"')
# A film of 12 s whose clock shows 2018-05-21 12:33:05.5 at the start.
READING = {"way": "readings", "t": "00:00:04.500", "shown": "12:33:10", "true": "12:30:00"}


@pytest.fixture
def film(services: Services, tip: Tip, add_file: AddFile) -> Evidence:
    return factories.examine(services, add_file(tip, filename="cam1.mp4"), clock=CLOCK)


def _address(tip: Tip, file: Evidence) -> str:
    return f"/desk/tips/{tip.reference}/evidence/{file.id}/clock"


def _send(client: FlaskClient, tip: Tip, file: Evidence, headers: dict[str, str], **fields: str) -> Any:
    form = client.get(_address(tip, file), headers=headers).text
    found = VERSION.search(form)
    assert found
    fields.setdefault("version", found[1])
    return client.post(_address(tip, file), headers=headers, data=fields)


def _page(client: FlaskClient, tip: Tip, headers: dict[str, str]) -> str:
    return html.unescape(client.get(f"/desk/tips/{tip.reference}", headers=headers).text)


def _now(services: Services, file: Evidence) -> Evidence:
    with services.database.reading() as tx:
        return evidence.read_evidence(tx, file.id)


def test_two_readings_set_the_offset_and_show_how_it_was_found(
    client: FlaskClient, services: Services, tip: Tip, film: Evidence, headers: Headers
) -> None:
    answer = _send(client, tip, film, headers(), camera="till", **READING)
    assert answer.status_code == 303

    answered = client.get(answer.location, headers=headers()).text
    row, page = _now(services, film), html.unescape(answered)

    assert (row.clock_offset_s, row.clock_source, row.camera) == (190.0, "readings", "till")
    sum_ = "camera 2018-05-21 12:33:10 − true time 2018-05-21 12:30:00 = 3 min 10 s ahead"
    assert f"At 00:00:04.500: {sum_}" in page
    assert "2018-05-21 12:29:55</time> –" in page
    assert "12:29:55 (clock 3 min 10 s ahead, corrected)" in page
    assert "Clock of file 1: camera – → till" in page
    assert "clock offset – → 3 min 10 s ahead" in page
    address, fields = undo_of(answered)
    client.post(address, headers=headers(), data=fields)
    assert (_now(services, film).clock_offset_s, _now(services, film).camera) == (None, "")


TYPED = {"way": "typed", "direction": "ahead"}
WAYS: list[tuple[dict[str, str], tuple[float | None, str | None]]] = [
    ({**TYPED, "direction": "behind", "offset_h": "1", "offset_min": "０"}, (-3600.0, "desk")),
    (TYPED, (0.0, "desk")),
    ({"way": "unknown"}, (None, "desk")),
    ({"way": "tip"}, (None, None)),
    ({"way": "readings", "t": "4.5", "shown": "2018年5月21日 12：33：10", "true": ""}, (None, None)),
    ({"way": "readings", "t": "0:04", "shown": "", "true": "2018/5/21 12:30"}, (None, None)),
]
OFFSET, TIME = "The offset of the camera's clock is unclear", "This time could not be read"
REFUSED = [
    ({**READING, "shown": "noon"}, TIME),
    ({**READING, "shown": "2018-02-30 12:00:00"}, TIME),
    ({**READING, "true": "25:00:00"}, TIME),
    ({**READING, "t": "later"}, "The position in the film could not be read"),
    ({**READING, "t": "9:00:00"}, "The film is not that long"),
    ({**READING, "shown": "", "true": ""}, "Write what the camera shows"),
    ({**TYPED, "offset_min": "x"}, OFFSET),
    ({**TYPED, "offset_h": "999999"}, OFFSET),
    ({"way": "typed", "direction": "up"}, OFFSET),
    ({}, "Choose how the offset is known"),
    ({"way": "tip", "camera": "x" * 201}, "This is longer than 200 characters"),
    ({"way": "unknown", "scope": "camera"}, "Give the camera a name first"),
]


def test_every_way_to_say_it_is_kept_as_it_was_said(
    client: FlaskClient, services: Services, tip: Tip, film: Evidence, headers: Headers
) -> None:
    for fields, held in WAYS:
        assert _send(client, tip, film, headers(), **fields).status_code == 303
        row = _now(services, film)

        assert (row.clock_offset_s, row.clock_source) == held
        if fields["way"] == "readings":
            form = client.get(_address(tip, film), headers=headers()).text
            assert 'name="way" value="readings" checked' in form


def test_what_cannot_be_meant_is_refused_beside_its_field_and_stays_typed(
    client: FlaskClient, services: Services, tip: Tip, film: Evidence, headers: Headers
) -> None:
    for fields, sentence in REFUSED:
        answer = _send(client, tip, film, headers(), **fields)
        page = html.unescape(answer.text)

        assert answer.status_code == 422, fields
        assert sentence in page
        assert "fault-clock-" in page
        for name in fields.keys() & {"t", "shown", "true", "camera", "offset_h", "offset_min"}:
            assert f'value="{fields[name]}"' in page
    assert _now(services, film).clock_reading is None


def test_a_clock_set_meanwhile_by_somebody_else_is_shown_before_it_is_overwritten(
    client: FlaskClient, services: Services, tip: Tip, film: Evidence, headers: Headers
) -> None:
    old = VERSION.search(client.get(_address(tip, film), headers=headers()).text)
    assert old
    _send(client, tip, film, headers("supervisor"), way="typed", direction="ahead", offset_min="3")

    late = _send(client, tip, film, headers(), version=old[1], way="typed", direction="ahead", offset_min="7")

    assert late.status_code == 412
    assert "Somebody set this clock in the meantime" in late.text
    assert "3 min ahead (set at the desk)" in late.text
    assert 'name="offset_min" inputmode="numeric" size="3" maxlength="6" value="7"' in late.text
    assert _now(services, film).clock_offset_s == 180.0
    again = VERSION.search(late.text)
    assert again
    client.post(
        _address(tip, film), headers=headers(),
        data={"version": again[1], "way": "typed", "direction": "ahead", "offset_min": "7"},
    )  # fmt: skip
    assert _now(services, film).clock_offset_s == 420.0


def test_a_script_gets_every_clock_of_the_tip_anew_and_a_form_as_a_piece(
    client: FlaskClient, services: Services, tip: Tip, film: Evidence, add_file: AddFile, headers: Headers
) -> None:
    other = factories.examine(services, add_file(tip, filename="cam2.mp4"), clock=CLOCK)
    asks = {**headers(), "HX-Request": "true"}
    assert "<html" not in client.get(_address(tip, film), headers=asks).text
    # On a page of its own the form is sent the plain way, for the answer is another page.
    assert 'hx-target="#clock-form' not in client.get(_address(tip, film), headers=headers()).text

    answer = _send(client, tip, film, asks, way="typed", direction="ahead", offset_min="3", scope="tip")

    assert answer.status_code == 200
    told = [json.loads(html.unescape(one)) for one in re.findall(r'data-truth="([^"]*)"', answer.text)]
    assert [one["pieces"][0][2] for one in told] == [1526877185500 - 180_000] * 2
    assert told[0]["zone"] == "Asia/Shanghai"
    assert (_now(services, other).clock_offset_s, log_of(services, tip)[-1].action) == (None, "tip:clock")
    refused = _send(client, tip, film, asks, way="readings", t="x")
    assert refused.status_code == 422
    assert "<html" not in refused.text


def test_who_only_looks_sees_the_clock_but_no_form_and_a_file_of_another_tip_has_none_here(
    client: FlaskClient, tip: Tip, film: Evidence, headers: Headers, make_tip: Any
) -> None:
    page = _page(client, tip, headers("auditor"))
    assert "Clock read, nobody compared it" in page
    assert "Camera and clock" not in page
    assert client.get(_address(tip, film), headers=headers("auditor")).status_code == 403
    assert client.get(_address(make_tip(), film), headers=headers()).status_code == 404


def test_a_program_sets_the_clock_with_the_version_it_read(
    client: FlaskClient, tip: Tip, film: Evidence, headers: Headers
) -> None:
    address = f"/api/v1/evidence/{film.id}"
    told = client.get(address, headers=headers())
    clock = told.json["clock"]
    assert (clock["known_by"], clock["camera_at"]) == ("camera", "2018-05-21T12:33:05")
    assert told.headers["ETag"] == f'"{clock["version"]}"'

    assert client.patch(address, headers=headers(), json={"camera": "till"}).status_code == 428
    fits = headers(**{"If-Match": told.headers["ETag"]})
    reading = {"t": 4.5, "shown": "2018-05-21T12:33:10", "true": "2018-05-21T04:30:00+00:00"}
    changed = client.patch(address, headers=fits, json={"camera": "till", "clock_reading": reading})

    assert changed.status_code == 200, changed.json
    clock = changed.json["clock"]
    assert (clock["offset_s"], clock["source"], clock["offset_of"]) == (190.0, "readings", "file")
    assert (clock["camera"], clock["known_by"]) == ("till", "clock")
    assert clock["starts_at"].startswith("2018-05-21T04:29:55")
    assert client.patch(address, headers=fits, json={"camera": "door"}).status_code == 412
    anyway = headers(**{"If-Match": "*"})
    back = client.patch(address, headers=anyway, json={"clock_offset_s": None, "clock_reading": None})
    assert back.json["clock"]["known_by"] == "camera"
    assert client.patch(address, headers=anyway, json={"clock_offset_s": 4e8}).status_code == 422
    assert client.patch(address, headers=headers("auditor"), json={}).status_code == 403


def test_an_offset_of_the_recorder_is_said_not_to_count_for_a_photo_with_a_time_of_its_own(
    client: FlaskClient, services: Services, tip: Tip, add_file: AddFile, headers: Headers
) -> None:
    own = {"captured_at": "2018-05-21T12:30:00+08:00", "captured_at_source": "exif:DateTimeOriginal"}
    photo = factories.examine(services, add_file(tip, filename="IMG_1.jpg"), kind="photo", **own)
    with services.database.transaction() as tx:
        tips.read_tip(tx, tip.reference).clock_offset_s = 240

    page = html.unescape(client.get(_address(tip, photo), headers=headers()).text)

    assert "does not count here" in page

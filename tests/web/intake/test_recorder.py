"""What is told of the recorder, by plain forms: `tipline.web.intake.recorder`."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.conftest import csrf_of
from tests.web.intake.test_steps import fill
from tests.web.reporting import PHOTO, FormFile, Tus, film, open_tip
from tipline.domain import clock, custody, evidence, tips
from tipline.domain.evidence import Evidence
from tipline.domain.tips import Tip
from tipline.services import Services

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 26, 10, 0, 0, tzinfo=SHANGHAI)


@pytest.fixture(autouse=True)
def _at_ten() -> Any:
    with clock.frozen(NOW):
        yield


@pytest.fixture
def drafted(client: FlaskClient) -> FlaskClient:
    assert fill(client).status_code == 303
    return client


def send(client: FlaskClient, path: str, **typed: object) -> TestResponse:
    return client.post(path, data={"csrf_token": csrf_of(client.get("/report/files").text), **typed})


def only_tip(services: Services) -> Tip:
    with services.database.reading() as tx:
        return tips.read_tip(tx, "T-1001")


def files(services: Services) -> list[Evidence]:
    with services.database.reading() as tx:
        return evidence.list_of_tip(tx, tips.read_tip(tx, "T-1001"))


# --- the clock


@pytest.mark.parametrize(
    ("shown", "offset", "words"),
    [
        ("10:03:20", 200.0, "The recorder is 3 min 20 s ahead of true time"),
        ("095640", -200.0, "The recorder is 3 min 20 s behind true time"),
        ("10：03", 180.0, "The recorder is 3 min ahead of true time"),
        ("10点00分00秒", 0.0, "The recorder shows the right time"),
    ],
)
def test_a_typed_reading_is_compared_with_the_moment_it_came(
    drafted: FlaskClient, services: Services, shown: str, offset: float, words: str
) -> None:
    answer = send(drafted, "/report/clock", way="reading", clock_date="2026-11-26", clock_time=shown)

    assert (answer.status_code, answer.location) == (303, "/report/files#clock")
    tip = only_tip(services)
    assert (tip.clock_offset_s, tip.clock_source) == (offset, "reading")
    assert words in drafted.get("/report/files").text
    assert words in drafted.get("/report/check").text
    with services.database.reading() as tx:
        assert [one.action for one in custody.list_of(tx, tip="T-1001")][-1] == "tip:clock"


def test_a_recorder_whose_day_is_wrong_is_off_by_days(drafted: FlaskClient, services: Services) -> None:
    send(drafted, "/report/clock", way="reading", clock_date="2026-11-24", clock_time="12:00:00")

    assert only_tip(services).clock_offset_s == -(46 * 3600.0)
    assert "The recorder is 1 d 22 h behind true time" in drafted.get("/report/files").text


@pytest.mark.parametrize(
    ("typed", "field", "sentence"),
    [
        ({"clock_time": "late"}, "clock_time", "Write it as the recorder shows it, like 21:30:05."),
        ({"clock_time": "25:00"}, "clock_time", "Write it as the recorder shows it, like 21:30:05."),
        ({"clock_time": "9:30 PM"}, "clock_time", "Write it as the recorder shows it, like 21:30:05."),
        ({"clock_time": ""}, "clock_time", "Write it as the recorder shows it, like 21:30:05."),
        ({"clock_date": "soon", "clock_time": "10:00"}, "clock_date", "The time could not be read."),
        ({"clock_date": "2000-01-01", "clock_time": "00:00:00"}, "clock_time", "more than ten years"),
        (
            {"way": "minutes", "clock_way": "fast", "clock_minutes": "many"},
            "clock_minutes",
            "number of minutes",
        ),
        ({"way": "minutes", "clock_minutes": "5"}, "clock_minutes", "number of minutes"),
        ({"way": "minutes", "clock_way": "slow"}, "clock_minutes", "number of minutes"),
        ({"way": "minutes", "clock_way": "slow", "clock_minutes": "9" * 9}, "clock_minutes", "ten years"),
    ],
)
def test_what_cannot_be_understood_is_told_at_its_field_and_stays_typed(
    drafted: FlaskClient, services: Services, typed: dict[str, str], field: str, sentence: str
) -> None:
    answer = send(drafted, "/report/clock", **typed)

    assert answer.status_code == 422
    assert f'<a href="#{field}">' in answer.text
    assert sentence in answer.text
    assert re.search(r'<details[^>]*id="clock"[^>]* open', answer.text)
    for value in typed.values():
        assert f'value="{value}"' in answer.text
    assert only_tip(services).clock_source is None


def test_minutes_and_seconds_say_it_too_and_it_can_be_taken_back(
    drafted: FlaskClient, services: Services
) -> None:
    send(drafted, "/report/clock", way="minutes", clock_way="slow", clock_minutes="2", clock_seconds="5")
    assert (only_tip(services).clock_offset_s, only_tip(services).clock_source) == (-125.0, "minutes")

    send(drafted, "/report/clock", way="minutes", clock_way="right")
    assert only_tip(services).clock_offset_s == 0.0

    send(drafted, "/report/clock", way="forget")
    assert (only_tip(services).clock_offset_s, only_tip(services).clock_source) == (None, None)
    assert "Is the recorder's clock right?" in drafted.get("/report/files").text


def test_a_photo_of_the_clock_is_shown_as_one_to_the_reporter_and_the_desk(
    drafted: FlaskClient, services: Services, headers: Callable[..., dict[str, str]]
) -> None:
    answer = send(drafted, "/report/files", purpose="clock", file=FormFile(PHOTO, "IMG_1.jpg"))

    assert answer.status_code == 303
    (photo,) = files(services)
    assert photo.purpose == "clock"
    page = drafted.get("/report/files").text
    assert "Photo for the clock" in page
    assert "A photo of the recorder's clock has arrived" in page
    assert only_tip(services).clock_source == "photo"
    send(drafted, "/report/check", confirm="yes")
    tip = drafted.get("/api/v1/tips/T-1001", headers=headers("investigator")).json
    assert (tip["clock_source"], tip["evidence"][0]["purpose"]) == ("photo", "clock")


@pytest.mark.parametrize(("said", "kept"), [("clock", "clock"), ("x" * 300, "footage"), ("", "footage")])
def test_a_purpose_nobody_knows_is_footage(
    client: FlaskClient, services: Services, said: str, kept: str
) -> None:
    opened = open_tip(client, text="x")
    tus = Tus(client, opened["access_token"])
    from tests.web.reporting import metadata

    tus.create(len(PHOTO), data=PHOTO, **{"Upload-Metadata": metadata(filename="a.jpg", purpose=said or "-")})

    assert [one.purpose for one in files(services)] == [kept]


# --- writing over


def test_days_until_the_recorder_writes_over_stand_on_the_page_until_the_film_has_come(
    drafted: FlaskClient, services: Services
) -> None:
    answer = send(drafted, "/report/overwrite", overwrite_days="7 天")

    assert (answer.status_code, answer.location) == (303, "/report/files#overwrite")
    assert only_tip(services).overwrites_at == NOW + timedelta(days=7)
    sentence = "in 7 days. Please save it and send it in time."
    assert sentence in drafted.get("/report/files").text
    send(drafted, "/report/check", confirm="yes")
    assert sentence in drafted.get("/status").text

    send_film = {"csrf_token": csrf_of(drafted.get("/status").text), "file": FormFile(film(1000), "cam.mp4")}
    assert drafted.post("/status/files", data=send_film).status_code == 303
    assert sentence not in drafted.get("/status").text
    assert drafted.get("/status/overwrite.ics").status_code == 404


def test_the_live_part_counts_the_days(drafted: FlaskClient) -> None:
    send(drafted, "/report/overwrite", overwrite_days="3")
    send(drafted, "/report/check", confirm="yes")
    first = drafted.get("/status/live")
    assert "in 3 days" in first.text

    with clock.frozen(NOW + timedelta(days=1, seconds=1)):
        later = drafted.get("/status/live", headers={"If-None-Match": first.headers["ETag"]})
        assert (later.status_code, "in 2 days" in later.text) == (200, True)
    with clock.frozen(NOW + timedelta(days=3, seconds=1)):
        assert "may have written over the footage" in drafted.get("/status/live").text


@pytest.mark.parametrize("typed", ["0", "-1", "1.5", "many", "400", "²"])
def test_days_that_cannot_be_are_told_at_their_field(
    drafted: FlaskClient, services: Services, typed: str
) -> None:
    answer = send(drafted, "/report/overwrite", overwrite_days=typed)

    assert answer.status_code == 422
    assert '<a href="#overwrite_days">Write a whole number of days from 1 to 366' in answer.text
    assert f'value="{typed}"' in answer.text
    assert only_tip(services).overwrites_at is None


def test_an_empty_number_of_days_takes_it_back(drafted: FlaskClient, services: Services) -> None:
    send(drafted, "/report/overwrite", overwrite_days="7")
    send(drafted, "/report/overwrite", overwrite_days="")

    assert only_tip(services).overwrites_at is None


def test_the_reminder_goes_into_a_calendar_that_names_nobody(drafted: FlaskClient) -> None:
    send(drafted, "/report/overwrite", overwrite_days="7")
    answer = drafted.get("/status/overwrite.ics")

    assert answer.mimetype == "text/calendar"
    lines = answer.text.replace("\r\n ", "").split("\r\n")
    assert lines[0] == "BEGIN:VCALENDAR"
    assert "DTSTART:20261201T020000Z" in lines
    assert "SUMMARY:Save the recorder's footage\\, it is written over on 2026-12-03" in lines
    assert all(len(line.encode()) <= 75 for line in answer.text.split("\r\n"))
    assert "T-1001" not in answer.text
    assert "航海路派出所" not in answer.text


def test_a_long_title_in_chinese_is_folded_between_characters(drafted: FlaskClient) -> None:
    send(drafted, "/report/overwrite", overwrite_days="7")
    answer = drafted.get("/status/overwrite.ics?lang=zh_Hans_CN")

    rows = answer.text.split("\r\n")
    assert all(len(row.encode()) <= 75 for row in rows)
    assert re.search(r"SUMMARY:.*2026-12-03", answer.text.replace("\r\n ", ""))


def test_without_a_visit_nothing_is_told_and_nothing_is_taken(client: FlaskClient) -> None:
    for path in ("/report/clock", "/report/overwrite"):
        token = csrf_of(client.get("/").text)
        assert client.post(path, data={"csrf_token": token, "overwrite_days": "3"}).status_code == 401
    assert client.get("/status/overwrite.ics").status_code == 401


def test_programs_tell_and_read_the_same(
    client: FlaskClient, services: Services, headers: Callable[..., dict[str, str]]
) -> None:
    opened = open_tip(client, text="x", overwrites_in_days=3, clock_offset_s=60)
    own = client.get(
        f"/api/v1/public/tips/{opened['reference']}",
        headers={"Authorization": f"Bearer {opened['access_token']}"},
    ).json

    assert (own["overwrites_at"], own["clock_source"]) == ("2026-11-29T02:00:00Z", "minutes")
    staff = headers("investigator")
    (row,) = client.get("/api/v1/queue", headers=staff).json["items"]
    tip = client.get(f"/api/v1/tips/{opened['reference']}", headers=staff).json
    assert row["overwrites_at"] == tip["overwrites_at"] == "2026-11-29T02:00:00Z"
    assert tip["awaits_footage"]

    Tus(client, opened["access_token"]).send(film(1000))
    (row,) = client.get("/api/v1/queue", headers=staff).json["items"]
    tip = client.get(f"/api/v1/tips/{opened['reference']}", headers=staff).json
    assert (row["overwrites_at"], tip["awaits_footage"]) == (None, False)

    refused = client.post(
        "/api/v1/public/tips", json={"category": "theft", "text": "x", "overwrites_in_days": 0}
    )
    assert refused.json["fields"]["overwrites_in_days"]["code"] == "tip:days-unclear"

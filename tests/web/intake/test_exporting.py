"""The guide to the recorder's own export, and the note that leads to it."""

from __future__ import annotations

import html

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient

from tests import factories
from tests.conftest import browser, csrf_of
from tests.web.reporting import PHOTO, Tus, film, metadata, open_tip, rows
from tipline.services import Services
from tipline.web.intake import exporting

ASK = "please send the recorder's original as well"
SECOND_HAND = {"warnings": ["media:reencoded"], "device": None}
NATIVE = {"warnings": [], "device": None}


@pytest.mark.parametrize(
    ("language", "title"), [("en", "How to get the original recording"), ("zh-CN", "怎样导出原始录像")]
)
def test_anybody_may_read_it_without_a_tip(app: APIFlask, language: str, title: str) -> None:
    page = browser(app, language).get("/help/export")
    assert page.status_code == 200
    assert f"<h1>{title}</h1>" in page.text


def test_each_brand_has_its_own_place_and_steps(app: APIFlask) -> None:
    page = html.unescape(browser(app).get("/help/export").text)
    assert [brand.key for brand in exporting.BRANDS] == [
        "hikvision", "dahua", "tplink", "xiaomi", "q360", "uniview", "other",
    ]  # fmt: skip
    for brand in exporting.BRANDS:
        assert f'id="{brand.key}"' in page
        assert brand.name in page
        assert all(len(way.steps) >= 2 and step in page for way in brand.ways for step in way.steps)


def test_the_step_with_files_leads_to_it(app: APIFlask) -> None:
    client = browser(app)
    token = csrf_of(client.get("/report").text)
    client.post("/report/what", data={"csrf_token": token, "category": "theft", "text": "x"})
    assert 'href="/help/export"' in client.get("/report/files").text


def _status(app: APIFlask, services: Services, *looks: dict[str, object]) -> str:
    client = browser(app)
    made = open_tip(client, text="x")
    for number, known in enumerate(looks):
        Tus(client, made["access_token"]).send(film(400 + number), f"cam{number}.mp4")
        newest = max(rows(services, made["reference"]), key=lambda one: one.number)
        factories.examine(services, newest, pictures=0, **known)
    _enter(client, made["receipt_code"])
    return html.unescape(client.get("/status").text)


def _enter(client: FlaskClient, code: str) -> None:
    token = csrf_of(client.get("/status").text)
    client.post("/status", data={"csrf_token": token, "receipt_code": code})


def test_a_second_hand_film_is_answered_with_a_friendly_request(app: APIFlask, services: Services) -> None:
    page = _status(app, services, SECOND_HAND)
    assert ASK in page
    assert "“cam0.mp4”" in page
    assert 'href="/help/export"' in page


def test_nothing_is_asked_of_a_native_film_or_once_it_came(app: APIFlask, services: Services) -> None:
    assert ASK not in _status(app, services, NATIVE)
    assert ASK not in _status(app, services, SECOND_HAND, NATIVE)


def test_a_phones_film_is_no_export_and_ends_no_request(app: APIFlask, services: Services) -> None:
    phone = {"warnings": [], "device": {"make": "Apple", "model": "iPhone 13"}}
    assert ASK in _status(app, services, SECOND_HAND, phone)


def test_a_photo_for_the_clock_is_never_asked_about(app: APIFlask, services: Services) -> None:
    client = browser(app)
    made = open_tip(client, text="x")
    named = {"Upload-Metadata": metadata(filename="clock.jpg", purpose="clock")}
    Tus(client, made["access_token"]).create(len(PHOTO), data=PHOTO, **named)
    (row,) = rows(services, made["reference"])
    assert row.purpose == "clock"
    factories.examine(services, row, factories.PHOTO, pictures=0, warnings=["media:screen-filmed"])
    _enter(client, made["receipt_code"])
    assert ASK not in client.get("/status").text

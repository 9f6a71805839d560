"""Leaving in a hurry, neutral titles, nothing kept: what a reporter's device and its owner may learn."""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Iterator
from dataclasses import replace

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient

from tests.conftest import browser, csrf_of
from tests.laws.sources import files
from tipline.app import create_app
from tipline.services import Services
from tipline.settings import Settings, load

PAGES = ("/", "/report/files", "/report/check", "/report/receipt", "/status", "/verify", "/help/export")
TELLING = re.compile(r"tip\b|tips\b|police|report a|线索|派出所|公安|举报|报案", re.IGNORECASE)


@pytest.fixture
def visiting(client: FlaskClient) -> FlaskClient:
    """A browser in the middle of a report."""
    form = {
        "csrf_token": csrf_of(client.get("/report").text),
        "category": "theft",
        "text": "x",
        "contact": "138",
    }
    assert client.post("/report/what", data=form).status_code == 303
    return client


def test_leaving_ends_the_visit_clears_the_device_and_goes_elsewhere(visiting: FlaskClient) -> None:
    answer = visiting.post("/exit")
    assert answer.status_code == 200
    assert answer.headers["Clear-Site-Data"] == '"cache", "cookies", "storage"'
    assert answer.headers["Cache-Control"] == "no-store"
    assert 'http-equiv="refresh" content="0; url=https://www.baidu.com"' in answer.text
    assert "Tipline" not in answer.text
    assert visiting.get("/report/check").location == "/status"


def test_the_key_of_what_is_typed_lasts_a_visit_and_belongs_to_one_browser(
    visiting: FlaskClient, app: APIFlask
) -> None:
    def key(who: FlaskClient, path: str = "/report?back=1") -> bytes:
        found = re.search(r'data-keep-key="([^"]+)"', who.get(path).text)
        assert found
        return b64decode(found[1], validate=True)

    first = key(visiting)
    assert len(first) == 32
    assert key(visiting) == first == key(visiting, "/write/question")
    assert key(browser(app)) != first
    visiting.post("/exit")
    assert key(visiting) != first


def test_another_site_cannot_end_a_visit(visiting: FlaskClient) -> None:
    assert visiting.post("/exit", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert visiting.get("/report/check").status_code == 200


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_titles_say_nothing_of_what_the_page_is_and_nothing_of_it_is_stored(
    visiting: FlaskClient, path: str, language: str
) -> None:
    answer = visiting.get(path, headers={"Accept-Language": language}, follow_redirects=True)
    title = re.search(r"<title>(.*?)</title>", answer.text, re.DOTALL)
    assert title
    assert not TELLING.search(title[1]), title[1]
    assert "航海路" not in title[1]
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "no-referrer"


def test_no_script_keeps_pages_for_later_and_no_field_offers_what_was_typed_before() -> None:
    for path in files("tipline/static/js", ".js"):
        assert "serviceWorker" not in path.read_text(encoding="utf-8"), path
    assert 'name="contact" type="text"' in _template("what")
    assert 'autocomplete="tel"' not in _template("what")


def test_an_onion_service_has_cookies_that_work_and_no_promise_of_certificates(settings: Settings) -> None:
    onion = load({"TIPLINE_DATA": str(settings.data), "TIPLINE_PUBLIC_URL": "http://abcdef.onion"})
    assert not onion.secure
    assert onion.base_url == "http://abcdef.onion"


def test_the_onion_address_is_offered_on_pages_of_reporters_alone(services: Services) -> None:
    for made in _with(services, onion_url="http://abcdef.onion", public_url="https://tips.example"):
        assert made.get("/status").headers["Onion-Location"] == "http://abcdef.onion/status"
        assert "Onion-Location" not in made.get("/desk/sign-in").headers
        there = made.get("/status", headers={"Host": "abcdef.onion"})
        assert "Onion-Location" not in there.headers
        assert "Strict-Transport-Security" not in there.headers


def _with(services: Services, **changed: str) -> Iterator[FlaskClient]:
    yield browser(create_app(replace(services, settings=replace(services.settings, **changed))))


def _template(name: str) -> str:
    (path,) = [one for one in files("templates/intake", ".html") if one.name == f"{name}.html"]
    return path.read_text(encoding="utf-8")

"""A reporter is told when a file that arrived as it was sent does not show all it could."""

from __future__ import annotations

import html

import pytest
from apiflask import APIFlask

from tests import factories
from tests.conftest import browser, csrf_of
from tests.web.reporting import Tus, film, open_tip, rows
from tipline.failures import FAILURES
from tipline.i18n import say
from tipline.services import Services
from tipline.web.intake import wishes

ROW = 'class="file-wish"'
BROKEN = {"failure": "media:index-lost", "warnings": []}
REPAIRED = {"failure": None, "warnings": ["media:repaired", "media:damaged"]}
SOUND = {"failure": None, "warnings": ["media:sampled"]}


def _pages(
    app: APIFlask, services: Services, known: dict[str, object], language: str = "en"
) -> tuple[str, str]:
    """The status page and the signed receipt after one film was looked at."""
    client = browser(app, language)
    made = open_tip(client, text="x")
    Tus(client, made["access_token"]).send(film(400), "cam.mp4")
    (row,) = rows(services, made["reference"])
    factories.examine(services, row, pictures=0, **known)
    token = csrf_of(client.get("/status").text)
    client.post("/status", data={"csrf_token": token, "receipt_code": made["receipt_code"]})
    return tuple(html.unescape(client.get(path).text) for path in ("/status", "/status/slip"))  # type: ignore[return-value]


@pytest.mark.parametrize(("language", "locale"), [("en", "en"), ("zh-CN", "zh_Hans_CN")])
def test_a_film_whose_index_is_lost_is_asked_for_again(
    app: APIFlask, services: Services, language: str, locale: str
) -> None:
    status, _ = _pages(app, services, BROKEN, language)
    row = status.split(ROW)[1].split("</p>")[0]
    assert say(locale, wishes.WISHES["media:index-lost"]) in row
    assert 'href="/help/export"' in row


def test_a_repaired_film_says_that_officers_see_it(app: APIFlask, services: Services) -> None:
    status, _ = _pages(app, services, REPAIRED)
    assert status.count(ROW) == 1
    assert "Officers can look at a repaired copy" in status


def test_nothing_is_asked_of_a_sound_film_nor_on_the_signed_receipt(
    app: APIFlask, services: Services
) -> None:
    assert ROW not in _pages(app, services, SOUND)[0]
    assert ROW not in _pages(app, services, BROKEN)[1]


def test_each_wish_is_for_a_code_that_an_examination_can_give() -> None:
    assert set(wishes.WISHES) <= set(FAILURES)

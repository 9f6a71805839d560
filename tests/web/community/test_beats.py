"""Finding a beat and its page: `tipline.web.community.beats`."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient

from tests.conftest import browser
from tipline.domain import beats, clock, duties, promptness, shops, tips
from tipline.domain.accounts import Account
from tipline.domain.actors import SYSTEM, reporter
from tipline.domain.reports import Report
from tipline.domain.shops import Described
from tipline.services import Services

SQUARE = {"type": "Polygon", "coordinates": [[[113.6, 34.7], [113.7, 34.7], [113.7, 34.8], [113.6, 34.7]]]}
NIGHT = datetime(2026, 11, 26, 14, 56, tzinfo=UTC)  # 22:56 at the station


@pytest.fixture
def north(services: Services) -> str:
    with services.database.transaction() as tx:
        beat = beats.add(tx, SYSTEM, "north", "航海路北片区")
        beat.officer_name, beat.greeting, beat.reach = "周警官", "有事@我，随时都在。", "值班室 0371-6000"
        beat.shape = json.dumps(SQUARE)
        hidden = beats.add(tx, SYSTEM, "old", "旧片区")
        hidden.listed = False
        shops.add(tx, SYSTEM, Described("幸福超市", "学府路88号", "north"))
    return "north"


def test_a_beat_is_found_by_its_name_its_officer_or_a_street(client: FlaskClient, north: str) -> None:
    for words in ("航海", "周警官", "学府路"):
        assert 'href="/beats/north"' in client.get("/beats", query_string={"q": words}).text, words
    assert "No area has these words" in client.get("/beats?q=天安门").text
    assert "旧片区" not in client.get("/beats").text


def test_borders_are_told_to_the_phone_which_looks_by_itself(client: FlaskClient, north: str) -> None:
    told = client.get("/beats/borders.json").json

    assert [one["code"] for one in told["beats"]] == ["north"]
    assert told["beats"][0]["polygons"][0][0][0] == [113.6, 34.7]


def test_the_page_says_who_answers_by_day_and_by_night(
    app: object, services: Services, people: dict[str, Account], north: str
) -> None:
    with services.database.transaction() as tx:
        day = duties.Line(who="li", part="officer", beat="north", starts="08:00", ends="18:00")
        duties.add(tx, SYSTEM, day)
        duties.add(tx, SYSTEM, duties.Line(who="wang", part="on_call"))
    client = browser(app, "zh")  # type: ignore[arg-type]
    with clock.frozen(NIGHT - timedelta(hours=12)):
        page = client.get("/beats/north").text
    assert "片区民警正在值班" in page
    assert "周警官" in page
    assert "有事@我，随时都在。" in page
    assert "有危险？" in page
    assert page.index("tel:110") < page.index("/write/now?beat=north&amp;kind=lift") < page.index("0371-6000")
    with clock.frozen(NIGHT):
        page = client.get("/beats/north").text
    assert "由备勤民警回复" in page
    assert f">{people['investigator'].display_name}<" not in page  # names of accounts are nobody's business


def test_a_beat_without_a_page_says_where_to_go(client: FlaskClient, north: str) -> None:
    for code in ("old", "nowhere"):
        answer = client.get(f"/beats/{code}")
        assert answer.status_code == 404
        assert "has no page any more" in answer.text


def test_the_usual_time_is_told_of_enough_tips_and_counts_silence(services: Services, north: str) -> None:
    with services.database.transaction() as tx:
        for number in range(promptness.ENOUGH):
            tip = tips.begin(tx, Report("noise", "吵", beat=north), language="en", door="web", ack_minutes=2)
            tips.submit(tx, tip, reporter(tip.reference), ack_minutes=2)
            if number > 2:
                tip.acknowledged_at = tip.received_at and tip.received_at + timedelta(seconds=30 * number)
            if number < promptness.ENOUGH - 1:
                tx.flush()
                assert promptness.median_s(tx, north) is None
        tx.flush()
        # 90 … 210 s of five, and three that wait still: the middle lies between 180 and 210.
        assert promptness.median_s(tx, north) == 195

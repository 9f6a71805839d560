"""The rota and the border: a supervisor sets both up, and what comes at 22:56 lies before who is on call."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.acts import said
from tests.journeys.conftest import Officer
from tests.journeys.look import Look
from tests.journeys.station import Station
from tipline.db import Database
from tipline.domain import beats, clock, duties
from tipline.domain.actors import SYSTEM

CODE, NAME = "duty-story", "航海路片区"
# Corners of the area that is clicked on the map, from its middle.
CORNERS = ((-200, -120), (200, -120), (200, 110), (-200, 110))
Picture = Callable[[Page, int], None]


@pytest.fixture
def picture() -> Picture:
    """Kept only when somebody asks for the story in pictures."""
    folder = os.environ.get("TIPLINE_STORY_PICTURES", "")

    def take(page: Page, number: int) -> None:
        if folder:
            path = Path(folder) / f"duty-{number}.jpg"
            page.screenshot(path=path, type="jpeg", quality=72, scale="css")

    return take


@pytest.fixture
def beat(station: Station) -> Iterator[str]:
    """A beat without border and rota; others share the station, so nothing of either is left behind."""
    database = Database(f"sqlite:///{station.data / 'tipline.db'}")
    with database.transaction() as tx:
        beats.add(tx, SYSTEM, CODE, NAME)
    yield CODE
    with database.transaction() as tx:
        for row in (*duties.list_of(tx, CODE), *duties.list_of(tx, None)):
            duties.remove(tx, SYSTEM, row)
        beats.read_beat(tx, CODE).shape = None
    database.close()


def draw(page: Page) -> None:
    """An area, corner by corner; the last is clicked again."""
    page.locator("[data-border-act=newArea]").click()
    box = page.locator("[data-border]").bounding_box()
    assert box
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    for x, y in (*CORNERS, CORNERS[-1]):
        page.mouse.click(middle[0] + x, middle[1] + y)
        page.wait_for_timeout(300)  # two clicks in one moment would be a double click


def line_of(page: Page, who: str, starts: str, ends: str) -> None:
    """The form for one line more, filled in and sent."""
    form = page.locator(".rota-new")
    if form.get_attribute("open") is None:
        form.locator("summary").first.click()
    form.locator("[name=who]").select_option(who)
    for day in form.locator("[name=weekdays]").all():
        day.check(force=True)
    form.locator("[name=starts]").fill(starts)
    form.locator("[name=ends]").fill(ends)
    form.locator("[type=submit]").click()


def test_a_station_sets_up_its_rota_and_a_tip_at_night_lies_before_who_is_on_call(
    officer: Officer, station: Station, beat: str, picture: Picture
) -> None:
    desk = officer("zhao", f"/desk/admin/beats/{beat}/border", language="zh")
    look = Look(desk, by_night=False)
    expect(desk.locator("[data-map-words]").first).to_contain_text(said("zh", "Draw an area"))
    draw(desk)
    expect(desk.locator("[data-map-words]").first).to_contain_text("4")
    picture(desk, 1)
    look.at("a border drawn")
    desk.locator("[data-border-save]").click()
    expect(desk.locator(".notice")).to_contain_text(said("zh", "The border is kept."))

    # By day Li, at night Zhao for the whole station: which of them it is now, the clock decides.
    now = clock.now().astimezone(ZoneInfo("Asia/Shanghai"))
    over, later = (f"{now + timedelta(hours=one):%H:%M}" for one in (-2, -1))
    line_of(desk, "li", over, later)
    expect(desk.locator(".rota")).to_contain_text(f"{over}–{later}")
    expect(desk.locator(".rota-gaps")).to_be_visible()
    picture(desk, 2)
    look.unfolded("a beat with its rota")
    desk.goto("/desk/admin/duty")
    line_of(desk, "zhao", "00:00", "00:00")
    expect(desk.locator(".duty-beats")).to_contain_text(said("zh", "On call"))
    picture(desk, 3)

    told = station.tell(
        "/api/v1/public/tips", {"category": "noise", "text": "22:56 楼上还在装修，孩子睡不着。", "beat": beat}
    )
    assert station.ask(f"/api/v1/tips/{told['reference']}")["assignee"] == "zhao"
    desk.goto(f"/desk/tips/{told['reference']}")
    expect(desk.locator("main")).to_contain_text(said("zh", "chosen by the tip provider"))
    (mine,) = [one for one in station.ask("/api/v1/beats")["items"] if one["code"] == beat]
    assert [one["part"] for one in mine["on_duty"]] == ["on_call"]
    assert look.found == []

"""The 22:56 noise complaint: a resident, the officer, and the school's security by a link."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.journeys import acts
from tests.journeys.conftest import PHONE, Officer, Open
from tests.journeys.station import PASSWORD, Station
from tipline.db import Database
from tipline.domain import accounts, beats, duties, partners
from tipline.domain.actors import SYSTEM
from tipline.domain.partners import Described

NOISE = "学校操场有人在放音响唱歌，快十一点了还没停，孩子明天要考试。"

Picture = Callable[[Page, int], None]


@pytest.fixture
def picture() -> Picture:
    """Kept only when somebody asks for the story in pictures."""
    folder = os.environ.get("TIPLINE_STORY_PICTURES", "")

    def take(page: Page, number: int) -> None:
        if folder:
            path = Path(folder) / f"noise-{number}.jpg"
            page.screenshot(path=path, type="jpeg", quality=72, scale="css")

    return take


def _settle(station: Station) -> None:
    """A beat with its officers, and the school's security in its directory."""
    station.tipline("user", "add", "chen", "--role", "investigator", "--password-stdin", stdin=PASSWORD)
    database = Database(f"sqlite:///{station.data / 'tipline.db'}")
    with database.transaction() as tx:
        beats.add(tx, SYSTEM, "hanghai", "航海片区").officer_name = "李警官"
        accounts.read_account(tx, "chen").display_name = "陈警官"
        duties.add(tx, SYSTEM, duties.Line("li", duties.OFFICER, "hanghai"))
        said = Described("school", "航海中学保卫处", "0371-6655 4433", "hanghai", "24 小时值班")
        partners.add(tx, SYSTEM, said)
    database.close()


def _nudge(page: Page) -> None:
    """The page asks now instead of in some seconds."""
    page.evaluate("document.dispatchEvent(new Event('arrived'))")


def test_a_noise_at_night_brings_school_security_while_the_resident_reads_along(
    opened: Open, officer: Officer, station: Station, picture: Picture
) -> None:
    _settle(station)

    # The resident, from the officer's page.
    phone = opened("/beats/hanghai")
    phone.locator("a[href*='kind=noise']").click()
    phone.locator("#place").fill("航海中学操场")
    phone.locator("#text").fill(NOISE)
    acts.submit_of(phone, "/write/now").click()
    expect(phone).to_have_url(re.compile(r"/report/receipt$"))
    acts.keep_code(phone)
    number = acts.reference_on(phone)

    # The officer takes note with the ready sentence, in one tap.
    desk = officer("li", f"/desk/tips/{number}", device=PHONE)
    desk.locator(".acknowledge-ready").click()
    expect(desk.locator("#flash")).to_contain_text("已")

    # School security is pulled in: a link for the chat group, with place and words and no more.
    desk.locator("#handing details.act").first.locator("summary").click()
    expect(desk.locator("#handing input[name=partner]").first).to_be_checked()
    desk.locator("#handing").scroll_into_view_if_needed()
    picture(desk, 1)
    desk.locator(f"form[action='/desk/tips/{number}/referrals'] .button-primary").click()
    link = desk.locator(".referral-link").inner_text()
    expect(desk.locator("#group-words")).to_have_value(re.compile(re.escape(link)))
    picture(desk, 2)

    # The third browser: the guard's phone, without an account.
    guard = opened(link.removeprefix(station.url))
    expect(guard.locator("main")).to_contain_text(NOISE)
    expect(guard.locator("body")).not_to_contain_text(number)
    picture(guard, 3)
    guard.locator("button[name=minutes][value='10']").click()
    expect(guard.locator("#now + .refer-steps .is-reached")).to_have_count(2)

    # Told to the resident at once, in plain words.
    _nudge(phone)
    course = phone.locator(".course")
    expect(course).to_contain_text("学校保卫已接单，预计 10 分钟到达")
    course.scroll_into_view_if_needed()
    picture(phone, 4)

"""The 22:56 noise complaint: a resident, the officer, a colleague on that beat, the school's security.

The station stands where it is past ten at night while the test runs, so that rota, words and times are those
of the night and nothing in the product has to pretend.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from tests import footage
from tests.journeys import acts
from tests.journeys.conftest import PHONE, Officer, Open
from tests.journeys.station import Station, running
from tipline.db import Database
from tipline.domain import accounts, beats, clock, duties, partners
from tipline.domain.actors import SYSTEM
from tipline.domain.partners import Described

NOISE = "学校操场有人在放音响唱歌，快十一点了还没停，孩子明天要考试。"
READY = "已联系航海片警，正在处理"
NOTE = "操场外放音响，已告知居民在处理。请联系学校保卫，并到南门看一下。"
FOUND = "是校外人员在看台聚会，已劝离，音响已关。"
QUIET = "民警已到操场，人已散去，音响已关，今晚会再巡一次。"

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


def zone_in_which_it_is(hour: int, moment: datetime) -> str:
    """A zone, whole hours off UTC, whose clocks show this hour now; there is one for every hour."""
    ahead = (hour - moment.astimezone(UTC).hour) % 24
    # The signs of these zones are the other way round.
    return f"Etc/GMT-{ahead}" if ahead <= 14 else f"Etc/GMT+{24 - ahead}"


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Station]:
    """A station past ten at night."""
    staff = {"li": "investigator", "chen": "investigator"}
    zone = zone_in_which_it_is(22, clock.now())
    with running(tmp_path_factory.mktemp("night"), staff, TIPLINE_TIMEZONE=zone) as made:
        _settle(made)
        yield made


def _settle(station: Station) -> None:
    """A beat with officer and deputy by day; who is on call tonight; the school's security."""
    database = Database(f"sqlite:///{station.data / 'tipline.db'}")
    with database.transaction() as tx:
        beats.add(tx, SYSTEM, "hanghai", "航海片区").officer_name = "李警官"
        accounts.read_account(tx, "chen").display_name = "陈警官"
        duties.add(tx, SYSTEM, duties.Line("li", duties.OFFICER, "hanghai", starts="08:00", ends="18:00"))
        duties.add(tx, SYSTEM, duties.Line("li", duties.ON_CALL, starts="18:00", ends="08:00"))
        duties.add(tx, SYSTEM, duties.Line("chen", duties.DEPUTY, "hanghai", starts="08:00", ends="18:00"))
        said = Described("school", "航海中学保卫处", "0371-6655 4433", "hanghai", "24 小时值班")
        partners.add(tx, SYSTEM, said)
    database.close()


def _reads(page: Page, words: str) -> None:
    """On the page as it stands open; it asks now instead of in some seconds."""
    page.evaluate("document.dispatchEvent(new Event('arrived'))")
    expect(page.locator("#live")).to_contain_text(words)


def test_a_noise_at_night_is_handed_over_and_ended_while_the_resident_reads_along(
    opened: Open, officer: Officer, night: Station, picture: Picture, tmp_path: Path
) -> None:
    zone = night.environment["TIPLINE_TIMEZONE"]
    opened, officer = (partial(one, at=night, zone=zone) for one in (opened, officer))

    # The resident, from the officer's page, which says who answers at this hour.
    phone = opened("/beats/hanghai")
    expect(phone.locator("main")).to_contain_text("非值班时间：由备勤民警回复")
    phone.locator("a[href*='kind=noise']").click()
    phone.locator("#place").fill("航海中学操场")
    phone.locator("#text").fill(NOISE)
    acts.submit_of(phone, "/write/now").click()
    expect(phone).to_have_url(re.compile(r"/report/receipt$"))
    acts.keep_code(phone)
    number = acts.reference_on(phone)
    received = datetime.fromisoformat(night.ask(f"/api/v1/tips/{number}")["received_at"])
    told_at = received.astimezone(ZoneInfo(zone))
    assert told_at.hour in (22, 23), "it is night at the station"

    # The officer takes note with the ready sentence, by one key.
    desk = officer("li", "/desk/waiting")
    expect(desk.locator("main")).to_contain_text(number)
    desk.goto(f"/desk/tips/{number}")
    expect(desk.locator(f"main time[title^='{told_at:%Y-%m-%dT%H:%M}']").first).to_be_attached()
    desk.keyboard.press("y")
    expect(desk.locator("#flash")).to_contain_text(f"提供人将看到：“{READY}”")
    picture(desk, 1)
    _reads(phone, READY)

    # The colleague on that beat takes over with a note, and finds it under what names them.
    desk.locator("#handing summary").filter(has_text="转交同事").click()
    desk.locator("#delegate-to").select_option("chen")
    desk.locator("#delegate-words").fill(NOTE)
    desk.locator(f"form[action^='/desk/tips/{number}/delegate'] .button-primary").click()
    expect(desk.locator("#flash")).to_contain_text("陈警官")
    _reads(phone, "已转交另一位民警继续办理")
    chen = officer("chen", "/desk/mentions", device=PHONE)
    expect(chen.locator("main")).to_contain_text(NOTE)
    chen.locator(f"main a[href^='/desk/tips/{number}']").first.click()
    expect(chen.locator("#thread")).to_contain_text(NOTE)

    # School security is pulled in: a link for the chat group, with place and words and no more.
    chen.locator("#handing summary").filter(has_text="请单位协助").click()
    expect(chen.locator("#handing input[name=partner]").first).to_be_checked()
    chen.locator("#handing").scroll_into_view_if_needed()
    picture(chen, 2)
    chen.locator(f"form[action^='/desk/tips/{number}/referrals'] .button-primary").click()
    link = chen.locator(".referral-link").inner_text()
    expect(chen.locator("#group-words")).to_have_value(re.compile(re.escape(link)))
    picture(chen, 3)

    # The third browser: the guard's phone, without an account; each step is told to the resident.
    guard = opened(link.removeprefix(night.url))
    expect(guard.locator("main")).to_contain_text(NOISE)
    expect(guard.locator("body")).not_to_contain_text(number)
    picture(guard, 4)
    guard.locator("button[name=minutes][value='10']").click()
    expect(guard.locator("#now + .refer-steps .is-reached")).to_have_count(2)
    _reads(phone, "学校保卫已接单，预计 10 分钟到达")
    guard.locator("form:has(input[value=arrive]) button").click()
    expect(guard.locator("#now + .refer-steps .is-reached")).to_have_count(3)
    _reads(phone, "学校保卫已到达现场")
    guard.locator("#words").fill(FOUND)
    guard.locator("#photos").set_input_files(footage.photo(tmp_path / "IMG_7.jpg", size=(320, 240)))
    guard.locator("form[action$='/reply'] button").click()
    expect(guard.locator(".thread .status")).to_contain_text("已收到 1 个照片或视频")
    guard.locator("form:has(input[value=done]) button").click()
    expect(guard.locator("h1")).to_have_text("已处理完，谢谢")
    _reads(phone, "学校保卫反馈已处理完毕")

    # What the guard wrote reaches the resident once an officer passes it on; progress is told; closed.
    chen.goto(f"/desk/tips/{number}")
    expect(chen.locator(".referral-now")).to_contain_text("已处理完")
    expect(phone.locator("main")).not_to_contain_text(FOUND)
    expect(phone.locator("main")).not_to_contain_text("IMG_7")
    chen.locator("#thread input[name=picture]").check(timeout=60_000)  # once the photo was looked at
    chen.locator("form[action*='/pass-on'] button").click()
    expect(chen.locator("#flash")).to_contain_text("已转告")
    _reads(phone, FOUND)
    shown = phone.locator(".thread-picture img")
    shown.scroll_into_view_if_needed()
    phone.wait_for_function("document.querySelector('.thread-picture img').naturalWidth > 0")
    reply = chen.locator("#reply")
    reply.locator("label:has(input[value=progress])").click()
    reply.locator("#reply-text").fill(QUIET)
    reply.locator(".button-primary").click()
    expect(chen.locator("#thread")).to_contain_text(QUIET)
    _reads(phone, QUIET)
    phone.locator(".course").scroll_into_view_if_needed()
    picture(phone, 5)
    state = acts.decide(chen, number, "state")
    acts.unfold(chen.locator("details.act").filter(has=state))
    state.locator("input[value=closed]").check()
    state.locator("[type=submit]").click()
    expect(chen.locator("#flash")).to_contain_text("已办结")
    _reads(phone, "已办结")
    for name in ("li", "chen", "李警官", "陈警官"):
        expect(phone.locator("#live")).not_to_contain_text(name)

    # How it was, in two taps; the officer reads it.
    phone.locator("button[name=verdict][value='1']").click()
    expect(phone.locator(".rating-said")).to_be_visible()
    phone.locator(".rating-chips button").first.click()
    expect(phone.locator(".rating-said bdi")).to_be_visible()
    phone.locator("#rating").scroll_into_view_if_needed()
    picture(phone, 6)
    chen.reload()
    expect(chen.locator("#rating")).to_contain_text("满意")

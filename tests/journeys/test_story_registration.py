"""The registration topic: a graduate's question becomes a topic, and the next one finds the answer alone."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.journeys import acts
from tests.journeys.conftest import Officer, Open
from tests.journeys.look import Look
from tests.journeys.station import Station
from tipline.db import Database
from tipline.domain import beats
from tipline.domain.actors import SYSTEM

ASKED = "应届毕业生户口怎么迁到学院路？我电话13812345678，档案还在学校。"
TITLE = "应届毕业生落户"
ANSWER = (
    "毕业两年内都可以在本所落户，当场办结。\n\n1. 先在这里预约\n2. 带齐下面的材料\n3. 到户籍窗口取号\n\n"
    "档案在学校不影响落户。"
)
PAPERS = "毕业证 | 原件和一份复印件\n户口迁移证 | 学校保卫处开具\n身份证"
PLACE = "户籍窗口，一楼"
ASKED_UNDER = "我是王小梅，迁移证丢了怎么办？"
FOR_ALL = "户口迁移证丢了怎么办？"
ANSWERED = "请回原学校保卫处补开，补好再来。"
Picture = Callable[[Page, int], None]


@pytest.fixture
def picture() -> Picture:
    """Kept only when somebody asks for the story in pictures."""
    folder = os.environ.get("TIPLINE_STORY_PICTURES", "")

    def take(page: Page, number: int) -> None:
        if folder:
            path = Path(folder) / f"registration-{number}.jpg"
            page.emulate_media(color_scheme="light")  # the look before it may have been one by night
            page.screenshot(path=path, type="jpeg", quality=72, scale="css")

    return take


def _settle(station: Station) -> None:
    database = Database(f"sqlite:///{station.data / 'tipline.db'}")
    with database.transaction() as tx:
        beats.add(tx, SYSTEM, "xueyuan", "学院路片区").officer_name = "李警官"
    database.close()


def open_topic(desk: Page, number: str) -> str:
    """At the desk, from the tip: papers, times, answer; the handle of the topic."""
    desk.locator("#topic form:has(input[name=tip]) button").click()
    expect(desk).to_have_url(re.compile(r"/desk/topics/[0-9a-z]{6}$"))
    handle = desk.url.rpartition("/")[2]
    expect(desk.locator(".topic-joined")).to_contain_text(number)
    # The title begins with the words of the question, without the number in them.
    expect(desk.locator("#title")).not_to_have_value(re.compile("13812345678"))

    desk.goto(f"/desk/topics/{handle}/slots")
    for day in ("6", "7"):
        desk.locator(f"input[name=weekdays][value='{day}']").check()
    expect(desk.locator("label[for=ends]")).to_have_text("至")
    desk.locator("#place").fill(PLACE)
    desk.locator("#capacity").fill("1")
    acts.submit_of(desk, f"/desk/topics/{handle}/slots").click()
    expect(desk.locator(".slot-cell").first).to_contain_text("0 / 1")

    desk.goto(f"/desk/topics/{handle}")
    desk.locator("#title").fill(TITLE)
    desk.locator("#answer").fill(ANSWER)
    desk.locator("#papers").fill(PAPERS)
    desk.locator("#beat").select_option("xueyuan")
    desk.locator("button[value=preview]").click()
    expect(desk.locator(".topic-phone .papers li")).to_have_count(3)
    return handle


def book(phone: Page, handle: str) -> str:
    """The first time there is; the file for the calendar."""
    phone.locator(".slots label.slot").first.click()
    phone.locator("#name").fill("小陈")
    acts.submit_of(phone, f"/topics/{handle}/bookings").click()
    expect(phone).to_have_url(re.compile(r"/topics/mine"))
    expect(phone.locator(".held .now-text")).to_contain_text("您的预约")
    with phone.expect_download() as waiting:
        phone.locator("a[href$='.ics']").click()
    return waiting.value.path().read_bytes().decode().replace("\r\n ", "")


def test_a_question_becomes_a_topic_that_answers_the_next_one_too(
    opened: Open, officer: Officer, station: Station, picture: Picture
) -> None:
    _settle(station)

    # A graduate asks the officer of the beat.
    phone = opened("/beats/xueyuan")
    phone.locator("a[href^='/write/question']").click()
    expect(phone.locator("main a[href='/answers?beat=xueyuan']")).to_be_visible()
    phone.locator("#text").fill(ASKED)
    acts.submit_of(phone, "/write/question").click()
    expect(phone).to_have_url(re.compile(r"/report/receipt$"))
    acts.keep_code(phone)
    number = acts.reference_on(phone)

    # At the desk the question becomes a topic; opening it answers the one who asked.
    desk = officer("li", path=f"/desk/tips/{number}")
    handle = open_topic(desk, number)
    picture(desk, 1)
    desk.locator("button[value=open]").click()
    expect(desk.locator("#flash .notice")).to_be_visible()

    # The graduate reads the answer where the question was, and follows its link.
    phone.reload()
    answer = phone.locator(".thread .theirs")
    expect(answer).to_contain_text("毕业两年内都可以在本所落户")
    answer.scroll_into_view_if_needed()
    picture(phone, 2)
    answer.locator(f"a[href$='/topics/{handle}']").click()
    expect(phone.locator("h1")).to_have_text(TITLE)
    expect(phone.locator("body")).not_to_contain_text("13812345678")
    expect(phone.locator("body")).not_to_contain_text(number)

    # Papers are ticked, and the ticks stay on the phone, once its script is there.
    phone.wait_for_load_state()
    for number in (0, 1):
        phone.locator(".papers label.paper").nth(number).click()
    phone.locator("#papers-title").scroll_into_view_if_needed()
    picture(phone, 3)
    phone.reload()
    expect(phone.locator(".papers input:checked")).to_have_count(2)
    calendar = book(phone, handle)
    assert "STATUS:CONFIRMED" in calendar
    assert f"SUMMARY:预约：{TITLE}" in calendar
    assert "毕业证" in calendar
    phone.evaluate("scrollTo(0, 0)")
    picture(phone, 4)

    # Somebody else searches as people ask, finds the answer, and asks what is not in it.
    other = opened("/answers")
    other.locator("#q").fill("毕业生怎么落户")
    other.locator("form[action='/answers'] button").click()
    other.locator(f"a[href^='/topics/{handle}']").click()
    expect(other.locator("body")).not_to_contain_text("小陈")
    expect(other.locator(".slots input[disabled]")).to_have_count(1)
    other.locator("#question").fill(ASKED_UNDER)
    acts.submit_of(other, f"/topics/{handle}/questions").click()
    code = other.locator("#code").inner_text().strip()
    looks = [Look(phone), Look(other), Look(desk)]
    looks[1].at("my questions")

    # The officer answers it in words that name nobody; all read it.
    desk.goto(f"/desk/topics/{handle}/questions")
    asked = desk.locator(".topic-question").filter(has_text="王小梅")
    asked.locator("textarea[name=text]").fill(FOR_ALL)
    asked.locator("textarea[name=answer]").fill(ANSWERED)
    picture(desk, 5)
    looks[2].unfolded("questions at the desk")
    asked.locator("button[value=answer]").click()
    expect(desk.locator("#flash .notice")).to_be_visible()
    phone.goto(f"/topics/{handle}")
    expect(phone.locator(".asked dt")).to_have_text(FOR_ALL)
    expect(phone.locator("body")).not_to_contain_text("王小梅")
    looks[0].unfolded("a topic")
    desk.goto(f"/desk/topics/{handle}/slots")
    looks[2].at("times at the desk")
    assert [fault for one in looks for fault in one.found] == []

    # Its asker comes back with the code, wherever codes are entered.
    third = opened("/status")
    acts.come_back(third, code)
    expect(third).to_have_url(re.compile(r"/topics/mine"))
    expect(third.locator(".held")).to_contain_text(ANSWERED)

    # The topic closes; nobody books there any more, and the answer is still found.
    desk.goto(f"/desk/topics/{handle}")
    acts.submit_of(desk, f"/desk/topics/{handle}/close").click()
    expect(desk.locator(f"form[action='/desk/topics/{handle}/reopen']")).to_be_visible()
    phone.goto("/topics?archive=1")
    phone.locator(f"a[href='/topics/{handle}']").click()
    expect(phone.locator("main")).to_contain_text("这个话题已关闭")
    expect(phone.locator("form[action$='/bookings'], form[action$='/questions']")).to_have_count(0)
    phone.goto("/answers?q=落户")
    expect(phone.locator(f"a[href^='/topics/{handle}']").first).to_contain_text("已关闭")
    picture(phone, 6)

"""The stuck lift: five neighbours report it from one house, and all of them read how it goes."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.journeys import acts
from tests.journeys.conftest import PHONE, Officer, Open
from tests.journeys.station import Station
from tipline.db import Database
from tipline.domain import accounts, beats, partners, referrals, referring, tips
from tipline.domain.actors import SYSTEM

NEIGHBOURS = (
    ("锦绣苑3号楼", "3号楼电梯停在七八楼之间，里面有人在拍门！"),
    ("锦绣苑3号楼2单元", "电梯坏了，我妈困在里面，有高血压，请快一点。"),
    ("锦绣苑 3号楼", "电梯又停了，听见有小孩哭。"),
    ("锦绣苑3号楼", "3号楼电梯不动了，按铃没人接。"),
    ("锦绣苑３号楼", "我在电梯里！信号不好，打不出电话。"),
)
COMING = "民警五分钟内到，维保已经联系上。请里面的人不要扒门。"
OUT = "三个人都平安出来了，电梯暂停使用，请走楼梯。"

# What the partner presses → what all neighbours read.
HELP = {
    "accept": "电梯维保单位已接单", "come": "电梯维保单位已出发",
    "arrive": "电梯维保单位已到达现场", "done": "电梯维保单位反馈已处理完毕",
}  # fmt: skip

Picture = Callable[[Page, int], None]


@pytest.fixture
def picture() -> Picture:
    """Kept only when somebody asks for the story in pictures."""
    folder = os.environ.get("TIPLINE_STORY_PICTURES", "")

    def take(page: Page, number: int) -> None:
        if folder:
            path = Path(folder) / f"lift-{number}.jpg"
            page.screenshot(path=path, type="jpeg", quality=72, scale="css")

    return take


def report(page: Page, place: str, text: str) -> str:
    """From the page of the beat to the progress page; the number of the tip."""
    page.locator("a[href*='kind=lift']").click()
    page.locator("#place").fill(place)
    page.locator("#text").fill(text)
    acts.submit_of(page, "/write/now").click()
    expect(page).to_have_url(re.compile(r"/report/receipt$"))
    acts.keep_code(page)
    expect(page.locator("#live")).to_be_visible()
    return acts.reference_on(page)


def nudge(page: Page) -> None:
    """The page asks now instead of in some seconds."""
    page.evaluate("document.dispatchEvent(new Event('arrived'))")


def _called_in(station: Station, opened: Open, reference: str) -> Iterator[str]:
    """The partner's browser, step by step; yields what was pressed."""
    with _database(station) as database, database.transaction() as tx:
        li, key = accounts.read_account(tx, "li").actor, (station.data / "secret.key").read_text().strip()
        partner = partners.add(tx, li, partners.Described(kind="lift", name="迅达维保"))
        tip = tips.read_tip(tx, reference)
        made = referring.make(
            tx, key, li, tip, partner, referring.Wish("3号楼电梯困人，请立即派人。", ["place"])
        )
        token = referrals.token_of(key, made)
    page = opened(f"/refer/{token}")
    for step in HELP:
        held = page.locator(f"form:has(input[name=step][value={step}])")
        held.locator("button").first.click()
        expect(page.locator(".tone-used")).to_be_visible()
        yield step


@contextmanager
def _database(station: Station) -> Iterator[Database]:
    made = Database(f"sqlite:///{station.data / 'tipline.db'}")
    try:
        yield made
    finally:
        made.close()


def test_five_neighbours_of_a_stuck_lift_read_how_it_goes(
    opened: Open, officer: Officer, station: Station, picture: Picture
) -> None:
    with _database(station) as database, database.transaction() as tx:
        beats.add(tx, SYSTEM, "jinxiu", "锦绣苑片区").officer_name = "李警官"

    # Five phones in one house, on the page of their officer.
    phones = [opened("/beats/jinxiu") for _one in NEIGHBOURS]
    picture(phones[0], 1)
    numbers = [report(page, *told) for page, told in zip(phones, NEIGHBOURS, strict=True)]

    # The officer on the street sees one thing, not five, and puts it together by one tap.
    desk = officer("li", device=PHONE)
    offer = desk.locator(".offer").filter(has_text=numbers[0])
    expect(offer).to_contain_text("5 人可能在报告同一件事")
    picture(desk, 2)
    offer.locator("button").click()
    expect(desk).to_have_url(re.compile(r"/desk/incidents/E-\d+$"))
    desk.wait_for_load_state()  # without its script a ready phrase would be sent at once
    base = desk.url.removeprefix(station.url)
    desk.locator(f"form[action='{base}/acknowledge'] button").click()
    expect(desk.locator(".notice")).to_contain_text("5 位反映人")

    # A ready phrase is put into the field, not sent; its own words follow.
    desk.locator("[data-phrase]").first.click()
    expect(desk.locator("#progress-text")).not_to_have_value("")
    desk.locator("#progress-text").fill(COMING)
    desk.locator(f"form[action='{base}/progress'] .button-primary").click()
    expect(desk.locator("#incident-course .message-text")).to_have_text([COMING])
    picture(desk, 3)

    # All five read it without touching their phones, and that they are five.
    for page in phones:
        expect(page.locator(".incident-course .latest .written")).to_have_text(COMING)
        expect(page.locator(".incident")).to_contain_text("您和另外 4 人都反映了此事")
        expect(page.locator(".incident")).not_to_contain_text("T-")
    phones[0].locator(".incident").scroll_into_view_if_needed()
    picture(phones[0], 4)

    # The lift maintenance is called in by a link, and says how far it is by four taps in its own browser.
    for page in _called_in(station, opened, numbers[0]):
        nudge(phones[4])
        expect(phones[4].locator(".incident-course .latest")).to_contain_text(HELP[page])
    desk.reload()
    expect(desk.locator("#incident-partners")).to_contain_text("迅达维保")

    # It is over: last words to all, the tips closed with it, and somebody says how it went.
    acts.unfold(desk.locator("details.act"))
    desk.locator("#close-words").fill(OUT)
    desk.locator(f"form[action='{base}/close'] button").click()
    expect(desk.locator("#incident-head")).to_contain_text("已解决")
    for page in phones:
        nudge(page)
        expect(page.locator(".incident-closing")).to_have_text(OUT)
    picture(phones[1], 5)
    phones[1].locator("button[name=verdict][value='1']").click()
    expect(phones[1].locator(".rating-said")).to_be_visible()
    picture(phones[1], 6)
    closed = station.ask(f"/api/v1/incidents/{base.rpartition('/')[2]}")
    assert (closed["state"], closed["reporters"], sorted(closed["tips"])) == ("closed", 5, sorted(numbers))

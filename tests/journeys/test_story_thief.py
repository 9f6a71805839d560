"""The private-room thief: an owner's clip, an appeal with a covered still, another owner who answers it."""

from __future__ import annotations

import io
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests import drawn_faces
from tests.journeys import acts
from tests.journeys.acts import decide, row
from tests.journeys.conftest import Officer, Open
from tests.journeys.station import Station, until

GUEST, WIDTH, HEIGHT = (230.0, 80.0), *drawn_faces.SIZE
# Over the head of a guest who has nothing to do with it, in shares of the picture.
COVER = [0.0, 0.58, 0.2, 0.28, 0.5]
ALT = "一名身穿蓝衣的男子站在包间门口，另一名客人的面部已遮盖。"
Picture = Callable[[Page, int], None]


@pytest.fixture
def picture() -> Picture:
    """Kept only when somebody asks for the story in pictures."""
    folder = os.environ.get("TIPLINE_STORY_PICTURES", "")

    def take(page: Page, number: int) -> None:
        if folder:
            path = Path(folder) / f"thief-{number}.jpg"
            page.screenshot(path=path, type="jpeg", quality=72, scale="css")

    return take


def covered_still(station: Station, reference: str) -> None:
    """Somebody covers the guest in one picture of the film, looks at it in full and confirms it."""
    (file,) = station.wait_examined(reference)
    address = f"/api/v1/evidence/{file['id']}/redaction"
    track = {"id": "h-guest", "source": "hand", "boxes": [COVER]}
    draft = station.put(address, {"version": 0, "tracks": [track]})
    job = station.tell(f"{address}/burn", {"version": draft["version"], "still": 0.5})["number"]
    found: dict[str, Any] = {}

    def is_made() -> bool:
        found.update(station.ask(f"{address}/jobs/{job}"))
        return found["state"] in ("done", "failed")

    until(is_made, lambda: f"not covered: {found}")
    assert found["state"] == "done", found
    station.put(f"{address}/jobs/{job}/looked", {"looked": True})


def test_an_appeal_with_a_covered_still_brings_the_next_shop_to_the_case(
    opened: Open, officer: Officer, station: Station, picture: Picture, tmp_path: Path
) -> None:
    clip = tmp_path / "包间门口.mp4"
    drawn_faces.film(clip, lambda t: [(80.0, 80.0), GUEST], seconds=1.0)

    # The owner of a restaurant sends the clip by phone, and somebody takes note.
    phone = opened("/")
    acts.write_report(phone, "客人去敬酒时，有人进包间拿走了手机和包。", place="聚福楼饭店")
    acts.pick(phone, clip)
    expect(row(phone, clip.name)).to_have_attribute("data-state", "done")
    acts.go_on_to_check(phone)
    acts.send_report(phone)
    reference = acts.reference_on(phone)
    picture(phone, 1)
    desk = officer(path=f"/desk/tips/{reference}")
    decide(desk, reference, "acknowledge").locator("[type=submit]").first.click()
    expect(decide(desk, reference, "acknowledge")).to_have_count(0)
    case = station.tell("/api/v1/cases", {"title": "包间盗窃系列"})["number"]
    station.tell(f"/api/v1/cases/{case}/links", {"tip": reference, "reason": "同一手法"})
    covered_still(station, reference)

    # From the case an appeal: its draft begins by itself, its still comes from the case's covered copies.
    desk.goto(f"/desk/cases/{case}")
    desk.locator(f"a[href='/desk/bulletins/new?case={case}']").click()
    desk.wait_for_load_state()  # the preview listens to what is typed
    desk.locator("#title").fill("您见过此人吗？聚福楼饭店包间财物被盗")
    desk.locator("#text").fill("昨晚八点左右，一名蓝衣男子进入包间拿走手机和包。\n见过他的商户请告诉我们。")
    expect(desk.locator("#preview h1")).to_have_text("您见过此人吗？聚福楼饭店包间财物被盗")
    acts.submit_of(desk, "/desk/bulletins").click()
    expect(desk).to_have_url(re.compile(r"/desk/bulletins/\w+/edit"))
    base = desk.url.removeprefix(station.url).partition("/edit")[0]
    desk.locator("#alt").fill(ALT)
    desk.locator("#caption").fill("监控截图，无关人员已遮盖")
    acts.submit_of(desk, f"{base}/stills").click()
    until(
        lambda: (
            [one["state"] for one in station.ask(f"/api/v1{base.removeprefix('/desk')}")["stills"]]
            == ["ready"]
        ),
        lambda: "the still is not ready",
    )
    desk.reload()
    expect(desk.locator("#preview img")).to_be_visible()
    desk.evaluate("scrollTo(0, 0)")
    picture(desk, 2)
    desk.goto(base)
    acts.submit_of(desk, f"{base}/acts/propose").click()

    # Whoever publishes looks at it again in full size; without saying so it does not go out.
    chief = officer("zhao", path=f"{base}/check")
    expect(chief.locator(".bulletin-full img")).to_be_visible()
    picture(chief, 3)
    acts.submit_of(chief, f"{base}/publish").click()
    expect(chief.locator(".notice-fault")).to_contain_text("认不出任何无关的人")
    chief.locator("input[name=looked]").check()
    acts.submit_of(chief, f"{base}/publish").click()
    expect(chief.locator(".notice")).to_contain_text("已发布")

    # The owner of another shop reads it on a phone and knows something.
    other = opened("/bulletins")
    other.locator(".bulletin-card a").first.click()
    expect(other.locator(".bulletin-still img")).to_have_attribute("alt", ALT)
    expect(other.locator("body")).not_to_contain_text(case)
    expect(other.locator("body")).not_to_contain_text(reference)
    picture(other, 4)
    prove_covered(other)
    other.locator("a[href^='/report?bulletin=']").click()
    expect(other.locator(".about-bulletin")).to_contain_text("您见过此人吗")
    expect(other.locator("input[value=recognised]")).to_be_checked()
    other.locator("#text").fill("前天他也来过我店里的包间，我有监控。")
    picture(other, 5)
    acts.submit_of(other, "/report/what").click()
    acts.go_on_to_check(other)
    acts.send_report(other)
    answer = acts.reference_on(other)

    # It arrives attached to the bulletin, and one tap puts it into the case.
    desk.goto(f"{base}")
    expect(desk.locator(".bulletin-tips")).to_contain_text(answer)
    picture(desk, 6)
    desk.goto(f"/desk/tips/{answer}")
    link = desk.locator(f"section:has(#bulletin-title) form[action='/desk/tips/{answer}/links'] button")
    link.click()
    expect(desk.locator("#decisions .links")).to_contain_text(case)
    assert answer in [one["reference"] for one in station.ask(f"/api/v1/cases/{case}")["tips"]]


def prove_covered(page: Page) -> None:
    """The bytes anybody may fetch: flat where the guest was, a picture elsewhere, nothing beside pixels."""
    address = str(page.locator(".bulletin-still img").get_attribute("src"))
    assert re.fullmatch(r"/bulletins/pictures/[0-9a-f]{64}\.jpg", address)
    data = page.request.get(address).body()
    with Image.open(io.BytesIO(data)) as shown:
        assert not dict(shown.getexif())
        seen = np.asarray(shown.convert("L")).astype(int)
    assert seen.shape == (HEIGHT, WIDTH)
    x, y = (round(one) for one in GUEST)
    assert np.ptp(seen[y - 26 : y + 26, x - 18 : x + 18]) <= 8
    assert np.ptp(seen[60:100, 60:100]) > 60  # the man in blue is to be seen

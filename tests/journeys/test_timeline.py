"""A clock is corrected, and the timeline of the case follows: the same click now plays the right moment."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from tests import counted
from tests.journeys.conftest import Officer
from tests.journeys.station import Station

STATION = timezone(timedelta(hours=8))
BEGUN = datetime(2026, 11, 22, 21, 30, tzinfo=STATION)
MOMENTS = [at * 40 for at in range(250)]  # ten seconds


def test_a_corrected_clock_moves_a_clip_and_a_click_plays_both_cameras_at_that_moment(
    officer: Officer, station: Station, tmp_path: Path
) -> None:
    till, door = (counted.film(tmp_path / f"{name}.mp4", MOMENTS).read_bytes() for name in ("till", "door"))
    tips = [station.send("收银台", ("till.mp4", till)), station.send("门口", ("door.mp4", door))]
    case = station.tell("/api/v1/cases", {"title": "便利店系列盗窃"})["number"]
    for tip in tips:
        station.wait_examined(tip)
        station.tell(f"/api/v1/cases/{case}/links", {"tip": tip, "reason": "同一件外套"})
    desk = officer(path=f"/desk/cases/{case}/timeline", language="en")
    expect(desk.locator(".unplaced li")).to_have_count(2)

    _set(desk, "till.mp4", "2026-11-22 21:30:00", camera="till")
    _set(desk, "door.mp4", "2026-11-22 21:45:00", camera="door")
    expect(desk.locator("[data-clip]")).to_have_count(2)
    expect(desk.get_by_text("No camera for 14 min 50 s")).to_be_visible()

    # It was four seconds later, not a quarter of an hour.
    row = desk.get_by_role("row").filter(has_text="door.mp4")
    row.get_by_role("link", name="Set the clock").click()
    _fill(desk, "21:30:04", camera="door")
    expect(desk.get_by_text("6 s · door + till")).to_be_visible()
    # Slowly, so that ten seconds last on any machine.
    desk.locator("[data-watch-speed]").evaluate(
        "one => { one.value = '0.25'; one.dispatchEvent(new Event('change')); }"
    )
    _click_at(desk, "till.mp4", 0.7)

    expect(desk.locator("[data-watch-said]")).to_contain_text("2 cameras at this moment")
    pressed = desk.locator("[data-watch-play]")
    expect(pressed).to_have_text("Pause")
    pressed.click()
    expect(pressed).to_have_text("Play")
    at = _seconds(desk, "till.mp4")
    assert 6.9 <= at <= 9.9
    # In step: the same true moment, four seconds earlier in the film of the door.
    desk.wait_for_function(
        """at => {
            const door = document.querySelector("video[aria-label='door.mp4']");
            return !door.seeking && Math.abs(at - door.currentTime - 4) < 0.1;
        }""",
        arg=at,
    )
    second = int(at)
    expect(_stage(desk, "till.mp4")).to_contain_text(re.compile(f"21:30:0{second}|21:30:0{second + 1}"))

    # By keyboard: to the other clip, and from its beginning.
    _bar(desk, "till.mp4").focus()
    desk.keyboard.press("ArrowDown")
    expect(_bar(desk, "door.mp4")).to_be_focused()
    desk.keyboard.press("Enter")
    expect(desk.locator("[data-now]")).to_contain_text("2026-11-22 21:30:0")
    expect(pressed).to_have_text("Pause")
    desk.keyboard.press(" ")
    expect(pressed).to_have_text("Play")
    assert _seconds(desk, "door.mp4") < 5
    # Taken back, it is where it was before.
    desk.goto("/desk/acts")
    desk.locator("form[action$='/undo'] button").first.click()
    desk.goto(f"/desk/cases/{case}/timeline")
    expect(desk.get_by_text("No camera for 14 min 50 s")).to_be_visible()


def _set(desk: Page, name: str, true: str, *, camera: str) -> None:
    line = desk.locator(".unplaced li").filter(has_text=name)
    line.get_by_role("link", name="Set the clock").click()
    _fill(desk, true, camera=camera)


def _fill(desk: Page, true: str, *, camera: str) -> None:
    """The true time of the first picture alone: these films have no clock in them."""
    form = desk.locator("[data-clock-form]")
    form.locator("[name=camera]").fill(camera)
    form.locator("[name=true]").fill(true)
    form.get_by_role("button", name="Save").click()
    expect(desk.locator("[data-timeline]")).to_be_visible()


def _bar(desk: Page, name: str) -> Locator:
    return desk.locator(f"[data-clip][aria-label*='{name}']")


def _stage(desk: Page, name: str) -> Locator:
    return desk.locator(".watch-stage").filter(has=desk.locator(f"video[aria-label='{name}']"))


def _click_at(desk: Page, name: str, share: float) -> None:
    bar = _bar(desk, name)
    bar.scroll_into_view_if_needed()
    box = bar.bounding_box()
    assert box
    bar.click(position={"x": box["width"] * share, "y": box["height"] / 2})


def _seconds(desk: Page, name: str) -> float:
    return float(_stage(desk, name).locator("video").evaluate("video => video.currentTime"))

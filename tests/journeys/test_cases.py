"""A case at the desk: worked on in its tabs, merged and taken back, closed with a word to who helped."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import Page, expect

from tests.journeys.acts import press, said, submit_of, unfold
from tests.journeys.conftest import Officer
from tests.journeys.station import Station

THANKS = "谢谢您的录像，它派上了用场。"


def opened_case(station: Station, title: str, *tips: str) -> str:
    number = str(station.tell("/api/v1/cases", {"title": title})["number"])
    for tip in tips:
        station.tell(f"/api/v1/cases/{number}/links", {"tip": tip, "reason": "同一件外套"})
    return number


def tips_of(station: Station, number: str) -> list[str]:
    told: dict[str, Any] = station.ask(f"/api/v1/cases/{number}")
    return [str(one["reference"]) for one in told["tips"]]


def test_a_case_is_merged_taken_back_closed_and_those_who_helped_are_told(
    station: Station, officer: Officer
) -> None:
    tip = station.send("店里收银台被盗", ("cam1.jpg", b"\xff\xd8\xff\xe0" + bytes(600)))
    source, into = opened_case(station, "便利店盗窃", tip), opened_case(station, "南北街盗窃")
    desk = officer(path=f"/desk/cases/{source}")
    go_through_the_tabs_by_keys(desk, source)
    write_down_a_task(desk, source)
    merge(desk, source, into, tip)
    assert (tips_of(station, source), tips_of(station, into)) == ([], [tip])
    take_back(desk)
    assert (tips_of(station, source), tips_of(station, into)) == ([tip], [])
    close_and_tell(desk, source, tip)
    messages = station.ask(f"/api/v1/tips/{tip}")["messages"]
    assert [(one["kind"], one["text"]) for one in messages] == [("progress", THANKS)]


def go_through_the_tabs_by_keys(desk: Page, number: str) -> None:
    """Digits go to the tabs; the count on a tab is that of its list; E saves the list of evidence."""
    expect(desk.locator(".figures")).to_be_visible()
    press(desk, "2")
    expect(desk).to_have_url(re.compile(rf"/desk/cases/{number}/tips$"))
    expect(desk.locator(".case-tip")).to_have_count(1)
    press(desk, "3")
    expect(desk.locator(".table-evidence tbody tr")).to_have_count(1)
    with desk.expect_download() as saved:
        press(desk, "e")
    assert saved.value.suggested_filename == f"{number}-evidence.csv"


def write_down_a_task(desk: Page, number: str) -> None:
    desk.goto(f"/desk/cases/{number}/tasks")
    desk.locator("#task-text").fill("走访店主")
    desk.locator("#task-due").fill("2020-01-02")
    submit_of(desk, f"/desk/cases/{number}/tasks").click()
    expect(desk.locator(".task .status-refused")).to_be_visible()
    desk.locator(".task-box").click()
    expect(desk.locator(".task-done")).to_have_count(1)


def merge(desk: Page, source: str, into: str, tip: str) -> None:
    """What will move is shown before anything moves."""
    desk.goto(f"/desk/cases/{source}")
    desk.locator(f"a[href='/desk/cases/{source}/merge']").click()
    with desk.expect_response(re.compile("/desk/case-targets")):  # it draws the choices anew
        desk.locator("#into-words").fill(into)
    choice = desk.locator(f"#into-choices input[value='{into}']")
    expect(desk.locator("#into-choices input")).to_have_count(1)
    choice.check()
    with desk.expect_response(re.compile("/desk/case-targets")):
        desk.locator("#into-words").fill("")
    expect(choice).to_be_checked()  # what was chosen outlasts other words
    submit_of(desk, f"/desk/cases/{source}/merge").click()
    expect(desk.locator(".merge-list")).to_contain_text(tip)
    desk.locator("#merge-reason").fill("同一嫌疑人")
    submit_of(desk, f"/desk/cases/{source}/merge").click()
    expect(desk).to_have_url(re.compile(rf"/desk/cases/{into}$"))
    desk.goto(f"/desk/cases/{source}")
    expect(desk).to_have_url(re.compile(rf"/desk/cases/{into}$"))
    expect(desk.locator("#flash")).to_contain_text(
        said("zh", "%(case)s was merged into %(into)s.", case=source, into=into)
    )


def take_back(desk: Page) -> None:
    """The last thing I did, by the key."""
    desk.locator("main").focus()
    desk.keyboard.press("u")
    expect(desk.locator("#flash")).to_contain_text(said("zh", "cases merged"))


def close_and_tell(desk: Page, number: str, tip: str) -> None:
    """A text that names the number is not sent; the words typed stay."""
    desk.goto(f"/desk/cases/{number}")
    unfold(desk.locator("#ending"))
    desk.locator("#ending input[value=solved]").check()
    desk.locator("#ending [type=submit]").click()
    expect(desk.locator(".case-state")).to_contain_text(said("zh", "Solved"))
    desk.locator(f"a[href='/desk/cases/{number}/thanks']").click()
    expect(desk.locator(f"input[value='{tip}']")).to_be_checked()
    words = desk.locator("textarea[name=text-zh_Hans_CN]")
    words.fill(f"案号 {number}")
    submit_of(desk, f"/desk/cases/{number}/thanks").click()
    expect(desk.locator(".fault").first).to_be_visible()
    expect(words).to_have_value(f"案号 {number}")
    desk.wait_for_load_state()  # what is typed is shown as others read it by the script
    words.fill(THANKS)
    expect(desk.locator("#preview-zh_Hans_CN")).to_have_text(THANKS)
    submit_of(desk, f"/desk/cases/{number}/thanks").click()
    expect(desk.locator("#flash .notice")).to_be_visible()
    expect(desk.locator(f"a[href='/desk/cases/{number}/thanks']")).to_have_count(0)

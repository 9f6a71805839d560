"""Nothing typed or decided is lost: two at once, a visit that ends in mid-edit, an act taken back later."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import unquote_plus

from playwright.sync_api import Page, expect

from tests.journeys.conftest import Officer, fill_sign_in
from tests.journeys.station import Station


def acknowledge(page: Page) -> None:
    """By keys: the first only aims."""
    page.keyboard.press("c")
    expect(page.locator("[data-key=c]")).to_be_focused()
    page.keyboard.press("Enter")


def test_two_officers_at_once_see_what_the_other_did_and_nothing_is_lost(
    officer: Officer, station: Station
) -> None:
    reference = station.send("两个人同时看的线索")
    first, second = officer(path=f"/desk/tips/{reference}"), officer("zhao", path=f"/desk/tips/{reference}")
    # What the second has open is drawn before the first one acts, and does not change under the hand.
    second.evaluate("document.getElementById('live').remove()")
    acknowledge(first)
    expect(first.locator("[data-undo]")).to_be_visible()
    second.keyboard.press("n")
    second.locator("#state-reason").fill("画面太暗")
    second.locator("[data-state-form] [type=submit]").click()
    box = second.locator(".conflict")
    expect(box).to_be_visible()
    expect(box.locator("tbody tr")).to_have_count(2)  # acknowledged meanwhile, and the state
    expect(box).to_contain_text("画面太暗")
    assert station.ask(f"/api/v1/tips/{reference}")["state"] == "triage"
    box.locator("[type=submit]").click()
    expect(second.locator("[data-undo]")).to_be_visible()
    assert station.ask(f"/api/v1/tips/{reference}")["state"] == "not_used"


def test_a_visit_that_ends_in_mid_edit_keeps_what_was_typed(officer: Officer, station: Station) -> None:
    reference = station.send("写到一半的线索")
    page = officer(path=f"/desk/tips/{reference}")
    with page.expect_response("**/desk/unsent"):
        page.locator("#reply").locator("input[name=kind][value=note]").check(force=True)
        page.locator("#reply-text").fill("核对车牌，尾号")
    page.context.clear_cookies()
    page.goto(f"/desk/tips/{reference}")
    fill_sign_in(page)
    expect(page).to_have_url(re.compile(f"/desk/tips/{reference}"))
    page.locator("[data-begun-use]").click()
    expect(page.locator("#reply-text")).to_have_value("核对车牌，尾号")
    expect(page.locator("#reply input[name=kind][value=note]")).to_be_checked()
    page.locator("#reply > .reply-acts [type=submit]").first.click()
    expect(page.locator("#thread .message-note")).to_contain_text("核对车牌")
    page.reload()
    expect(page.locator("[data-begun]")).to_have_count(0)


def test_words_for_a_case_and_for_many_tips_outlast_the_visit_too(officer: Officer, station: Station) -> None:
    number = station.tell("/api/v1/cases", {"title": "夜间系列盗窃"})["number"]
    station.send("批量回复的线索")
    tasks, page = f"/desk/cases/{number}/tasks", officer(path=f"/desk/cases/{number}/tasks")
    with page.expect_response("**/desk/unsent"):
        page.locator("#task-text").fill("调取门口录像")
    page.goto("/desk/queue")
    page.locator("[data-rows] input[type=checkbox]").first.check(force=True)
    page.keyboard.press("r")
    with page.expect_response("**/desk/unsent"):
        page.locator("#batch textarea").fill("谢谢，我们在看")
    page.context.clear_cookies()
    page.goto(tasks)
    fill_sign_in(page)
    page.locator("main [data-begun-use]").click()
    expect(page.locator("#task-text")).to_have_value("调取门口录像")
    page.locator("#task-text").press("Enter")
    expect(page.locator("main")).to_contain_text("调取门口录像")
    expect(page.locator("[data-begun]")).to_have_count(0)
    page.goto("/desk/queue")
    page.locator("[data-rows] input[type=checkbox]").first.check(force=True)
    page.keyboard.press("r")
    page.locator("#batch [data-begun-use]").click()
    expect(page.locator("#batch textarea")).to_have_value("谢谢，我们在看")


def saves(page: Page, part: str) -> Any:
    """Until that which is called so is kept."""
    return page.expect_response(
        lambda answer: (
            answer.url.endswith("/desk/unsent") and part in unquote_plus(answer.request.post_data or "")
        )
    )


def test_what_was_chosen_beside_the_words_outlasts_the_visit_too(officer: Officer, station: Station) -> None:
    reference = station.send("先放一放的线索")
    page = officer(path=f"/desk/tips/{reference}")
    page.keyboard.press("h")
    with saves(page, "state#choices"):
        page.locator("#until").fill("2031-01-05")
    with saves(page, f"tip:{reference}/state"):
        page.locator("#state-reason").fill("等店主回来")
    page.context.clear_cookies()
    page.goto(f"/desk/tips/{reference}")
    fill_sign_in(page)
    box = page.locator("[data-state-form] [data-begun]")
    expect(box).to_contain_text("2031-01-05")  # unfolded, one box for all of it
    box.locator("[data-begun-use]").click()
    expect(page.locator("[data-state-form] [name=state][value=snoozed]")).to_be_checked()
    expect(page.locator("#until")).to_have_value("2031-01-05")
    expect(page.locator("#state-reason")).to_have_value("等店主回来")
    page.locator("[data-state-form] [type=submit]").click()
    expect(page.locator("[data-undo]")).to_be_visible()
    assert station.ask(f"/api/v1/tips/{reference}")["state"] == "snoozed"
    page.reload()
    expect(page.locator("[data-begun]")).to_have_count(0)


def test_a_date_is_a_draft_of_its_own_and_a_lone_tick_is_none(officer: Officer, station: Station) -> None:
    number = station.tell("/api/v1/cases", {"title": "还没想好的任务"})["number"]
    page = officer(path=f"/desk/cases/{number}/tasks")
    due, person = page.locator("#task-due"), page.locator("#task-assignee")
    kept: list[str] = []
    page.on("request", lambda one: kept.append(one.url) if one.url.endswith("/desk/unsent") else None)
    person.select_option(index=1)
    page.goto(f"/desk/cases/{number}")  # whatever waits is sent when a page is left
    assert kept == []
    page.goto(f"/desk/cases/{number}/tasks")
    chosen = person.locator("option").nth(1).get_attribute("value")
    person.select_option(index=1)
    with saves(page, "tasks#choices"):
        due.fill("2031-02-03")
    page.reload()
    page.locator("main [data-begun-use]").click()
    expect(due).to_have_value("2031-02-03")
    expect(person).to_have_value(str(chosen))
    page.reload()
    with saves(page, "tasks#choices"):
        page.locator("main [data-begun-drop]").click()
    page.reload()
    expect(page.locator("[data-begun]")).to_have_count(0)


def test_what_was_done_is_taken_back_by_a_key_from_another_page(officer: Officer, station: Station) -> None:
    reference = station.send("点错了的线索")
    page = officer(path=f"/desk/tips/{reference}")
    acknowledge(page)
    expect(page.locator("[data-undo]")).to_be_visible()
    page.goto("/desk/cases")
    page.keyboard.press("u")
    expect(page.locator("#flash .notice")).to_contain_text(reference)
    assert station.ask(f"/api/v1/tips/{reference}")["state"] == "received"


def test_words_for_an_incident_a_topic_and_a_bulletin_outlast_the_visit_too(
    officer: Officer, station: Station
) -> None:
    """Also those of which somebody only looked how they would be read."""
    opened = {"tips": [station.send("电梯里有人")], "title": "电梯困人"}
    incident = f"/desk/incidents/{station.tell('/api/v1/incidents', opened)['reference']}"
    topic = f"/desk/topics/{station.tell('/api/v1/topics', {'title': '应届毕业生落户'})['handle']}"
    begun = {
        incident: ("#progress-text", "维修人员已到，"),
        "/desk/bulletins/new": ("#text", "近日有人冒充物业，"),
        topic: ("#papers", "毕业证"),
    }
    page = officer(path=incident)
    for path, (field, words) in begun.items():
        page.goto(path)
        with page.expect_response("**/desk/unsent"):
            page.locator(field).fill(words)
    page.locator("[data-looks]").click()
    expect(page.locator(".topic-seen .status-waiting")).to_be_visible()
    page.context.clear_cookies()
    page.goto(incident)
    fill_sign_in(page)
    expect(page).to_have_url(re.compile(f"{incident}$"))
    for path, (field, words) in begun.items():
        page.goto(path)
        page.locator("main [data-begun-use]").click()
        expect(page.locator(field)).to_have_value(words)
    page.locator("[name=do][value=save]").click()
    expect(page.locator("#flash .notice")).to_be_visible()
    expect(page.locator("#papers")).to_have_value("毕业证")
    expect(page.locator("main [data-begun-use]")).to_have_count(0)

"""People hesitate: they reload, change the language midway, click twice, and tap on what they are told."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.journeys.acts import decide, pick, reference_on, row, said, submit_of, unfold, write_report
from tests.journeys.conftest import DESK, PHONE, Officer, Open
from tests.journeys.station import Station


def test_a_link_to_a_field_keeps_what_was_typed(opened: Open) -> None:
    phone = opened("/")
    phone.locator("#text").fill("蓝色雨衣，往南走了")
    submit_of(phone, "/report/what").click()

    phone.locator("#faults a[href='#category']").click()

    expect(phone).to_have_url(re.compile("#category$"))
    expect(phone.locator("#text")).to_have_value("蓝色雨衣，往南走了")


def test_a_reload_keeps_what_was_typed_until_it_is_sent(opened: Open) -> None:
    phone = opened("/")
    phone.locator("input[name=category]").nth(1).check()
    phone.locator("#text").fill("蓝色雨衣，往南走了")

    phone.reload()

    expect(phone.locator("#text")).to_have_value("蓝色雨衣，往南走了")
    expect(phone.locator("input[name=category]").nth(1)).to_be_checked()

    submit_of(phone, "/report/what").click()
    expect(phone).to_have_url(re.compile(r"/report/files$"))
    assert phone.evaluate("JSON.stringify([{ ...sessionStorage }, { ...localStorage }])") == "[{},{}]"


def test_what_was_typed_outlives_the_page_on_a_phone_and_goes_with_the_tab_elsewhere(
    opened: Open,
) -> None:
    for device, kept in ((PHONE, "蓝色雨衣"), (DESK, "")):
        page = opened("/", device=device)
        page.locator("#text").fill("蓝色雨衣")

        again = page.context.new_page()
        page.close()
        again.goto("/")

        expect(again.locator("#text")).to_have_value(kept)


def test_beginning_anew_and_leaving_forget_what_was_typed(opened: Open) -> None:
    phone = opened("/")
    write_report(phone, "有录像")
    phone.goto("/report?back=1")
    phone.locator("#text").fill("不该留下的话")

    submit_of(phone, "/report/new").click()

    expect(phone.locator("#text")).to_have_value("")
    phone.locator("#text").fill("也不该留下")
    phone.goto("/status")
    assert "也不该留下" in phone.evaluate("JSON.stringify({ ...localStorage })")
    phone.goto("/")
    write_report(phone, "另一条")
    phone.goto("/report/check")
    phone.locator("#confirm").check()
    submit_of(phone, "/report/check").click()
    submit_of(phone, "/report/kept").click()
    expect(phone).to_have_url(re.compile("/status"))
    phone.evaluate("localStorage.setItem('tipline-upload-0', 'of a file that was cut off')")
    submit_of(phone, "/status/leave").click()
    expect(phone.locator("#receipt_code")).to_be_visible()
    assert phone.evaluate("JSON.stringify([{ ...sessionStorage }, { ...localStorage }])") == "[{},{}]"


def test_the_uploader_speaks_the_language_that_was_chosen_midway(opened: Open) -> None:
    phone = opened("/")
    write_report(phone, "有录像")
    pick(phone, {"name": "empty.jpg", "mimeType": "image/jpeg", "buffer": b""})
    expect(row(phone, "empty.jpg").get_by_role("button")).to_contain_text(said("zh", "Remove"))

    phone.locator(".top-links a[lang=en]").click()

    expect(row(phone, "empty.jpg").get_by_role("button")).to_contain_text("Remove")
    expect(phone.locator(".picks")).to_contain_text("Choose from album")


def test_an_answer_is_one_tap_from_its_question_and_is_shown_once_sent(
    opened: Open, station: Station
) -> None:
    phone = opened("/")
    write_report(phone, "没有录像")
    phone.goto("/report/check")
    phone.locator("#confirm").check()
    submit_of(phone, "/report/check").click()
    submit_of(phone, "/report/kept").click()
    expect(phone).to_have_url(re.compile("/status"))
    station.tell(f"/api/v1/tips/{reference_on(phone)}/messages", {"question": True, "text": "几点发现的？"})
    phone.reload()

    phone.locator(".questions a[href='#text']").click()
    expect(phone.locator("#text")).to_be_focused()
    phone.keyboard.type("晚上九点")
    submit_of(phone, "/status/messages").click()

    expect(phone.locator(".thread .mine")).to_be_in_viewport()
    expect(phone.locator(".thread .mine")).to_contain_text("晚上九点")


def test_a_second_click_is_not_told_as_somebody_elses_change(officer: Officer, station: Station) -> None:
    reference = station.send("双击试试")
    desk = officer(path=f"/desk/tips/{reference}")
    unfold(desk.locator("details[data-key=l]"))
    desk.locator("input[name=case][value=new]").check()
    decide(desk, reference, "links").locator("input[name=title]").fill("双击也只建一个案件")
    desk.locator("#link-reason").fill("同一手法")

    decide(desk, reference, "links").locator("[type=submit]").last.dblclick()

    expect(desk.locator(".links li")).to_have_count(1)
    expect(desk.locator("#flash .notice")).to_be_visible()
    expect(desk.locator("#flash .notice-fault")).to_have_count(0)


def test_the_key_of_acknowledging_only_aims(officer: Officer, station: Station) -> None:
    reference = station.send("键盘签收")
    desk = officer(path=f"/desk/tips/{reference}")
    button = decide(desk, reference, "acknowledge").locator("[data-key=c]")

    desk.keyboard.press("c")
    expect(button).to_be_focused()
    desk.keyboard.press("Enter")

    expect(button).to_have_count(0)

"""The reporter's way without JavaScript: plain forms, plain files, nothing missing."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect

from tests import footage
from tests.journeys import acts
from tests.journeys.acts import said
from tests.journeys.conftest import Officer, Open
from tests.journeys.station import Station, until


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_report_with_files_and_an_answer_need_no_script(
    language: str, opened: Open, station: Station, tmp_path: Path
) -> None:
    clip = footage.cctv_clip(tmp_path / "cam2.mp4", seconds=2, size=(320, 180)).path
    photo = footage.photo(tmp_path / "door.jpg", size=(320, 240))
    later = footage.photo(tmp_path / "street.jpg", size=(240, 320))
    page = opened("/", language=language, java_script_enabled=False)

    # Every page says where to call when it is urgent.
    expect(page.locator(".danger a[href='tel:110']")).to_be_visible()
    acts.write_report(page, "有人撬门", place="学府路 12 号", contact="138 0000 1234")
    expect(page.locator("input[data-way]")).to_have_count(0)
    # Without a script nothing goes on uploading behind other pages.
    expect(page.get_by_text(said(language, "No files? Just continue."), exact=True)).to_be_visible()
    expect(page.locator("[data-scripted]")).to_be_hidden()
    page.locator("#file").set_input_files([clip, photo])
    acts.submit_of(page, "/report/files").click()
    for path in (clip, photo):
        listed = page.locator("li.file").filter(has_text=path.name)
        expect(listed).to_contain_text(said(language, "Received"))
        expect(listed).to_contain_text(acts.sha256(path))

    acts.go_on_to_check(page)
    # The way back to a field and forward again loses nothing.
    page.locator(".answer-change a[href$='#place']").click()
    page.locator("#place").fill("学府路 14 号")
    acts.submit_of(page, "/report/what").click()
    expect(page).to_have_url(re.compile(r"/report/check$"))
    for shown in ("有人撬门", "学府路 14 号", said(language, "given, and sealed")):
        expect(page.locator(".answers")).to_contain_text(shown)
    # Sending needs the box to be ticked, and says so.
    acts.submit_of(page, "/report/check").click()
    expect(page.locator("#faults a[href='#confirm']")).to_be_visible()
    code = acts.send_report(page)
    reference = acts.reference_on(page)
    expect(page.locator(".qr img")).to_be_visible()
    acts.keep_code(page)
    expect(page.locator("body")).not_to_contain_text(code)

    token = station.ask(f"/api/v1/tips/{reference}")
    assert token["text"] == "有人撬门"
    assert token["place"] == "学府路 14 号"
    assert [one["sha256"] for one in token["evidence"]] == [acts.sha256(clip), acts.sha256(photo)]

    page.locator("#text").fill("他们开一辆白色面包车。")
    acts.submit_of(page, "/status/messages").click()
    expect(page.locator(".thread .mine")).to_contain_text("白色面包车")
    page.locator("#file").set_input_files([later])
    acts.submit_of(page, "/status/files").click()
    expect(page.locator("#live li.file").filter(has_text=later.name)).to_contain_text(acts.sha256(later))

    # The device forgets, the code remembers; small letters without dashes will do.
    acts.submit_of(page, "/status/leave").click()
    expect(page.locator("#receipt_code")).to_be_visible()
    acts.come_back(page, code.lower().replace("-", " "))
    expect(page.locator("h1")).to_contain_text(reference)
    expect(page.locator("#live li.file")).to_have_count(3)


def test_the_whole_report_goes_into_one_plain_form(opened: Open, station: Station, tmp_path: Path) -> None:
    photo = footage.photo(tmp_path / "door.jpg", size=(320, 240))
    page = opened("/", language="en", java_script_enabled=False)
    sent = page.request.post(
        "/report",
        multipart={
            "category": "theft",
            "text": "A bag was taken",
            "photo": {"name": photo.name, "mimeType": "image/jpeg", "buffer": photo.read_bytes()},
        },
    )
    assert sent.status == 201, sent.text()
    reference = re.search(r"T-\d+", sent.text())
    assert reference
    tip = station.ask(f"/api/v1/tips/{reference[0]}")
    assert tip["text"] == "A bag was taken"
    assert [one["sha256"] for one in tip["evidence"]] == [acts.sha256(photo)]


def test_the_recorder_is_asked_about_without_a_script(opened: Open, station: Station, tmp_path: Path) -> None:
    photo = footage.photo(tmp_path / "screen.jpg", size=(320, 240))
    clip = footage.cctv_clip(tmp_path / "cam2.mp4", seconds=2, size=(320, 180)).path
    page = opened("/", java_script_enabled=False)
    acts.write_report(page, "监控还在录像机里")

    # A photo of the recorder's screen is no footage.
    acts.unfold(page.locator("#clock"))
    page.locator("#clock_photo").set_input_files(photo)
    page.locator("form[data-purpose] [type=submit]").click()
    expect(page.locator("li.file").filter(has_text=photo.name)).to_contain_text("时间校准照片")
    expect(page.locator("#clock summary")).to_contain_text("时间校准照片已收到")

    # What the recorder shows is compared with the moment it comes.
    acts.unfold(page.locator("#clock"))
    reading = page.locator("form:has(#clock_time)")
    page.locator("#clock_time").fill("很晚")
    reading.locator("[type=submit]").click()
    expect(page.locator("#faults a[href='#clock_time']")).to_be_visible()
    expect(page.locator("#clock_time")).to_have_value("很晚")
    shown = datetime.now(ZoneInfo("Asia/Shanghai")) - timedelta(hours=5)
    page.locator("#clock_date").fill(shown.date().isoformat())
    page.locator("#clock_time").fill(shown.strftime("%H:%M:%S"))
    reading.locator("[type=submit]").click()
    expect(page.locator("#clock summary")).to_contain_text("录像机比北京时间慢 5 小时")

    acts.unfold(page.locator("#overwrite"))
    page.locator("#overwrite_days").fill("7")
    page.locator("form:has(#overwrite_days) [type=submit]").click()
    expect(page.locator("#overwriting")).to_contain_text("还剩 7 天")
    acts.go_on_to_check(page)
    expect(page.locator(".answers")).to_contain_text("录像机比北京时间慢 5 小时")
    acts.send_report(page)
    reference = acts.reference_on(page)
    acts.keep_code(page)
    expect(page.locator("#overwriting")).to_be_visible()
    with page.expect_download() as waiting:
        page.locator("#overwriting a[download]").click()
    assert waiting.value.suggested_filename == "recorder.ics"

    tip = station.ask(f"/api/v1/tips/{reference}")
    assert (tip["clock_source"], tip["awaits_footage"]) == ("reading", True)
    assert abs(tip["clock_offset_s"] + 5 * 3600) < 120
    assert tip["evidence"][0]["purpose"] == "clock"

    page.locator("#file").set_input_files([clip])
    acts.submit_of(page, "/status/files").click()
    expect(page.locator("#live li.file").filter(has_text=clip.name)).to_be_visible()
    expect(page.locator("#overwriting")).to_have_count(0)


def test_one_reminder_of_overwriting_stands_in_the_progress_and_the_queue_marks_the_tip(
    opened: Open, officer: Officer, station: Station
) -> None:
    page = opened("/", java_script_enabled=False)
    acts.write_report(page, "录像机快要覆盖了")
    acts.unfold(page.locator("#overwrite"))
    page.locator("#overwrite_days").fill("4")
    page.locator("form:has(#overwrite_days) [type=submit]").click()
    acts.go_on_to_check(page)
    acts.send_report(page)
    reference = acts.reference_on(page)
    acts.keep_code(page)
    soon, before = (datetime.now(UTC) + timedelta(days=days) for days in (1, -3))
    station.age(
        "UPDATE tip SET overwrites_at = ?, overwrites_said_at = ? WHERE reference = ?",
        f"{soon:%Y-%m-%d %H:%M:%S.%f}", f"{before:%Y-%m-%d %H:%M:%S.%f}", reference,
    )  # fmt: skip

    def is_reminded() -> bool:
        page.reload()
        return page.locator(".course li").filter(has_text="提醒：录像机即将覆盖录像").count() == 1

    until(is_reminded, lambda: page.locator(".course").inner_text())
    desk = officer(path="/desk/queue?q=录像机快要覆盖了")
    marked = f"录像将于 {soon.astimezone(ZoneInfo('Asia/Shanghai')):%m-%d} 被覆盖"
    expect(desk.locator(f"#row-{reference} .status-waiting")).to_contain_text(marked)
    desk.goto(f"/desk/tips/{reference}")
    expect(desk.locator(".report-card .status-waiting")).to_contain_text(marked)
    expect(acts.history(desk).filter(has_text="已提醒线索提供人录像即将被覆盖")).to_have_count(1)

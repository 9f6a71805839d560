"""The reporter's way without JavaScript: plain forms, plain files, nothing missing."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests import footage
from tests.journeys import acts
from tests.journeys.acts import said
from tests.journeys.conftest import Open
from tests.journeys.station import Station


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
    for shown in ("有人撬门", "学府路 14 号", "138 0000 1234"):
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

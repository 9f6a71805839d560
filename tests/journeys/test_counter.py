"""A tip is taken at the desk: from a chat, with files dropped on the page; the receipt goes to its owner."""

from __future__ import annotations

import base64
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests import footage
from tests.journeys import acts
from tests.journeys.acts import row
from tests.journeys.conftest import Officer, Open
from tests.journeys.station import Station

CHAT = "平安商户群\n张三 21:35\n又有人在车棚转悠\n李四 21:37\n从南门跑了"


def drop(page: Page, *paths: Path) -> None:
    """Let go of files over the page, as from a folder on the same screen."""
    # A page that says no to the browser's own answer takes drops by now.
    page.wait_for_function(
        """() => {
            const held = new DataTransfer();
            held.items.add(new File(["x"], "x.jpg"));
            return !document.querySelector("[data-drop]").dispatchEvent(
                new DragEvent("dragover", { dataTransfer: held, bubbles: true, cancelable: true }));
        }"""
    )
    files = [{"name": one.name, "bytes": base64.b64encode(one.read_bytes()).decode()} for one in paths]
    page.evaluate(
        """files => {
            const held = new DataTransfer();
            for (const one of files) {
                const bytes = Uint8Array.from(atob(one.bytes), (sign) => sign.charCodeAt(0));
                held.items.add(new File([bytes], one.name));
            }
            for (const what of ["dragenter", "dragover", "drop"]) {
                document.querySelector("[data-drop]").dispatchEvent(
                    new DragEvent(what, { dataTransfer: held, bubbles: true, cancelable: true }));
            }
        }""",
        files,
    )


def fill(page: Page) -> None:
    page.locator("input[name=origin][value=chat]").check(force=True)
    page.locator("#text").fill(CHAT)
    page.locator("#category").select_option("footage")
    page.locator("#place").fill("南门车棚")
    acts.submit_of(page, "/desk/intake").click()
    expect(page).to_have_url(re.compile(r"/desk/intake/T-\d+$"))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_chat_with_its_films_becomes_a_tip_and_its_sender_comes_back_with_the_code(
    language: str, officer: Officer, opened: Open, station: Station, tmp_path: Path
) -> None:
    clip = footage.cctv_clip(tmp_path / "群视频.mp4", seconds=2, size=(320, 180)).path
    photo = footage.photo(tmp_path / "群截图.jpg", size=(320, 240))
    page = officer(language=language)
    page.keyboard.press("t")
    expect(page).to_have_url(re.compile(r"/desk/intake$"))
    fill(page)
    code = page.locator("#code").inner_text().strip()
    reference = acts.reference_on(page)

    drop(page, clip, photo)
    for path in (clip, photo):
        expect(row(page, path.name)).to_have_attribute("data-state", "done")
    told = station.ask(f"/api/v1/tips/{reference}")
    assert (told["door"], told["origin"], told["taken_by"], told["assignee"]) == ("desk", "chat", "li", "li")
    assert told["text"] == CHAT
    assert {one["sha256"] for one in told["evidence"]} == {acts.sha256(clip), acts.sha256(photo)}

    acts.submit_of(page, f"/desk/intake/{reference}/handed").click()
    expect(page).to_have_url(re.compile(rf"/desk/tips/{reference}"))
    expect(page.locator("body")).not_to_contain_text(code)

    reporter = opened("/status", language=language)
    acts.come_back(reporter, code)
    expect(reporter.locator("h1")).to_contain_text(reference)
    expect(reporter.locator("#live li.file")).to_have_count(2)


def test_all_of_it_works_without_a_script(officer: Officer, station: Station, tmp_path: Path) -> None:
    photo = footage.photo(tmp_path / "door.jpg", size=(320, 240))
    page = officer(java_script_enabled=False)
    page.goto("/desk/intake")
    fill(page)
    reference = acts.reference_on(page)
    page.locator("#file").set_input_files([photo])
    acts.submit_of(page, f"/desk/intake/{reference}/files").click()

    expect(page.locator("li.file").filter(has_text=photo.name)).to_contain_text(acts.sha256(photo))
    expect(page.locator("#code")).to_be_visible()
    assert len(station.ask(f"/api/v1/tips/{reference}")["evidence"]) == 1

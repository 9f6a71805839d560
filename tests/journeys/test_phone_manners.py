"""How the uploader behaves towards a phone: what it offers, says and asks of it while files go up."""

from __future__ import annotations

import re
from pathlib import Path
from typing import cast

import pytest
from playwright.sync_api import Page, expect

from tests import footage
from tests.journeys import acts
from tests.journeys.acts import row, said
from tests.journeys.conftest import Open
from tests.journeys.line import Line
from tests.journeys.station import Station, until
from tests.journeys.test_worst_network import KIB, MIB, at_step_two, film, hidden

IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 MicroMessenger/8.0.49"
ANDROID = "Mozilla/5.0 (Linux; Android 12; M2012K11AC) AppleWebKit/537.36 Chrome/116.0 MicroMessenger/8.0.49"


def may_leave(page: Page) -> bool:
    """Whether the page lets a person go without a question."""
    return bool(
        page.evaluate(
            """() => {
                const leaving = new Event("beforeunload", { cancelable: true });
                window.dispatchEvent(leaving);
                return !leaving.defaultPrevented;
            }"""
        )
    )


def test_limits_kinds_and_the_time_it_may_take_are_said_before_a_byte_goes(
    opened: Open, tmp_path: Path
) -> None:
    page = at_step_two(opened, language="en")
    expect(page.locator("main")).to_contain_text("Up to 8 GB each")
    expect(page.locator("main")).to_contain_text("recorder (DVR) files")
    line = Line(page)
    line.slow(400 * KIB)
    acts.pick(page, film(tmp_path / "a.mp4", 6 * MIB, "a"), film(tmp_path / "b.mp4", 9 * MIB, "b"))

    expect(row(page, "b.mp4")).to_have_attribute("data-state", "waiting")
    expect(row(page, "b.mp4")).to_contain_text(re.compile(r"9 MB.*Waiting · about \d+ (s|min)"))
    expect(page.locator(".total")).to_contain_text(re.compile(r"about \d+ (s|min)"))


def test_an_iphone_says_that_it_prepares_the_video(opened: Open, tmp_path: Path) -> None:
    page = at_step_two(opened, user_agent=IPHONE)
    with page.expect_file_chooser() as waiting:
        page.locator("input[data-way=album]").click()
    preparing = said("zh", "Your phone is preparing the video. Please stay on this page")
    expect(page.locator("#net")).to_have_text(preparing)
    assert waiting.value.is_multiple()
    waiting.value.set_files(footage.photo(tmp_path / "door.jpg", size=(320, 240)))
    expect(page.locator("#net")).to_be_hidden()
    expect(row(page, "door.jpg")).to_have_attribute("data-state", "done")


def test_wechat_on_android_takes_one_file_after_the_other(opened: Open, tmp_path: Path) -> None:
    page = at_step_two(opened, user_agent=ANDROID)
    expect(page.locator(".picks")).to_contain_text(said("zh", "Choose one file at a time; then add another"))
    expect(page.locator("input[data-way][multiple]")).to_have_count(0)
    acts.pick(page, footage.photo(tmp_path / "door.jpg", size=(320, 240)))
    expect(page.locator(".picks")).to_contain_text(said("zh", "Add another"))


def test_the_screen_stays_on_while_bytes_move_and_again_after_being_away(
    opened: Open, tmp_path: Path
) -> None:
    page = at_step_two(opened)
    page.evaluate(
        """() => {
            window.locks = [];
            const request = async () => {
                await new Promise((resolve) => setTimeout(resolve, 400));
                const lock = { released: false, release: async () => { lock.released = true; } };
                window.locks.push(lock);
                return lock;
            };
            Object.defineProperty(navigator, "wakeLock", { configurable: true, value: { request } });
        }"""
    )

    def locks() -> list[bool]:
        return cast(list[bool], page.evaluate("window.locks.map((one) => one.released)"))

    line = Line(page)
    line.slow(400 * KIB)
    acts.pick(page, film(tmp_path / "cam.mp4", 5 * MIB, "awake"))
    expect(row(page, "cam.mp4")).to_contain_text(re.compile(r"[1-9]\d?%"))
    until(lambda: locks() == [False], lambda: f"the screen may go dark: {locks()}")

    # The browser lets go of the lock when the page is hidden. Back again it says so in more than one way.
    page.evaluate("window.locks[0].released = true")
    hidden(page, True)
    hidden(page, False)
    page.evaluate("window.dispatchEvent(new Event('pageshow'))")
    until(lambda: locks() == [True, False], lambda: f"the screen was let go: {locks()}")

    line.fast()
    expect(row(page, "cam.mp4")).to_have_attribute("data-state", "done")
    until(lambda: all(locks()), lambda: f"the screen stays on for nothing: {locks()}")


def test_leaving_is_questioned_only_while_bytes_move(opened: Open, tmp_path: Path) -> None:
    page = at_step_two(opened)
    assert may_leave(page)
    line = Line(page)
    line.slow(300 * KIB)
    acts.pick(page, film(tmp_path / "cam.mp4", 3 * MIB, "leave"))
    expect(row(page, "cam.mp4")).to_have_attribute("data-state", "sending")
    assert not may_leave(page)
    row(page, "cam.mp4").get_by_role("button", name=said("zh", "Pause")).click()
    expect(row(page, "cam.mp4")).to_have_attribute("data-state", "paused")
    assert may_leave(page)


def test_who_listens_hears_of_progress_at_most_every_five_seconds(opened: Open, tmp_path: Path) -> None:
    page = at_step_two(opened)
    page.evaluate(
        """() => {
            window.spoken = [];
            new MutationObserver(() => window.spoken.push([Date.now(), status.textContent]))
                .observe(document.querySelector(".total [role=status]"), { childList: true });
            const status = document.querySelector(".total [role=status]");
        }"""
    )
    line = Line(page)
    line.slow(300 * KIB)
    acts.pick(page, film(tmp_path / "cam.mp4", 4 * MIB, "spoken"))
    expect(row(page, "cam.mp4")).to_have_attribute("data-state", "done", timeout=60_000)
    heard = page.evaluate("window.spoken")
    of_one = [at for at, text in heard if "0/1" in text]
    assert len(of_one) >= 2, heard
    # A busy machine notes a sentence a little after the page has said it.
    assert all(later - earlier >= 4_500 for earlier, later in zip(of_one, of_one[1:], strict=False)), heard


@pytest.mark.parametrize("scripted", [True, False], ids=["script", "plain"])
def test_a_photo_of_the_recorder_goes_up_as_one(
    scripted: bool, opened: Open, station: Station, tmp_path: Path
) -> None:
    photo = footage.photo(tmp_path / "screen.jpg", size=(320, 240))
    page = at_step_two(opened, java_script_enabled=scripted)
    acts.unfold(page.locator("#clock"))
    page.locator("#clock_photo").set_input_files(photo)
    if scripted:
        expect(row(page, photo.name)).to_contain_text(said("zh", "Photo for the clock"))
        expect(row(page, photo.name)).to_have_attribute("data-state", "done")
    else:
        page.locator("form[data-purpose] [type=submit]").click()
        expect(page.locator("li.file")).to_contain_text(said("zh", "Photo for the clock"))
    came = said("zh", "A photo of the recorder's clock has arrived; an officer will read it")
    expect(page.locator("#clock summary")).to_contain_text(came)
    acts.go_on_to_check(page)
    acts.send_report(page)
    tip = station.ask(f"/api/v1/tips/{acts.reference_on(page)}")
    assert (tip["clock_source"], [one["purpose"] for one in tip["evidence"]]) == ("photo", ["clock"])


def test_the_question_about_the_clock_unfolds_with_footage_and_answers_in_words(
    opened: Open, tmp_path: Path
) -> None:
    page = at_step_two(opened)
    assert not page.locator("#clock").evaluate("one => one.open")
    acts.pick(page, film(tmp_path / "cam.mp4", 200 * KIB, "asked"))
    expect(row(page, "cam.mp4")).to_have_attribute("data-state", "done")
    expect(page.locator("#clock_time")).to_be_visible()

    page.locator("#clock_way").select_option("fast")
    page.locator("#clock_minutes").fill("3")
    page.locator("input[name=clock_seconds]").fill("20")
    page.locator("form:has(#clock_way) [type=submit]").click()
    expect(page.locator("#clock summary")).to_have_text(re.compile("录像机比北京时间快 3 分 20 秒"))
    # The list of files went on beside it.
    expect(row(page, "cam.mp4")).to_have_attribute("data-state", "done")

"""What goes wrong every day and what people try: a clear sentence each time, and nothing received is lost."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests import footage
from tests.journeys import acts
from tests.journeys.acts import decide, row, said
from tests.journeys.conftest import Officer, Open, fill_sign_in
from tests.journeys.station import Station, running, until

LIMIT = 100_000
LONG_AGO = "2020-01-01 00:00:00.000000"
# Names as they come from phones and from people who try something.
NAMES = [
    "<img src=x onerror=alert(1)>.jpg",
    "'\"><script>alert(2)</script>.jpg",
    "../../../etc/passwd.jpg",
    "javascript:alert(3).jpg",
    "cam\u202egpj.exe.jpg",
]


@pytest.fixture(scope="module")
def small_station(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Station]:
    """An instance that takes small files only, and whose processes a test may kill."""
    with running(tmp_path_factory.mktemp("small"), TIPLINE_MAX_FILE_BYTES=str(LIMIT)) as made:
        yield made


def fault(page: Page) -> str:
    """The summary of faults, which has the focus so that it is read out first."""
    expect(page.locator("#faults")).to_be_focused()
    return page.locator("#faults").inner_text()


# --- the report


@pytest.mark.parametrize("language", ["zh", "en"])
def test_an_empty_report_is_not_sent_and_says_what_is_missing(language: str, opened: Open) -> None:
    page = opened("/", language=language)
    acts.submit_of(page, "/report/what").click()
    assert said(language, "Choose what it is about.") in fault(page)
    acts.write_report(page, "")
    acts.go_on_to_check(page)
    page.locator("#confirm").check()
    acts.submit_of(page, "/report/check").click()
    assert said(language, "Write what happened or attach a file. One of the two is needed.") in fault(page)


def test_a_text_of_100_kilobytes_is_refused_with_a_sentence_and_stays_in_its_field(opened: Open) -> None:
    page = opened("/", language="en")
    text = "They came back. " * 6400
    page.locator("input[name=category]").first.check()
    page.locator("#text").fill(text)
    page.locator("#place").fill("Corner shop")
    acts.submit_of(page, "/report/what").click()
    assert "Shorten it" in fault(page)
    expect(page.locator("#text")).to_have_value(text)
    expect(page.locator("#place")).to_have_value("Corner shop")
    page.locator("#text").fill("They came back.")
    acts.submit_of(page, "/report/what").click()
    expect(page).to_have_url(re.compile(r"/report/files$"))


def test_a_wrong_receipt_code_is_answered_in_the_askers_language(opened: Open) -> None:
    page = opened("/status")
    acts.come_back(page, "K7Q2-9MXW-3TDE-58RA")
    assert "没有找到这个回执码" in fault(page)
    expect(page.locator("#receipt_code")).to_have_value("K7Q2-9MXW-3TDE-58RA")
    expect(page.locator("#receipt_code")).to_have_attribute("aria-invalid", "true")


def test_a_link_from_a_fault_leads_to_its_field_and_loses_nothing(opened: Open) -> None:
    page = opened("/", language="en")
    page.locator("#text").fill("They came back.")
    acts.submit_of(page, "/report/what").click()
    link = page.locator("#faults a[href='#category']")
    expect(link).to_be_visible()
    page.locator("#place").fill("Corner shop")
    link.click()
    expect(page).to_have_url(re.compile("#category$"))
    # One more act of the page: whatever the link set going is over by then.
    page.locator("input[name=category]").first.check()
    acts.submit_of(page, "/report/what").click()
    acts.go_on_to_check(page)
    expect(page.locator(".answers")).to_contain_text("They came back.")
    expect(page.locator(".answers")).to_contain_text("Corner shop")


# --- visits that ended


def test_a_reporters_visit_that_ended_asks_for_the_code_again(opened: Open, station: Station) -> None:
    page = opened("/")
    acts.write_report(page, "有人翻墙")
    acts.go_on_to_check(page)
    code = acts.send_report(page)
    reference = acts.reference_on(page)
    acts.keep_code(page)
    station.age(
        "UPDATE access SET expires_at = ? WHERE tip_id = (SELECT id FROM tip WHERE reference = ?)",
        LONG_AGO,
        reference,
    )
    page.locator("#text").fill("他们又来了")
    acts.submit_of(page, "/status/messages").click()
    expect(page.locator("main")).to_contain_text("本次访问已结束")
    page.locator("main a[href='/status']").click()
    acts.come_back(page, code)
    expect(page.locator("h1")).to_contain_text(reference)


def test_what_an_officer_wrote_survives_a_visit_that_ended(officer: Officer, station: Station) -> None:
    reference = station.send("有人在后门")
    desk = officer(path=f"/desk/tips/{reference}")
    reply = decide(desk, reference, "messages")
    reply.locator("textarea").fill("请问几个人？")
    station.age("UPDATE desk_session SET seen_at = ?", LONG_AGO)
    reply.locator(".button-primary").click()
    expect(desk.locator("#message")).to_contain_text(
        said(
            "zh",
            "You were signed out: the desk was not used for a while, or the visit was ended. "
            "Sign in again to go on.",
        )
    )
    fill_sign_in(desk)
    expect(desk.locator("main")).to_contain_text(said("zh", "You are signed in again"))
    desk.locator("main form [type=submit]").click()
    expect(desk.locator("#thread")).to_contain_text("请问几个人？")


# --- files that are not taken


def test_a_playlist_named_as_a_film_and_an_empty_file_are_refused_the_rest_goes_on(
    opened: Open, station: Station, tmp_path: Path
) -> None:
    playlist = footage.playlist(tmp_path / "list.mp4", "http://127.0.0.1:9/secret.ts")
    empty = tmp_path / "empty.mp4"
    empty.touch()
    photo = footage.photo(tmp_path / "IMG_1.jpg", size=(320, 240))
    page = opened("/")
    acts.write_report(page, "")
    acts.pick(page, playlist, empty, photo)
    expect(row(page, "list.mp4")).to_have_attribute("data-state", "refused")
    not_footage = (
        "This is not footage, a photo, a recording or a document, so it was not taken."
        " Send the video or photo itself."
    )
    expect(row(page, "list.mp4")).to_contain_text(said("zh", not_footage))
    expect(row(page, "empty.mp4")).to_have_attribute("data-state", "refused")
    expect(row(page, "empty.mp4")).to_contain_text("0")
    expect(row(page, photo.name)).to_have_attribute("data-state", "done")
    acts.go_on_to_check(page)
    acts.send_report(page)
    (kept,) = station.files_of(acts.reference_on(page))
    assert kept["sha256"] == acts.sha256(photo)


def test_files_that_are_not_taken_are_told_without_a_script_too(opened: Open, tmp_path: Path) -> None:
    playlist = footage.playlist(tmp_path / "list.mp4", "http://127.0.0.1:9/secret.ts")
    empty = tmp_path / "empty.mp4"
    empty.touch()
    page = opened("/", language="en", java_script_enabled=False)
    acts.write_report(page, "See the film")
    for path, sentence in ((playlist, "not footage"), (empty, "empty (0 bytes)")):
        page.locator("#file").set_input_files(path)
        acts.submit_of(page, "/report/files").click()
        expect(page.locator("#faults")).to_contain_text(path.name)
        expect(page.locator("#faults")).to_contain_text(sentence)
    page.locator("#file").set_input_files([])
    acts.submit_of(page, "/report/files").click()
    expect(page.locator("#faults")).to_contain_text("Choose a file first.")


@pytest.mark.parametrize("scripted", [True, False], ids=["script", "plain"])
def test_a_file_over_the_limit_is_refused_with_the_limit_named(
    scripted: bool, opened: Open, small_station: Station, tmp_path: Path
) -> None:
    large = tmp_path / "long.mp4"
    large.write_bytes(b"\0\0\0\x18ftypisom" + bytes(LIMIT))
    page = opened("/", language="en", at=small_station, java_script_enabled=scripted)
    acts.write_report(page, "See the film")
    expect(page.locator("main .hint").first).to_contain_text("97.7 KB")
    if scripted:
        acts.pick(page, large)
        expect(row(page, large.name)).to_have_attribute("data-state", "refused")
        told = row(page, large.name)
    else:
        page.locator("#file").set_input_files(large)
        acts.submit_of(page, "/report/files").click()
        told = page.locator("#faults")
    expect(told).to_contain_text("over 97.7 KB")
    expect(told).to_contain_text("in parts")


# --- files that are taken and cannot be read, or should not be trusted


def test_a_film_that_cannot_be_decoded_is_kept_and_can_be_tried_again(
    officer: Officer, station: Station, tmp_path: Path
) -> None:
    broken = footage.cut(footage.cctv_clip(tmp_path / "cut.mp4", seconds=2, size=(320, 180)).path, 0.7)
    reference = station.send("录像打不开", (broken.name, broken.read_bytes()))
    station.wait_examined(reference)
    desk = officer(path=f"/desk/tips/{reference}")
    why = desk.locator("#file-1 .file-why")
    expect(why).to_contain_text(re.compile(r"media:[a-z-]+"))
    expect(why).to_contain_text(re.compile("[\u4e00-\u9fff]{4}"))
    assert acts.sha256(acts.save_original(desk, tmp_path)) == acts.sha256(broken)
    why.locator("form [type=submit]").click()
    again = acts.history(desk).filter(has_text=said("zh", "File %(number)s is examined once more", number=1))
    expect(again).to_have_count(1)
    failed = acts.history(desk).filter(has_text=said("zh", "File %(number)s could not be examined", number=1))
    expect(failed).to_have_count(2, timeout=60_000)
    expect(why.locator("form [type=submit]")).to_be_visible()


def test_hostile_file_names_and_tags_stay_words_on_every_page_of_the_desk(
    officer: Officer, station: Station, tmp_path: Path
) -> None:
    data = footage.hostile_exif(tmp_path / "tags.jpg").read_bytes()
    # Each a file of its own: the same bytes twice would be told apart by name alone.
    files = [(name, data + bytes([number])) for number, name in enumerate(NAMES)]
    text = "<script>alert(4)</script> ${7*7}{{7*7}}"
    reference = station.send(text, *files, place="<img src=x onerror=alert(5)>")
    shown = [one["filename"] for one in station.wait_examined(reference)]
    desk = officer(path=f"/desk/tips/{reference}")
    token = station.ask(f"/api/v1/tips/{reference}")
    assert token["text"] == text
    act = desk.locator("#decisions details").filter(has=desk.locator("#link-reason"))
    acts.unfold(act)
    act.locator("input[name=case][value=new]").check()
    act.locator("input[name=title]").fill("<b onclick=alert(6)>A</b>")
    act.locator("#link-reason").fill("<script>alert(7)</script>")
    act.locator("[type=submit]").click()
    case = desk.locator("#decisions .links a").get_attribute("href") or ""
    expect(desk.locator("#file-1 .raw-tags")).to_contain_text("<script>alert(1)</script>")
    for path in (
        f"/desk/tips/{reference}",
        f"/desk/tips/{reference}/print",
        f"{case}/evidence",
        f"{case}/evidence/print",
    ):
        desk.goto(path)
        for name in shown:
            expect(desk.locator("main")).to_contain_text(name)
        inert(desk)
    for path in ("/desk/queue", "/desk/cases", "/desk/admin/log"):
        page = desk if not path.endswith("log") else officer("zhao", path)
        page.goto(path)
        inert(page)
    assert all("/" not in name and "\u202e" not in name for name in shown), shown


def inert(page: Page) -> None:
    """Nothing of what was sent has become an element; a dialog would fail the test by itself."""
    expect(page.locator("main img[src='x'], main [onerror], main [onclick]")).to_have_count(0)
    scripts = page.locator("script:not([src])").all_text_contents()
    assert not [text for text in scripts if "alert" in text]


# --- the house is shaken


def test_a_tip_that_comes_while_the_broker_is_dead_is_received_and_worked_on_afterwards(
    opened: Open, small_station: Station, tmp_path: Path
) -> None:
    photo = footage.photo(tmp_path / "IMG_9.jpg", size=(320, 240))
    assert photo.stat().st_size < LIMIT
    supervisor = small_station.process.pid
    (broker,) = small_station.children("unixsocket")
    # The supervisor would start another at once: it looks away until the tip is in.
    os.kill(supervisor, signal.SIGSTOP)
    try:
        os.kill(broker, signal.SIGKILL)
        page = opened("/", at=small_station)
        acts.write_report(page, "停电时发来的")
        acts.pick(page, photo)
        expect(row(page, photo.name)).to_have_attribute("data-state", "done")
        acts.go_on_to_check(page)
        acts.send_report(page)
        reference = acts.reference_on(page)
        (file,) = small_station.files_of(reference)
        assert file["state"] == "received"
    finally:
        os.kill(supervisor, signal.SIGCONT)
    until(lambda: bool(small_station.children("unixsocket")), lambda: "no new broker")
    (file,) = small_station.wait_examined(reference)
    assert (file["state"], file["sha256"]) == ("ready", acts.sha256(photo))
    small_station.tipline("custody", "verify")

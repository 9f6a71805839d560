"""The worst phone on the worst network, from the first byte to the same SHA-256 everywhere."""

from __future__ import annotations

import hashlib
import json
import os
import re
import signal
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Request, Route, expect

from tests import footage
from tests.journeys import acts
from tests.journeys.acts import row, said
from tests.journeys.conftest import PATIENCE_MS, Open
from tests.journeys.line import STEP_MS, Line
from tests.journeys.station import SHARED_MEDIA, Station
from tests.journeys.test_resume import Offsets, percent

MIB = 1024 * 1024
KIB = 1024
UPLOADS = "**/api/v1/public/uploads**"
ROBBERY = "收银台被盗，监控见附件"


def film(path: Path, size: int, seed: str) -> Path:
    """Bytes that begin as a film does and are otherwise unlike any other."""
    path.write_bytes(
        b"\0\0\0\x18ftypisom\0\0\0\0isomiso2" + hashlib.shake_256(seed.encode()).digest(size - 24)
    )
    return path


class Told:
    """What the page's worker told of a file, and in which order files arrived."""

    def __init__(self, page: Page) -> None:
        self.digests: list[str] = []
        self.arrived: list[str] = []
        page.on("request", self._note)

    def _note(self, request: Request) -> None:
        if "/api/v1/public/evidence/" in request.url and request.method == "PATCH":
            self.digests.append(json.loads(request.post_data or "{}")["sha256"])
            self.arrived.append(request.url.rsplit("/", 1)[-1])


def at_step_two(opened: Open, **more: Any) -> Page:
    page = opened("/", **more)
    acts.write_report(page, ROBBERY)
    return page


def halfway(opened: Open, heavy: Path) -> tuple[Page, Offsets, Line]:
    """A film of 9 MiB of which the first piece stands at the station; the next one takes its time."""
    page = at_step_two(opened)
    sent = Offsets(page)
    line = Line(page)
    line.slow(2 * MIB)
    with page.expect_request(lambda one: int(one.headers.get("upload-offset", "0")) >= 4 * MIB):
        acts.pick(page, heavy)
    line.slow(100 * KIB)
    expect(row(page, heavy.name)).to_contain_text(re.compile(r"[4-9]\d%"))
    return page, sent, line


def same_bytes(page: Page, name: str) -> None:
    """The file is here, and what the device and the station say of it was compared."""
    expect(row(page, name)).to_contain_text(said("zh", "Uploaded, hash matches"))


def wait_held(page: Page, held: list[Route], many: int) -> None:
    """Until so many requests are held back."""
    for _ in range(PATIENCE_MS // STEP_MS):
        if len(held) >= many:
            return
        page.wait_for_timeout(STEP_MS)
    raise AssertionError(f"only {len(held)} of {many} requests came")


def hidden(page: Page, is_hidden: bool) -> None:
    """As if the person had gone to another app, or come back."""
    page.evaluate(
        """(isHidden) => {
            Object.defineProperty(document, "hidden", { configurable: true, get: () => isHidden });
            Object.defineProperty(document, "visibilityState",
                { configurable: true, get: () => (isHidden ? "hidden" : "visible") });
            document.dispatchEvent(new Event("visibilitychange"));
        }""",
        is_hidden,
    )


def sent_files(page: Page, station: Station) -> list[dict[str, Any]]:
    acts.go_on_to_check(page)
    acts.send_report(page)
    return station.files_of(acts.reference_on(page))


# --- the whole worst case


def test_throttled_offline_killed_and_reloaded_the_same_bytes_arrive(
    opened: Open, station: Station, tmp_path: Path
) -> None:
    heavy = film(tmp_path / "cam1_2130.mp4", 12 * MIB + 123, "worst")
    page = at_step_two(opened)
    told, sent = Told(page), Offsets(page)
    line = Line(page)
    line.slow(600 * KIB)
    acts.pick(page, heavy)
    # How long it may take is said at once, and the size beside the name.
    expect(row(page, heavy.name)).to_contain_text("12 MB")
    expect(row(page, heavy.name)).to_contain_text(re.compile("约剩"))
    expect(row(page, heavy.name)).to_contain_text(re.compile(r"[1-9]\d%"), timeout=60_000)

    line.cut()
    expect(row(page, heavy.name)).to_have_attribute("data-state", "cut")
    line.slow(1500 * KIB)
    expect(row(page, heavy.name)).to_have_attribute("data-state", "sending")

    (server,) = station.children("tipline web")[:1]
    os.kill(server, signal.SIGKILL)
    expect(row(page, heavy.name)).to_have_attribute("data-state", "retrying")
    expect(row(page, heavy.name)).to_have_attribute("data-state", "sending", timeout=60_000)
    expect(row(page, heavy.name)).to_contain_text(re.compile(r"[3-9]\d%"), timeout=60_000)

    page.reload()
    lost = row(page, heavy.name)
    expect(lost).to_have_attribute("data-state", "lost")
    kept = percent(page, heavy.name)
    assert kept >= 10
    expect(lost).to_contain_text(
        said(
            "zh",
            'Pick "{name}" again to continue from {percent}%',
        ).format(name=heavy.name, percent=kept)
    )
    expect(lost).to_contain_text(re.compile("保留到.*月.*日"))
    begun = len(sent.begun)
    lost.locator("input[type=file]").set_input_files(heavy)
    expect(row(page, heavy.name)).to_have_count(1)
    line.fast()
    expect(row(page, heavy.name)).to_have_attribute("data-state", "done", timeout=90_000)
    expect(row(page, heavy.name)).to_contain_text(said("zh", "Uploaded, hash matches"))

    assert sent.opened == 1, "one upload from beginning to end"
    assert min(sent.begun[begun:]) >= heavy.stat().st_size * kept // 100, (
        "what had arrived was not sent again"
    )
    (file,) = sent_files(page, station)
    stored = station.read(f"/api/v1/evidence/{file['id']}/original")
    source = acts.sha256(heavy)
    assert (told.digests, file["sha256"], hashlib.sha256(stored).hexdigest()) == ([source], source, source)


# --- one thing after the other


def test_a_file_is_paused_resumed_and_removed(opened: Open, station: Station, tmp_path: Path) -> None:
    first, second = film(tmp_path / "a.mp4", 2 * MIB, "a"), film(tmp_path / "b.mp4", 3 * MIB, "b")
    page = at_step_two(opened)
    line = Line(page)
    line.slow(200 * KIB)
    acts.pick(page, first, second)
    expect(row(page, "a.mp4")).to_have_attribute("data-state", "sending")
    expect(row(page, "b.mp4")).to_have_attribute("data-state", "waiting")
    expect(row(page, "b.mp4")).to_contain_text(said("zh", "Waiting"))

    row(page, "a.mp4").get_by_role("button", name=said("zh", "Pause")).click()
    expect(row(page, "a.mp4")).to_have_attribute("data-state", "paused")
    expect(row(page, "b.mp4")).to_have_attribute("data-state", "sending")
    row(page, "b.mp4").get_by_role("button", name=said("zh", "Remove")).click()
    expect(row(page, "b.mp4")).to_have_count(0)
    row(page, "a.mp4").get_by_role("button", name=said("zh", "Resume")).click()
    line.fast()
    expect(row(page, "a.mp4")).to_have_attribute("data-state", "done")

    (file,) = sent_files(page, station)
    assert (file["filename"], file["sha256"]) == ("a.mp4", acts.sha256(first))


def test_the_smallest_goes_first_and_a_photo_overtakes_a_film(
    opened: Open, station: Station, tmp_path: Path
) -> None:
    films = [
        film(tmp_path / f"{name}.mp4", size, name) for name, size in (("long", 6 * MIB), ("short", 1 * MIB))
    ]
    photo = footage.photo(tmp_path / "door.jpg", size=(320, 240))
    page = at_step_two(opened)
    told = Told(page)
    line = Line(page)
    line.slow(500 * KIB)
    acts.pick(page, *films)
    same_bytes(page, "short.mp4")
    line.slow(100 * KIB)
    expect(row(page, "long.mp4")).to_have_attribute("data-state", "sending")
    acts.pick(page, photo)
    same_bytes(page, photo.name)
    expect(row(page, "long.mp4")).to_have_attribute("data-state", "sending")
    line.fast()
    same_bytes(page, "long.mp4")

    names = {one["id"]: one["filename"] for one in sent_files(page, station)}
    assert [names[one] for one in told.arrived] == ["short.mp4", "door.jpg", "long.mp4"]


def test_what_paused_in_the_background_says_so_and_goes_on(opened: Open, tmp_path: Path) -> None:
    heavy = film(tmp_path / "cam2.mp4", 9 * MIB, "background")
    page = at_step_two(opened)
    line = Line(page)
    line.slow(2 * MIB)
    acts.pick(page, heavy)
    expect(row(page, heavy.name)).to_contain_text(re.compile(r"[1-9]\d%"))

    # A phone in the background sends nothing: its next piece waits, and goes on waiting.
    held: list[Route] = []
    page.route(UPLOADS, lambda route: held.append(route))  # noqa: PLW0108 - only a function can be a handler
    hidden(page, True)
    wait_held(page, held, 1)
    page.wait_for_timeout(4_000)
    hidden(page, False)

    expect(row(page, heavy.name)).to_contain_text(re.compile(r"刚才已暂停。正在从 \d+% 继续"))
    page.unroute(UPLOADS)  # lets go of what it held
    expect(row(page, heavy.name)).to_have_attribute("data-state", "done")


def test_a_file_that_arrived_damaged_is_sent_again_from_its_row(
    opened: Open, station: Station, tmp_path: Path
) -> None:
    photo = footage.photo(tmp_path / "door.jpg", size=(320, 240))
    page = at_step_two(opened)
    other = "0" * 64

    def damage(route: Route) -> None:
        route.continue_(post_data=json.dumps({"sha256": other}))

    page.route("**/api/v1/public/evidence/*", damage, times=1)
    acts.pick(page, photo)
    damaged = row(page, photo.name)
    expect(damaged).to_have_attribute("data-state", "differs")
    expect(damaged).to_contain_text(
        said("zh", "The file did not arrive as it left your device. Please send it again.")
    )
    damaged.get_by_role("button", name=said("zh", "Send it again")).click()
    expect(row(page, photo.name)).to_have_count(1)
    same_bytes(page, photo.name)

    files = sent_files(page, station)
    assert [one["sha256"] for one in files] == [acts.sha256(photo)] * 2
    assert [one["client_sha256"] for one in files] == [other, acts.sha256(photo)]


def test_a_damaged_file_is_picked_again_after_a_reload(
    opened: Open, station: Station, tmp_path: Path
) -> None:
    photo = footage.photo(tmp_path / "door.jpg", size=(320, 240))
    page = at_step_two(opened)
    page.route(
        "**/api/v1/public/evidence/*",
        lambda route: route.continue_(post_data=json.dumps({"sha256": "1" * 64})),
        times=1,
    )
    acts.pick(page, photo)
    expect(row(page, photo.name)).to_have_attribute("data-state", "differs")
    page.reload()
    row(page, photo.name).locator("input[type=file]").set_input_files(photo)
    expect(row(page, photo.name)).to_have_count(1)
    expect(row(page, photo.name)).to_have_attribute("data-state", "done")
    assert len(sent_files(page, station)) == 2


@pytest.mark.parametrize(
    ("status", "sentence"),
    [(429, "上传太多，请稍候。"), (503, "很多人正在上传。"), (507, "派出所暂时没有空间。")],
)
def test_patience_is_asked_for_in_words_with_a_countdown_and_it_goes_on_by_itself(
    status: int, sentence: str, opened: Open, tmp_path: Path
) -> None:
    photo = footage.photo(tmp_path / "door.jpg", size=(320, 240))
    page = at_step_two(opened)
    headers = {"Retry-After": "6", "Content-Type": "text/plain; charset=utf-8", "Tus-Resumable": "1.0.0"}
    page.route(
        UPLOADS, lambda route: route.fulfill(status=status, body=sentence + "\n", headers=headers), times=1
    )
    acts.pick(page, photo)

    # Asked in one breath: it lasts six seconds.
    held = row(page, photo.name).and_(page.locator("[data-state=held]"))
    expect(held).to_contain_text(re.compile(rf"{re.escape(sentence)}.*\d+ 秒后自动重试"))
    expect(row(page, photo.name)).to_have_attribute("data-state", "done")


def test_a_refusal_for_good_says_why_and_can_be_taken_off_the_list(opened: Open, tmp_path: Path) -> None:
    photo = footage.photo(tmp_path / "door.jpg", size=(320, 240))
    page = at_step_two(opened)
    html = {"Content-Type": "text/html", "Tus-Resumable": "1.0.0"}
    page.route(
        UPLOADS, lambda route: route.fulfill(status=413, body="<html>413</html>", headers=html), times=1
    )
    acts.pick(page, photo)

    refused = row(page, photo.name)
    expect(refused).to_have_attribute("data-state", "refused")
    # What stands before the station answers with pages of its own: those are nobody's words.
    expect(refused).not_to_contain_text("html")
    expect(refused).to_contain_text("请分段导出")
    refused.get_by_role("button", name=said("zh", "Remove")).click()
    expect(row(page, photo.name)).to_have_count(0)


def test_a_file_that_vanished_under_the_page_can_be_picked_again(opened: Open, tmp_path: Path) -> None:
    heavy = film(tmp_path / "usb.mp4", 12 * MIB, "vanish")
    content = heavy.read_bytes()
    page = at_step_two(opened)
    line = Line(page)
    line.slow(800 * KIB)
    acts.pick(page, heavy)
    expect(row(page, heavy.name)).to_contain_text(re.compile(r"[1-9]\d%"))
    heavy.unlink()
    line.fast()

    expect(row(page, heavy.name)).to_have_attribute("data-state", "lost")
    expect(row(page, heavy.name)).to_contain_text("无法读取这个文件")
    heavy.write_bytes(content)
    row(page, heavy.name).locator("input[type=file]").set_input_files(heavy)
    expect(row(page, heavy.name)).to_have_attribute("data-state", "done")


def test_an_upload_the_station_has_lost_begins_anew_by_itself(
    opened: Open, station: Station, tmp_path: Path
) -> None:
    heavy = film(tmp_path / "cam3.mp4", 9 * MIB, "lost")
    page, sent, line = halfway(opened, heavy)
    station.age("UPDATE upload SET state = 'removed' WHERE state = 'active' AND length = ?", 9 * MIB)
    line.fast()

    expect(row(page, heavy.name)).to_have_attribute("data-state", "done")
    assert sent.opened == 2
    acts.go_on_to_check(page)
    acts.send_report(page)
    files = station.files_of(acts.reference_on(page))
    assert [one["sha256"] for one in files if one["state"] != "uploading"] == [acts.sha256(heavy)]


def test_an_upload_lost_while_it_was_paused_begins_anew_too(
    opened: Open, station: Station, tmp_path: Path
) -> None:
    heavy = film(tmp_path / "cam6.mp4", 9 * MIB + 1, "lost while paused")
    page, sent, line = halfway(opened, heavy)
    row(page, heavy.name).get_by_role("button", name=said("zh", "Pause")).click()
    station.age("UPDATE upload SET state = 'removed' WHERE state = 'active' AND length = ?", 9 * MIB + 1)
    line.fast()
    row(page, heavy.name).get_by_role("button", name=said("zh", "Resume")).click()

    expect(row(page, heavy.name)).to_have_attribute("data-state", "done")
    assert sent.opened == 2
    files = sent_files(page, station)
    assert [one["sha256"] for one in files if one["state"] != "uploading"] == [acts.sha256(heavy)]


@pytest.mark.parametrize("status", [502, 503])
def test_a_gateway_that_answers_for_the_station_does_not_send_the_upload_back_to_its_beginning(
    status: int, opened: Open, station: Station, tmp_path: Path
) -> None:
    heavy = film(tmp_path / "cam7.mp4", 9 * MIB + status, "gateway")
    page, sent, line = halfway(opened, heavy)
    row(page, heavy.name).get_by_role("button", name=said("zh", "Pause")).click()
    asked: list[str] = []

    def answer(route: Route) -> None:
        if route.request.method != "HEAD" or len(asked) == 2:
            route.fallback()
            return
        asked.append(route.request.url)
        route.fulfill(status=status, body="<html>", headers={"Content-Type": "text/html", "Retry-After": "1"})

    page.route(UPLOADS, answer)
    begun = len(sent.begun)
    row(page, heavy.name).get_by_role("button", name=said("zh", "Resume")).click()
    line.fast()

    expect(row(page, heavy.name)).to_have_attribute("data-state", "done")
    assert len(asked) == 2
    assert sent.opened == 1, "the same upload goes on"
    assert min(sent.begun[begun:]) >= 4 * MIB
    assert [one["sha256"] for one in sent_files(page, station)] == [acts.sha256(heavy)]


def test_what_only_waits_for_its_turn_does_not_say_that_it_goes_on(opened: Open, tmp_path: Path) -> None:
    first, second = film(tmp_path / "c.mp4", 2 * MIB, "c"), film(tmp_path / "d.mp4", 9 * MIB, "d")
    page, _, line = halfway(opened, second)
    line.slow(100 * KIB)
    page.reload()
    acts.pick(page, first)
    expect(row(page, first.name)).to_have_attribute("data-state", "sending")
    row(page, second.name).locator("input[type=file]").set_input_files(second)

    expect(row(page, second.name)).to_have_attribute("data-state", "waiting")
    expect(row(page, second.name)).to_contain_text(re.compile(r"等待中，已传 \d+%"))
    line.fast()
    expect(row(page, second.name)).to_have_attribute("data-state", "done")


def test_that_there_is_no_line_is_said_in_sight_and_no_longer_than_it_is_so(opened: Open) -> None:
    page = at_step_two(opened)
    page.set_viewport_size({"width": 390, "height": 500})
    line = Line(page)
    line.cut()
    onward = page.locator("a[href='/report/check']").last
    onward.scroll_into_view_if_needed()
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    onward.click()

    expect(page.locator("#net")).to_contain_text("网络未连接")
    expect(page.locator("#net")).to_be_in_viewport()
    line.fast()
    expect(page.locator("#net")).to_be_hidden()


def test_another_file_in_the_place_of_a_lost_one_is_said_to_be_another(opened: Open, tmp_path: Path) -> None:
    heavy, other = film(tmp_path / "cam4.mp4", 4 * MIB, "one"), film(tmp_path / "x.mp4", 1 * MIB, "other")
    page = at_step_two(opened)
    line = Line(page)
    line.slow(400 * KIB)
    acts.pick(page, heavy)
    expect(row(page, heavy.name)).to_contain_text(re.compile(r"[1-9]\d%"))
    page.reload()
    row(page, heavy.name).locator("input[type=file]").set_input_files(other)

    expect(page.locator("#net")).to_contain_text("这是另一个文件")
    expect(row(page, heavy.name)).to_have_attribute("data-state", "lost")
    line.fast()
    expect(row(page, "x.mp4")).to_have_attribute("data-state", "done")


def test_films_of_recorders_and_phones_arrive_as_they_are(opened: Open, station: Station) -> None:
    """Real files that lie beside the checkout, where there are any."""
    films = [one for one in sorted(SHARED_MEDIA.glob("*")) if one.suffix in (".mp4", ".mov", ".avi", ".heic")]
    films = [one for one in films if one.stat().st_size < 8 * MIB][:6]
    if not films:
        return
    page = at_step_two(opened)
    acts.pick(page, *films)
    for one in films:
        expect(row(page, one.name)).to_have_attribute("data-state", "done", timeout=90_000)
    digests = {one["filename"]: one["sha256"] for one in sent_files(page, station)}
    assert digests == {one.name: acts.sha256(one) for one in films}


def test_a_connection_that_hangs_is_given_up_and_begun_anew(
    opened: Open, station: Station, tmp_path: Path
) -> None:
    heavy = film(tmp_path / "cam5.mp4", 1 * MIB, "hangs")
    page = at_step_two(opened)
    hanging: list[Route] = []

    def hang(route: Route) -> None:
        if route.request.method == "PATCH" and not hanging:
            hanging.append(route)
        else:
            route.continue_()

    page.route(UPLOADS, hang)
    acts.pick(page, heavy)
    expect(row(page, heavy.name)).to_have_attribute("data-state", "done", timeout=90_000)
    assert len(hanging) == 1
    (file,) = sent_files(page, station)
    assert file["sha256"] == acts.sha256(heavy)


def test_a_phone_without_workers_sends_all_the_same(opened: Open, station: Station, tmp_path: Path) -> None:
    photo = footage.photo(tmp_path / "door.jpg", size=(320, 240))
    page = at_step_two(opened)
    page.evaluate("() => { window.Worker = class { constructor() { throw new Error('refused'); } }; }")
    acts.pick(page, photo)

    expect(row(page, photo.name)).to_have_attribute("data-state", "done")
    expect(row(page, photo.name)).not_to_contain_text(said("zh", "Uploaded, hash matches"))
    (file,) = sent_files(page, station)
    assert (file["sha256"], file["client_sha256"]) == (acts.sha256(photo), None)


def test_pausing_and_removing_while_a_file_is_announced_leaves_nothing_behind(
    opened: Open, station: Station, tmp_path: Path
) -> None:
    kept, gone = film(tmp_path / "kept.mp4", 1 * MIB, "kept"), film(tmp_path / "gone.mp4", 2 * MIB, "gone")
    page = at_step_two(opened)
    held: list[Route] = []

    def hold(route: Route) -> None:
        if route.request.method == "POST":
            held.append(route)
        else:
            route.continue_()

    page.route(UPLOADS, hold)
    acts.pick(page, kept, gone)
    expect(row(page, "kept.mp4")).to_have_attribute("data-state", "sending")
    row(page, "kept.mp4").get_by_role("button", name=said("zh", "Pause")).click()
    expect(row(page, "gone.mp4")).to_have_attribute("data-state", "sending")
    row(page, "gone.mp4").get_by_role("button", name=said("zh", "Remove")).click()
    wait_held(page, held, 2)
    with page.expect_response(lambda answer: answer.request.method == "DELETE"):
        for one in held:
            one.continue_()
    row(page, "kept.mp4").get_by_role("button", name=said("zh", "Resume")).click()
    expect(row(page, "kept.mp4")).to_have_attribute("data-state", "done")

    assert len(held) == 2, "the paused file was not announced anew"
    (file,) = sent_files(page, station)
    assert file["sha256"] == acts.sha256(kept)

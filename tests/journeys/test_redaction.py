"""Covering a film in real Chromium: faces found, a box by mouse and one by keys, somebody else at work on the
same file, and a result in which no frame shows what was covered.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from playwright.sync_api import Page, Route, expect

from tests import drawn_faces
from tests.journeys.conftest import PATIENCE_MS, Officer
from tests.journeys.station import Station

FACE = (80.0, 80.0)
WIDTH, HEIGHT = drawn_faces.SIZE
LAMP = (0.75, 0.55, 0.95, 0.9)  # what is covered by mouse, in shares of the picture


@pytest.fixture(scope="module")
def film(station: Station, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """A second and a half of somebody at the till."""
    path = drawn_faces.film(
        tmp_path_factory.mktemp("film") / "till.mp4", lambda t: [FACE], seconds=1.5, sound=True
    )
    reference = station.send("收银台前的人", ("till.mp4", Path(path).read_bytes()))
    (file,) = station.wait_examined(reference)
    return {"reference": reference, "id": file["id"]}


def drag(page: Page, left: float, top: float, right: float, bottom: float) -> None:
    area = page.locator("[data-layer]").bounding_box()
    assert area is not None
    x, y, width, height = area["x"], area["y"], area["width"], area["height"]
    page.mouse.move(x + left * width, y + top * height)
    page.mouse.down()
    page.mouse.move(x + (left + right) / 2 * width, y + (top + bottom) / 2 * height)
    page.mouse.move(x + right * width, y + bottom * height)
    page.mouse.up()


def test_what_is_covered_on_the_page_is_covered_in_every_frame_of_the_result(
    officer: Officer, station: Station, film: dict[str, Any]
) -> None:
    page = officer(path=f"/desk/tips/{film['reference']}/evidence/{film['id']}/redact", language="en")
    address = f"/api/v1/evidence/{film['id']}/redaction"
    rows = page.locator("[data-list] > li")
    saved = page.locator("[data-saved][data-state=saved]")

    # Faces are found, and their boxes come in by themselves.
    page.locator("[data-do=faces]").click()
    expect(rows).to_have_count(1, timeout=120_000)
    expect(page.locator(".cover[data-source=face]")).to_have_count(1)
    expect(page.locator("[data-searching]")).to_be_hidden()

    # A box by mouse.
    drag(page, *LAMP)
    expect(rows).to_have_count(2)
    box = page.locator(".cover[data-source=hand]")
    expect(box).to_be_focused()
    expect(saved).to_be_visible()
    kept = station.ask(address)["tracks"][1]["boxes"][0]
    assert kept[1:] == pytest.approx([0.75, 0.55, 0.2, 0.35], abs=0.02)

    # One by keys: added, moved, made wider, taken away and brought back.
    page.keyboard.press("b")
    expect(rows).to_have_count(3)
    expect(box.nth(1)).to_be_focused()
    for key in ("ArrowLeft", "ArrowLeft", "Shift+ArrowRight", "Shift+ArrowDown"):
        page.keyboard.press(key)
    page.keyboard.press("Delete")
    expect(rows).to_have_count(2)
    page.keyboard.press("Control+z")
    expect(rows).to_have_count(3)
    page.keyboard.press("Tab")
    expect(saved).to_be_visible()
    moved = station.ask(address)["tracks"][2]["boxes"][0]
    assert moved[1:] == pytest.approx([0.392, 0.35, 0.204, 0.304], abs=0.002)

    # What is followed to the end no longer stands in the way of burning in.
    page.locator("[data-do=follow-back]").click()
    expect(page.locator("#flash .notice")).to_contain_text("Followed back to the beginning")
    page.locator("[data-do=follow]").click()
    expect(page.locator("#flash .notice")).to_contain_text("Followed to the end")
    expect(saved).to_be_visible()

    together(page, station, address, rows)
    result = burned(page, station, film)
    for number, picture in enumerate(result):
        x, y = (round(one) for one in FACE)
        assert np.ptp(picture[y - 10 : y + 16, x - 14 : x + 14]) <= 8, number
        lamp = picture[round(0.6 * HEIGHT) : round(0.85 * HEIGHT), round(0.8 * WIDTH) : round(0.9 * WIDTH)]
        assert np.ptp(lamp) <= 8, number
    assert len(result) == 15


def together(page: Page, station: Station, address: str, rows: Any) -> None:
    """Somebody else saves first; both sides' boxes stay, and the page says what happened."""
    theirs = station.ask(address)
    extra = {"id": "h-other-1", "source": "hand", "boxes": [[0, 0.02, 0.02, 0.1, 0.1]]}
    body = {name: theirs[name] for name in ("version", "range", "margin", "sound")}
    station.put(address, {**body, "tracks": [*theirs["tracks"], extra]})
    page.locator("[data-margin]").select_option("0.1")
    expect(page.locator("#flash .notice")).to_contain_text("Both are kept")
    expect(rows).to_have_count(4)
    expect(page.locator("[data-saved][data-state=saved]")).to_be_visible()
    assert len(station.ask(address)["tracks"]) == 4


def burned(page: Page, station: Station, film: dict[str, Any]) -> list[Any]:
    """Burn in, say that all of it was looked at, and fetch the result; its frames, in gray."""
    page.locator("[data-do=burn]").click()
    result = page.locator("[data-results] > li")
    confirm = result.locator("[data-do=confirm]")
    expect(confirm).to_be_disabled()
    result.locator("[data-do=tick]").check()
    confirm.click()
    expect(result.locator(".status-used")).to_be_visible()
    link = str(result.locator("[data-do=open]").get_attribute("href"))
    log = station.ask(f"/api/v1/custody?tip={film['reference']}&limit=200")["items"]
    assert "redaction:confirm" in [one["action"] for one in log]
    data = station.read(link)
    assert not re.search(rb"SECRET|31\.2304", data)
    with av.open(io.BytesIO(data)) as shown:
        assert [one.type for one in shown.streams] == ["video"]
        return [one.to_ndarray(format="gray").astype(int) for one in shown.decode(video=0)]


def test_answers_about_faces_are_taken_in_order_and_leave_a_name_alone(
    officer: Officer, film: dict[str, Any]
) -> None:
    """The station is played: what tells of some faces comes when the search has ended with more."""
    page = officer()
    page.route("**/redaction/faces", lambda route: route.fulfill(status=202, json={"number": 990001}))
    asked: list[Route] = []
    lists: list[str] = []

    def keep(route: Route) -> None:
        asked.append(route)

    def tell_jobs(route: Route) -> None:
        lists.append("done" if asked else "running")
        route.fulfill(json={"items": [job(lists[-1])]})

    page.route("**/redaction/jobs", tell_jobs)
    page.route("**/redaction/jobs/990001", keep)
    page.goto(f"/desk/tips/{film['reference']}/evidence/{film['id']}/redact")
    rows = page.locator("[data-list] > li")
    before = rows.count()
    page.keyboard.press("b")
    expect(rows).to_have_count(before + 1)
    page.locator("[data-do=faces]").click()
    wait_for(page, lambda: len(asked) == 1 and "done" in lists)
    page.wait_for_timeout(200)

    # A name is typed and not left yet.
    name = rows.nth(before).locator("[data-do=name]")
    name.press_sequentially("店员")
    first, *later = asked
    for route in later:  # without an order they were asked for already
        route.fulfill(
            json={**job("done"), "about": {"tracks": [face(0.3), face(0.6)], "searched": [100, 101]}}
        )
    first.fulfill(json={**job("running"), "about": {"tracks": [face(0.3)], "searched": [100, 101]}})
    if not later:
        wait_for(page, lambda: len(asked) == 2)
        asked[1].fulfill(
            json={**job("done"), "about": {"tracks": [face(0.3), face(0.6)], "searched": [100, 101]}}
        )
    expect(page.locator("#flash .notice")).to_contain_text("2")
    expect(name).to_be_focused()
    expect(name).to_have_value("店员")
    page.keyboard.press("Tab")
    expect(rows).to_have_count(before + 3)
    expect(rows.nth(before).locator("[data-do=name]")).to_have_value("店员")


def job(state: str) -> dict[str, Any]:
    at = "2026-11-27T00:00:00Z"
    return {
        "number": 990001, "kind": "faces", "state": state, "progress": 0.5, "wanted": {}, "about": None,
        "by": "li", "created_at": at, "finished_at": at if state == "done" else None,
    }  # fmt: skip


def face(x: float) -> dict[str, Any]:
    return {"start": 0, "end": 1, "boxes": [[0, x, 0.1, 0.1, 0.1]], "bridged": []}


def wait_for(page: Page, is_so: Callable[[], bool]) -> None:
    for _ in range(PATIENCE_MS // 50):
        if is_so():
            return
        page.wait_for_timeout(50)
    raise AssertionError("the page did not ask")

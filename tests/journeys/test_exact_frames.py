"""Stepping through films in real Chromium: the number the page shows is that of the frame on the screen.

Each frame of the drawn films carries its number as bars; they are read from the player's own pixels.
"""

from __future__ import annotations

import io
import re
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests import counted
from tests.journeys.conftest import Officer
from tests.journeys.line import Held
from tests.journeys.station import Station, until

BROADCAST = Fraction(1, 90_000)
EVEN = [at * 40 for at in range(36)]
# As phones drop frames in the dark, with two frames that come close together.
UNEVEN = [0, *[sum(([33, 34, 33, 120, 17, 41] * 6)[:at]) for at in range(1, 36)]]
# The pixels of the row in which the bars stand upright; a turned film is drawn so that they lie in a column.
READ = """([bits, turned]) => {
    const video = document.querySelector("[data-stage] video");
    const canvas = document.createElement("canvas");
    canvas.width = video.videoWidth;
    canvas.height = video.videoHeight;
    const pen = canvas.getContext("2d", { willReadFrequently: true });
    pen.drawImage(video, 0, 0);
    const [along, across] = turned ? [canvas.height, canvas.width] : [canvas.width, canvas.height];
    let number = 0;
    for (let bit = 0; bit < bits; bit += 1) {
        const place = Math.floor(((2 * bit + 1) * along) / (2 * bits));
        const side = Math.floor((across * (turned ? 3 : 1)) / 4);
        const [x, y] = turned ? [side, place] : [place, side];
        number = number * 2 + (pen.getImageData(x, y, 1, 1).data[0] > 128 ? 1 : 0);
    }
    return number;
}"""
FILMS: list[tuple[str, list[int], dict[str, Any]]] = [
    ("turned.mp4", EVEN, {"rotation": 90, "bframes": 2, "sound": "aac"}),
    ("hidden.mp4", [at - 200 for at in UNEVEN], {"bframes": 2}),
    ("old.mkv", UNEVEN, {"codec": "mpeg4", "sound": "pcm_s16le"}),
]  # fmt: skip


@pytest.fixture(scope="module")
def tips(station: Station, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """A tip for each film, examined."""
    folder: Path = tmp_path_factory.mktemp("films")
    sent = {}
    for name, times, more in FILMS:
        film = counted.film(folder / name, times, **more)
        sent[name] = station.send("有人偷拿商品", (name, film.read_bytes()))
    for reference in sent.values():
        station.wait_examined(reference)
    return sent


@pytest.mark.parametrize("name", [one[0] for one in FILMS])
def test_the_number_shown_is_that_of_the_frame_on_the_screen(
    name: str, officer: Officer, tips: dict[str, str]
) -> None:
    desk = officer(path=f"/desk/tips/{tips[name]}", language="en")
    copied = not name.endswith(".mp4")
    told = "Browser copy; the original is kept untouched." if copied else "The original itself."
    expect(desk.locator(".stage-caption")).to_contain_text(told)
    hidden = 4 if name == "hidden.mp4" else 0
    first, seen = hidden + 1, []
    for key, expected in [
        *((".", first + at) for at in range(14)),
        *((",", first + 12 - at) for at in range(6)),
        *((".", first + 8 + at) for at in range(3)),
    ]:
        desk.keyboard.press(key)
        seen.append(confirmed(desk, expected))
        assert desk.evaluate(READ, [counted.BITS, name == "turned.mp4"]) == expected, seen


def confirmed(desk: Page, number: int) -> int:
    """The number that the page shows, once the player has told that it stands there."""
    frame = desk.locator("[data-frame]")
    expect(frame).to_have_attribute("data-number", str(number))
    expect(frame).not_to_have_class(re.compile(r"\bis-unsure\b"))
    return int(frame.locator("b").inner_text())


def test_a_still_is_the_frame_on_the_screen_and_a_clip_holds_just_the_frames_between_in_and_out(
    officer: Officer, tips: dict[str, str]
) -> None:
    desk = officer(path=f"/desk/tips/{tips['old.mkv']}", language="en")
    go_to(desk, "9")
    desk.keyboard.press("i")
    for _ in range(5):
        desk.keyboard.press(".")
    confirmed(desk, 14)
    desk.keyboard.press("o")
    expect(desk.locator("[data-export-clip]")).to_be_enabled()
    desk.keyboard.press("s")
    picture = np.asarray(Image.open(io.BytesIO(saved(desk, "frame 14"))).convert("L"))
    assert counted.number_of(picture[: counted.SIZE[1]]) == 14
    desk.locator("[data-export] [name=band]").uncheck()
    desk.locator("[data-export-clip]").click()
    with av.open(io.BytesIO(saved(desk, "frames 9–14"))) as film:
        numbers = [counted.number_of(one.to_ndarray(format="gray")) for one in film.decode(video=0)]
    assert numbers == list(range(9, 15))

    # Slowly: a player runs on by itself until the page sends it back, and the page may be late.
    desk.locator("[data-speed]").select_option("0.1")
    desk.locator("[data-loop]").click()
    seen: list[int] = []

    def has_come_round() -> bool:
        seen.append(desk.evaluate(READ, [counted.BITS, False]))
        return any(later < earlier for earlier, later in pairwise(seen))

    until(has_come_round, lambda: f"the loop does not come round: {seen}")
    assert not desk.evaluate("document.querySelector('video').paused"), "the loop ended"
    assert set(seen) <= set(range(9, 16)), f"the loop left its stretch: {seen}"
    desk.locator("[data-loop]").click()
    desk.locator("video").evaluate("video => video.pause()")


def test_a_moment_is_marked_with_a_word_jumped_to_by_hand_and_the_mark_taken_back(
    officer: Officer, tips: dict[str, str]
) -> None:
    desk = officer(path=f"/desk/tips/{tips['hidden.mp4']}", language="en")
    go_to(desk, "21")
    desk.keyboard.press("b")
    expect(desk.locator("[data-mark-form] [name=text]")).to_be_focused()
    desk.keyboard.type("hand in the till")
    desk.keyboard.press("Enter")
    mark = desk.locator("[data-mark]")
    expect(mark).to_contain_text("hand in the till")
    expect(desk.locator(".strip-flag")).to_have_count(1)
    go_to(desk, "6")
    desk.keyboard.press("Escape")
    mark.locator("[data-t]").click()
    confirmed(desk, 21)
    field = desk.locator("[data-go-to]")
    field.fill("9:59:59")
    field.press("Enter")
    expect(field).to_have_attribute("aria-invalid", "true")
    field.press("Escape")
    desk.keyboard.press("9")
    assert desk.evaluate("document.querySelector('video').playbackRate") == 8
    desk.keyboard.press("u")
    expect(mark).to_have_count(0)
    expect(desk.locator(".strip-flag")).to_have_count(0)


def test_adjusting_the_view_changes_the_picture_and_nothing_else(
    officer: Officer, tips: dict[str, str]
) -> None:
    desk = officer(path=f"/desk/tips/{tips['turned.mp4']}", language="en")
    desk.locator("[data-look-open]").first.click()
    slider = desk.locator("[data-adjust=brightness]").first
    slider.focus()
    for _ in range(3):
        slider.press("ArrowRight")
    expect(desk.get_by_text("View adjusted; the original and exports are unchanged.")).to_be_visible()
    video = desk.locator("video")
    assert "url(" in video.evaluate("video => getComputedStyle(video).filter")
    desk.locator(".stage-caption").first.click()
    desk.keyboard.press("0")
    assert video.evaluate("video => getComputedStyle(video).filter") == "none"
    # Turned while it is still on its way: that is done once it is there.
    held = Held(desk, "**/renditions/*.jpg*")
    desk.locator("[data-enlarge]").first.dispatch_event("click")
    held.wait()
    desk.keyboard.press(">")
    held.end()
    turned = re.compile(r"matrix\(0, 1, -1, 0")
    expect(desk.locator(".viewer-canvas img")).to_have_css("transform", turned)
    desk.keyboard.press("Escape")
    expect(desk.locator(".viewer-host")).to_have_count(0)


def test_a_browser_that_tells_no_frames_steps_all_the_same_and_says_about(
    officer: Officer, tips: dict[str, str]
) -> None:
    desk = officer()
    desk.add_init_script("delete HTMLVideoElement.prototype.requestVideoFrameCallback")
    desk.goto(f"/desk/tips/{tips['turned.mp4']}?lang=en")
    expect(desk.locator("[data-step='1']")).to_be_enabled()
    expect(desk.locator("[data-frame]")).to_be_hidden()
    expect(desk.locator("video")).to_have_js_property("readyState", 4)
    desk.keyboard.press(".")
    expect(desk.locator("[data-frame]")).to_contain_text("about Frame 1")


def go_to(desk: Page, typed: str) -> None:
    """Type a frame number and wait until the player stands there."""
    field = desk.locator("[data-go-to]")
    field.fill(typed)
    field.press("Enter")
    confirmed(desk, int(typed))
    field.press("Escape")


def saved(desk: Page, place: str) -> bytes:
    """The bytes of the export that appears in the list."""
    row = desk.locator(".export-list > li").filter(has_text=place)
    expect(row.locator("a[download]")).to_be_visible()
    answer = desk.request.get(str(row.locator("a[download]").get_attribute("href")))
    assert answer.ok
    return answer.body()


def test_a_keyframe_leads_to_its_very_frame_and_the_speed_is_kept(
    officer: Officer, tips: dict[str, str]
) -> None:
    desk = officer(path=f"/desk/tips/{tips['old.mkv']}")
    desk.locator("[data-speed]").select_option("0.5")
    shown = desk.locator(".frames a").last
    shown.click()
    expect(shown).to_have_class("is-here")
    expect(desk.locator("[data-position]")).to_have_text(shown.locator(".mono").inner_text())
    # The position is told at once, the frame when it is there.
    moment = 1000 * float(shown.get_attribute("data-t") or "nan")
    number = min(range(len(UNEVEN)), key=lambda at: abs(UNEVEN[at] - moment))
    assert number > 0
    confirmed(desk, number)
    assert desk.evaluate(READ, [counted.BITS, False]) == number
    assert desk.evaluate("document.querySelector('video').playbackRate") == 0.5


def test_keys_step_the_film_last_touched(officer: Officer, station: Station, tmp_path: Path) -> None:
    films = [counted.film(tmp_path / name, EVEN) for name in ("door.mp4", "till.mp4")]
    reference = station.send("有人偷拿商品", *((one.name, one.read_bytes()) for one in films))
    station.wait_examined(reference)
    desk = officer(path=f"/desk/tips/{reference}")
    for file, number in (("#file-1", 1), ("#file-2", 1), ("#file-1", 2)):
        desk.locator(f"{file} [data-step='1']").click()
        expect(desk.locator(f"{file} [data-frame]")).to_have_attribute("data-number", str(number))
    desk.locator("#file-2 .stage-caption").click()
    desk.keyboard.press(".")
    expect(desk.locator("#file-2 [data-frame]")).to_have_attribute("data-number", "2")
    assert desk.locator("#file-1 [data-frame]").get_attribute("data-number") == "2"


def test_hovering_over_the_strip_shows_what_stands_there(officer: Officer, tips: dict[str, str]) -> None:
    desk = officer(path=f"/desk/tips/{tips['turned.mp4']}")
    strip = desk.locator("[data-strip] svg")
    strip.scroll_into_view_if_needed()
    strip.hover()
    expect(desk.locator("[data-hover]")).to_be_visible()
    expect(desk.locator("[data-hover] .mono")).to_contain_text("00:00:00.")
    desk.mouse.move(5, 5)
    expect(desk.locator("[data-hover]")).to_be_hidden()


def test_the_player_of_a_film_packed_anew_appears_by_itself_and_is_exact(
    officer: Officer, station: Station, tmp_path: Path
) -> None:
    film = counted.film(tmp_path / "late.ts", [at * 3600 for at in range(40)], time_base=BROADCAST)
    desk = officer()
    reference = station.send("有人偷拿商品", ("late.ts", film.read_bytes()))
    desk.goto(f"/desk/tips/{reference}")
    desk.evaluate("window.seenSince = 2")
    expect(desk.locator("[data-stage] video")).to_be_visible(timeout=90_000)
    expect(desk.locator("[data-step='1']")).to_be_enabled()
    for number in range(1, 8):
        desk.keyboard.press(".")
        confirmed(desk, number)
        assert desk.evaluate(READ, [counted.BITS, False]) == number
    assert desk.evaluate("window.seenSince") == 2, "the player came by a reload"

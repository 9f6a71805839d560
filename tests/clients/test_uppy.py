"""Uppy with its tus plugin as they are published, in Chromium: pause, cancel, reload, what breaks."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route

from tests.clients.node import HERE, ROOT, find_node, version_of
from tests.clients.station import PATIENCE_S, UPLOADS, Tip, until
from tests.faults.wire import Wire
from tests.web.reporting import film, sha256

DATA = film(1_500_007)
PIECE = 200_000
NAME = "收银台 2号.mp4"
PAGE = "/a-page-of-others"
HTML = '<!doctype html><meta charset="utf-8"><title>Uppy</title><input type="file"><script>{}</script>'
TROUBLES = ["cut", "reset", "swallow"]

Begin = Callable[..., None]


@pytest.fixture(scope="session")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The page's script with everything it imports."""
    made = tmp_path_factory.mktemp("uppy") / "uppy_page.js"
    command = [find_node(), str(ROOT / "node_modules/esbuild/bin/esbuild"), str(HERE / "uppy_page.js")]
    wishes = ["--bundle", "--format=iife", "--minify", "--charset=ascii", "--log-level=warning"]
    subprocess.run([*command, *wishes, f"--outfile={made}"], cwd=ROOT, check=True)
    return made.read_text().replace("</script", "<\\/script")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    made = tmp_path / "cam.mp4"
    made.write_bytes(DATA)
    return made


@pytest.fixture
def uppy(browser: Browser, wires: Wire, bundle: str) -> Iterator[Page]:
    """The page, on the same origin as the station, whose line may break."""
    faults: list[str] = []
    context = browser.new_context(locale="en-GB")
    page = context.new_page()
    page.on("pageerror", lambda fault: faults.append(str(fault)))
    page.set_default_timeout(PATIENCE_S * 1000)

    def answer(route: Route) -> None:
        route.fulfill(body=HTML.format(bundle), content_type="text/html; charset=utf-8")

    page.route(f"**{PAGE}", answer)
    page.goto(f"http://127.0.0.1:{wires.port}{PAGE}")
    yield page
    context.close()
    assert faults == []


@pytest.fixture
def begin(uppy: Page, tip: Tip, wires: Wire, file: Path) -> Begin:
    """Choose the file and start; `pause_after` so many pieces."""

    def start(*, pause_after: int = 0, **options: Any) -> None:
        uppy.locator("input").set_input_files(file)
        wish = {
            "endpoint": UPLOADS, "headers": tip.headers, "name": NAME, "chunkSize": PIECE,
            "pauseAfter": pause_after, "options": options,
        }  # fmt: skip
        uppy.evaluate("wish => window.begin(wish)", wish)
        if pause_after:
            uppy.wait_for_function("count => window.seen.accepted.length === count", arg=pause_after)

    return start


def go_on(uppy: Page) -> None:
    uppy.evaluate("() => window.uppy.resumeAll()")


def ends(uppy: Page) -> list[str]:
    """What became of the upload, as soon as something has."""
    uppy.wait_for_function("() => window.seen.ends.length > 0")
    found: list[str] = uppy.evaluate("() => window.seen.ends")
    return found


def accepted(uppy: Page) -> list[int]:
    found: list[int] = uppy.evaluate("() => window.seen.accepted")
    return found


def require_whole(tip: Tip) -> None:
    assert [(one.name, one.state, one.sha256) for one in tip.files()] == [(NAME, "received", sha256(DATA))]


def test_it_is_a_real_one(uppy: Page) -> None:
    assert uppy.evaluate("() => window.seen.version") == version_of("@uppy/tus")


@pytest.mark.parametrize(
    "options", [{}, {"uploadDataDuringCreation": True}, {"overridePatchMethod": True}], ids=str
)
def test_it_sends_a_file(uppy: Page, begin: Begin, tip: Tip, options: dict[str, Any]) -> None:
    begin(**options)

    assert ends(uppy) == ["success"]
    assert accepted(uppy)[-1] == len(DATA)
    require_whole(tip)


def test_it_pauses_and_goes_on(uppy: Page, begin: Begin, tip: Tip) -> None:
    begin(pause_after=3)
    assert tip.on_its_way() == 3 * PIECE

    go_on(uppy)

    assert ends(uppy) == ["success"]
    assert accepted(uppy) == [*range(PIECE, len(DATA), PIECE), len(DATA)]
    require_whole(tip)


def test_it_cancels_and_nothing_is_left(uppy: Page, begin: Begin, tip: Tip) -> None:
    begin(pause_after=3)
    assert len(tip.files()) == 1

    uppy.evaluate("() => window.uppy.cancelAll()")

    until(lambda: tip.files() == [], lambda: "the cancelled file is still there")


def test_it_goes_on_when_the_page_was_loaded_anew_and_the_file_chosen_again(
    uppy: Page, begin: Begin, tip: Tip
) -> None:
    begin(pause_after=3)
    uppy.reload()
    begin()

    assert ends(uppy) == ["success"]
    assert accepted(uppy)[0] == 4 * PIECE
    require_whole(tip)


@pytest.mark.parametrize("trouble", TROUBLES)
def test_it_goes_on_after_a_line_broke(uppy: Page, begin: Begin, tip: Tip, wires: Wire, trouble: str) -> None:
    begin(pause_after=3)
    struck = wires.strike(trouble, hits=1, lasts_s=60, hold_s=1)
    go_on(uppy)

    assert ends(uppy) == ["success"]
    assert struck.hits == 0
    require_whole(tip)


@pytest.mark.parametrize("status", [500, 502, 503, 409, 423])
def test_it_goes_on_after_a_piece_was_answered_with_patience(
    uppy: Page, begin: Begin, tip: Tip, status: int
) -> None:
    begin(pause_after=3)
    answered = answer_once(uppy, "PATCH", status)
    go_on(uppy)

    assert ends(uppy) == ["success"]
    assert answered == [status]
    assert accepted(uppy)[3] == 4 * PIECE
    require_whole(tip)


def test_it_keeps_its_place_when_the_station_cannot_say_where_an_upload_stands(
    uppy: Page, begin: Begin, tip: Tip
) -> None:
    """What the station itself answers to HEAD in trouble: see test_tus_core.py."""
    begin(pause_after=3)
    answered = answer_once(uppy, "HEAD", 423)
    go_on(uppy)

    assert ends(uppy) == ["success"]
    assert answered == [423]
    assert accepted(uppy)[3] == 4 * PIECE
    require_whole(tip)


def test_when_something_between_answers_for_the_station_it_begins_anew_and_loses_nothing(
    uppy: Page, begin: Begin, tip: Tip
) -> None:
    """tus-js-client takes any 5xx to HEAD for the end of an upload; what it left behind expires."""
    begin(pause_after=3)
    answer_once(uppy, "HEAD", 502)
    go_on(uppy)

    assert ends(uppy) == ["success"]
    assert {(one.state, one.sha256) for one in tip.files()} == {
        ("uploading", None), ("received", sha256(DATA)),
    }  # fmt: skip


def answer_once(uppy: Page, method: str, status: int) -> list[int]:
    """Let the next request of this method be answered so; what was answered, when it has been."""
    answered: list[int] = []

    def answer(route: Route) -> None:
        if route.request.method != method or answered:
            route.fallback()
            return
        answered.append(status)
        route.fulfill(status=status)

    uppy.route(f"**{UPLOADS}/*", answer)
    return answered


def test_it_goes_on_after_the_server_was_killed(uppy: Page, begin: Begin, tip: Tip) -> None:
    begin(pause_after=3)
    tip.station.kill()
    tip.station.start()
    go_on(uppy)

    assert ends(uppy) == ["success"]
    require_whole(tip)


def test_it_is_told_in_words_why_an_empty_file_is_not_taken(
    uppy: Page, begin: Begin, tip: Tip, file: Path
) -> None:
    file.write_bytes(b"")
    begin()

    assert ends(uppy)[0].startswith("The file is empty (0 bytes).")
    assert tip.files() == []

"""What a page of the desk weighs: bytes over the line and requests, in Chromium, cold and warm.

Cold is a browser that was never here, warm the same page once more. Pictures are counted by themselves, for
they are those of the tips.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from playwright.sync_api import CDPSession, Page, sync_playwright

from bench import crowd
from tests.journeys.conftest import ARGS, DESK
from tests.journeys.station import PASSWORD, Station, running
from tipline import services, settings
from tipline.bell import SilentBell
from tipline.preparing.browser import find_browser

SETTLED_MS = 2_000  # scripts have fetched by then what they fetch
PAGES = ("/desk/queue", "/desk/queue?state=all", "/desk/tips/{tip}", "/desk/cases/{case}", "/report")


class Line:
    """Counts what comes over the line of one page."""

    def __init__(self, devtools: CDPSession) -> None:
        self._kinds: dict[str, str] = {}
        self.bytes: dict[bool, int] = {}
        self.requests = 0
        devtools.send("Network.enable")
        devtools.on("Network.responseReceived", self._answered)
        devtools.on("Network.loadingFinished", self._finished)

    def forget(self) -> None:
        """Begin counting anew."""
        self.bytes, self.requests = {True: 0, False: 0}, 0

    def _answered(self, event: dict[str, Any]) -> None:
        self._kinds[event["requestId"]] = event["type"]

    def _finished(self, event: dict[str, Any]) -> None:
        size = int(event["encodedDataLength"])
        self.requests += size > 0  # what the browser kept costs nothing
        is_picture = self._kinds.get(event["requestId"]) in ("Image", "Media")
        self.bytes[is_picture] = self.bytes.get(is_picture, 0) + size


def main(arguments: Sequence[str] = ()) -> int:
    argparse.ArgumentParser(prog="python -m bench desk-weight", description=__doc__).parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="tipline-bench-") as folder, running(Path(folder)) as station:
        found = _fill(station)
        print("| page | cold | requests | warm | requests | pictures |")
        print("|---|---|---|---|---|---|")
        with sync_playwright() as play:
            browser = play.chromium.launch(executable_path=find_browser(), args=ARGS)
            for path in PAGES:
                context = browser.new_context(base_url=station.url, locale="zh-CN", **DESK)
                cookies = _signed_in(browser.new_context(base_url=station.url).new_page())
                context.add_cookies(cookies)
                page = context.new_page()
                print(_weigh(page, path.format(tip=found.tip, case=found.heavy_case)), flush=True)
                context.close()
            browser.close()
    return 0


def _fill(station: Station) -> crowd.Crowd:
    made = services.build(settings.load(station.environment), bell=SilentBell())
    try:
        return crowd.fill(made.database, 1_000, password_hash="!")  # noqa: S106 - nobody signs in with it
    finally:
        made.close()


def _signed_in(page: Page) -> list[Any]:
    """Cookies of a visit, got in a browser of its own: the one that is measured has seen nothing yet."""
    page.goto("/desk/sign-in")
    page.locator("[name=username]").fill("li")
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("[type=submit]").first.click()
    page.wait_for_url("**/desk/queue")
    return list(page.context.cookies())


def _weigh(page: Page, path: str) -> str:
    line, cells = Line(page.context.new_cdp_session(page)), []
    pictures = 0
    for again in (False, True):
        line.forget()
        page.goto(path)
        page.wait_for_load_state("load")
        page.wait_for_timeout(SETTLED_MS)
        if not again:
            pictures = line.bytes[True]
        cells += [f"{line.bytes[False] / 1024:.0f} KB", str(line.requests)]
    return f"| `{path}` | {' | '.join(cells)} | {pictures / 1024:.0f} KB |"

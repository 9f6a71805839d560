"""Whole stories against the whole product: all processes as `tipline run` starts them, in real Chromium.

Phones are profiles of the browser: size, touch and user agent change, the engine does not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.journeys.station import PASSWORD, RUNNING, Station, running
from tipline.preparing.browser import find_browser

ARGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 2,
    "is_mobile": True,
    "has_touch": True,
}
DESK: dict[str, Any] = {"viewport": {"width": 1366, "height": 768}}
TAGS = {"zh": "zh-CN", "en": "en-GB"}
# Machines that test are slow; nothing below measures time.
PATIENCE_MS = 30_000

Open = Callable[..., Page]
Officer = Callable[..., Page]

expect.set_options(timeout=PATIENCE_MS)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker(pytest.mark.journey)


@pytest.fixture(scope="session")
def station(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Station]:
    """The product as a technician starts it, on an empty data folder."""
    with running(tmp_path_factory.mktemp("station")) as made:
        yield made


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    found = find_browser()
    assert found, "Chromium is missing: `make test` installs it"
    return {**browser_type_launch_args, "executable_path": found, "args": ARGS}


@pytest.fixture
def opened(browser: Browser, station: Station) -> Iterator[Open]:
    """Open a page as a person with a device and a language of their own.

    A dialog, a fault in a script or a break of the content policy on any of these pages fails the test.
    """
    contexts: list[BrowserContext] = []
    surprises: list[str] = []

    def open_page(
        path: str = "/",
        *,
        device: dict[str, Any] = PHONE,
        language: str = "zh",
        at: Station = station,
        zone: str = "Asia/Shanghai",
        **more: Any,
    ) -> Page:
        context = browser.new_context(
            base_url=at.url, locale=TAGS[language], timezone_id=zone, **device, **more
        )
        contexts.append(context)
        context.set_default_timeout(PATIENCE_MS)
        context.on("weberror", lambda fault: surprises.append(f"fault in a script: {fault.error}"))
        page = context.new_page()
        watch(page, surprises)
        page.goto(path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not surprises, surprises


def watch(page: Page, surprises: list[str]) -> None:
    """Note what the policy stopped, and every dialog but the browser's own question before leaving a page."""

    def on_dialog(dialog: Any) -> None:
        if dialog.type == "beforeunload":
            dialog.accept()
            return
        surprises.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def on_console(message: Any) -> None:
        if "Content Security Policy" in message.text:
            surprises.append(message.text)

    page.on("dialog", on_dialog)
    page.on("console", on_console)


@pytest.fixture
def officer(opened: Open) -> Officer:
    """A signed-in member of staff at a desk."""

    def sign_in(name: str = "li", path: str = "/desk/queue", **more: Any) -> Page:
        page = opened("/desk/sign-in", **{"device": DESK, **more})
        fill_sign_in(page, name)
        page.wait_for_url("**/desk/queue")
        if path != "/desk/queue":
            page.goto(path)
        return page

    return sign_in


def fill_sign_in(page: Page, name: str = "li") -> None:
    page.locator("#username").fill(name)
    page.locator("#password").fill(PASSWORD)
    page.locator("form[action='/desk/sign-in'] [type=submit]").click()
    host = "{0.scheme}://{0.netloc}".format(urlsplit(page.url))
    if name in RUNNING[host].secrets:
        page.locator("#code").fill(RUNNING[host].code(name))
        page.locator("form:has(#code) [type=submit]").click()

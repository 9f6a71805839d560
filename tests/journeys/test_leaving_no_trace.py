"""A reporter whose device others look at: no page calls another host, and leaving leaves nothing behind.

The browser runs with a profile of its own on the disk, as on a real device; what it left there is searched.
"""

from __future__ import annotations

import json
import time
from base64 import b64decode
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import ChaCha20
from playwright.sync_api import BrowserType, Page, expect

from tests.journeys import acts
from tests.journeys.conftest import ARGS, DESK, Officer
from tests.journeys.station import Station, until
from tipline.preparing.browser import find_browser

WORDS, PLACE, CONTACT = "canarywords bicycle", "canaryplace 12", "canarycontact 13800001234"


def test_after_leaving_quickly_the_browsers_profile_holds_nothing_of_what_was_written(
    station: Station, browser_type: BrowserType, tmp_path: Path
) -> None:
    profile = tmp_path / "profile"
    asked: list[str] = []
    context = browser_type.launch_persistent_context(
        profile, executable_path=find_browser(), args=ARGS, base_url=station.url, locale="en-GB", **DESK
    )
    context.on("request", lambda request: asked.append(request.url))
    # Whatever stands behind the harmless address, nobody is asked in a test.
    context.route("https://**", lambda route: route.fulfill(body="<title>elsewhere</title>"))
    page = context.pages[0]
    page.goto("/report")
    # Whoever writes slowly has words in the page while the browser writes what pages keep to its disk.
    page.locator("#text").fill(WORDS)
    page.locator("#place").fill(PLACE)
    until(lambda: bool(list(_holding(profile, ["tipline-typed"]))), lambda: "nothing came to the disk")
    page.reload()
    expect(page.locator("#text")).to_have_value(WORDS)
    acts.write_report(page, WORDS, place=PLACE, contact=CONTACT)
    acts.go_on_to_check(page)
    expect(page.locator("main")).to_contain_text("given, and sealed")
    for word in ("tip", "police", "派出所", "线索"):
        assert word not in page.title().lower()
    code = acts.send_report(page)
    own = [url for url in asked if urlsplit(url).netloc == urlsplit(station.url).netloc]
    assert asked == own

    leave(page)
    page.go_back()
    assert code not in page.content()
    assert WORDS not in page.content()
    context.close()

    left = list(_holding(profile, [WORDS, "canarywords", PLACE, CONTACT, "13800001234", code]))
    assert left == []


def test_what_a_computer_keeps_of_words_not_sent_yet_is_sealed_with_the_key_of_the_visit(
    opened: Callable[..., Page],
) -> None:
    page = opened("/report", device=DESK)
    words = "蓝色雨衣，往南走了。" * 40
    page.locator("#text").fill(words)
    kept = str(page.evaluate("sessionStorage.getItem('tipline-typed')"))
    key = page.locator("form[data-keep]").get_attribute("data-keep-key") or ""
    assert page.evaluate("localStorage.length") == 0
    # The same cipher as others make it: its counter begins at nought.
    nonce, sealed = b64decode(kept[:16]), b64decode(kept[16:])
    plain = Cipher(ChaCha20(b64decode(key), bytes(4) + nonce), mode=None).decryptor().update(sealed)
    typed = {one["name"]: one["value"] for one in json.loads(plain)["typed"]}
    assert typed["text"] == words


def leave(page: Page) -> None:
    """Three times Escape, a tenth of a second apart, however long a busy machine takes."""
    keyboard, now = page.context.new_cdp_session(page), time.time()
    for at in range(3):
        for kind in ("rawKeyDown", "keyUp"):
            told = {"type": kind, "key": "Escape", "code": "Escape", "windowsVirtualKeyCode": 27}
            keyboard.send("Input.dispatchKeyEvent", {**told, "timestamp": now + at / 10})
    page.wait_for_url("https://**")


def test_leaving_works_without_a_script_and_the_visit_is_over(
    station: Station, opened: Callable[..., Page]
) -> None:
    page = opened("/report", language="en", java_script_enabled=False)
    page.context.route("https://**", lambda route: route.fulfill(body="<title>elsewhere</title>"))
    acts.write_report(page, WORDS, contact=CONTACT)
    acts.submit_of(page, "/exit").click()
    page.wait_for_url("https://**")
    page.goto(f"{station.url}/report/check")
    expect(page.locator("#receipt_code")).to_be_visible()


def test_no_page_of_the_desk_calls_another_host(station: Station, officer: Officer) -> None:
    reference = station.send("no third party")
    page = officer()
    asked: list[tuple[str, str | None]] = []
    page.on("request", lambda one: asked.append((one.url, one.headers.get("referer"))))
    for path in ("/desk/queue", f"/desk/tips/{reference}", "/desk/cases", "/desk/intake", "/desk/admin/log"):
        page.goto(path)
        page.wait_for_load_state("networkidle")
    hosts = {urlsplit(url).netloc for url, _ in asked if url.startswith("http")}
    assert hosts == {urlsplit(station.url).netloc}
    assert [url for url, referrer in asked if referrer] == []


def _holding(folder: Path, canaries: list[str]) -> list[str]:
    """Files of the profile in which a canary stands, in the codings that browsers write."""
    found = []
    for file in folder.rglob("*"):
        try:
            raw = file.read_bytes() if file.is_file() else b""
        except FileNotFoundError:  # the last process of the browser takes its own away
            continue
        for one in canaries:
            if one.encode() in raw or one.encode("utf-16-le") in raw:
                found.append(f"{one} in {file.relative_to(folder)}")
    return found

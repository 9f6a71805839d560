"""What people do on the pages, named once.

Elements are found by what they do (address of a form, name of a field), so that words and looks may change.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.journeys.station import PASSWORD
from tipline.i18n import say

LOCALE = {"zh": "zh_Hans_CN", "en": "en"}
CODE = re.compile(r"^[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){3}$")
REFERENCE = re.compile(r"T-\d+")


def said(language: str, sentence: str, **values: object) -> str:
    """The sentence as the product says it in this language."""
    return say(LOCALE[language], sentence, **values)


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def submit_of(page: Page, action: str) -> Locator:
    """The button of the form that goes to this address."""
    return page.locator(f"form[action='{action}'] [type=submit]")


# --- the reporter


def write_report(page: Page, text: str, **fields: str) -> None:
    """Step 1, saved; ends on step 2."""
    page.locator("input[name=category]").first.check()
    page.locator("#text").fill(text)
    for name, value in fields.items():
        page.locator(f"#{name}").fill(value)
    submit_of(page, "/report/what").click()
    expect(page).to_have_url(re.compile(r"/report/files$"))


def pick(page: Page, *files: Any) -> None:
    """Choose files by the button for files of any kind; the script must be there."""
    page.locator("input[data-way=file]").set_input_files(list(files))


def row(page: Page, name: str) -> Locator:
    """The uploader's line about a file."""
    return page.locator(".uploads .rows > li").filter(has=page.locator("bdi", has_text=name))


def go_on_to_check(page: Page) -> None:
    page.locator("a[href='/report/check']").last.click()
    expect(page).to_have_url(re.compile(r"/report/check$"))


def send_report(page: Page) -> str:
    """Step 3 confirmed and sent; the receipt code of step 4."""
    page.locator("#confirm").check()
    submit_of(page, "/report/check").click()
    expect(page).to_have_url(re.compile(r"/report/receipt$"))
    shown = page.locator("#code")
    expect(shown).to_have_text(CODE)
    return shown.inner_text().strip()


def keep_code(page: Page) -> None:
    """The code is written down; ends on the status page."""
    submit_of(page, "/report/kept").click()
    expect(page).to_have_url(re.compile(r"/status"))


def come_back(page: Page, code: str) -> None:
    """With the receipt code, from the page that asks for it."""
    page.locator("#receipt_code").fill(code)
    submit_of(page, "/status").click()


def reference_on(page: Page) -> str:
    """The tip a page speaks of."""
    words = page.locator("main")
    expect(words).to_contain_text(REFERENCE)
    found = REFERENCE.search(words.inner_text())
    assert found, words.inner_text()
    return found[0]


# --- the officer


def press(page: Page, key: str) -> None:
    """A single key, once the page that came by a click or by another key listens to keys."""
    page.wait_for_load_state()
    page.keyboard.press(key)


def decide(page: Page, reference: str, act: str) -> Locator:
    """The form of an act on a tip."""
    return page.locator(f"form[action^='/desk/tips/{reference}/{act}']")


def unfold(details: Locator) -> None:
    details.locator("summary").first.click()


def history(page: Page) -> Locator:
    return page.locator("#history .log-what")


def save_original(page: Page, folder: Path, number: int = 1) -> Path:
    """An officer saves the original of a file, says what for, and goes back to the tip."""
    page.locator(f"#file-{number} a[href$='/save']").click()
    page.locator("fieldset.reason .choice input").first.check()
    with page.expect_download() as waiting:
        page.locator("main form [type=submit]").click()
    path = folder / "downloaded"
    waiting.value.save_as(path)
    page.locator("main a.button-primary").click()
    return path


def type_password(page: Page, name: str) -> None:
    """The first step of signing in; a second one may follow."""
    page.locator("#username").fill(name)
    page.locator("#password").fill(PASSWORD)
    page.locator("form[action='/desk/sign-in'] [type=submit]").click()

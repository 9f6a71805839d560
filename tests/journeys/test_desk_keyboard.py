"""The desk by keyboard alone: through the queue, into a tip, and nothing fires while somebody types."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.acts import press
from tests.journeys.conftest import Officer, Open
from tests.journeys.station import Station


@pytest.fixture(scope="module")
def two_tips(station: Station) -> tuple[str, str]:
    """Newer and older, found by their place."""
    older = station.send("有人抢包，往南跑了", place="键盘路 1 号")
    newer = station.send("有人撬车", place="键盘路 2 号")
    return newer, older


def ring(page: Page) -> str:
    """How the element with the focus is set off; empty when it is not. A row draws it itself."""
    return str(
        page.evaluate(
            """() => [null, "::after"].map((part) => {
                const style = getComputedStyle(document.activeElement, part);
                const isDrawn = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0;
                return isDrawn ? style.outline : "";
            }).join("")"""
        )
    )


def test_the_queue_is_walked_and_opened_by_keys(officer: Officer, two_tips: tuple[str, str]) -> None:
    newer, older = two_tips
    desk = officer(path="/desk/queue?q=键盘路")
    rows = desk.locator("[data-rows] > *")
    expect(rows).to_have_count(2)
    desk.keyboard.press("j")
    expect(desk.locator(f"#row-{newer} a")).to_be_focused()
    assert ring(desk)
    desk.keyboard.press("j")
    expect(desk.locator(f"#row-{older} a")).to_be_focused()
    desk.keyboard.press("j")
    expect(desk.locator(f"#row-{older} a")).to_be_focused()
    desk.keyboard.press("k")
    expect(desk.locator(f"#row-{newer} a")).to_be_focused()
    desk.keyboard.press("Enter")
    expect(desk).to_have_url(re.compile(f"/desk/tips/{newer}"))
    # On the page of a tip the same keys go to its neighbours in that queue, once it listens.
    press(desk, "j")
    expect(desk).to_have_url(re.compile(f"/desk/tips/{older}"))
    press(desk, "k")
    expect(desk).to_have_url(re.compile(f"/desk/tips/{newer}"))


def test_keys_lead_to_the_acts_on_a_tip(officer: Officer, two_tips: tuple[str, str]) -> None:
    desk = officer(path=f"/desk/tips/{two_tips[0]}")
    fields = {"a": "#assignee", "l": "#case-words", "r": "#reply-text", "h": "#until", "n": "#state-reason"}
    for key, field in fields.items():
        desk.keyboard.press(key)
        expect(desk.locator(field)).to_be_focused()
        expect(desk.locator(field)).to_be_visible()
        desk.keyboard.press("Escape")
        expect(desk.locator(field)).not_to_be_focused()
    expect(desk.locator("details.act[open]")).to_have_count(0)
    expect(desk.locator("input[name=state][value=not_used]")).to_be_checked()
    expect(desk.locator("#until")).to_be_disabled()
    desk.goto("/desk/queue?q=abc")
    desk.keyboard.press("/")
    expect(desk.locator("input[name=q]")).to_be_focused()
    expect(desk.locator("input[name=q]")).to_have_js_property("selectionEnd", 3)


def test_an_act_is_taken_back_by_a_key(officer: Officer, station: Station) -> None:
    reference = station.send("有人在试车门")
    desk = officer(path=f"/desk/tips/{reference}")
    desk.keyboard.press("a")
    desk.locator("#assignee").select_option("li")
    desk.locator("#assignee").locator("xpath=ancestor::form").locator("[type=submit]").click()
    expect(desk.locator("[data-undo]")).to_be_visible()
    assert station.ask(f"/api/v1/tips/{reference}")["assignee"]
    desk.evaluate("document.activeElement.blur()")
    desk.keyboard.press("u")
    expect(desk.locator("#assignee")).to_have_value("")
    # At least: sent, given, taken back; who was told meanwhile that it waits stands there too.
    expect(desk.locator("#history li").nth(3)).to_be_attached()
    assert not station.ask(f"/api/v1/tips/{reference}")["assignee"]


def test_no_key_fires_while_somebody_types(officer: Officer, two_tips: tuple[str, str]) -> None:
    newer, _ = two_tips
    desk = officer(path=f"/desk/tips/{newer}")
    text = desk.locator("#reply-text")
    text.focus()
    desk.keyboard.type("jklanhdu?/ r")
    expect(text).to_have_value("jklanhdu?/ r")
    expect(text).to_be_focused()
    expect(desk.locator("#keys")).to_be_hidden()
    expect(desk).to_have_url(re.compile(f"/desk/tips/{newer}$"))
    # An input method composes: its letters are nobody's keys.
    desk.evaluate(
        """() => {
            document.activeElement.blur();
            const press = (values) =>
                document.body.dispatchEvent(new KeyboardEvent("keydown", { bubbles: true, ...values }));
            press({ key: "?", isComposing: true });
            press({ key: "?", keyCode: 229 });
            press({ key: "j", keyCode: 229 });
            press({ key: "j", repeat: true });  // a key that is held must not run through the tips
        }"""
    )
    expect(desk.locator("#keys")).to_be_hidden()
    expect(desk).to_have_url(re.compile(f"/desk/tips/{newer}$"))
    desk.keyboard.press("Control+j")
    expect(desk).to_have_url(re.compile(f"/desk/tips/{newer}$"))


def test_help_opens_lists_the_keys_and_closes(officer: Officer) -> None:
    desk = officer()
    desk.keyboard.press("?")
    expect(desk.locator("#keys")).to_be_visible()
    expect(desk.locator("#keys kbd", has_text="J")).to_be_visible()
    desk.keyboard.press("Escape")
    expect(desk.locator("#keys")).to_be_hidden()


def test_single_keys_can_be_switched_off(officer: Officer, two_tips: tuple[str, str]) -> None:
    desk = officer(path="/desk/queue?q=键盘路")
    desk.keyboard.press("?")
    with desk.expect_response("**/desk/preferences/keys"):
        desk.locator("#keys-off").check()
    desk.keyboard.press("Escape")
    desk.reload()
    desk.keyboard.press("j")
    expect(desk.locator("[data-rows] .is-here")).to_have_count(0)
    desk.keyboard.press("?")
    with desk.expect_response("**/desk/preferences/keys"):
        desk.locator("#keys-off").uncheck()
    desk.keyboard.press("Escape")
    desk.evaluate("document.activeElement.blur()")
    desk.keyboard.press("j")
    expect(desk.locator("[data-rows] .is-here")).to_have_count(1)


@pytest.mark.parametrize("path", ["/desk/queue", "/desk/cases"])
def test_the_skip_link_is_first_is_seen_and_leads_past_the_bar(path: str, officer: Officer) -> None:
    desk = officer(path=path)
    desk.keyboard.press("Tab")
    skip = desk.locator("a.skip")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    desk.keyboard.press("Enter")
    expect(desk.locator("#main")).to_be_focused()
    for _ in range(4):
        desk.keyboard.press("Tab")
        assert desk.evaluate("document.querySelector('#main').contains(document.activeElement)")
        assert ring(desk), desk.evaluate("document.activeElement.outerHTML")


def test_the_reporters_pages_can_be_walked_by_keyboard(opened: Open) -> None:
    page = opened("/", device={"viewport": {"width": 390, "height": 844}})
    page.keyboard.press("Tab")
    expect(page.locator("a.skip")).to_be_focused()
    expect(page.locator("a.skip")).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()
    for _ in range(3):
        page.keyboard.press("Tab")
        assert ring(page), page.evaluate("document.activeElement.outerHTML")

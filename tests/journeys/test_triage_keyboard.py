"""Ten tips are triaged by keyboard alone, from the queue, without opening one; the presses are counted."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Officer
from tests.journeys.station import Station

SCREENS = {"zh": {"width": 1366, "height": 768}, "en": {"width": 1920, "height": 1080}}
# What a hand does for ten decisions, without the words typed; more would be a step backwards.
MOST_PRESSES = 40


class Hand:
    """A keyboard that counts: presses that steer, and letters of words."""

    def __init__(self, page: Page) -> None:
        self.page, self.presses, self.letters = page, 0, 0

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)
            self.presses += 1

    def open(self, key: str) -> None:
        """A sheet, and its field ready to be written in, as an eye sees it."""
        self.press(key)
        expect(self.page.locator("[data-sheet].is-open :focus")).to_have_count(1)

    def write(self, text: str) -> None:
        self.page.keyboard.type(text)
        self.letters += len(text)

    def told(self, *references: str) -> None:
        """The notice of the act just sent, before the next key."""
        for one in references:
            expect(self.page.locator("#flash .notice")).to_contain_text(one)


@pytest.mark.parametrize("language", SCREENS)
def test_ten_tips_are_triaged_by_keyboard_alone(language: str, officer: Officer, station: Station) -> None:
    place = f"分诊路 {language}"
    tips = [station.send(f"第 {number} 件事", place=place) for number in range(10)][::-1]
    case = station.tell("/api/v1/cases", {"title": f"系列 {language}"})["number"]
    desk = officer(path=f"/desk/queue?q={place}", device={"viewport": SCREENS[language]}, language=language)
    expect(desk.locator("[data-rows] > .row")).to_have_count(10)
    hand = Hand(desk)
    hand.press("j")
    hand.open("a")
    hand.press("Enter")  # to oneself, who stands first
    hand.told(tips[0])
    hand.open("l")
    hand.write(f"系列 {language}")
    expect(desk.locator(f"#batch-choices input[value='{case}']")).to_be_checked()
    hand.press("Enter")
    hand.write("同一辆车")
    hand.press("Enter")
    hand.told(tips[1], case)
    hand.open("d")
    hand.write(tips[0])
    hand.press("Enter")
    hand.told(tips[2])
    hand.open("h")
    hand.press("Enter")  # until tomorrow
    hand.told(tips[3])
    hand.open("n")
    hand.write("画面太暗")
    hand.press("Enter")
    hand.told(tips[4])
    hand.press("c")
    hand.told(tips[5])
    hand.open("r")
    hand.write("请补充原始录像")
    desk.locator("#flash").evaluate("box => box.replaceChildren()")  # the notice there names the same tip
    hand.press("Enter")
    hand.told(tips[5])
    hand.press("j", "x", "j", "x")  # two at once
    hand.open("a")
    hand.press("Enter")
    hand.told(tips[6], tips[7])
    hand.open("h")
    hand.press("Enter")
    hand.told(tips[8])
    hand.open("n")
    hand.write("无关")
    hand.press("Enter")
    hand.told(tips[9])

    states = [station.ask(f"/api/v1/tips/{one}")["state"] for one in tips]
    assert states == [
        "received", "linked", "duplicate", "snoozed", "not_used", "triage", "received", "received", "snoozed",
        "not_used",
    ]  # fmt: skip
    assert [station.ask(f"/api/v1/tips/{tips[at]}")["assignee"] for at in (0, 6, 7)] == ["li"] * 3
    assert hand.presses <= MOST_PRESSES, (hand.presses, hand.letters)
    # Rows stayed where they were, and the last step is taken back from where one stands.
    shown = [one.get_attribute("id") for one in desk.locator("[data-rows] > .row").all()]
    assert shown == [f"row-{one}" for one in tips]
    hand.press("u")
    expect(desk.locator(f"#row-{tips[9]}")).to_have_class(re.compile("row-received"))
    assert station.ask(f"/api/v1/tips/{tips[9]}")["state"] == "received"
    # A sheet that is closed leaves nothing behind.
    hand.press("n", "Escape")
    expect(desk.locator("[data-batch]")).to_be_hidden()
    expect(desk.locator("[data-pick]:checked")).to_have_count(0)


def test_a_key_between_an_answer_and_its_last_row_keeps_its_row(officer: Officer, station: Station) -> None:
    """An answer draws notice, rows and tabs one after the other; a quick hand presses R in the middle.

    The press is bound to the notice: what the page asks by itself draws none.
    """
    place = "快手巷"
    reference = station.send("手快的一条", place=place)
    desk = officer(path=f"/desk/queue?q={place}")
    expect(desk.locator("[data-rows] > .row")).to_have_count(1)
    desk.evaluate(
        """() => {
          const press = () => document.activeElement.dispatchEvent(
            new KeyboardEvent("keydown", { key: "r", code: "KeyR", bubbles: true, cancelable: true }));
          let denied = 2;  // as a busy browser does at times
          HTMLTextAreaElement.prototype.focus = function (...how) {
            if (denied-- <= 0) HTMLElement.prototype.focus.apply(this, how);
          };
          const flash = document.getElementById("flash");
          flash.addEventListener("htmx:before:settle", press, { once: true });
          document.addEventListener("htmx:after:swap", () => {
            if (flash.querySelector(".notice")) document.body.dataset.drawn = "1";
          });
        }"""
    )
    desk.keyboard.press("j")
    desk.keyboard.press("c")
    expect(desk.locator("#flash .notice")).to_contain_text(reference)
    expect(desk.locator("body[data-drawn]")).to_have_count(1)
    expect(desk.locator("[data-sheet=reply] textarea")).to_be_focused()
    desk.keyboard.type("请再说一次时间")
    with desk.expect_response("**/desk/queue/acts*"):
        desk.keyboard.press("Enter")
    expect(desk.locator(f"#row-{reference}.is-here")).to_have_count(1)
    expect(desk.locator("[data-pick]:checked")).to_have_count(0)
    messages = station.ask(f"/api/v1/tips/{reference}")["messages"]
    assert [one["text"] for one in messages] == ["请再说一次时间"]


def test_a_key_that_is_quicker_than_the_focus_is_the_sheets(officer: Officer, station: Station) -> None:
    """A browser that denies the focus for a while, as a busy one does: Enter must not open the row's tip."""
    place = "快手弄"
    reference = station.send("焦点来得慢", place=place)
    desk = officer(path=f"/desk/queue?q={place}")
    expect(desk.locator("[data-rows] > .row")).to_have_count(1)
    desk.evaluate(
        """() => {
          window.requestAnimationFrame = () => 0;
          let denied = 2;
          for (const kind of [HTMLSelectElement, HTMLTextAreaElement]) {
            kind.prototype.focus = function (...how) {
              if (denied > 0) denied -= 1;
              else HTMLElement.prototype.focus.apply(this, how);
            };
          }
          window.deny = () => (denied = 2);
        }"""
    )
    for key in ("j", "a", "Enter"):
        desk.keyboard.press(key)
    expect(desk.locator(f"#row-{reference} .row-who")).to_contain_text("li")
    desk.evaluate("() => { document.getElementById('flash').replaceChildren(); window.deny(); }")
    desk.keyboard.press("r")
    desk.keyboard.type("are you there?")
    expect(desk.locator("[data-sheet=reply] textarea")).to_have_value("are you there?")
    desk.keyboard.press("Enter")
    expect(desk.locator("#flash .notice")).to_contain_text(reference)
    messages = station.ask(f"/api/v1/tips/{reference}")["messages"]
    assert [one["text"] for one in messages] == ["are you there?"]

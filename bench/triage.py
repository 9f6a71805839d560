"""Ten tips triaged by keyboard against the same ten by mouse: presses, clicks, way of the pointer, time.

Both hands make the same decisions in the queue of a real instance, in Chromium. Two times are told: what
pages and server took with a hand that needs no time, and with the hand of the keystroke-level model (Card,
Moran and Newell 1980: 0.2 s a key, 1.1 s to point, 0.2 s a click, 0.4 s from keyboard to mouse or back).
Words typed are the same on both sides and count in neither.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench import servers
from bench.servers import ROOT, Server

PASSWORD = "harbour-lantern-42"
KEY_S, POINT_S, CLICK_S, HOMING_S = 0.2, 1.1, 0.2, 0.4
SCREEN = {"width": 1366, "height": 768}
PATIENCE_MS = 20_000
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
PLACE = "分诊路"
CASE = "幸福路系列"


@dataclass
class Hand:
    """Counts what a hand does on a page."""

    page: Any
    presses: int = 0
    clicks: int = 0
    pixels: float = 0.0
    homings: int = 0
    at: tuple[float, float] = (0.0, 0.0)
    is_on_mouse: bool = False
    waited_s: float = field(default=0.0)

    def press(self, *keys: str) -> None:
        self._move_to(mouse=False)
        for key in keys:
            self.page.keyboard.press(key)
            self.presses += 1

    def write(self, text: str) -> None:
        """Words are the same on both sides: not counted, but the hand goes to the keyboard for them."""
        self._move_to(mouse=False)
        self.page.keyboard.type(text)

    def click(self, selector: str) -> None:
        self._move_to(mouse=True)
        target = self.page.locator(selector).first
        target.scroll_into_view_if_needed()
        box = target.bounding_box()
        there = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        self.pixels += ((there[0] - self.at[0]) ** 2 + (there[1] - self.at[1]) ** 2) ** 0.5
        self.at = there
        self.page.mouse.move(*there)
        target.click()
        self.clicks += 1

    def told(self, *words: str) -> None:
        """Until the notice says what was done."""
        for one in words:
            self.page.locator("#flash .notice", has_text=one).wait_for(timeout=PATIENCE_MS)

    def model_s(self) -> float:
        return self.presses * KEY_S + self.clicks * (POINT_S + CLICK_S) + self.homings * HOMING_S

    def _move_to(self, *, mouse: bool) -> None:
        self.homings += mouse != self.is_on_mouse
        self.is_on_mouse = mouse


def main(arguments: Sequence[str] = ()) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench triage", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="the best of so many counts, sides in turn")
    said = parser.parse_args(arguments)
    best: dict[str, tuple[Hand, float]] = {}
    for _ in range(said.rounds):
        for name, triage in (("keyboard", by_keyboard), ("mouse", by_mouse)):
            hand, took = _measure(triage)
            if name not in best or took < best[name][1]:
                best[name] = hand, took
    _print(best)
    return 0


def by_keyboard(hand: Hand, tips: list[str]) -> None:
    """Ten decisions on the rows one stands on."""
    hand.press("j", "a", "Enter")
    hand.told(tips[0])
    hand.press("l")
    hand.write(CASE)
    hand.page.locator("#batch-choices input:checked").wait_for()
    hand.press("Enter")
    hand.write("同一辆车")
    hand.press("Enter")
    hand.told(tips[1])
    hand.press("d")
    hand.write(tips[0])
    hand.press("Enter")
    hand.told(tips[2])
    hand.press("h", "Enter")
    hand.told(tips[3])
    hand.press("n")
    hand.write("画面太暗")
    hand.press("Enter")
    hand.told(tips[4])
    hand.press("c")
    hand.told(tips[5])
    hand.press("j", "x", "j", "x", "a", "Enter")
    hand.told(tips[6], tips[7])
    hand.press("h", "Enter")
    hand.told(tips[8])
    hand.press("n")
    hand.write("与案件无关")
    hand.press("Enter")
    hand.told(tips[9])


def by_mouse(hand: Hand, tips: list[str]) -> None:
    """The same: a row is ticked, an act chosen, its sheet filled in and sent."""

    def tick(*numbers: int) -> None:
        for number in numbers:
            hand.click(f"#row-{tips[number]} [data-pick]")

    def act(name: str, *fields: tuple[str, str]) -> None:
        hand.click(f"[data-open-sheet={name}]")
        for selector, words in fields:
            hand.click(f"[data-sheet={name}] {selector}")
            hand.write(words)
        if name == "link":
            hand.page.locator("#batch-choices input:checked").wait_for()
        hand.click(f"[data-sheet={name}] [name=act]")

    tick(0)
    act("assign")
    hand.told(tips[0])
    tick(1)
    act("link", ("[name=number]", CASE), ("[name=reason_link]", "同一辆车"))
    hand.told(tips[1])
    tick(2)
    act("duplicate", ("[name=of]", tips[0]))
    hand.told(tips[2])
    tick(3)
    act("snooze")
    hand.told(tips[3])
    tick(4)
    act("not_used", ("[name=reason_not_used]", "画面太暗"))
    hand.told(tips[4])
    tick(5)
    hand.click(".batch-bar [value=acknowledge]")
    hand.told(tips[5])
    tick(6, 7)
    act("assign")
    hand.told(tips[6], tips[7])
    tick(8)
    act("snooze")
    hand.told(tips[8])
    tick(9)
    act("not_used", ("[name=reason_not_used]", "与案件无关"))
    hand.told(tips[9])


def _measure(triage: Callable[[Hand, list[str]], None]) -> tuple[Hand, float]:
    """One side on a fresh instance."""
    from playwright.sync_api import sync_playwright

    from tipline.preparing.browser import find_browser

    place = Path(tempfile.mkdtemp(prefix="tipline-bench-"))
    try:
        with servers.ours(place) as server, sync_playwright() as started:
            tips = _fill(server, place)
            browser = started.chromium.launch(executable_path=find_browser(), args=ARGUMENTS)
            page = browser.new_page(
                base_url=f"http://127.0.0.1:{server.port}", viewport=SCREEN, locale="zh-CN"
            )
            page.set_default_timeout(PATIENCE_MS)
            _sign_in(page)
            page.goto(f"/desk/queue?q={PLACE}")
            hand = Hand(page)
            began = time.perf_counter()
            triage(hand, tips)
            took = time.perf_counter() - began
            browser.close()
    finally:
        shutil.rmtree(place, ignore_errors=True)
    return hand, took


def _fill(server: Server, place: Path) -> list[str]:
    """An officer, a case and ten tips, newest first."""
    from tipline import settings
    from tipline.bell import SilentBell
    from tipline.domain import accounts, cases, tips
    from tipline.domain.actors import reporter
    from tipline.domain.reports import Report
    from tipline.services import build

    environment = {**os.environ, "TIPLINE_DATA": str(place)}
    add = [sys.executable, "-m", "tipline", "user", "add", "li", "--role", "investigator", "--password-stdin"]
    subprocess.run(
        add, cwd=ROOT, env=environment, input=PASSWORD, text=True, check=True, stdout=subprocess.DEVNULL
    )
    services = build(settings.load({"TIPLINE_DATA": str(place)}), bell=SilentBell())
    try:
        made = []
        with services.database.transaction() as tx:
            cases.open_case(tx, accounts.read_account(tx, "li").actor, CASE)
            for number in range(10):
                report = Report(category="theft", text=f"第 {number} 件事", place=PLACE)
                tip = tips.begin(tx, report, language="zh_Hans_CN", door="web", ack_minutes=30)
                tips.submit(tx, tip, reporter(tip.reference), ack_minutes=30)
                made.append(tip.reference)
    finally:
        services.close()
    return made[::-1]


def _sign_in(page: Any) -> None:
    page.goto("/desk/sign-in")
    page.fill("#username", "li")
    page.fill("#password", PASSWORD)
    page.click("form[action='/desk/sign-in'] [type=submit]")
    page.wait_for_url("**/desk/queue")


def _print(best: dict[str, tuple[Hand, float]]) -> None:
    sides = [best["keyboard"], best["mouse"]]

    def row(what: str, form: str, of: Callable[[Hand, float], float]) -> str:
        one, other = (of(*side) for side in sides)
        ratio = f"{other / one:.1f}×" if one and other else ""
        return f"| {what} | {form.format(one)} | {form.format(other)} | {ratio} |"

    print(f"\n### Ten tips triaged, {SCREEN['width']}×{SCREEN['height']}\n")
    print("| | keyboard | mouse | mouse over keyboard |\n|---|---|---|---|")
    print(row("keys that steer", "{:.0f}", lambda hand, _took: hand.presses))
    print(row("clicks", "{:.0f}", lambda hand, _took: hand.clicks))
    print(row("way of the pointer, px", "{:,.0f}", lambda hand, _took: hand.pixels))
    print(row("keyboard to mouse and back", "{:.0f}", lambda hand, _took: hand.homings))
    print(row("time, a hand that needs none, s", "{:.1f}", lambda _hand, took: took))
    print(
        row("time, with the model's hand, s", "{:.1f}", lambda hand, took: took + hand.model_s()), flush=True
    )

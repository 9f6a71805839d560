"""The response clock at the desk: it counts, one key takes note and says so, undo takes both."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.journeys.conftest import Officer
from tests.journeys.station import Station

READY = "民警已收到，正在处理"


def test_the_clock_counts_and_one_key_takes_note_and_says_so(station: Station, officer: Officer) -> None:
    desk = officer()
    reference = station.send("楼上装修，吵得睡不着", place="响应路 1 号")  # its two minutes run from here
    desk.goto("/desk/queue?q=响应路")
    clock = desk.locator(f"#row-{reference} [data-clock]")
    expect(clock).to_have_text(re.compile(r"还剩 1:\d\d"))
    before = clock.inner_text()
    expect(clock).not_to_have_text(before)
    station.age(
        "UPDATE tip SET ack_due_at = datetime(ack_due_at, '-10 minutes') WHERE reference = ?", reference
    )
    desk.goto(f"/desk/tips/{reference}")
    expect(desk.locator("#decisions .clock-over [data-clock]")).to_have_text(re.compile(r"已超时 \d+:\d\d"))

    desk.keyboard.press("y")
    expect(desk.locator("#flash")).to_contain_text(f"提供人将看到：“{READY}”")
    expect(desk.locator("#decisions .clock-late")).to_contain_text("超时签收")
    desk.keyboard.press("u")
    expect(desk.locator("#decisions .clock-over")).to_be_visible()
    messages = station.ask(f"/api/v1/tips/{reference}")["messages"]
    assert [bool(one["withdrawn_at"]) for one in messages] == [True]

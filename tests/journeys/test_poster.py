"""A poster in a shop window, scanned: the report knows the place, and the desk knows the shop."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.journeys import acts
from tests.journeys.conftest import Officer, Open
from tests.journeys.station import Station


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_shop_is_added_its_poster_scanned_and_its_tip_shown_with_it(
    language: str, officer: Officer, opened: Open, station: Station
) -> None:
    name = f"幸福超市{language}"
    desk = officer("zhao", path="/desk/admin/shops", language=language)
    desk.locator("#name").fill(name)
    desk.locator("#place").fill("航海路88号")
    desk.locator("form[method=post][action='/desk/admin/shops'] [type=submit]").click()
    line = desk.locator("tr.is-here")
    expect(line).to_contain_text(name)
    code = line.locator("td.mono").inner_text().strip()
    line.locator(f"a[href='/desk/admin/shops/{code}/poster']").click()
    expect(desk.locator(".poster .shop")).to_have_text(name)
    expect(desk.locator(".poster svg.code")).to_be_visible()

    page = opened(f"/?shop={code}", language=language)
    filled = page.locator(".poster-filled summary")
    expect(filled).to_contain_text(f"{name}（航海路88号）")
    page.locator("input[name=category]").first.check()
    page.locator("#text").fill("收银台的零钱没了")
    # What was typed outlives a reload, and so does the poster.
    page.reload()
    expect(page.locator("#text")).to_have_value("收银台的零钱没了")
    filled.click()
    page.locator("#place").fill(f"{name}二楼")
    acts.submit_of(page, "/report/what").click()
    expect(page).to_have_url(re.compile(r"/report/files$"))
    acts.go_on_to_check(page)
    expect(page.locator(".answers")).to_contain_text(f"{name}二楼")
    acts.send_report(page)

    tip = station.ask(f"/api/v1/tips/{acts.reference_on(page)}")
    assert tip["shop"] == {"code": code, "name": name, "tips": 1}
    assert tip["place"] == f"{name}二楼"
    desk.goto(f"/desk/tips/{tip['reference']}")
    expect(desk.locator(".inline-facts")).to_contain_text(name)


def test_a_poster_needs_no_script(opened: Open, officer: Officer, station: Station) -> None:
    desk = officer("zhao", path="/desk/admin/shops")
    desk.locator("#lines").fill("便民药房,南北街17号\n,没有名字")
    acts.submit_of(desk, "/desk/admin/shops/list").click()
    expect(desk.locator(".notice-fault li")).to_have_count(1)
    code = desk.locator("tr").filter(has_text="便民药房").locator("td.mono").inner_text().strip()

    page = opened(f"/?shop={code}", java_script_enabled=False)
    page.locator("input[name=category]").first.check()
    page.locator("#text").fill("有人拿药没给钱")
    acts.submit_of(page, "/report/what").click()
    acts.go_on_to_check(page)
    acts.send_report(page)
    assert station.ask(f"/api/v1/tips/{acts.reference_on(page)}")["shop"]["code"] == code

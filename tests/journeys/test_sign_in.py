"""The first hour of an administrator, and a key that the browser holds: signing in as it is done by hand.

Passkeys are made by a virtual authenticator of Chromium's own; nothing of ours stands in for it.
"""

from __future__ import annotations

from base64 import b32decode

from playwright.sync_api import Page, expect

from tests.journeys import acts
from tests.journeys.conftest import DESK, Open
from tests.journeys.station import PASSWORD, Station
from tipline.domain import clock, onetime


def give_key(page: Page) -> None:
    """The browser has a security key in it from here on."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    kind = {
        "protocol": "ctap2", "transport": "usb", "hasResidentKey": False, "hasUserVerification": False,
        "isUserVerified": False, "automaticPresenceSimulation": True,
    }  # fmt: skip
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": kind})


def test_an_administrator_sets_up_an_app_then_a_key_and_comes_back_by_each(
    opened: Open, station: Station
) -> None:
    station.tipline("user", "add", "he", "--role", "admin", "--password-stdin", stdin=PASSWORD)
    # Browsers offer passkeys where there is a name; this machine's own is one.
    home = station.url.replace("127.0.0.1", "localhost")
    page = opened(f"{home}/desk/queue", device=DESK, language="en")
    give_key(page)
    acts.type_password(page, "he")

    # Nothing is open but the page that sets up a second factor.
    expect(page.locator("h1")).to_have_text("Set up a second factor")
    page.goto(f"{home}/desk/queue")
    expect(page.locator("h1")).to_have_text("Set up a second factor")
    page.locator("a[href='/desk/me/code']").click()
    page.locator(".enrol-steps summary").click()
    secret = b32decode(page.locator(".enrol-secret").inner_text().replace(" ", ""))
    page.locator("#code").fill("000000")
    page.locator("form:has(#code) [type=submit]").click()
    expect(page.locator("#message")).to_contain_text("This code is not right")
    page.locator("#code").fill(onetime.code_at(secret, onetime.step_at(clock.now())))
    page.locator("form:has(#code) [type=submit]").click()
    expect(page.locator(".codes li")).to_have_count(10)
    codes = page.locator(".codes li").all_inner_texts()
    page.get_by_text("I have kept them").click()
    expect(page).to_have_url(f"{home}/desk/queue")

    # A key beside the app.
    page.goto(f"{home}/desk/me")
    page.locator("#passkey-name").fill("grey key")
    page.locator("[data-passkey=make] [type=submit]").click()
    expect(page.locator(".mine-list").first).to_contain_text("grey key")
    page.locator("form[action='/desk/sign-out'] button").click()

    # Back by the key.
    acts.type_password(page, "he")
    page.locator("[data-passkey=show] [type=submit]").click()
    expect(page).to_have_url(f"{home}/desk/queue")
    page.goto(f"{home}/desk/me")
    expect(page.locator(".mine-told")).to_contain_text("Signed in · passkey")
    page.locator("form[action='/desk/sign-out'] button").click()

    # Back by a recovery code, once.
    for again in (False, True):
        acts.type_password(page, "he")
        page.locator(".sign-in-other summary").click()
        page.locator("#recovery").fill(codes[0].lower())
        page.locator("form:has(#recovery) [type=submit]").click()
        if again:
            expect(page.locator("#message")).to_contain_text("used already")
        else:
            expect(page).to_have_url(f"{home}/desk/queue")
            page.locator("form[action='/desk/sign-out'] button").click()


def test_a_sensitive_act_asks_for_the_key_and_goes_on(opened: Open, station: Station) -> None:
    # Somebody of whom no other story needs that a password alone is enough.
    station.tipline("user", "add", "ma", "--role", "investigator", "--password-stdin", stdin=PASSWORD)
    home = station.url.replace("127.0.0.1", "localhost")
    page = opened(f"{home}/desk/sign-in", device=DESK, language="en")
    give_key(page)
    acts.type_password(page, "ma")
    page.wait_for_url("**/desk/queue")
    page.goto(f"{home}/desk/me")
    page.locator("[data-passkey=make] [type=submit]").click()
    page.locator(".codes").wait_for()
    page.goto(f"{home}/desk/me")
    station.age("UPDATE desk_session SET proved_at = '2020-01-01 00:00:00.000000'")
    page.locator("form[action$='/remove'] button").click()
    expect(page.locator("h1")).to_have_text("Show that it is you")
    page.locator("[data-passkey=show] [type=submit]").click()
    expect(page.locator(".mine .notice")).to_contain_text("The factor is removed")
    expect(page.locator("form[action$='/remove']")).to_have_count(0)

"""What hands do between a press and its answer: nothing typed is lost, nothing older drawn over newer."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.journeys.acts import (
    go_on_to_check,
    keep_code,
    reference_on,
    send_report,
    submit_of,
    write_report,
)
from tests.journeys.conftest import Open
from tests.journeys.line import Held
from tests.journeys.station import Station


def test_words_outlast_news_and_the_receipt_outlasts_a_page_that_comes_late(
    opened: Open, station: Station
) -> None:
    phone = opened("/")
    held = Held(phone, "**/*lang=en*")
    phone.locator("#text").fill("没有录像")
    phone.locator(".top-links a[lang=en]").click()
    held.wait()
    phone.locator("#text").fill("没有录像，只有目击")
    held.end()
    expect(phone.locator("html")).to_have_attribute("lang", "en")
    expect(phone.locator("#text")).to_have_value("没有录像，只有目击")

    write_report(phone, "没有录像，只有目击")
    go_on_to_check(phone)
    held = Held(phone, "**/*lang=zh*")
    phone.locator(".top-links a[hreflang^=zh]").click()
    held.wait()
    send_report(phone)
    held.end()
    expect(phone.locator("#code")).to_be_visible()
    expect(phone).to_have_url(re.compile(r"/report/receipt$"))
    keep_code(phone)
    reference = reference_on(phone)

    # Closed and rated: the words why are typed while an officer writes.
    station.change(f"/api/v1/tips/{reference}", {"state": "closed", "reason": "已处理"})
    phone.reload()
    phone.locator("#messages summary").click()
    phone.locator("#text").fill("还有一句")
    phone.locator("button[name=verdict][value='1']").click()
    expect(phone.locator(".rating-said")).to_be_visible()
    expect(phone.locator("#text")).to_have_value("还有一句")
    phone.locator("#rating details summary").click()
    phone.locator("#words").fill("很快就来了")
    station.tell(f"/api/v1/tips/{reference}/messages", {"text": "感谢您的线索"})
    phone.evaluate("document.dispatchEvent(new CustomEvent('arrived'))")
    expect(phone.locator(".thread .theirs")).to_contain_text("感谢您的线索")
    expect(phone.locator("#words")).to_have_value("很快就来了")
    expect(phone.locator("#words")).to_be_focused()
    submit_of(phone, "/status/rating").last.click()
    expect(phone.locator(".rating-said bdi")).to_have_text("很快就来了")


MICROPHONE = """
navigator.mediaDevices.getUserMedia = async () => new MediaStream();
window.MediaRecorder = class extends EventTarget {
  static isTypeSupported() { return true; }
  state = "inactive";
  start() { this.state = "recording"; }
  stop() {
    this.state = "inactive";
    const data = new Blob([new Uint8Array(4096)], { type: "audio/webm" });
    setTimeout(() => {
      this.dispatchEvent(Object.assign(new Event("dataavailable"), { data }));
      this.dispatchEvent(new Event("stop"));
    });
  }
};
"""


def test_what_is_still_being_recorded_is_sent_with_the_words(opened: Open, station: Station) -> None:
    phone = opened("/help/export")
    phone.add_init_script(MICROPHONE)
    phone.goto("/write/question")
    phone.locator("#text").fill("怎么办理居住证？")
    phone.locator(".voice-button").click()
    expect(phone.locator(".voice-button.is-on")).to_be_visible()
    submit_of(phone, "/write/question").click()
    expect(phone.locator(".uploads .rows > li")).to_have_count(1)
    expect(phone.locator(".uploads .rows > li")).to_have_attribute("data-state", "done")

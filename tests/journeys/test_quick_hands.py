"""What hands do between a press and its answer: nothing typed is lost, nothing older drawn over newer."""

from __future__ import annotations

import re
from urllib.parse import unquote_plus

from playwright.sync_api import Page, Response, expect

from tests.journeys.acts import (
    go_on_to_check,
    keep_code,
    reference_on,
    send_report,
    submit_of,
    write_report,
)
from tests.journeys.conftest import Officer, Open
from tests.journeys.line import Held
from tests.journeys.station import Station

SEEN = "document.querySelector('[data-pick]').value"


def said_of(station: Station, reference: str) -> list[str]:
    return [str(one["text"]) for one in station.ask(f"/api/v1/tips/{reference}")["messages"]]


# --- the desk


def test_what_is_typed_while_a_message_is_on_its_way_stays(officer: Officer, station: Station) -> None:
    reference = station.send("写得快的人")
    desk = officer(path=f"/desk/tips/{reference}")
    field = desk.locator("#reply-text")
    held = Held(desk, "**/messages*", method="POST")
    field.fill("请补充时间")
    desk.locator("#reply > .reply-acts [type=submit]").first.click()
    # Once a moment after the last key, and once more after the answer: what was kept went with what was sent.
    with desk.expect_response(lambda one: keeps(one, "请补充时间和地点")):
        field.press_sequentially("和地点")
    held.wait()
    with desk.expect_response(lambda one: keeps(one, "请补充时间和地点")):
        held.end()
    expect(desk.locator("#thread")).to_contain_text("请补充时间")
    expect(field).to_have_value("请补充时间和地点")
    assert said_of(station, reference) == ["请补充时间"]
    # It is kept at the station too: the page opened anew offers it.
    desk.reload()
    expect(desk.locator("#reply [data-begun]")).to_contain_text("请补充时间和地点")


def keeps(answer: Response, text: str) -> bool:
    sent = unquote_plus(answer.request.post_data or "") if answer.url.endswith("/desk/unsent") else ""
    return f"text={text}&" in sent


def test_an_older_answer_of_the_page_itself_is_not_drawn_over_an_act(
    officer: Officer, station: Station
) -> None:
    reference = station.send("一边更新一边签收", place="快手路 11 号")
    desk = officer(path="/desk/queue?q=快手路 11 号")
    expect(desk.locator("[data-rows] > .row")).to_have_count(1)
    before = desk.evaluate(SEEN)
    held = Held(desk, "**/desk/queue/live*")
    # Something to tell: the row was changed since the page was drawn.
    station.tell(f"/api/v1/tips/{reference}/notes", {"text": "有人先看过"})
    ask(desk)
    held.wait()
    desk.keyboard.press("j")
    desk.keyboard.press("c")
    expect(desk.locator("#flash .notice")).to_contain_text(reference)
    desk.wait_for_function(f"before => {SEEN} !== before", arg=before)
    now = desk.evaluate(SEEN)
    desk.evaluate(
        f"""() => {{
          window.drawn = [];
          new MutationObserver(() => window.drawn.push({SEEN}))
            .observe(document.querySelector("[data-rows]"), {{ subtree: true, attributes: true }});
        }}"""
    )
    held.let_go()
    held.let_go()  # the page has asked again at once
    assert before not in desk.evaluate("window.drawn")
    assert desk.evaluate(SEEN) == now


def ask(desk: Page) -> None:
    """Have the page ask what is new, as it does when somebody comes back to it."""
    desk.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


def test_acts_follow_each_other_as_fast_as_keys_are_pressed(officer: Officer, station: Station) -> None:
    second, first = station.send("第二条", place="快手路 2 号"), station.send("第一条", place="快手路 2 号")
    desk = officer(path="/desk/queue?q=快手路 2 号")
    rows, notice = desk.locator("[data-rows] > .row"), desk.locator("#flash .notice")
    expect(rows).to_have_count(2)
    desk.keyboard.press("j")
    desk.keyboard.press("c")
    expect(notice).to_contain_text(first)

    # Two on one row before the first of them is answered.
    held = Held(desk, "**/desk/queue/acts*", method="POST")
    for key in ("j", "c", "a", "Enter"):
        desk.keyboard.press(key)
    held.let_go()
    held.let_go()
    expect(desk.locator(f"#row-{second} .row-who")).to_contain_text("li")
    expect(desk.locator("#flash .notice-fault")).to_have_count(0)

    # What is taken back is the act that is on its way, not the one before.
    desk.keyboard.press("h")
    desk.keyboard.press("Enter")
    desk.keyboard.press("u")
    with desk.expect_response("**/undo"):
        held.end()
    told = station.ask(f"/api/v1/tips/{second}")
    assert (told["state"], told["assignee"]) == ("triage", "li")
    assert told["acknowledged_at"]


def test_a_case_is_linked_by_the_words_that_stand_there(officer: Officer, station: Station) -> None:
    wrong, right = (
        station.tell("/api/v1/cases", {"title": title})["number"] for title in ("快手案情甲", "快手案情乙")
    )
    reference = station.send("快手关联", place="快手路 33 号")
    desk = officer(path="/desk/queue?q=快手路 33 号")
    expect(desk.locator("[data-rows] > .row")).to_have_count(1)
    words = desk.locator("[data-sheet=link] input[name=number]")
    desk.keyboard.press("j")
    desk.keyboard.press("l")
    words.press_sequentially("快手案情甲")
    expect(desk.locator(f"#batch-choices input[value='{wrong}']")).to_be_checked()
    expect(desk.locator("#batch-choices input")).to_have_count(1)
    held = Held(desk, "**/desk/case-choices*")
    words.press("Backspace")
    held.wait(1)
    words.press_sequentially("乙")
    desk.keyboard.press("Enter")
    desk.keyboard.type("同一辆车")
    desk.keyboard.press("Enter")
    held.end()
    expect(desk.locator("#flash .notice")).to_contain_text(right)
    tips = {number: station.ask(f"/api/v1/cases/{number}")["tips"] for number in (wrong, right)}
    assert [one["reference"] for one in tips[right]] == [reference]
    assert not tips[wrong]


def test_words_for_everyone_stay_while_something_else_is_done(officer: Officer, station: Station) -> None:
    tips = [station.send(f"停电了 {number}", place="快手路 4 号") for number in range(2)]
    incident = station.tell("/api/v1/incidents", {"title": "快手路停电", "tips": tips})["reference"]
    desk = officer(path=f"/desk/incidents/{incident}")
    field = desk.locator("#progress-text")
    field.press_sequentially("电力公司")
    desk.locator("form[action$='/acknowledge'] button").click()
    field.press_sequentially("已到")
    expect(desk.locator("form[action$='/acknowledge']")).to_have_count(0)
    field.press_sequentially("现场")
    expect(field).to_have_value("电力公司已到现场")


# --- the reporter


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

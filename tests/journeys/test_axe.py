"""No page has a fault that axe can find: each page, in both languages, light and dark."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests import footage
from tests.journeys import acts
from tests.journeys.acts import row
from tests.journeys.conftest import DESK, Officer, Open
from tests.journeys.line import Line
from tests.journeys.look import Look
from tests.journeys.station import Station
from tests.journeys.test_worst_network import UPLOADS, film
from tipline.db import Database
from tipline.domain import partners
from tipline.domain.actors import SYSTEM
from tipline.domain.partners import Described

LANGUAGES = ["zh", "en"]
ADMIN = (
    "/desk/admin/accounts",
    "/desk/admin/accounts/zhao/tokens",
    "/desk/admin/alerts",
    "/desk/admin/beats",
    "/desk/admin/duty",
    "/desk/admin/erasures",
    "/desk/admin/holds",
    "/desk/admin/replies",
    "/desk/admin/retention",
    "/desk/admin/shops",
    "/desk/admin/system",
    "/desk/admin/settings",
    "/desk/partners",
    "/desk/admin/channels",
    "/desk/admin/targets",
)


@dataclass(frozen=True)
class District:
    """What the pages of the desk show."""

    tip: str
    broken: str
    case: str
    files: list[str]  # of the tip: a film and a photo
    incident: str
    refer: str  # the partner's link of the tip


@pytest.fixture(scope="module")
def district(station: Station, tmp_path_factory: pytest.TempPathFactory) -> District:
    """A tip with a film and a photo, one with a file that cannot be read, and a case."""
    folder = tmp_path_factory.mktemp("district")
    clip = footage.cctv_clip(folder / "cam1.mp4", seconds=4, size=(640, 360), index_first=True).path
    photo = footage.photo(folder / "IMG_1.jpg", gps=(34.7466, 113.6254), taken_at="2024:03:09 21:16:00")
    cut = footage.cut(footage.cctv_clip(folder / "cut.mp4", seconds=2, size=(320, 180)).path, 0.7)
    tip = station.send("店里收银台被盗", *((one.name, one.read_bytes()) for one in (clip, photo)))
    broken = station.send("录像打不开", *((one.name, one.read_bytes()) for one in (cut, photo)))
    for reference in (tip, broken):
        station.wait_examined(reference)
    case = station.tell("/api/v1/cases", {"title": "幸福路便利店系列盗窃", "summary": "夜间，蓝色外套。"})
    station.tell(f"/api/v1/cases/{case['number']}/links", {"tip": tip, "reason": "同一件外套"})
    about = f"/api/v1/cases/{case['number']}"
    station.tell(f"{about}/tasks", {"text": "调取路口监控", "assignee": "li", "due_on": "2026-01-02"})
    station.tell(f"{about}/subjects", {"kind": "person", "label": "灰帽男子", "text": "左腿略跛"})
    station.tell(f"/api/v1/tips/{tip}/messages", {"text": "画面里是同一个人吗？", "question": True})
    files = [one["id"] for one in station.files_of(tip)]
    track = {
        "id": "h-1", "source": "face", "boxes": [[0, 0.3, 0.3, 0.2, 0.2]], "bridged": [[1.0, 2.0]],
        "lost": {"t": 3.0, "why": "hidden"},
    }  # fmt: skip
    station.put(f"/api/v1/evidence/{files[0]}/redaction", {"version": 0, "tracks": [track]})
    incident = station.tell("/api/v1/incidents", {"title": "电梯困人", "tips": [broken]})["reference"]
    station.tell(f"/api/v1/incidents/{incident}/progress", {"text": "维保正在赶来"})
    database = Database(f"sqlite:///{station.data / 'tipline.db'}")
    with database.transaction() as tx:
        asked = {"partner": partners.add(tx, SYSTEM, Described("school", "中学保卫处", "0371-6655 4433")).id}
    database.close()
    asked |= {"words": "请到南门看一下", "shown": ["place", "words"]}
    refer = station.tell(f"/api/v1/tips/{tip}/referrals", asked)["link"].removeprefix(station.url)
    return District(tip, broken, case["number"], files, incident, refer)


def looking(page: Page, language: str) -> Look:
    """Colours are judged in Chinese alone."""
    return Look(page, by_night=language == "zh", colours=language == "zh")


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_page_of_the_reporter_has_a_fault(
    language: str, opened: Open, station: Station, tmp_path: Path
) -> None:
    photo = footage.photo(tmp_path / "IMG_2.jpg", size=(320, 240))
    page = opened("/", language=language)
    look = looking(page, language)
    look.at("start")
    acts.submit_of(page, "/report/what").click()
    expect(page.locator("#faults")).to_be_visible()
    look.at("start with faults")
    acts.write_report(page, "有人拿走了现金", place="幸福超市")
    look.unfolded("files")
    page.locator("#clock_time").fill("soon")
    page.locator("form:has(#clock_time) [type=submit]").click()
    expect(page.locator("#faults a[href='#clock_time']")).to_be_visible()
    look.at("files with a fault about the clock")
    page.locator("#clock_time").fill("213005")
    page.locator("form:has(#clock_time) [type=submit]").click()
    expect(page.locator("#clock.is-told")).to_be_visible()
    acts.unfold(page.locator("#overwrite"))
    page.locator("#overwrite_days").fill("7")
    page.locator("form:has(#overwrite_days) [type=submit]").click()
    expect(page.locator("#overwriting")).to_be_visible()
    look.unfolded("files with what was told of the recorder")
    page.locator("#clock_photo").set_input_files(photo)
    expect(row(page, photo.name)).to_have_attribute("data-state", "done")
    troubled(page, look, tmp_path)
    expect(row(page, photo.name)).to_have_attribute("data-state", "done")
    acts.pick(page, {"name": "empty.mp4", "mimeType": "video/mp4", "buffer": b""})
    look.at("files with a row")
    acts.go_on_to_check(page)
    look.at("check")
    acts.send_report(page)
    look.at("receipt")
    acts.keep_code(page)
    look.unfolded("status")
    look.visit("/status/slip")
    receipt = page.request.get("/status/slip.json").text()
    look.visit("/help/export")
    look.visit("/verify")
    for sent, answer in ((receipt, "used"), (receipt.replace('"size"', '"sizes"'), "refused")):
        page.locator("#verify-form summary").click()
        page.locator("#text").fill(sent)
        page.locator("#verify-form [type=submit]").click()
        expect(page.locator(f"#said.tone-{answer}")).to_be_visible()
        look.at("a receipt that was checked")
    page.goto("/status")
    acts.submit_of(page, "/status/leave").click()
    expect(page.locator("#receipt_code")).to_be_visible()
    look.at("code")
    look.visit("/nowhere")
    to_the_officer(page, look)
    assert not look.found, "\n".join(look.found)


def to_the_officer(page: Page, look: Look) -> None:
    """Beats, and the one page to write on, with a fault, its receipt and its course."""
    look.visit("/beats?q=nothing-has-these-words", seen=".note")
    look.visit("/beats", seen=".ways")
    page.goto("/write/now")
    acts.submit_of(page, "/write/now").click()
    expect(page.locator("#faults")).to_be_visible()
    look.unfolded("what goes on, with faults")
    page.locator("[name=category][value=noise]").check()
    page.locator("#place").fill("3号楼")
    acts.submit_of(page, "/write/now").click()
    expect(page.locator("#promise")).to_be_visible()
    look.at("receipt of a message")
    acts.keep_code(page)
    expect(page.locator(".promise")).to_be_visible()
    look.at("course of a message")
    look.visit("/write/question", seen="#text")
    for path in (
        "/answers?q=nothing-has-these-words",
        "/topics",
        "/topics/mine",
        "/bulletins",
        "/refer/nothing",
    ):
        look.visit(path)


def troubled(page: Page, look: Look, folder: Path) -> None:
    """A file the station asks to wait with, one that arrived damaged, and one that was cut off."""
    page.route(UPLOADS, lambda route: route.fulfill(status=507, headers={"Retry-After": "600"}), times=1)
    acts.pick(page, footage.photo(folder / "held.jpg", size=(322, 240)))
    expect(row(page, "held.jpg")).to_have_attribute("data-state", "held")
    page.route(
        "**/api/v1/public/evidence/*",
        lambda route: route.continue_(post_data=json.dumps({"sha256": "0" * 64})),
        times=1,
    )
    acts.pick(page, footage.photo(folder / "damaged.jpg", size=(324, 240)))
    expect(row(page, "damaged.jpg")).to_have_attribute("data-state", "differs")
    line = Line(page)
    line.slow(300 * 1024)
    acts.pick(page, film(folder / "cam.mp4", 24 * 1024 * 1024, "axe"))  # more than a minute on this line
    expect(row(page, "cam.mp4")).to_contain_text(re.compile(r"[1-9]\d?%"))
    row(page, "cam.mp4").get_by_role("button").first.click()
    expect(row(page, "cam.mp4")).to_have_attribute("data-state", "paused")
    look.at("files in trouble")
    page.reload()
    expect(row(page, "cam.mp4")).to_have_attribute("data-state", "lost")
    look.at("files after a reload")
    line.fast()


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_page_of_the_desk_has_a_fault(
    language: str, opened: Open, officer: Officer, district: District
) -> None:
    look = looking(opened("/desk/sign-in", device=DESK, language=language), language)
    look.at("sign-in")
    look.page.locator("#username").fill("nobody")
    look.page.locator("#password").fill("nothing at all")
    look.page.locator("[type=submit]").click()
    expect(look.page.locator("[role=alert]")).to_be_visible()
    look.at("sign-in refused")
    found = look.found

    look = looking(officer(language=language), language)
    look.visit("/desk/queue?state=all&category=theft", seen="[data-rows] > .row")
    look.page.keyboard.press("j")
    look.page.keyboard.press("l")
    expect(look.page.locator("[data-batch]")).to_be_visible()
    look.unfolded("queue with a sheet, filters")
    look.visit("/desk/queue?q=nothing-has-these-words", seen=".empty")
    look.visit("/desk/queue?state=withdrawn", seen=".empty")
    look.visit(f"/desk/tips/{district.broken}", seen=".file-why")
    look.visit(f"/desk/tips/{district.tip}", seen=".frames img")
    look.unfolded("tip")
    marked = look.page.locator("#sightings .marked li")
    before = marked.count()
    look.page.locator("#sighting-position").fill("34.7216, 113.6702")
    look.page.locator("[data-sighting-form] form [type=submit]").click()
    expect(marked).to_have_count(before + 1)
    look.page.locator("#file-1 [data-look-open]").click()
    look.page.locator("#file-1 [data-adjust=invert]").check()
    look.page.locator("#file-1 [data-loop]").click()
    look.page.locator("#file-1 [data-enlarge]").first.dispatch_event("click")
    expect(look.page.locator(".viewer-canvas img")).to_be_visible()
    look.at("a film and its view")
    look.page.keyboard.press("?")
    expect(look.page.locator("#keys")).to_be_visible()
    look.at("help")
    covers(look, district)
    look.visit(f"/desk/tips/{district.tip}/print")
    look.page.goto(f"/desk/tips/{district.tip}")
    look.visit(str(look.page.locator("#file-1 .frames-head a[href$='/sheet']").get_attribute("href")))
    look.visit(f"/desk/compare?a={district.tip}&b={district.broken}", seen=".compare-table")
    look.unfolded("side by side")
    look.visit(f"/desk/compare?a={district.tip}", seen="#with")
    look.visit("/desk/incidents", seen=".incident-row")
    look.visit("/desk/incidents?q=nothing-has-these-words", seen=".empty")
    look.visit(f"/desk/incidents/{district.incident}", seen="#incident-course .message")
    look.unfolded("incident")
    look.visit("/desk/cases", seen="[data-rows] a")
    look.visit(f"/desk/cases/{district.case}", seen=".figures")
    look.unfolded("case")
    for tab, seen in (
        ("/tips", ".case-tip"), ("/evidence", ".table-evidence"), ("/subjects", ".subject"),
        ("/tasks", ".task"), ("/log", ".log"), ("/merge", "#into-choices"), ("/split", ".split-tip"),
        ("/thanks", ".as-reporter"), ("/print", ".sheet"), ("/evidence/print", ".sheet"),
    ):  # fmt: skip
        look.visit(f"/desk/cases/{district.case}{tab}", seen=seen)
    look.visit("/desk/tasks?of=all", seen=".task")
    look.visit(f"/desk/cases/{district.case}/trail", seen=".map[data-ready] .map-pin")
    look.visit(f"/desk/cases/{district.case}/packages", seen=".pack-parts")
    shared(look, opened, district, language)
    asked(look, opened, district, language)
    look.visit(f"/desk/cases/{district.case}/print")
    look.visit(f"/desk/cases/{district.case}/trail", seen=".trail-stop, .trail-apart li")
    look.unfolded("trail")
    look.visit(f"/desk/cases/{district.case}/trail/print", seen=".sheet-trail")
    look.visit("/desk/map", seen=".map[data-ready]")
    look.visit(f"/desk/cases/{district.case}/timeline", seen="[data-clip]")
    look.page.locator("[data-clip]").first.press("Enter")
    expect(look.page.locator(".watch-stage").first).to_be_visible()
    look.at("timeline with a clip that plays")
    look.page.locator("a[href*='/clock?case=']").first.click()
    expect(look.page).to_have_url(re.compile(r"/clock\?case="))
    look.unfolded("camera and clock of a file")
    look.visit("/desk/intake", seen="#origin")
    acts.submit_of(look.page, "/desk/intake").click()
    expect(look.page.locator("#text-fault")).to_be_visible()
    look.at("intake with faults")
    look.page.locator("input[name=origin]").first.check(force=True)
    look.page.locator("#text").fill("张三 21:35 又有人在车棚")
    look.page.locator("#category").select_option("theft")
    acts.submit_of(look.page, "/desk/intake").click()
    expect(look.page.locator("#code")).to_be_visible()
    acts.pick(look.page, {"name": "empty.mp4", "mimeType": "video/mp4", "buffer": b""})
    look.at("receipt handed back")
    look.visit(look.page.url + "/slip", seen=".slip-code")
    look.visit("/desk/password", seen="#current")
    look.visit("/desk/preferences", seen=".key-fields")
    look.visit("/desk/acts", seen="#main h1")
    look.visit("/desk/mentions", seen="#main h1")
    look.visit("/desk/tips/T-999999")
    found += look.found

    look = looking(opened("/desk/sign-in", device=DESK, language=language), language)
    acts.type_password(look.page, "zhao")
    expect(look.page.locator("#code")).to_be_visible()
    look.unfolded("second step")
    found += look.found

    look = looking(officer("zhao", language=language), language)
    look.visit("/desk/overview", seen=".overview-panel")
    look.unfolded("overview")
    look.visit("/desk/duty", seen="#main h1")
    look.visit("/desk/me", seen=".mine")
    look.visit("/desk/me/code", seen=".enrol-picture")
    look.unfolded("an app")
    look.visit("/desk/prove", seen="#proof")
    look.visit("/desk/password", seen="#new")
    for path in ADMIN:
        look.visit(path, seen=".admin-tabs")
    look.page.goto(f"/desk/tips/{district.broken}")
    look.unfolded("a tip as a supervisor sees it")
    if (hold := look.page.locator("form[action$='/hold']")).count():
        hold.locator("[name=reason]").fill("检察机关需要")
        hold.locator("[type=submit]").click()
        expect(look.page.locator("#retention .retention-hold")).to_be_visible()
    look.visit("/desk/admin/holds", seen=".retention-list")
    look.unfolded("a hold and how it ends")
    look.page.goto("/desk/admin/retention")
    acts.submit_of(look.page, "/desk/admin/retention/look").click()
    expect(look.page.locator("#preview .reason")).to_be_visible()
    look.at("what rules would do")
    look.visit("/desk/tokens", seen="#label")
    look.visit("/desk/admin/log", seen=".admin-log")
    look.visit("/desk/admin/log/checkpoint", seen=".admin-facts, .empty")
    look.page.goto("/desk/admin/shops")
    look.page.locator("#lines").fill("便民药房,南北街17号")
    acts.submit_of(look.page, "/desk/admin/shops/list").click()
    look.visit(str(look.page.locator("a[href$='/poster']").first.get_attribute("href")), seen=".poster")
    found += look.found
    assert not found, "\n".join(found)


def test_axe_finds_the_faults_of_a_page_that_has_some(opened: Open) -> None:
    page = opened("/")
    page.evaluate(
        """() => {
            document.querySelector("label[for=text]").remove();
            document.querySelector("h1").style.color = "#777";
        }"""
    )
    look = Look(page)
    look.at("spoiled")
    found = "\n".join(look.found)
    assert "spoiled, light: label" in found
    assert "spoiled, light: color-contrast" in found or "spoiled, dark: color-contrast" in found


def covers(look: Look, district: District) -> None:
    """The editor of covers, empty, and with a box that somebody should look at chosen."""
    film, photo = district.files
    look.visit(f"/desk/tips/{district.tip}/evidence/{photo}/redact", seen="[data-layer]")
    look.visit(f"/desk/tips/{district.tip}/evidence/{film}/redact", seen=".cover")
    look.page.locator("[data-list] [data-do=go]").first.click()
    expect(look.page.locator(".redact-tools")).to_be_visible()
    look.at("covers, one chosen")


def shared(look: Look, opened: Open, district: District, language: str) -> None:
    """A picture offered to somebody outside, and what that person sees of it."""
    page = look.page
    look.visit(f"/desk/tips/{district.tip}/evidence/{district.files[1]}/share", seen="#recipient")
    form = f"/desk/tips/{district.tip}/evidence/{district.files[1]}/share"
    page.locator("#recipient").fill("王警官 城东分局")
    acts.submit_of(page, form).click()
    expect(page.locator("#share-reason-fault")).to_be_visible()
    look.at("a share without a reason")
    page.locator("fieldset.reason .choice input").first.check()
    acts.submit_of(page, form).click()
    link = page.locator("#share-link").inner_text().strip()
    look.at("the link of a share")
    page.locator(".share-after a").click()
    expect(page.locator(".share-page")).to_be_visible()
    look.unfolded("one share")
    look.visit("/desk/shares", seen=".share-page")
    guest = looking(opened(link.split("#")[0], language=language), language)
    expect(guest.page.locator("#code")).to_be_visible()
    guest.at("the door of a share")
    guest.page.locator("#code").fill(link.split("#")[1])
    guest.page.locator("form[data-door] [type=submit]").click()
    expect(guest.page.locator(".outside-shown")).to_be_visible()
    guest.at("what was shared")
    look.found += guest.found


def asked(look: Look, opened: Open, district: District, language: str) -> None:
    """A partner who was pulled in: the link at the desk, and the page behind it."""
    look.visit(f"/desk/tips/{district.tip}/referrals/1", seen=".referral-link")
    page = opened(district.refer, language=language)
    partner = looking(page, language)
    page.locator(".refer-minutes summary").click()
    page.locator("#other-minutes").fill("soon")
    page.locator(".refer-other button").click()
    expect(page.locator("#fault-minutes")).to_be_visible()
    partner.unfolded("a partner's page with a fault")
    page.locator("form[action$='/reply'] button").click()
    expect(page.locator("#fault-words")).to_be_visible()
    partner.at("a partner who sends nothing")
    page.locator("button[name=minutes][value='10']").click()
    expect(page.locator(".tone-used")).to_be_visible()
    partner.at("a partner on the way")
    look.found += partner.found

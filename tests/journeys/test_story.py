"""The story the product is made for: from a shop owner's phone to a case, and back to the shop owner."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests import footage
from tests.journeys import acts
from tests.journeys.acts import decide, history, row, said, unfold
from tests.journeys.conftest import Officer, Open
from tests.journeys.line import Line
from tests.journeys.station import SHARED_MEDIA, Station

REAL = SHARED_MEDIA / "one-by-one-person-detection.mp4", SHARED_MEDIA / "es_iphone_13_pro_max.HEIC"


@dataclass(frozen=True)
class Told:
    """What people write in one language."""

    language: str
    text: str
    question: str
    answer: str
    title: str
    reason: str
    regret: str


CHINESE = Told(
    "zh", "有人从收银台拿走了现金，往北跑了。", "收银台时间比北京时间快吗？快多少？", "快两分钟。",
    "幸福路便利店系列盗窃", "同一件蓝色外套，同一时段。", "外套不是同一件。",
)  # fmt: skip
ENGLISH = Told(
    "en", "Somebody took the cash box and ran north.", "Is the camera clock fast?", "Two minutes.",
    "Corner shop thefts", "The same blue coat at the same hour.", "It is another coat.",
)  # fmt: skip


def drawn(folder: Path, language: str) -> tuple[Path, Path]:
    """A film that browsers play and a photo, drawn; another film for each language."""
    seconds = 8 if language == "zh" else 6
    clip = footage.cctv_clip(folder / "cam1_2130.mp4", seconds=seconds, size=(960, 540), index_first=True)
    photo = footage.photo(folder / "IMG_2201.jpg", gps=(34.7466, 113.6254), taken_at="2024:03:09 21:16:00")
    return clip.path, photo


STORIES = [
    pytest.param(CHINESE, None, True, id="zh"),
    pytest.param(ENGLISH, None, False, id="en"),
    # Real footage is not ours to hand on: where it lies beside the checkout, the story is told with it too.
    *([pytest.param(CHINESE, REAL, False, id="zh-real")] if all(path.exists() for path in REAL) else []),
]


@pytest.mark.parametrize(("told", "files", "waits"), STORIES)
def test_a_shop_owner_reports_a_theft_and_sees_what_comes_of_it(
    told: Told,
    files: tuple[Path, Path] | None,
    waits: bool,
    opened: Open,
    officer: Officer,
    station: Station,
    tmp_path: Path,
) -> None:
    """Once by pages that change by themselves, which takes its time; then by people who load them anew."""

    def look_again(page: Page) -> None:
        if not waits:
            page.reload()

    clip, photo = files or drawn(tmp_path, told.language)
    desk = officer(language=told.language)
    phone = opened("/", language=told.language)

    # The shop owner writes, chooses the film, sends the report while the film is still on its way.
    acts.write_report(phone, told.text, place="幸福超市")
    line = Line(phone)
    line.slow(4_000)  # half a minute for what is done meanwhile
    acts.pick(phone, clip)
    expect(row(phone, clip.name)).to_have_attribute("data-state", "sending")
    acts.go_on_to_check(phone)
    row(phone, clip.name).get_by_role("button", name=said(told.language, "Pause")).click()
    expect(row(phone, clip.name)).to_have_attribute("data-state", "paused")
    code = acts.send_report(phone)
    reference = acts.reference_on(phone)

    # The queue announces the tip; its row stands there before any picture exists.
    look_again(desk)
    if waits:
        desk.locator("#newer a").click()
    waiting = desk.locator(f"#row-{reference}")
    expect(waiting).to_be_visible()
    expect(waiting.locator("img")).to_have_count(0)
    desk.evaluate("window.seenSince = 2")
    line.fast()
    row(phone, clip.name).get_by_role("button", name=said(told.language, "Resume")).click()
    finished = row(phone, clip.name)
    expect(finished).to_have_attribute("data-state", "done")
    expect(finished).to_contain_text(said(told.language, "Uploaded, hash matches"))
    expect(finished.locator("progress")).to_be_hidden()
    expect(phone.locator(".total")).to_contain_text(said(told.language, "All files have arrived"))
    acts.keep_code(phone)
    if not waits:
        station.wait_examined(reference)
        desk.reload()
    expect(waiting.locator("img").nth(1)).to_be_visible(timeout=90_000)
    expect(waiting.locator("progress")).to_have_count(0, timeout=90_000)
    assert not waits or desk.evaluate("window.seenSince") == 2, "the pictures came by a reload"

    # The officer opens it: keyframes, the film itself, the original as it left the phone.
    waiting.locator("a").first.click()
    expect(desk).to_have_url(re.compile(f"/desk/tips/{reference}"))
    expect(desk.locator("#headline")).to_contain_text(reference)
    expect(desk.locator(".report-text").first).to_have_text(told.text)
    expect(desk.locator("#file-1 .frames img").first).to_be_visible()
    assert desk.locator("#file-1 .frames img").count() >= 2
    expect(desk.locator("#file-1 .digest")).to_contain_text(acts.sha256(clip))
    assert downloaded(desk, tmp_path) == acts.sha256(clip)

    decide(desk, reference, "acknowledge").locator("[data-key=c]").click()
    expect(decide(desk, reference, "acknowledge")).to_have_count(0)
    reply = decide(desk, reference, "messages")
    reply.locator("input[name=kind][value=question]").check(force=True)
    reply.locator("textarea").fill(told.question)
    reply.locator(".button-primary").click()
    expect(desk.locator("#thread")).to_contain_text(told.question)
    expect(reply.locator("textarea")).to_have_value("")

    # Another day, another device: the code alone leads back.
    later = opened("/status", language=told.language)
    acts.come_back(later, code)
    expect(later.locator(".questions")).to_contain_text(told.question)
    later.locator("#text").fill(told.answer)
    acts.submit_of(later, "/status/messages").click()
    expect(later.locator(".thread .mine")).to_contain_text(told.answer)
    expect(later.locator(".questions")).to_have_count(0)
    acts.pick(later, photo)
    expect(row(later, photo.name)).to_have_attribute("data-state", "done")
    expect(later.locator("#live .files")).to_contain_text(photo.name)

    # Both arrive on the open page of the tip.
    if not waits:
        station.wait_examined(reference)
        desk.reload()
    expect(desk.locator("#thread .message-theirs")).to_contain_text(told.answer)
    expect(desk.locator("#file-2")).to_contain_text(photo.name)
    expect(desk.locator("#file-2 .stage img")).to_be_visible(timeout=90_000)
    expect(desk.locator("#file-2 .digest")).to_contain_text(acts.sha256(photo))

    number = link_to_new_case(desk, reference, told)
    look_again(later)
    expect(later.locator(".now-text")).to_have_text(said(told.language, "Used, and being checked"))
    if told.language == "zh":
        expect(later.locator(".now-text")).to_contain_text("已采用")
    assert number not in later.locator("body").inner_text()

    look_at_case(desk, number, reference, told, clip, photo)
    take_link_back(desk, number, reference, told)
    later.reload()
    expect(later.locator(".now-text")).to_have_text(said(told.language, "An officer is looking at it"))

    everything_stands_in_the_history(desk, reference, number, told)
    assert station.tipline("custody", "verify")


def downloaded(desk: Page, folder: Path) -> str:
    """SHA-256 of the original as the desk hands it out."""
    return acts.sha256(acts.save_original(desk, folder))


def link_to_new_case(desk: Page, reference: str, told: Told) -> str:
    """Link the tip to a case opened on the spot; the case's number."""
    act = desk.locator("#decisions details").filter(
        has=decide(desk, reference, "links").locator("#link-reason")
    )
    unfold(act)
    act.locator("input[name=case][value=new]").check()
    act.locator("input[name=title]").fill(told.title)
    act.locator("#link-reason").fill(told.reason)
    act.locator("[type=submit]").click()
    link = desk.locator("#decisions .links a")
    expect(link).to_contain_text(told.title)
    found = re.search(r"A-\d+-\d+", link.inner_text())
    assert found
    return found[0]


def look_at_case(desk: Page, number: str, reference: str, told: Told, *files: Path) -> None:
    """The case's page names the tip with the reason and lists its evidence with digests."""
    desk.goto(f"/desk/cases/{number}/tips")
    expect(desk.locator("#headline")).to_contain_text(told.title)
    tip = desk.locator(".case-tip").filter(has_text=reference)
    expect(tip).to_contain_text(told.reason)
    desk.goto(f"/desk/cases/{number}/evidence")
    for number_of_file, path in enumerate(files, 1):
        line = desk.locator(".table-evidence tbody tr").nth(number_of_file - 1)
        expect(line).to_contain_text(path.name)
        expect(line).to_contain_text(acts.sha256(path))


def take_link_back(desk: Page, number: str, reference: str, told: Told) -> None:
    desk.goto(f"/desk/tips/{reference}")
    act = desk.locator("#decisions .links details")
    unfold(act)
    act.locator("input[name=reason]").fill(told.regret)
    act.locator("[type=submit]").click()
    expect(desk.locator("#decisions .links")).to_have_count(0)
    expect(desk.locator("#decisions .now")).to_contain_text(said(told.language, "In review"))
    desk.goto(f"/desk/cases/{number}/tips")
    expect(desk.locator(".case-tip")).to_have_count(0)
    expect(desk.locator(".ended")).to_contain_text(told.regret)


def everything_stands_in_the_history(desk: Page, reference: str, number: str, told: Told) -> None:
    desk.goto(f"/desk/tips/{reference}")
    places = {"tip": reference, "case": number}
    for sentence in (
        "Report begun", "Report sent", "Acknowledged", "Question asked", "Message written",
    ):  # fmt: skip
        expect(history(desk).filter(has_text=said(told.language, sentence)).first).to_be_attached()
    for number_of_file in (1, 2):
        received = said(told.language, "File %(number)s received and sealed", number=number_of_file)
        expect(history(desk).filter(has_text=received)).to_have_count(1)
        claimed = said(
            told.language, "The sender's device told the SHA-256 of file %(number)s", number=number_of_file
        )
        expect(history(desk).filter(has_text=claimed)).to_have_count(1)
    got = said(told.language, "Original of file %(number)s downloaded", number=1)
    expect(history(desk).filter(has_text=got)).to_have_count(1)
    linked = history(desk).filter(has_text=said(told.language, "%(tip)s linked to %(case)s", **places))
    expect(linked).to_contain_text(told.reason)
    ended = history(desk).filter(
        has_text=said(told.language, "Link of %(tip)s to %(case)s taken back", **places)
    )
    expect(ended).to_contain_text(told.regret)
    desk.goto(f"/desk/cases/{number}/log")
    for sentence, reason in (("Case opened", ""), ("%(tip)s linked to %(case)s", told.reason)):
        line = history(desk).filter(has_text=said(told.language, sentence, **places))
        expect(line).to_contain_text(reason)

"""The page of one tip: what it shows of each kind of file, and that nothing of a file becomes active."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from storage import keys
from tests import factories
from tests.conftest import csrf_of
from tests.web.desk_forms import counted, selects
from tipline.domain import (
    custody,
    events,
    evidence,
    messages,
    proofs,
    recorders,
    renditions,
    rights,
    steps,
    tips,
    undoing,
)
from tipline.domain.actors import FOLDER, SYSTEM, Actor, reporter
from tipline.domain.composing import Planned
from tipline.domain.evidence import Evidence
from tipline.domain.reports import Report
from tipline.domain.tips import Tip
from tipline.domain.uploads import Announced
from tipline.errors import CATALOGUE
from tipline.failures import FAILURES
from tipline.services import Services
from tipline.web.review import history, words

Headers = Callable[..., dict[str, str]]
MakeTip = Callable[..., Tip]
AddFile = Callable[..., Evidence]
TIP_ASKS = 45  # whoever needs more looks first at what the page knows already
EVIL = '"><img src=x onerror=alert(1)><script>alert(2)</script>'


def page_of(client: FlaskClient, tip: Tip, headers: Headers, role: str = "investigator") -> str:
    answer = client.get(f"/desk/tips/{tip.reference}", headers=headers(role))
    assert answer.status_code == 200
    return answer.text


def live_url(page: str) -> str:
    found = re.search(r'id="live" hidden hx-get="([^"]+)"', page)
    assert found
    return html.unescape(found[1])


def test_a_film_that_browsers_play_gets_a_player_and_its_moments(
    client: FlaskClient, services: Services, tip: Tip, add_file: AddFile, headers: Headers
) -> None:
    file = factories.examine(services, add_file(tip, filename="cam1.mp4"))
    page = page_of(client, tip, headers)
    assert f'<video controls playsinline preload="metadata" src="/api/v1/evidence/{file.id}/original"' in page
    assert re.findall(r'data-t="([\d.]+)" data-still', page) == ["0.0", "2.0", "4.0", "6.0", "8.0", "10.0"]
    for told in (
        "00:00:04.000", "Scene change", "Movement", "34.746120, 113.625380 (WGS-84)", "Maker M1", "h264",
        "2026-11-22 21:30:00 UTC+08:00", "Taken, phone&#39;s own", "0:02–0:05",
    ):  # fmt: skip
        assert told in page, told


@pytest.mark.parametrize("change", [{"playable": "none"}, {"playable": "none", "video_codec": "hevc"}])
def test_a_film_that_browsers_cannot_play_shows_pictures_and_says_so(
    client: FlaskClient,
    services: Services,
    tip: Tip,
    add_file: AddFile,
    headers: Headers,
    change: dict[str, str],
) -> None:
    file = add_file(tip)
    factories.examine(services, file, **change)
    page = page_of(client, tip, headers)
    assert "<video" not in page
    assert "Browsers cannot play this film" in page
    assert 'class="stage-picture"' in page
    assert f"/evidence/{file.id}/retry" in page, "an older release, or a step that failed, made no copy"


def test_a_file_without_pictures_says_why_and_offers_another_try(
    client: FlaskClient, services: Services, tip: Tip, add_file: AddFile, headers: Headers
) -> None:
    file = add_file(tip)
    with services.database.transaction() as tx:
        evidence.fail(tx, SYSTEM, evidence.read_evidence(tx, file.id), "media:corrupt")
    page = html.unescape(page_of(client, tip, headers))
    assert FAILURES["media:corrupt"] in page
    assert f"/evidence/{file.id}/retry" in page
    assert f"/evidence/{file.id}/retry" not in page_of(client, tip, headers, "auditor")


def test_what_was_only_sampled_is_not_drawn_as_calm(
    client: FlaskClient, services: Services, tip: Tip, add_file: AddFile, headers: Headers
) -> None:
    activity = {"step_s": 1.0, "score": [0.0, 0.5, 0.0], "events": [], "seen": [[0.0, 3.0]]}
    factories.examine(services, add_file(tip), activity=activity)
    page = page_of(client, tip, headers)
    assert 'fill="url(#hatch-1)"' in page
    assert "Every frame looked at: 25% of the film" in page
    assert "only key frames looked at" in page
    assert "no movement found" not in page


def test_digests_are_compared_with_what_the_device_told(
    client: FlaskClient, services: Services, tip: Tip, add_file: AddFile, headers: Headers
) -> None:
    file = add_file(tip)
    assert "told no digest" in page_of(client, tip, headers)
    for digest, told in ((file.sha256 or "", "same as on"), ("0" * 64, "differs from")):
        with services.database.transaction() as tx:
            evidence.claim_digest(tx, evidence.read_evidence(tx, file.id), digest)
        assert told in page_of(client, tip, headers)


def test_nothing_of_a_file_or_a_report_becomes_active(
    client: FlaskClient, services: Services, make_tip: MakeTip, add_file: AddFile, headers: Headers,
    signed_in: Callable[..., FlaskClient],
) -> None:  # fmt: skip
    tip = make_tip(EVIL, place=EVIL, contact=EVIL)
    factories.examine(
        services, add_file(tip, filename=EVIL + ".mp4"), captured_at=EVIL, captured_at_source=EVIL,
        device={"make": EVIL, "model": EVIL, "software": EVIL}, tags={EVIL: EVIL}, video_codec=EVIL,
        container=EVIL, warnings=[EVIL], tools={EVIL: EVIL},
    )  # fmt: skip
    with services.database.transaction() as tx:
        messages.write(tx, reporter(tip.reference), tips.read_tip(tx, tip.reference), EVIL)
    shown = [client.get(path, headers=headers()).text for path in (
        "/desk/queue", f"/desk/tips/{tip.reference}", f"/desk/tips/{tip.reference}/print",
        f"/desk/tips/{tip.reference}/live?version=0&busy=1&last=0",
    )]  # fmt: skip
    browser = signed_in()
    form = {"csrf_token": csrf_of(browser.get(f"/desk/tips/{tip.reference}").text), "reason": "call back"}
    shown.append(browser.post(f"/desk/tips/{tip.reference}/contact", data=form).text)
    for page in shown:
        assert "<img src=x" not in page
        assert "<script>" not in page
        assert "&lt;img src=x" in page or "&lt;script&gt;" in page


def test_pages_hold_no_inline_script_or_style(
    client: FlaskClient, services: Services, tip: Tip, add_file: AddFile, headers: Headers
) -> None:
    factories.examine(services, add_file(tip))
    page = page_of(client, tip, headers)
    assert not re.search(r"\sstyle=|\son[a-z]+=|<style|<script(?! src=)|hx-on", page)


def test_the_history_speaks_in_sentences(
    client: FlaskClient, services: Services, tip: Tip, add_file: AddFile, headers: Headers
) -> None:
    factories.examine(services, add_file(tip))
    page = page_of(client, tip, headers)
    for told in (
        "Report begun",
        "Report sent",
        "File 1 received and sealed",
        "File 1 examined; keyframes: ",
    ):
        assert told in page, told
    assert "evidence:derive" not in page


def test_every_action_of_the_log_has_its_sentence() -> None:
    """Whatever the domain writes about a tip or a case is said in words on its page."""
    written = set()
    for path in Path("tipline/domain").glob("*.py"):
        written |= set(
            re.findall(r'"((?:tip|evidence|receipt|message|link|case|contact):[a-z-]+)"', path.read_text())
        )
    states = {f"tip:{state.replace('_', '-')}" for state in words.TIP}
    actions = {one for one in written if one not in CATALOGUE and one not in rights.RIGHTS} - {"tip:assign"}
    actions -= undoing.WAYS.keys()  # kinds of acts; what they write is told above, or names the same
    actions -= events.EVENTS.keys()  # what is told outside; no entry of the log
    assert sorted(actions - set(history.SENTENCES) - states) == []


def test_no_entry_of_the_log_keeps_the_page_from_opening(
    client: FlaskClient, services: Services, tip: Tip, headers: Headers
) -> None:
    """Every act, even one that brings no facts, and a signed receipt with its own."""
    proofs.issue(services.database, services.key, tip.id, station="", zone="Asia/Shanghai")
    with services.database.transaction() as tx:
        for action in history.SENTENCES:
            custody.append(tx, SYSTEM, action, f"tip:{tip.reference}", tip=tip.reference)
    page = page_of(client, tip, headers)
    assert "Receipt signed for the tip provider; files: 0" in page
    assert "%(" not in page


def test_the_history_tells_files_apart(
    client: FlaskClient, services: Services, tip: Tip, add_file: AddFile, headers: Headers
) -> None:
    add_file(tip)
    second = add_file(tip)
    with services.database.transaction() as tx:
        evidence.claim_digest(tx, evidence.read_evidence(tx, second.id), "a" * 64)
        evidence.fail(tx, SYSTEM, evidence.read_evidence(tx, second.id), "media:corrupt")
    page = html.unescape(page_of(client, tip, headers))
    assert "told the SHA-256 of file 2" in page
    assert "File 2 could not be examined" in page


def test_a_clock_corrected_at_the_desk_stands_apart_from_what_the_tip_provider_read(
    client: FlaskClient, services: Services, tip: Tip, headers: Headers
) -> None:
    reading = "2026-11-26T09:53:00/2026-11-26T10:00:00+08:00"
    with services.database.transaction() as tx:
        row = tips.read_tip(tx, tip.reference)
        recorders.tell_clock(tx, reporter(tip.reference), row, -420.0, "reading", reading=reading)
        tips.change(tx, Actor("staff", "li"), row, clock_offset_s=200.0)
    page = page_of(client, tip, headers)
    assert "clock offset 7 min behind → 3 min 20 s ahead" in page
    assert "set at the desk · the tip provider read 2026-11-26 09:53:00 at 2026-11-26 10:00:00" in page


def test_a_tip_of_the_drop_folder_promises_nobody_who_could_be_written_to(
    client: FlaskClient, services: Services, headers: Headers
) -> None:
    report = Report(category="footage", anonymous=True)
    with services.database.transaction() as tx:
        tip = tips.begin(tx, report, language="en", door="folder", ack_minutes=2, taker=FOLDER)
        tips.submit(tx, tip, FOLDER, ack_minutes=2)
    page = page_of(client, tip, headers)
    assert "Nobody holds a receipt code" in page
    assert "Write through the receipt below" not in page
    assert "Taken from the drop folder</" in page


def test_live_parts_bring_progress_and_pictures_and_leave_the_rest(
    client: FlaskClient, services: Services, tip: Tip, add_file: AddFile, headers: Headers
) -> None:
    done, busy = factories.examine(services, add_file(tip)), add_file(tip, b"\0\0\0\x18ftypmp42" + bytes(90))
    url = live_url(page_of(client, tip, headers))
    assert client.get(url, headers=headers()).status_code == 204
    factories.keep_moment(services, busy, 1.0)
    with services.database.transaction() as tx:
        evidence.advance(tx, evidence.read_evidence(tx, busy.id), 0.4)
    answer = client.get(url, headers=headers()).text
    assert 'hx-target="#file-2" hx-swap="outerMorph"' in answer
    assert 'hx-target="#file-1"' not in answer
    assert "Processing 40%" in answer
    assert "00:00:01.000" in answer
    assert done.id not in answer
    third = add_file(tip)
    assert third.id in client.get(live_url(answer), headers=headers()).text


def test_a_player_is_never_redrawn(
    client: FlaskClient, services: Services, tip: Tip, add_file: AddFile, headers: Headers
) -> None:
    factories.examine(services, add_file(tip))
    assert 'id="stage-1" hx-morph-skip' in page_of(client, tip, headers)


def test_a_tip_of_many_files_asks_the_database_no_more(
    client: FlaskClient, services: Services, tip: Tip, add_file: AddFile, headers: Headers
) -> None:
    # From nine files on all but one are folded away.
    for _at in range(9):
        factories.examine(services, add_file(tip), pictures=1)
    page_of(client, tip, headers)
    with counted(services) as few:
        page_of(client, tip, headers)
    for _at in range(5):
        factories.examine(services, add_file(tip), pictures=1)
    page_of(client, tip, headers)  # what is new to the reader is noted once
    with counted(services) as many:
        page_of(client, tip, headers)
    assert len(many) == len(few)
    assert len(selects(many)) <= TIP_ASKS


def test_the_print_sheet_holds_every_digest_and_the_way_back(
    client: FlaskClient, services: Services, tip: Tip, add_file: AddFile, headers: Headers
) -> None:
    files = [factories.examine(services, add_file(tip), pictures=2), add_file(tip, b"RIFF" + bytes(90))]
    page = client.get(f"/desk/tips/{tip.reference}/print", headers=headers()).text
    for file in files:
        assert f'<td class="mono">{file.sha256}</td>' in page
    assert f"/desk/tips/{tip.reference}</p>" in page
    assert 'class="qr"' in page


def test_a_film_that_is_still_coming_shows_what_was_seen_of_it(
    client: FlaskClient, services: Services, tip: Tip, headers: Headers
) -> None:
    upload = services.receiver.begin(tip.id, Announced(1000, "cam1.mp4"))
    services.receiver.append(upload.id, tip.id, 0, [bytes(250)])
    with services.database.transaction() as tx:
        for kind, ending in (("keyframe", ".jpg"), ("preview", "-640.webp"), ("thumbnail", "-320.webp")):
            renditions.keep(
                tx, upload.evidence_id, name=f"live-0000000000{ending}", kind=kind, mime="image/webp", size=1,
                sha256="0" * 64, width=320, height=180, t=0.0, reason="first", provenance={},
            )  # fmt: skip
        row = tx.get_one(Evidence, upload.evidence_id)
        row.kind, row.progress = "video", 0.61  # further than the offset that was last written down

    page = page_of(client, tip, headers)
    sheet = client.get(f"/desk/tips/{tip.reference}/print", headers=headers("investigator")).text
    (told,) = client.get(f"/api/v1/evidence/{upload.evidence_id}", headers=headers("investigator")).json[
        "renditions"
    ][:1]

    assert "Arriving 61%" in page
    assert re.findall(r'data-t="([\d.]+)" data-still', page) == ["0.0"]
    assert "they are made anew when all of it is here" in page
    assert "live-0000000000" not in sheet
    assert told["provisional"] is True


def a_copy(services: Services, file: Evidence) -> None:
    """What the step that makes copies leaves behind."""
    made = (
        ("copy.mp4", renditions.COPY, "video/mp4"),
        ("frames.json", renditions.FRAMES, "application/json"),
    )
    with services.database.transaction() as tx:
        for name, kind, mime in made:
            services.store.put(keys.rendition(file.id, name), b"0123456789", content_type=mime)
            renditions.keep(
                tx, file.id, name=name, kind=kind, mime=mime, size=10, sha256="ab" * 32, width=0, height=0,
                t=None, frame=None, reason=None, sharpness=None, provenance={},
            )  # fmt: skip


def test_a_film_with_a_browser_copy_plays_that_and_says_so(
    client: FlaskClient, services: Services, tip: Tip, add_file: AddFile, headers: Headers
) -> None:
    file = factories.examine(services, add_file(tip), playable="proxy", mime="video/x-msvideo")
    a_copy(services, file)
    page = page_of(client, tip, headers)
    where = f"/api/v1/evidence/{file.id}/renditions"
    assert f'<video controls playsinline preload="metadata" src="{where}/copy.mp4?v=abababababab"' in page
    assert f'data-frames="{where}/frames.json?v=abababababab"' in page
    assert "Browser copy; the original is kept untouched." in page
    assert f'href="/desk/tips/{tip.reference}/evidence/{file.id}/save"' in page
    part = client.get(f"{where}/copy.mp4", headers={**headers("investigator"), "Range": "bytes=2-4"})
    assert (part.status_code, part.data, part.mimetype) == (206, b"234", "video/mp4")
    listed = client.get(f"{where}/frames.json", headers=headers("investigator"))
    assert (listed.status_code, listed.mimetype) == (200, "application/json")


def test_while_a_copy_is_being_made_the_page_says_how_far_it_is(
    client: FlaskClient, services: Services, tip: Tip, add_file: AddFile, headers: Headers
) -> None:
    file = factories.examine(services, add_file(tip), playable="none")
    with services.database.transaction() as tx:
        steps.plan(tx, lambda *_: None, file, [Planned("span", 0), Planned("copy")])
        steps.list_of(tx, file.id)[0].progress = 0.5
    page = page_of(client, tip, headers)
    assert "A browser copy is being made: 25%." in page
    assert "<video" not in page
    assert "Browsers cannot play this film" not in page

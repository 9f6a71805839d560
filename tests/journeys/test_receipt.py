"""A signed receipt in people's hands: downloaded, scanned from paper, checked, compared with a file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from playwright.sync_api import Page, expect

from tests import footage
from tests.journeys import acts
from tests.journeys.acts import row, said
from tests.journeys.conftest import DESK, Open
from tests.journeys.station import Station
from tipline.domain import verifying


def hand_in(page: Page, file: Path) -> None:
    """A report with one file, up to the page of its progress."""
    acts.write_report(page, "有人拿走了现金", place="幸福超市")
    acts.pick(page, file)
    expect(row(page, file.name)).to_have_attribute("data-state", "done")
    acts.go_on_to_check(page)
    acts.send_report(page)
    acts.keep_code(page)


def download(page: Page, path: str, folder: Path) -> Path:
    with page.expect_download() as coming:
        page.locator(f"a[href='{path}']").first.click()
    kept = folder / coming.value.suggested_filename
    coming.value.save_as(kept)
    return kept


def scanned(page: Page) -> str:
    """What a camera reads of the picture, as it is drawn on the screen.

    A phone looks many times from changing distances; one look of one detector misses some 4 % of all codes.
    """
    drawn = (
        "() => { const one = document.querySelector('.qr img'); return one.complete && one.naturalWidth; }"
    )
    page.wait_for_function(drawn)
    shot = cv2.imdecode(np.frombuffer(page.locator(".qr img").screenshot(), np.uint8), cv2.IMREAD_COLOR)
    assert shot is not None
    for detector in (cv2.QRCodeDetector(), cv2.QRCodeDetectorAruco()):
        for nearer in (1.0, 1.5, 2.0, 0.75, 3.0):
            text = detector.detectAndDecode(cv2.resize(shot, (0, 0), fx=nearer, fy=nearer))[0]
            if text:
                return str(text)
    return ""


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_receipt_is_kept_scanned_and_checked(
    language: str, opened: Open, station: Station, tmp_path: Path
) -> None:
    photo = footage.photo(tmp_path / "门口.jpg", size=(320, 240))
    stranger = footage.photo(tmp_path / "other.jpg", size=(240, 320))
    page = opened("/", language=language)
    hand_in(page, photo)
    reference = acts.reference_on(page)
    page.locator("a[href='/status/slip']").click()
    expect(page.locator(".tone-used").first).to_contain_text(
        said(language, "Signed by %(station)s") % {"station": "航海路派出所"}
    )

    pdf, text = (download(page, f"/status/slip.{form}", tmp_path) for form in ("pdf", "json"))
    assert (pdf.name, text.name) == (f"{reference}.pdf", f"{reference}.json")
    assert station.tipline("receipt", "verify", str(pdf), "--file", str(photo))
    address = scanned(page)
    assert address == json.loads(text.read_text(encoding="utf-8"))["verify_url"]

    # Somebody else, with another phone, scans the paper.
    other = opened("/verify", language=language)
    asked: list[Any] = []
    other.on("request", lambda request: asked.append((request.url, request.post_data_buffer or b"")))
    proof = address.partition("#")[2]
    other.goto("about:blank")
    other.goto(f"/verify#{proof}")
    mark = other.locator("#mark-said")
    expect(mark).to_contain_text(
        said(language, "Genuine picture. This station signed a receipt for this tip.")
    )
    expect(other.locator("#mark-reference")).to_have_text(reference)
    assert not [url for url, body in asked if proof[2:40] in url or proof[2:40].encode() in body]

    other.locator("#receipt").set_input_files(pdf)
    other.locator("#verify-form [type=submit]").click()
    expect(other.locator("#said")).to_contain_text(
        said(language, "Genuine. This station signed it, and nothing was changed since.")
    )
    expect(mark).to_contain_text(said(language, "Picture and receipt belong together."))
    asked.clear()
    other.locator("[data-compare] input").set_input_files([photo, stranger])
    expect(other.locator(".compare-told .is-same")).to_contain_text(photo.name)
    expect(other.locator(".compare-told .is-other")).to_contain_text(stranger.name)
    assert not [url for url, body in asked if body]


def test_a_picture_that_was_altered_or_is_anothers_is_told(opened: Open, tmp_path: Path) -> None:
    page = opened("/", language="en", device=DESK)
    hand_in(page, footage.photo(tmp_path / "a.jpg", size=(320, 240)))
    page.goto("/status/slip")
    text = download(page, "/status/slip.json", tmp_path)
    receipt = json.loads(text.read_text(encoding="utf-8"))
    proof = receipt["verify_url"].partition("#")[2]
    mark = page.locator("#mark-said")

    for altered in (proof[:-3] + ("A" if proof[-3] != "A" else "B") + proof[-2:], proof[:40] + proof[44:]):
        page.goto("about:blank")
        page.goto(f"/verify#{altered}")
        expect(mark).to_contain_text("Not genuine.")
        expect(page.locator("#mark-facts")).to_be_hidden()
    for unclear in ("1.", "1.!!!!", "1." + "A" * 20, "1." + "A" * 5000):
        page.goto("about:blank")
        page.goto(f"/verify#{unclear}")
        expect(mark).to_contain_text("The address is damaged.")

    # The receipt of a later state does not belong to the picture of the earlier one.
    page.goto("/status")
    acts.pick(page, footage.photo(tmp_path / "b.jpg", size=(240, 320)))
    expect(row(page, "b.jpg")).to_have_attribute("data-state", "done")
    expect(page.locator("#live")).to_contain_text("b.jpg")
    page.goto("/status/slip")
    later = download(page, "/status/slip.json", tmp_path / "later")
    assert verifying.check(later.read_bytes(), None).valid
    page.goto("about:blank")
    page.goto(f"/verify#{proof}")
    page.locator("#receipt").set_input_files(later)
    page.locator("#verify-form [type=submit]").click()
    expect(page.locator("#said")).to_contain_text("Genuine.")
    expect(mark).to_contain_text("The picture belongs to another receipt")


def test_checking_needs_no_script(opened: Open, tmp_path: Path) -> None:
    page = opened("/", language="en")
    hand_in(page, footage.photo(tmp_path / "a.jpg", size=(320, 240)))
    page.goto("/status/slip")
    text = download(page, "/status/slip.json", tmp_path)
    receipt = json.loads(text.read_text(encoding="utf-8"))
    receipt["statement"]["files"][0]["name"] = "b.jpg"
    false = tmp_path / "false.json"
    false.write_text(json.dumps(receipt))

    plain = opened("/verify", language="en", java_script_enabled=False)
    for file, words in ((text, "Genuine."), (false, "Not as it was signed: list of files › 1 › name.")):
        plain.locator("#receipt").set_input_files(file)
        plain.locator("#verify-form [type=submit]").click()
        expect(plain.locator("main")).to_contain_text(words)

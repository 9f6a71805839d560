"""How a file came to be, as the desk is told it: times with sources, contradictions, traces, credentials."""

from __future__ import annotations

import html
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests import factories
from tipline.domain.evidence import Evidence
from tipline.domain.tips import Tip
from tipline.services import Services

AddFile = Callable[..., Evidence]
Headers = Callable[..., dict[str, str]]
TIMES = [
    {"source": "exif:DateTimeOriginal", "value": "2008-10-22T16:28:39", "zone": "none"},
    {"source": "exif:DateTimeDigitized", "value": None, "zone": "none", "note": "no-date"},
    {"source": "container:creation_time", "value": "2008-10-22T16:28:39+00:00", "note": "utc-by-standard"},
    {"source": "exif:GPSDateTime", "value": "2008-10-23T14:27:07+00:00", "zone": "known"},
    {"source": "exif:DateTime", "value": "2008-11-01T21:15:07", "zone": "none", "note": "changed"},
]  # fmt: skip


@pytest.fixture
def told(
    client: FlaskClient, services: Services, tip: Tip, add_file: AddFile, headers: Headers
) -> Callable[..., str]:
    """The page of a tip with one file of which this is known."""

    def page(query: str = "", role: str = "investigator", **known: Any) -> str:
        factories.examine(services, add_file(tip), factories.PHOTO, pictures=1, **known)
        answer = client.get(f"/desk/tips/{tip.reference}{query}", headers=headers(role))
        assert answer.status_code == 200
        return html.unescape(answer.text)

    return page


def test_every_time_stands_with_its_source_and_what_contradicts(told: Callable[..., str]) -> None:
    page = told(times=TIMES)
    for words in (
        "2008-10-22 16:28:39 (no time zone given)",
        "no date: the clock was never set",
        "UTC by its standard; many recorders write local time",
        "index of the file",
        "“Taken (EXIF DateTimeOriginal)” and “Satellites (EXIF GPSDateTime)” are 9 h 58 min 28 s apart.",
        "the recorder probably wrote its wall clock where UTC belongs.",
        "The file was changed 10 d 4 h 46 min after “Taken (EXIF DateTimeOriginal)”",
    ):
        assert words in page, words
    # The codes are for programs.
    assert all(one["source"] not in page for one in TIMES)


def test_times_that_agree_are_called_no_contradiction(told: Callable[..., str]) -> None:
    assert "Contradiction" not in told(times=TIMES[:1])


@pytest.mark.parametrize(
    ("seal", "words"),
    [
        (
            {"state": "intact", "signer": "Leica"},
            "Unchanged since it was signed; the signer was not verified.",
        ),
        ({"state": "altered", "signer": "Leica"}, "Does not match what was signed: changed afterwards"),
        ({"state": "unreadable"}, "they cannot be read."),
        ({"state": "remote_only"}, "lie on another server; they were not fetched."),
    ],
)
def test_credentials_are_claimed_no_further_than_they_go(
    told: Callable[..., str], seal: dict[str, str], words: str
) -> None:
    page = told(provenance={"c2pa": seal})
    assert words in page
    assert ("Signed by" in page) == ("signer" in seal)
    assert "Trusted" not in page


def test_an_altered_photo_is_told_before_the_fold_and_on_paper(
    told: Callable[..., str], client: FlaskClient, tip: Tip, headers: Headers
) -> None:
    words = "Credentials · Does not match what was signed: changed afterwards"
    page = told(provenance={"c2pa": {"state": "altered"}})
    assert words in page.split('class="facts"')[0]
    sheet = client.get(f"/desk/tips/{tip.reference}/print", headers=headers("investigator")).text
    assert words in html.unescape(sheet)


def test_an_encoder_is_told_once_by_its_warning(told: Callable[..., str]) -> None:
    page = told(warnings=["media:reencoded"], provenance={"reencoded_by": "WeChat"})
    assert "Re-encoded by · " not in page


def test_no_credentials_are_no_news(told: Callable[..., str]) -> None:
    assert "Credentials" not in told(provenance=None)


def test_a_second_hand_film_offers_to_ask_for_the_original(told: Callable[..., str], tip: Tip) -> None:
    page = told(warnings=["media:reencoded"], provenance={"reencoded_by": "WeChat"})
    assert "This file seems to have been encoded again after the camera made it" in page
    assert page.count("Ask for the original export") == 2
    assert f'href="/desk/tips/{tip.reference}?ask=export#reply-text"' in page


def test_the_message_stands_ready_in_the_senders_language_and_is_sent_by_hand(
    told: Callable[..., str],
) -> None:
    page = told("?ask=export", warnings=["media:screen-filmed"])
    field = page.split('id="reply-text"')[1].split("</textarea>")[0]
    assert "能否再发一份录像机的原始导出文件" in field
    assert "/help/export?lang=zh_Hans_CN" in field
    assert 'name="kind" value="question" checked' in page
    assert "Nothing has been written yet." in page


def test_an_auditor_is_offered_no_message(told: Callable[..., str]) -> None:
    assert "Ask for the original export" not in told(role="auditor", warnings=["media:reencoded"])


def test_words_of_a_file_stay_words(
    client: FlaskClient, services: Services, tip: Tip, add_file: AddFile, headers: Headers
) -> None:
    factories.examine(services, add_file(tip), provenance={"reencoded_by": "<b>x</b>"})
    assert "<b>x</b>" not in client.get(f"/desk/tips/{tip.reference}", headers=headers("investigator")).text

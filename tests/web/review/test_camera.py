"""What the page of a tip shows of a camera's clock, and a proposal that is accepted with one click."""

from __future__ import annotations

import html
from collections.abc import Callable
from typing import Any

from flask.testing import FlaskClient

from tests import factories
from tests.web.desk_forms import log_of, now, send, undo_of
from tipline.domain import evidence
from tipline.domain.evidence import Evidence
from tipline.domain.tips import Tip
from tipline.services import Services

Headers = Callable[..., dict[str, str]]
AddFile = Callable[..., Evidence]
CLOCK: dict[str, Any] = {
    "readings": [
        {"t": at - 5.0, "text": f"2018-05-21 12:33:{at:02}", "at": f"2018-05-21T12:33:{at:02}"}
        for at in (5, 9, 13)
    ],
    "agreeing": 3, "looked": 3, "offset_s": 1526905985.5, "started_at": "2018-05-21T12:33:05",
    "confidence": 0.99,
    "ambiguous": [], "jumps": [], "pace": None, "weekday_differs": False,
    "box": [8, 4, 200, 24], "beside": None,
}  # fmt: skip


def _page(client: FlaskClient, tip: Tip, headers: dict[str, str]) -> str:
    return html.unescape(client.get(f"/desk/tips/{tip.reference}", headers=headers).text)


def _film(services: Services, file: Evidence, **changed: Any) -> Evidence:
    return factories.examine(services, file, clock={**CLOCK, **changed})


def test_a_clock_is_told_with_its_agreement_its_readings_and_its_picture(
    client: FlaskClient, services: Services, tip: Tip, add_file: AddFile, headers: Headers
) -> None:
    _film(services, add_file(tip, filename="cam1.mp4"))

    page = _page(client, tip, headers())

    assert "Camera clock: 2018-05-21 12:33:05 at the start" in page
    assert "3 readings agree" in page
    assert '<svg class="burned-cut" viewBox="0 0 216.4 36.4"' in page
    assert '<button type="button" class="link mono js" data-t="8.0">00:00:08.000</button>' in page
    assert "Clock read, nobody compared it" in page


def test_true_time_is_told_once_the_clocks_offset_is_known(
    client: FlaskClient, services: Services, tip: Tip, add_file: AddFile, headers: Headers
) -> None:
    _film(services, add_file(tip, filename="cam1.mp4"))
    send(client, tip, "change", headers(), offset="ahead", offset_min="3", offset_sec="5")

    assert "2018-05-21 12:30:00</time> –" in _page(client, tip, headers())
    paper = client.get(f"/desk/tips/{tip.reference}/print", headers=headers()).text
    assert "True time at the start: 2018-05-21 12:30:00 (clock 3 min 5 s ahead, corrected)" in paper


def test_what_is_odd_about_a_clock_is_said(
    client: FlaskClient, services: Services, tip: Tip, add_file: AddFile, headers: Headers
) -> None:
    jump = {
        "start": 2.0, "end": 4.0, "before": "2018-05-21T12:33:07", "after": "2018-05-21T13:33:09",
        "by_s": 3600.0,
    }  # fmt: skip
    _film(
        services, add_file(tip, filename="cam1.mp4"), jumps=[jump], weekday_differs=True,
        agreeing=2, ambiguous=["2018-05-06T12:33:05", "2018-06-05T12:33:05"], started_at="12:33:05",
    )  # fmt: skip
    _film(services, add_file(tip, filename="cam2.mp4"), pace=0.0, started_at=None)
    _film(services, add_file(tip, filename="cam3.mp4"), pace=2.5, started_at=None)

    page = _page(client, tip, headers())

    for told in (
        "Between 00:00:02.000 and 00:00:04.000 the clock jumps from 2018-05-21 12:33:07 to"
        " 2018-05-21 13:33:09 (1 h forward): it was set, or the film was cut.",
        "Its date can be read as 2018-05-06 or 2018-06-05.", "The weekday beside the date does not fit it",
        "Camera clock: 12:33:05 at the start", "too few readings agree", "The clock stands still",
        "In one second of film 2.5 s pass on the clock", "Camera clock: 2018-05-21 12:33:05 at 00:00:00.000",
    ):  # fmt: skip
        assert told in page, told


def test_a_film_without_a_clock_in_its_picture_says_nothing_of_one(
    client: FlaskClient, services: Services, tip: Tip, add_file: AddFile, headers: Headers
) -> None:
    factories.examine(services, add_file(tip, filename="cam1.mp4"), clock=None)

    page = _page(client, tip, headers())
    assert "Camera clock:" not in page
    assert "The file's own time" in page


def _photo(services: Services, file: Evidence) -> Evidence:
    """A recorder 3 min 20 s ahead, beside a phone."""
    with services.database.transaction() as tx:
        evidence.read_evidence(tx, file.id).purpose = "clock"
    reading = {"t": 0.0, "text": "2026-11-26 10:03:20", "at": "2026-11-26T10:03:20"}
    clock = {
        **CLOCK, "readings": [reading], "agreeing": 1, "started_at": "2026-11-26T10:03:20", "offset_s": None,
        "beside": {"text": "2026-11-26 10:00:00", "at": "2026-11-26T10:00:00"},
    }  # fmt: skip
    return factories.examine(services, file, factories.PHOTO, pictures=1, clock=clock)


def test_a_photo_of_both_clocks_proposes_and_one_click_accepts_and_another_takes_it_back(
    client: FlaskClient, services: Services, tip: Tip, add_file: AddFile, headers: Headers
) -> None:
    photo = _photo(services, add_file(tip))
    page = _page(client, tip, headers())
    assert "the recorder showed 2026-11-26 10:03:20 when it was 2026-11-26 10:00:00" in page
    assert "3 min 20 s ahead" in page
    assert now(services, tip).clock_offset_s is None

    answer = send(client, tip, "clock", headers(), evidence=photo.id)
    page = client.get(answer.location, headers=headers()).text

    assert (now(services, tip).clock_offset_s, now(services, tip).clock_source) == (200.0, "compared")
    assert "the recorder showed" not in page
    assert "accepted at the desk" in page
    assert log_of(services, tip)[-1].facts()["photo"] == photo.number
    address, fields = undo_of(page)
    client.post(address, headers=headers(), data=fields)
    assert now(services, tip).clock_offset_s is None
    assert "the recorder showed" in _page(client, tip, headers())


def test_only_who_may_act_is_offered_the_proposal_and_only_for_its_own_tip(
    client: FlaskClient, services: Services, tip: Tip, add_file: AddFile, headers: Headers, make_tip: Any
) -> None:
    photo = _photo(services, add_file(tip))
    other = make_tip()

    assert "Use this" not in _page(client, tip, headers("auditor"))
    refused = client.post(
        f"/desk/tips/{tip.reference}/clock", headers=headers("auditor"), data={"evidence": photo.id}
    )
    assert refused.status_code == 403
    assert send(client, other, "clock", headers(), evidence=photo.id).status_code == 422
    assert now(services, other).clock_offset_s is None

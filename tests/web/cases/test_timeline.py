"""The timeline of a case: what a script draws and what the table tells, from the same rows."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests import factories
from tests.web.desk_forms import counted
from tests.web.review.test_camera import CLOCK
from tipline.domain import clock, clocks, evidence, links, tips
from tipline.domain.accounts import Account
from tipline.domain.cases import Case
from tipline.domain.clocks import Clock
from tipline.domain.evidence import Evidence
from tipline.domain.sightings import Sighting
from tipline.domain.tips import Tip
from tipline.services import Services

Headers = Callable[..., dict[str, str]]
BEGUN_MS = 1526877185500  # 2018-05-21 12:33:05.5 at the station
TOLD = datetime(2018, 5, 21, 4, 40, tzinfo=UTC)
DATA = re.compile(r'data-timeline="([^"]*)"')


@pytest.fixture
def film(services: Services, tip: Tip, case: Case, people: dict[str, Account], add_file: Any) -> Evidence:
    """A film of 12 s with a clock in its picture, in a tip of the case."""
    with services.database.transaction() as tx:
        links.link(tx, people["investigator"].actor, tx.merge(case), tips.read_tip(tx, tip.reference), "coat")
    return factories.examine(services, add_file(tip, filename="cam1.mp4"), clock=CLOCK)


def _set(services: Services, people: dict[str, Account], file: Evidence, wanted: Clock) -> None:
    with services.database.transaction() as tx:
        row = evidence.read_evidence(tx, file.id)
        clocks.set_clock(tx, people["investigator"].actor, tx.get_one(Tip, row.tip_id), row, wanted)


def _page(client: FlaskClient, case: Case, headers: Headers, query: str = "") -> str:
    return client.get(f"/desk/cases/{case.number}/timeline{query}", headers=headers()).text


def _data(page: str) -> dict[str, Any]:
    found = DATA.search(page)
    assert found
    told: dict[str, Any] = json.loads(html.unescape(found[1]))
    return told


def test_a_correction_of_a_clock_places_a_clip_anew_in_drawing_table_and_words(
    client: FlaskClient, services: Services, case: Case, film: Evidence, headers: Headers,
    people: dict[str, Account], tip: Tip, add_file: Any,
) -> None:  # fmt: skip
    other = factories.examine(services, add_file(tip, filename="cam2.mp4"), clock=CLOCK)
    _set(services, people, other, Clock(camera="door"))
    before = _data(_page(client, case, headers))
    assert [(one["no"], one["start"], one["known"]) for one in before["clips"]] == [
        ("1-1", BEGUN_MS, "camera"), ("1-2", BEGUN_MS, "camera"),
    ]  # fmt: skip

    _set(services, people, film, Clock(185.0, "desk", camera="till"))
    page = _page(client, case, headers)
    data = _data(page)

    assert data["version"] != before["version"]
    assert data["lanes"] == ["till", "door"]
    assert data["clips"][0]["pieces"] == [[0.0, 12.0, BEGUN_MS - 185_000, 1.0]]
    assert data["clips"][0]["words"] == "clock 3 min 5 s ahead, corrected"
    assert "2018-05-21 12:30:00</time>" in page
    assert "No camera for 2 min 53 s" in page
    assert "No moment was seen by two cameras" in page


def test_a_page_that_stands_open_is_told_only_when_something_changed(
    client: FlaskClient, services: Services, case: Case, film: Evidence, headers: Headers,
    people: dict[str, Account],
) -> None:  # fmt: skip
    data = _data(_page(client, case, headers))
    address = f"/desk/cases/{case.number}/timeline/data?version="
    assert client.get(address + data["version"], headers=headers()).status_code == 204

    _set(services, people, film, Clock(60.0, "desk"))

    again = client.get(address + data["version"], headers=headers())
    assert again.json["clips"][0]["start"] == BEGUN_MS - 60_000


def test_a_clip_is_told_with_what_plays_it_and_only_to_who_sees_the_case(
    client: FlaskClient, case: Case, film: Evidence, headers: Headers
) -> None:
    address = f"/desk/cases/{case.number}/timeline/clips?ids={film.id},{'x' * 26}"

    told = client.get(address, headers=headers()).json

    assert list(told) == [film.id]
    assert told[film.id]["player"] == "video"
    assert [one[0] for one in told[film.id]["pictures"]] == [0.0, 2.0, 4.0, 6.0, 8.0, 10.0]
    assert told[film.id]["movement"] == {"step": 1.0, "score": factories.FILM["activity"]["score"]}
    assert client.get(address, headers=headers("partner")).status_code == 403
    elsewhere = f"/desk/cases/A-1999-1/timeline/clips?ids={film.id}"
    assert client.get(elsewhere, headers=headers()).status_code == 404


def test_words_alone_are_about_then_and_a_clip_without_any_time_asks_for_its_clock(
    client: FlaskClient, services: Services, case: Case, film: Evidence, headers: Headers,
    people: dict[str, Account], make_tip: Any, add_file: Any,
) -> None:  # fmt: skip
    bare: dict[str, Any] = {"clock": None, "captured_at": None, "captured_at_source": None}
    told, lost = make_tip(occurred_at=TOLD), make_tip()
    for one in (told, lost):
        factories.examine(services, add_file(one, filename=f"{one.reference}.mp4"), **bare)
        with services.database.transaction() as tx:
            links.link(
                tx, people["investigator"].actor, tx.merge(case), tips.read_tip(tx, one.reference), "coat"
            )
    with services.database.transaction() as tx:
        tx.add(
            Sighting(
                case_id=case.id, evidence_id=film.id, t=4.0, text="grey coat",
                author_id=people["investigator"].id, at=clock.now(),
            )
        )  # fmt: skip

    page = _page(client, case, headers)
    data = _data(page)

    assert [(one["no"], one["known"]) for one in data["clips"]] == [("1-1", "camera"), ("2-1", "told")]
    assert data["seen"][0]["at"] == BEGUN_MS + 4000
    assert f"{lost.reference}.mp4" in page
    lost_file = re.search(rf"/desk/tips/{lost.reference}/evidence/\w+/clock\?case={case.number}", page)
    assert lost_file
    # The way there leads back to the timeline, with the clip on it.
    form = client.get(lost_file[0], headers=headers()).text
    version = re.search(r'name="version" value="(\w+)"', form)
    assert version
    fields = {
        "version": version[1],
        "case": case.number,
        "way": "readings",
        "t": "0",
        "true": "2018-05-21 13:00",
    }
    answer = client.post(lost_file[0], headers=headers(), data=fields)
    assert answer.location == f"/desk/cases/{case.number}/timeline"
    assert "Without any time" not in client.get(answer.location, headers=headers()).text


def test_very_many_clips_are_folded_by_day_and_one_of_thirty_hours_stands_on_each(
    client: FlaskClient, services: Services, case: Case, film: Evidence, headers: Headers, tip: Tip,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    with services.database.transaction() as tx:
        for at, day in enumerate(("20", "20", "22"), 2):
            row = evidence.add(
                tx, tips.read_tip(tx, tip.reference), evidence_id=evidence.new_id(), filename=f"{at}.mp4",
                filetype="", size=9, sha256=None,
            )  # fmt: skip
            row.state, row.kind, row.sha256, row.received_at = "ready", "video", "0" * 64, clock.now()
            length = 108_000.0 if at == 2 else 60.0
            started = {"started_at": f"2018-05-{day}T20:00:00", "offset_s": None}
            row.media = json.dumps({"duration_s": length, "clock": {**CLOCK, **started}})
    monkeypatch.setattr("tipline.web.cases.timeline.FOLD", 3)

    with counted(services) as sent:
        page = _page(client, case, headers)
    assert len(sent) < 28

    data = _data(page)
    assert data["day"] == [1526745600000, 1526832000000]
    assert [one["name"] for one in data["clips"]] == ["2.mp4", "3.mp4"]
    shown = _data(_page(client, case, headers, "?day=2018-05-21"))
    assert [one["name"] for one in shown["clips"]] == ["2.mp4", "cam1.mp4"]
    assert "2018-05-22 · 2 clips" in html.unescape(page)
    assert client.get(f"/desk/cases/{case.number}/timeline?day=soon", headers=headers()).status_code == 422

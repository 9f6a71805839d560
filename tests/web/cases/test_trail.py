"""The trail of a case: in true order on every way it is shown, corrected, on paper, as a table."""

from __future__ import annotations

import csv
import html
import io
import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.conftest import csrf_of
from tipline.domain import derivatives, links, members, renditions
from tipline.domain.accounts import Account
from tipline.domain.actors import SYSTEM
from tipline.domain.cases import Case
from tipline.domain.evidence import Evidence
from tipline.domain.tips import Tip
from tipline.services import Services

Headers = Callable[..., dict[str, str]]
PLACES = {"好邻便利店": "34.7209, 113.6677", "清源茶庄": "34.7218, 113.6708", "湘满楼": "34.7216, 113.6702"}


@pytest.fixture
def films(
    services: Services, add_file: Callable[..., Evidence], make_tip: Callable[..., Tip], case: Case
) -> list[Evidence]:
    """Three films of three tips of the case; their clocks show 21:10, 21:15 and 21:20."""
    made = []
    for minute in (10, 15, 20):
        tip = make_tip()
        row = add_file(tip, b"\x00\x00\x00\x18ftypmp42" + bytes(400), f"cam{minute}.mp4")
        at = f"2026-11-22T21:{minute}:00"
        clock = {"agreeing": 3, "started_at": at, "readings": [{"t": 0.0, "text": at, "at": at}]}
        with services.database.transaction() as tx:
            row = tx.merge(row)
            row.kind, row.state, row.duration_s = "video", "ready", 60.0
            row.media = json.dumps({"kind": "video", "duration_s": 60.0, "clock": clock})
            links.link(tx, SYSTEM, tx.merge(case), tx.merge(tip), "同款外套")
        made.append(row)
    return made


class Desk:
    """An investigator at the trail of the case."""

    def __init__(self, client: FlaskClient, case: Case, headers: dict[str, str]) -> None:
        self.client, self.headers = client, headers
        self.url = f"/desk/cases/{case.number}"

    def page(self, path: str = "/trail") -> str:
        answer = self.client.get(self.url + path, headers=self.headers)
        assert answer.status_code == 200, answer.text
        return str(answer.text)

    def send(self, path: str, **form: Any) -> Any:
        form = {"csrf_token": csrf_of(self.page()), **form}
        return self.client.post(f"{self.url}/sightings{path}", headers=self.headers, data=form)

    def mark(self, file: Evidence, place: str, **more: Any) -> None:
        answer = self.send(
            "", evidence=file.id, t="0:10", place=place, position=PLACES.get(place, ""), **more
        )
        assert answer.status_code == 303, answer.text

    def strip(self) -> list[str]:
        """Places of the pictures, in their order."""
        return re.findall(r'class="trail-place"><bdi>([^<]+)', self.page())

    def path(self) -> list[str]:
        """Places of the stops on the map, in their order."""
        found = re.search(r'data-map="([^"]+)"', self.page())
        assert found
        return [one["label"].rpartition(" · ")[2] for one in json.loads(html.unescape(found[1]))["points"]]


@pytest.fixture
def desk(client: FlaskClient, case: Case, headers: Headers) -> Desk:
    return Desk(client, case, headers())


def test_the_strip_shows_the_frame_that_was_marked_once_it_is_cut(
    desk: Desk, films: list[Evidence], services: Services
) -> None:
    desk.mark(films[0], "好邻便利店", frame="250")
    with services.database.transaction() as tx:
        (asked,) = derivatives.list_of(tx, films[0].id, [derivatives.MOMENT])
        assert asked.wanted == {"t": 10.0, "frame": 250}
        renditions.keep(
            tx, films[0].id, name="moment-1.webp", kind="moment", provenance={}, mime="image/webp", size=9,
            sha256="0" * 64, width=320, height=180, t=10.0, frame=250,
        )  # fmt: skip
        derivatives.finish(tx, asked.id, rendition="moment-1.webp", found={}, sha256="0" * 64)

    assert "moment-1.webp" in desk.page()
    desk.send("/1/change", evidence=films[0].id, t="0:11", place="好邻便利店", version="1")
    assert "moment-1.webp" not in desk.page()


def test_an_empty_trail_says_how_to_begin(desk: Desk) -> None:
    page = desk.page()

    assert "No sighting is marked yet." in page
    assert 'data-map="' not in page


def test_a_trail_orders_itself_anew_when_a_clock_is_corrected(
    desk: Desk, films: list[Evidence], services: Services
) -> None:
    for file, place in zip(films, PLACES, strict=True):
        desk.mark(file, place)
    assert desk.strip() == desk.path() == ["好邻便利店", "清源茶庄", "湘满楼"]
    page = desk.page()
    assert "clock not compared" in page or "nobody compared it" in page
    assert "300 m in 5 min · on foot is possible" in page

    with services.database.transaction() as tx:
        last = tx.merge(films[2])
        last.clock_offset_s, last.clock_source = 900.0, "desk"  # a quarter of an hour ahead

    assert desk.strip() == desk.path() == ["湘满楼", "好邻便利店", "清源茶庄"]
    told = list(csv.reader(io.StringIO(desk.page("/trail.csv"))))
    assert [line[3] for line in told[1:]] == desk.strip()
    paper = desk.page("/trail/print")
    assert [paper.index(place) for place in desk.strip()] == sorted(paper.index(p) for p in desk.strip())


def test_a_way_too_fast_for_anybody_asks_to_check_the_clocks(desk: Desk, films: list[Evidence]) -> None:
    desk.send("", place="甲", position="34.70, 113.60", at="2026-11-22T21:30:00")
    desk.send("", place="乙", position="34.90, 113.60", at="2026-11-22T21:31:00")

    page = desk.page()

    assert "too fast for anybody: check the clocks" in page
    assert "22.2 km in 1 min" in page
    assert "1 way on this trail is too fast" in page


def test_what_lacks_time_or_place_stands_apart_and_the_filter_narrows(
    desk: Desk, films: list[Evidence]
) -> None:
    desk.mark(films[0], "好邻便利店", subject="new", subject_kind="person", subject_label="灰帽子")
    desk.mark(films[1], "地铁口", subject="new", subject_kind="vehicle", subject_label="银色面包车")
    page = desk.page()
    assert "Without time or place" in page
    subject = re.search(r"trail\?subject=(\d+)[^>]*>.*?灰帽子", page, re.DOTALL)
    assert subject

    narrowed = desk.page(f"/trail?subject={subject[1]}")

    assert "Without time or place" not in narrowed
    assert "trail-place" in narrowed


def test_a_sighting_is_corrected_removed_and_brought_back(desk: Desk, films: list[Evidence]) -> None:
    desk.mark(films[0], "好邻便利店")
    number = re.search(r'id="sighting-(\d+)"', desk.page())
    assert number
    same = {"evidence": films[0].id, "t": "0:11", "position": PLACES["湘满楼"]}

    assert desk.send(f"/{number[1]}/change", version="1", place="湘满楼", **same).status_code == 303
    late = desk.send(f"/{number[1]}/change", version="1", place="后门", **same)

    assert late.status_code == 412
    for words in (
        "Somebody changed this sighting",
        "Saved by somebody else meanwhile",
        'value="后门"',
        "湘满楼",
    ):
        assert words in late.text, words
    desk.send(f"/{number[1]}/remove")
    page = desk.page()
    assert "Sighting taken off the trail." in page
    undo = re.search(r'action="(/desk/acts/\d+/undo)"', page)
    assert undo
    desk.client.post(undo[1], headers=desk.headers, data={"csrf_token": csrf_of(page), "here": "/desk/queue"})
    assert desk.strip() == ["湘满楼"]


def test_an_auditor_sees_the_trail_and_changes_nothing(
    desk: Desk, films: list[Evidence], headers: Headers, client: FlaskClient
) -> None:
    desk.mark(films[0], "好邻便利店")
    page = client.get(f"{desk.url}/trail", headers=headers("auditor")).text

    assert "trail-place" in page
    assert "/sightings/" not in page


def test_a_case_of_members_hides_its_trail(
    desk: Desk,
    services: Services,
    case: Case,
    people: dict[str, Account],
    headers: Headers,
    client: FlaskClient,
) -> None:
    with services.database.transaction() as tx:
        row = tx.merge(case)
        row.access, row.lead_id = "members", people["supervisor"].id
        for one, _account in members.list_members(tx, row):
            tx.delete(one)
    for path in ("/trail", "/trail.csv", "/trail/print"):
        assert client.get(desk.url + path, headers=headers()).status_code == 404

"""The place of a tip and the sightings in its footage, on the tip's page."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.domain.test_areas import SQUARE, feature, written
from tests.web.desk_forms import now, send, undo_of
from tipline.domain import areas, district, links, positions, sightings, subjects, trails
from tipline.domain.accounts import Account
from tipline.domain.actors import SYSTEM
from tipline.domain.cases import Case, open_case
from tipline.domain.evidence import Evidence
from tipline.domain.positions import GCJ02, Position
from tipline.domain.tips import Tip
from tipline.services import Services

Headers = Callable[..., dict[str, str]]
SHOP = Position(34.7216, 113.6702)


def page_of(client: FlaskClient, tip: Tip, headers: Headers) -> str:
    return str(client.get(f"/desk/tips/{tip.reference}", headers=headers()).text)


def drawn(page: str) -> dict[str, Any]:
    found = re.search(r'data-map-data="([^"]+)"', page)
    assert found
    told: dict[str, Any] = json.loads(html.unescape(found[1]))
    return told


@pytest.fixture
def film(services: Services, add_file: Callable[..., Evidence], tip: Tip, case: Case) -> Evidence:
    """A film of a tip that is linked to the case."""
    row = add_file(tip, b"\x00\x00\x00\x18ftypmp42" + bytes(400), "cam1.mp4")
    with services.database.transaction() as tx:
        row = tx.merge(row)
        row.kind, row.state, row.duration_s = "video", "ready", 60.0
        links.link(tx, SYSTEM, tx.merge(case), tx.merge(tip), "同款外套")
    return row


def marked(services: Services, case: Case) -> list[sightings.Sighting]:
    with services.database.reading() as tx:
        return [one[0] for one in trails.list_of_case(tx, tx.merge(case, load=False))]


def test_a_place_pasted_from_a_chinese_map_is_kept_in_wgs84_and_taken_back(
    client: FlaskClient, services: Services, tip: Tip, headers: Headers
) -> None:
    shifted = positions.from_wgs84(SHOP, GCJ02)
    typed = {"place": "湘满楼后门", "position": f"{shifted.lon:.6f},{shifted.lat:.6f}", "system": GCJ02}

    answer = send(client, tip, "place", headers(), **typed)

    kept = now(services, tip)
    assert kept.lat is not None
    assert kept.lon is not None
    assert positions.metres(Position(kept.lat, kept.lon), SHOP) < 1
    page = client.get(answer.location, headers=headers()).text
    assert "Place saved." in page
    assert "set at the desk" in page
    assert [one["kind"] for one in drawn(page)["points"]] == ["tip"]
    address, fields = undo_of(page)
    client.post(address, headers=headers(), data=fields)
    assert (now(services, tip).lat, now(services, tip).place) == (None, "幸福超市")


def test_what_is_no_position_is_said_beside_the_field(
    client: FlaskClient, services: Services, tip: Tip, headers: Headers
) -> None:
    answer = send(client, tip, "place", headers(), place="店", position="航海路126号")

    assert answer.status_code == 422
    assert "This is no position." in answer.text
    assert 'id="fault-place-position"' in answer.text
    assert 'value="航海路126号"' in answer.text


def test_a_tip_in_a_beat_has_it_proposed_and_set_by_one_button(
    client: FlaskClient, services: Services, make_tip: Callable[..., Tip], headers: Headers
) -> None:
    tip = make_tip(lat=SHOP.lat, lon=SHOP.lon)
    with services.database.transaction() as tx:
        district.take(tx, SYSTEM, areas.read_collection(written(feature(SQUARE))))
    page = page_of(client, tip, headers)
    assert "This place lies in the beat 北片区" in page

    send(client, tip, "change", headers(), beat="north")

    assert now(services, tip).beat == "north"
    assert "This place lies in the beat" not in page_of(client, tip, headers)


def test_a_sighting_is_marked_with_somebody_new_and_stands_on_the_page(
    client: FlaskClient, services: Services, tip: Tip, case: Case, film: Evidence, headers: Headers
) -> None:
    form = {
        "case": case.number, "evidence": film.id, "t": "00:00:12.480", "frame": "312", "subject": "new",
        "subject_kind": "person", "subject_label": "戴灰帽子的男子", "place": "吧台",
        "text": "<b>拿走手机</b>", "position": f"{SHOP.lat}, {SHOP.lon}",
    }  # fmt: skip

    answer = send(client, tip, "sightings", headers(), **form)

    (row,) = marked(services, case)
    assert (row.t, row.frame, row.place, row.lat) == (12.48, 312, "吧台", SHOP.lat)
    page = client.get(answer.location, headers=headers()).text
    assert f"It stands in the trail of {case.number}." in page
    assert "&lt;b&gt;拿走手机" in page
    assert "戴灰帽子的男子" in page  # offered for the next one
    address, fields = undo_of(page)
    client.post(address, headers=headers(), data=fields)
    assert marked(services, case) == []


def test_where_a_photo_was_taken_is_not_proposed_for_a_film_beside_it(
    client: FlaskClient, services: Services, tip: Tip, film: Evidence, add_file: Callable[..., Evidence],
    headers: Headers,
) -> None:  # fmt: skip
    photo = add_file(tip, b"\xff\xd8\xff\xe0" + bytes(400), "holiday.jpg")
    with services.database.transaction() as tx:
        row = tx.merge(photo)
        row.kind, row.state = "photo", "ready"
        row.media = json.dumps({"gps": {"lat": 43.467448, "lon": 11.885127}})

    def proposed() -> tuple[str, list[bool]]:
        form = page_of(client, tip, headers).partition('id="sighting-file"')[2]
        field = re.search(r'id="sighting-position"[^>]* value="([^"]*)"', form)
        assert field
        options = re.findall(r"<option[^>]*>", form.partition("</select>")[0])
        return field[1], ["43.467448, 11.885127" in one for one in options]

    assert proposed() == ("", [False, True])
    send(client, tip, "place", headers(), place="吧台", position=f"{SHOP.lat}, {SHOP.lon}", system="wgs84")
    assert proposed() == ("34.721600, 113.670200", [False, True])


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"t": "soon"}, "Give the moment in the film"),
        ({"t": "99:00"}, "Give the moment in the film"),
        ({"case": "A-2026-99"}, "Choose the case"),
        ({"at": "yesterday"}, "The time could not be read"),
        ({"position": "there"}, "This is no position"),
    ],
)
def test_an_unclear_sighting_comes_back_with_what_was_typed(
    wrong: dict[str, str], words: str, client: FlaskClient, services: Services, tip: Tip, case: Case,
    film: Evidence, headers: Headers,
) -> None:  # fmt: skip
    form = {"case": case.number, "evidence": film.id, "t": "0:12", "text": "灰帽子", **wrong}

    answer = send(client, tip, "sightings", headers(), **form)

    assert answer.status_code in (404, 422)
    assert words in answer.text
    assert "灰帽子</textarea>" in answer.text
    assert marked(services, case) == []


def test_a_subject_of_another_case_and_a_foreign_file_are_refused(
    client: FlaskClient, services: Services, tip: Tip, case: Case, film: Evidence, headers: Headers,
    people: dict[str, Account], make_tip: Callable[..., Tip], add_file: Callable[..., Evidence],
) -> None:  # fmt: skip
    foreign = add_file(make_tip())
    with services.database.transaction() as tx:
        other = open_case(tx, people["investigator"].actor, "另案")
        stranger = subjects.add(tx, people["investigator"].actor, other, "person", "红衣人").id
    for wrong in ({"subject": str(stranger)}, {"evidence": foreign.id}):
        form = {"case": case.number, "evidence": film.id, "t": "1", **wrong}
        assert send(client, tip, "sightings", headers(), **form).status_code in (404, 422)
    assert marked(services, case) == []

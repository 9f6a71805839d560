"""The border of a beat as it is drawn at the desk: kept, refused at its place, taken off."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from flask.testing import FlaskClient

from tests.conftest import csrf_of
from tipline.domain import areas, beats, district
from tipline.domain.actors import SYSTEM
from tipline.domain.areas import Area
from tipline.services import Services

SignedIn = Callable[..., FlaskClient]
SQUARE = [[113.66, 34.71], [113.68, 34.71], [113.68, 34.73], [113.66, 34.73], [113.66, 34.71]]
BOW = [[113.66, 34.71], [113.68, 34.73], [113.68, 34.71], [113.66, 34.73], [113.66, 34.71]]
HOLE = [[113.668, 34.718], [113.672, 34.718], [113.672, 34.722], [113.668, 34.718]]


def polygon(*rings: list[list[float]]) -> str:
    return json.dumps({"type": "Polygon", "coordinates": list(rings)})


def save(client: FlaskClient, beat: str, geometry: str, **more: str) -> Any:
    """Send the page's form as it was shown, with this drawing."""
    page = client.get(f"/desk/admin/beats/{beat}/border").text
    seen = re.search(r'name="seen" value="([0-9a-f]+)"', page)
    assert seen
    form = {"csrf_token": csrf_of(page), "seen": seen[1], "geometry": geometry, **more}
    return client.post(f"/desk/admin/beats/{beat}/border", data=form)


def shape_of(services: Services, beat: str) -> str | None:
    with services.database.reading() as tx:
        return beats.read_beat(tx, beat).shape


def test_a_drawn_border_with_a_hole_is_kept_and_taken_off_again(
    signed_in: SignedIn, services: Services, beat: str
) -> None:
    client = signed_in("admin")
    assert save(client, beat, polygon(SQUARE, HOLE)).status_code == 303
    kept = shape_of(services, beat)
    assert kept is not None
    assert len(areas.read_shape(kept)[0]) == 2
    assert 'action="/desk/acts/' in client.get(f"/desk/admin/beats/{beat}").text

    assert save(client, beat, "").status_code == 303
    assert shape_of(services, beat) is None


def test_a_border_that_crosses_itself_is_refused_at_the_place(
    signed_in: SignedIn, services: Services, beat: str
) -> None:
    answer = save(signed_in("admin"), beat, polygon(BOW))

    assert answer.status_code == 422
    assert "crosses itself at the red mark (34.72000, 113.67000)" in answer.text
    assert "113.68, 34.73" in answer.text.replace("&#34;", '"')
    assert shape_of(services, beat) is None


def test_what_is_no_area_is_told_and_stays_in_the_form(signed_in: SignedIn, beat: str) -> None:
    client = signed_in("admin")
    for text in ("{", "[1]", '{"type":"Point","coordinates":[1,2]}', polygon([[113.6, 34.7]])):
        assert save(client, beat, text).status_code == 422


def test_a_border_over_another_is_told_with_the_place_and_kept_if_one_insists(
    signed_in: SignedIn, services: Services, beat: str
) -> None:
    with services.database.transaction() as tx:
        west = beats.add(tx, SYSTEM, "west", "西片区")
        ring = [(lon - 0.01, lat) for lon, lat in SQUARE]
        district.take(tx, SYSTEM, [Area(west.code, west.name, [[ring]])])
    client = signed_in("admin")
    answer = save(client, beat, polygon(SQUARE))

    assert answer.status_code == 409
    assert "lies over 西片区: 50%" in answer.text
    assert 'name="overlap"' in answer.text
    assert save(client, beat, polygon(SQUARE), overlap="1").status_code == 303
    assert shape_of(services, beat) is not None


def test_who_drew_on_an_older_border_keeps_the_drawing_and_looks_again(
    signed_in: SignedIn, services: Services, beat: str
) -> None:
    client = signed_in("admin")
    answer = save(client, beat, polygon(SQUARE), seen="0" * 64)

    assert answer.status_code in (409, 412)
    assert "in the meantime" in answer.text
    assert shape_of(services, beat) is None

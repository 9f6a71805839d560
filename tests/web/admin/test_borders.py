"""Borders of beats by the page of administration: looked at, taken over, refused in words."""

from __future__ import annotations

import html
import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.conftest import csrf_of
from tests.domain.test_areas import BOW, SQUARE, feature, moved, written
from tipline.domain import beats
from tipline.services import Services

HERE = "/desk/admin/beats"
SignedIn = Callable[..., FlaskClient]


def look(client: FlaskClient, data: bytes, **more: str) -> Any:
    form: dict[str, Any] = {"csrf_token": csrf_of(client.get(HERE).text), **more}
    form["file"] = (io.BytesIO(data), "beats.geojson")
    return client.post(f"{HERE}/borders", data=form, content_type="multipart/form-data")


def take(client: FlaskClient, page: str) -> Any:
    found = re.search(r'name="collection" value="([^"]*)"', page)
    assert found
    form = {"csrf_token": csrf_of(page), "collection": html.unescape(found[1])}
    return client.post(f"{HERE}/borders/take", data=form, content_type="multipart/form-data")


def shapes(services: Services) -> dict[str, bool]:
    with services.database.reading() as tx:
        return {one.code: bool(one.shape) for one in beats.list_beats(tx)}


def test_a_file_is_shown_first_and_kept_only_when_it_is_taken(
    signed_in: SignedIn, services: Services, beat: str
) -> None:
    client = signed_in("admin")
    data = written(
        feature(SQUARE), feature(moved(SQUARE, 0.015), code="south", name="<b>南片区</b>"),
        feature(moved(SQUARE, 1), code="", name="地铁站"),
    )  # fmt: skip

    page = look(client, data)

    assert page.status_code == 200
    for words in ("Border changes", "New beat", "Unknown, left out", "overlap: 25%"):
        assert words in page.text, words
    assert "<b>南片区" not in page.text
    assert shapes(services) == {"north": False}

    answer = take(client, page.text)

    assert answer.status_code == 303
    assert shapes(services) == {"north": True, "south": True}
    shown = client.get(HERE).text
    assert "The borders of 2 beats are taken over." in shown
    saved = client.get("/desk/map/beats.geojson?download=1")
    assert [one["properties"]["code"] for one in saved.json["features"]] == ["north", "south"]
    again = look(client, saved.data).text
    assert "This file changes nothing" in again


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "This is no GeoJSON."),
        (b"PK\x03\x04 a zip", "This is no GeoJSON."),
        (written(feature(BOW)), "The border of “北片区” crosses itself"),
        (written(feature([[lat, lon] for lon, lat in SQUARE])), "the wrong way round"),
        (written(feature(SQUARE), feature(moved(SQUARE, 1))), "stands in the file twice"),
    ],
)
def test_a_bad_file_is_answered_by_a_sentence(
    data: bytes, words: str, signed_in: SignedIn, services: Services
) -> None:
    page = look(signed_in("admin"), data)

    assert page.status_code in (400, 409, 422)
    assert words in html.unescape(page.text)
    assert 'aria-describedby="file-words"' in page.text
    assert shapes(services) == {}


def test_what_comes_back_changed_by_hand_is_checked_again(signed_in: SignedIn, services: Services) -> None:
    client = signed_in("admin")
    page = look(client, written(feature(SQUARE))).text

    answer = take(client, page.replace("113.66,", "213.66,"))

    assert "outside the world" in answer.text
    assert shapes(services) == {}


def test_an_investigator_sees_borders_and_changes_none(signed_in: SignedIn) -> None:
    client = signed_in()

    assert client.get("/desk/map/beats.geojson").json == {"type": "FeatureCollection", "features": []}
    assert client.get(HERE).status_code == 403

"""What lies beneath the places: a map file in ranges for staff alone, a map server, or neither."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests import drawn_map
from tests.conftest import browser
from tipline import mapfile
from tipline import settings as settings_module
from tipline.app import create_app
from tipline.domain.tips import Tip
from tipline.services import Services
from tipline.settings import Settings, SettingsError

Headers = Callable[..., dict[str, str]]
BASE = "/desk/map/base.pmtiles"
SERVER = "https://tiles.example.org:8443/wmts?x={x}&y={y}&l={z}&tk=secret"


def base_of(page: str) -> dict[str, Any]:
    found = re.search(r'data-map="([^"]+)"', page)
    assert found
    told: dict[str, Any] = json.loads(html.unescape(found[1]))["base"]
    return told


@pytest.fixture
def map_file(settings: Settings) -> Path:
    return drawn_map.write(settings.data / "map.pmtiles")


@pytest.fixture
def served(services: Services) -> FlaskClient:
    """A station that names a map server whose pictures are shifted."""
    object.__setattr__(
        services,
        "settings",
        replace(services.settings, map_url=SERVER, map_system="gcj02", map_attribution="<b>天地图"),
    )
    return browser(create_app(services))


def test_without_a_map_the_page_says_so_and_how_to_add_one(client: FlaskClient, headers: Headers) -> None:
    page = client.get("/desk/map", headers=headers()).text

    assert base_of(page)["kind"] == "none"
    assert "places and beats are drawn on a plain grid" in page
    assert "/map.pmtiles" in page
    assert client.get(BASE, headers=headers()).status_code == 404


def test_a_map_file_is_served_in_ranges_with_a_mark_of_its_state(
    client: FlaskClient, headers: Headers, map_file: Path
) -> None:
    assert base_of(client.get("/desk/map", headers=headers()).text)["kind"] == "pmtiles"
    whole = map_file.read_bytes()

    piece = client.get(BASE, headers=headers(Range="bytes=0-126"))

    assert (piece.status_code, piece.data) == (206, whole[:127])
    assert piece.headers["Content-Range"] == f"bytes 0-126/{len(whole)}"
    mark = piece.headers["ETag"]
    piece.close()
    for more, status in (({"If-None-Match": mark}, 304), ({"Range": "bytes=99999999-"}, 416)):
        answer = client.get(BASE, headers=headers(**more))
        answer.close()
        assert answer.status_code == status


def test_nobody_but_staff_gets_the_map(client: FlaskClient, headers: Headers, map_file: Path) -> None:
    assert client.get(BASE).status_code in (302, 303, 401)
    assert client.get(BASE, headers=headers("partner")).status_code == 403


def test_a_map_server_is_let_in_on_pages_with_a_map_alone(
    served: FlaskClient, headers: Headers, tip: Tip
) -> None:
    page = served.get("/desk/map", headers=headers())
    told = base_of(page.text)
    assert (told["kind"], told["system"], told["url"]) == ("xyz", "gcj02", SERVER)
    for path in ("/desk/map", f"/desk/tips/{tip.reference}"):
        policy = served.get(path, headers=headers()).headers["Content-Security-Policy"]
        assert "img-src 'self' https://tiles.example.org:8443 blob: data:;" in policy
    elsewhere = served.get("/desk/queue", headers=headers()).headers["Content-Security-Policy"]
    assert "tiles.example.org" not in elsewhere


@pytest.mark.parametrize("value", ["https://tiles.example.org/{z}/{x}/{y}", "http://10.0.0.8:80/{z}/{y}/{x}"])
def test_an_address_of_a_map_server_is_taken(value: str) -> None:
    assert settings_module.load({"TIPLINE_MAP_URL": value}).map_url == value


@pytest.mark.parametrize(
    "value",
    [
        "https://tiles.example.org/", "ftp://x/{z}/{x}/{y}", "https:///{z}/{x}/{y}",
        "https://a.example; script-src *//{z}/{x}/{y}", "https://a.example'/{z}/{x}/{y}",
    ],
)  # fmt: skip
def test_what_is_no_address_of_a_map_server_stops_the_start(value: str) -> None:
    with pytest.raises(SettingsError):
        settings_module.load({"TIPLINE_MAP_URL": value})


def test_the_doctor_knows_a_map_from_something_else(settings: Settings, map_file: Path) -> None:
    assert mapfile.examine(settings)[0] == "OK"
    assert mapfile.read_header(map_file) == (drawn_map.ZOOM, drawn_map.ZOOM)
    map_file.write_bytes(b"PK\x03\x04" + bytes(200))
    assert mapfile.examine(settings)[0] == "FAIL"
    map_file.unlink()
    assert mapfile.examine(settings)[0] == "NOTE"
    assert mapfile.examine(replace(settings, map_pmtiles=map_file))[0] == "FAIL"
    assert mapfile.examine(replace(settings, map_url=SERVER))[2]["host"] == "tiles.example.org:8443"

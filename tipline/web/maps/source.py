"""What is drawn beneath the places: the station's map file, a map server, or a plain grid.

A page that shows a map, and no other, may load pictures from the map server of the settings.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from flask import g

from tipline import mapfile
from tipline.mapfile import Header
from tipline.settings import Settings
from tipline.web import current
from tipline.web.maps import blueprint
from tipline.web.review.saying import gettext

FILE, SERVER, GRID = ("pmtiles", "xyz", "none")
OF_THE_FILE = "Protomaps © OpenStreetMap"
PLACES_URL, FILE_URL = "/desk/map/beats.geojson", "/desk/map/base.pmtiles"


class Point(NamedTuple):
    """A place on a map. `kind` is a class of desk_map.css; `radius` is how far off it may be, in metres."""

    key: str
    lat: float
    lon: float
    label: str
    kind: str = "tip"
    number: str = ""
    radius: float = 0.0


def kind_of(settings: Settings) -> str:
    """A server that was named goes before a file that lies there."""
    if settings.map_url:
        return SERVER
    return FILE if _header(settings) else GRID


def _header(settings: Settings) -> Header | None:
    """Of a file that can be drawn; what is none is told by the doctor."""
    path = mapfile.find(settings)
    try:
        return mapfile.read_header(path) if path else None
    except OSError:
        return None


def drawn(
    points: Sequence[Point] = (), *, beats: bool = True, shapes: dict[str, Any] | None = None,
    path: bool = False, pick: str = "",
) -> str:  # fmt: skip
    """What a map's script needs, as JSON. `pick` names the form that a click on the map fills in.

    `shapes` are drawn instead of the kept borders; `path` joins the points in their order.
    """
    settings = current.settings()
    kind = kind_of(settings)
    header = _header(settings) if kind == FILE else None
    if kind == SERVER:
        parts = urlsplit(settings.map_url)
        g.pictures_from = f"{parts.scheme}://{parts.netloc}"
    spec = {
        "base": {
            "kind": kind,
            "url": {SERVER: settings.map_url, FILE: FILE_URL}.get(kind, ""),
            "system": settings.map_system if kind != GRID else "wgs84",
            "attribution": settings.map_attribution or (OF_THE_FILE if kind == FILE else ""),
            "deepest": header.high if header else 0,
            "language": "zh" if current.locale() != "en" else "en",
        },
        "beats": PLACES_URL if beats and shapes is None else "",
        "shapes": shapes,
        "points": [one._asdict() for one in points],
        "path": path,
        "pick": pick,
        "words": _words(),
    }
    return json.dumps(spec, ensure_ascii=False)


def _words() -> dict[str, str]:
    return {
        "zoomIn": gettext("Zoom in"),
        "zoomOut": gettext("Zoom out"),
        "all": gettext("Show all of it"),
        "picked": gettext("Position %(place)s taken over into the form. Save it to keep it.", place="#"),
        "lost": gettext("The map could not be loaded; the places stand on a plain grid instead."),
    }


@blueprint.record_once
def _names(state: Any) -> None:
    names = {"map_drawn": drawn, "map_kind": lambda: kind_of(current.settings())}
    state.app.jinja_env.globals.update(names)

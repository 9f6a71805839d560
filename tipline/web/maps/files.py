"""Files that maps of the desk fetch, for staff alone: the borders of beats, the station's map in pieces."""

from __future__ import annotations

import json

from flask import Response, render_template, request, send_file
from flask.typing import ResponseReturnValue

from tipline import mapfile
from tipline.domain import beats, district
from tipline.errors import TiplineError
from tipline.web import current, guard
from tipline.web.maps import blueprint, source

# The borders change seldom and lie under every map: kept, but asked again each time.
CHECKED = "private, no-cache"
KEPT_S = 3600


@blueprint.get("/desk/map/beats.geojson")
@guard.staff("tip:read")
def borders() -> ResponseReturnValue:
    """`?download=1` saves them as a file that can be brought in again."""
    with current.services().database.reading() as tx:
        told = district.collection(beats.list_drawn(tx))
    response = Response(json.dumps(told, ensure_ascii=False), mimetype="application/geo+json")
    if request.args.get("download") == "1":
        response.headers["Content-Disposition"] = 'attachment; filename="beats.geojson"'
    response.headers["Cache-Control"] = CHECKED
    response.add_etag()
    return response.make_conditional(request)


@blueprint.get("/desk/map/base.pmtiles")
@guard.staff("tip:read")
def base() -> ResponseReturnValue:
    """In ranges, as the map asks for them."""
    path = mapfile.find(current.settings())
    if path is None:
        raise TiplineError("request:not-found")
    response = send_file(path, mimetype="application/octet-stream", conditional=True, max_age=KEPT_S)
    response.headers["Cache-Control"] = f"private, max-age={KEPT_S}"
    return response


@blueprint.get("/desk/map")
@guard.staff("tip:read")
def how() -> ResponseReturnValue:
    """The map the station has, and how to give it one."""
    with current.services().database.reading() as tx:
        has_borders = beats.have_borders(tx)
    settings = current.settings()
    return render_template(
        "maps/how.html", kind=source.kind_of(settings), has_borders=has_borders,
        folder=settings.data, system=settings.map_system,
    )  # fmt: skip

"""Borders of beats from a GeoJSON file: shown on the map first, then taken over; nothing is kept between."""

from __future__ import annotations

import json
from typing import Any

from flask import Response, redirect, request
from flask.typing import ResponseReturnValue

from tipline.domain import areas, district
from tipline.domain.areas import Area
from tipline.domain.district import CHANGED, NEW, SAME, UNKNOWN, Comparison
from tipline.errors import N_, TiplineError
from tipline.web import current, guard
from tipline.web.admin import blueprint, places, tabs
from tipline.web.review import notices
from tipline.web.review.notices import Notice
from tipline.web.review.saying import gettext, ngettext
from tipline.web.review.words import Word

HERE = "/desk/admin/beats"
WORDS = {
    NEW: Word(N_("New beat"), "plus", "used"),
    CHANGED: Word(N_("Border changes"), "pencil", "new"),
    SAME: Word(N_("Unchanged"), "check", "idle"),
    UNKNOWN: Word(N_("Unknown, left out"), "alert-triangle", "refused"),
}


@blueprint.post("/beats/borders")
@guard.staff("beat:manage")
def look() -> ResponseReturnValue:
    """What taking the chosen file would mean; or a sentence on what is wrong with it."""
    file = request.files.get("file")
    try:
        found = areas.read_collection(file.read() if file else b"", request.form.get("system", "wgs84"))
        with current.services().database.reading() as tx:
            comparison = district.compare(tx, found)
    except TiplineError as fault:
        return places.page(fault)
    return _preview(comparison, found)


@blueprint.post("/beats/borders/take")
@guard.staff("beat:manage")
def take() -> ResponseReturnValue:
    """The borders as they were shown."""
    try:
        found = areas.read_collection(request.form.get("collection", "").encode())
        with current.services().database.transaction() as tx:
            number, act = district.take(tx, current.actor(), found)
    except TiplineError as fault:
        return places.page(fault)
    said = (
        ngettext(
            "The border of %(num)s beat is taken over.",
            "The borders of %(num)s beats are taken over.",
            number,
        )
        if number
        else gettext("Nothing had to be changed: these borders are kept already.")
    )
    notices.keep(Notice(said, act=act.id if act else None))
    return redirect(HERE, 303)


def _preview(comparison: Comparison, found: list[Area]) -> Response:
    return tabs.show(
        "borders",
        here="beats",
        comparison=comparison,
        words=WORDS,
        shapes=_shapes(comparison),
        collection=json.dumps(_collection(found), ensure_ascii=False, separators=(",", ":")),
    )


def _collection(found: list[Area]) -> dict[str, Any]:
    """The same borders in WGS-84, to be sent back when they are taken."""
    return {
        "type": "FeatureCollection",
        "features": [_feature(one.code, one.name, one.shape) for one in found],
    }


def _shapes(comparison: Comparison) -> dict[str, Any]:
    drawn = [_feature(one.code, one.area.title, one.area.shape, one.state) for one in comparison.drawn]
    kept = [_feature(one.code, one.name, one.shape) for one in comparison.missing if one.shape]
    return {"type": "FeatureCollection", "features": [*kept, *drawn]}


def _feature(code: str, name: str, shape: str, state: str = "") -> dict[str, Any]:
    about = {"code": code, "name": name, **({"state": state} if state else {})}
    return {"type": "Feature", "properties": about, "geometry": json.loads(shape)}

"""The border of one beat, drawn on the map or written as GeoJSON: checked, kept, taken off."""

from __future__ import annotations

import json

from flask import Response, redirect, request
from flask.typing import ResponseReturnValue

from tipline.domain import acts, areas, beats, district
from tipline.domain.areas import Area
from tipline.domain.beats import Beat
from tipline.errors import TiplineError
from tipline.web import current, guard
from tipline.web.admin import beat_pages, blueprint, tabs
from tipline.web.maps import source
from tipline.web.maps.source import Point
from tipline.web.review import notices
from tipline.web.review.notices import Notice
from tipline.web.review.saying import gettext

# Codes of a file, as they are told of what was drawn here.
DRAWN = {"beat:shape-crossing": "beat:border-crossing", "beat:shape-flat": "beat:border-flat"}
KEPT = (
    "beat:shape-too-much",
    "beat:shape-tangled",
    "beat:shape-stacked",
    "beat:shape-outside",
    "beat:shape-swapped",
)


@blueprint.get("/beats/<code>/border")
@guard.staff("beat:manage")
def show_border(code: str) -> ResponseReturnValue:
    return _page(code)


@blueprint.post("/beats/<code>/border")
@guard.staff("beat:manage")
def save_border(code: str) -> ResponseReturnValue:
    """Keep it, or take it off; what is wrong with it is told with the drawing as it was sent."""
    form, seen = request.form, request.form.get("seen", "")
    typed = form.get("geometry", "").strip()
    try:
        with current.services().database.transaction() as tx:
            beat = beat_pages.read_beat(tx, code)
            if typed:
                may = form.get("overlap") == "1"
                district.draw(tx, current.actor(), beat, _area(beat, typed), seen=seen, may_overlap=may)
            else:
                district.erase(tx, current.actor(), beat, seen=seen)
            act = acts.recorded(tx)
    except TiplineError as fault:
        if fault.code == "request:not-found":
            raise
        return _page(code, fault, typed=typed)
    said = gettext("The border is kept.") if typed else gettext("The beat has no border any more.")
    notices.keep(Notice(said, act=act.id if act else None))
    return redirect(f"/desk/admin/beats/{code}", 303)


def _area(beat: Beat, typed: str) -> Area:
    """What was drawn, checked as a file is; its faults in the words of a drawing."""
    about = {"code": beat.code, "name": beat.name}
    try:
        feature = {"type": "Feature", "properties": about, "geometry": json.loads(typed)}
        written = json.dumps(feature).encode()
    except (ValueError, RecursionError):
        raise _fault("beat:border-unreadable") from None
    try:
        return areas.read_collection(written)[0]
    except TiplineError as fault:
        known = fault.code in KEPT
        code = DRAWN.get(fault.code, fault.code if known else "beat:border-unreadable")
        raise _fault(code, **fault.values) from fault


def _fault(code: str, **values: object) -> TiplineError:
    return TiplineError(code, fields={"geometry": code}, **values)


def _page(code: str, fault: TiplineError | None = None, *, typed: str | None = None) -> Response:
    with current.services().database.reading() as tx:
        beat = beat_pages.read_beat(tx, code)
        drawn = beats.list_drawn(tx)
    mine = next(one for one in drawn if one.code == code)
    others = district.collection(one for one in drawn if one.code != code)
    return tabs.show(
        "border", here="beats", fault=fault, beat=beat, seen=district.digest_of(mine),
        geometry=(mine.shape or "") if typed is None else typed,
        words=json.dumps(_words(), ensure_ascii=False),
        shown=source.drawn(_marks(fault), shapes=others), has_others=bool(others["features"]),
        overlaps=fault is not None and fault.code == "beat:border-overlaps",
    )  # fmt: skip


def _marks(fault: TiplineError | None) -> list[Point]:
    """Where the fault is, if it has a place."""
    try:
        lat, lon = (float(one) for one in str(fault.values["place"]).split(", ")) if fault else (None, None)
    except (KeyError, ValueError):
        return []
    return [] if lat is None or lon is None else [Point("fault", lat, lon, gettext("Here"), kind="picked")]


def _words() -> dict[str, str]:
    return {
        "drawing": gettext(
            "Click corner after corner; click the last one again to close the border. Escape stops."
        ),
        "hole": gettext("Click inside the area where the hole shall begin."),
        "crossing": gettext(
            "The border crosses itself at the red mark (%(place)s). Move or take away a corner there.",
            place="#",
        ),
        "corners": gettext(
            "%(number)s corners. Drag one to move it, click to remove it; pale ones between make new ones.",
            number="#",
        ),
        "empty": gettext("There is no border yet. Choose “Draw an area” and click on the map."),
    }

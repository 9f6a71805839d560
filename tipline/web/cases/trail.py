"""The trail of a case: its sightings on the map, as a strip of pictures and as a list, in true order."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from flask import Response, render_template, request
from flask.typing import ResponseReturnValue

from tipline.db import Transaction
from tipline.domain import clock, exhibits, renditions, sightings, subjects, trails
from tipline.domain.cases import Case
from tipline.domain.trails import Leg, Stop
from tipline.errors import N_
from tipline.web import current, filters, guard
from tipline.web.cases import blueprint, frame, tables
from tipline.web.maps import source
from tipline.web.maps.source import Point
from tipline.web.review import printing, truth
from tipline.web.review.looking import FileView, Frame
from tipline.web.review.saying import gettext
from tipline.web.review.words import Word

MOST_FILES = 300  # offered in the form; a sighting in a file beyond that is marked on the page of its tip
KNOWN = {**truth.KNOWN, trails.TYPED: Word(N_("Typed by an officer"), "pencil", "used")}
WAYS = {
    trails.HERE: Word(N_("the same place"), "map-pin", "idle"),
    trails.FOOT: Word(N_("on foot is possible"), "walk", "idle"),
    trails.BIKE: Word(N_("too fast on foot; running or by bicycle is possible"), "bike", "idle"),
    trails.CAR: Word(N_("possible by vehicle alone"), "car", "idle"),
    trails.LONG: Word(N_("too long for the way to be told"), "clock", "idle"),
    trails.NEVER: Word(N_("too fast for anybody: check the clocks"), "alert-triangle", "waiting"),
}


class Travelled(NamedTuple):
    """What lies between two stops, in words."""

    text: str
    way: Word


@dataclass(frozen=True)
class Shown:
    """A stop as the page shows it."""

    stop: Stop
    leg: Travelled | None
    view: FileView | None
    frame: Frame | None

    @property
    def key(self) -> str:
        """What joins picture, row and pin."""
        return f"sighting-{self.stop.sighting.id}"

    @property
    def known(self) -> Word:
        return KNOWN[self.stop.known_by]

    @property
    def doubts(self) -> list[str]:
        return [gettext(truth.DOUBTS[one]) for one in self.stop.doubts]

    @property
    def film(self) -> str:
        """Address of what plays at that moment; empty for a photo."""
        return self.view.played_url if self.view and self.view.player == "video" else ""

    @property
    def href(self) -> str:
        """The file on the page of its tip."""
        if self.view is None or self.stop.tip is None:
            return ""
        return f"/desk/tips/{self.stop.tip.reference}#file-{self.view.row.number}"

    @property
    def title(self) -> str:
        """`2 · 21:31:09 · 湘满楼`."""
        at = f"{current.local(self.stop.at):%Y-%m-%d %H:%M:%S}" if self.stop.at else ""
        number = str(self.stop.number) if self.stop.number else ""
        return " · ".join(one for one in (number, at, self.stop.sighting.place) if one)

    @property
    def place(self) -> str:
        """What the map knows it by; empty where it is not on it."""
        return self.key if self.stop.position else ""


@blueprint.get("/desk/cases/<number>/trail")
@guard.staff("case:read")
def trail_tab(number: str) -> ResponseReturnValue:
    """`subject` narrows it to one person, vehicle or object."""
    return show(number)


def show(number: str, **refusal: Any) -> ResponseReturnValue:
    return frame.show(number, "trail", "cases/trail.html", _values, **refusal)


@blueprint.get("/desk/cases/<number>/trail/print")
@guard.staff("case:read")
def trail_print(number: str) -> ResponseReturnValue:
    with current.services().database.reading() as tx:
        row = frame.read(tx, number)
        address = f"{current.settings().base_url}/desk/cases/{row.number}/trail"
        return render_template(
            "cases/trail_print.html", **frame.gather(tx, row, "trail"), **gather(tx, row), address=address,
            qr=printing.qr(address), printed_at=clock.now(),
        )  # fmt: skip


@blueprint.get("/desk/cases/<number>/trail.csv")
@guard.staff("case:read")
def trail_csv(number: str) -> ResponseReturnValue:
    """In the same order, for a spreadsheet."""
    with current.services().database.reading() as tx:
        row = frame.read(tx, number)
        told = gather(tx, row)
        rows = [[gettext(one) for one in COLUMNS], *(_cells(one) for one in [*told["stops"], *told["apart"]])]
    response = Response(tables.csv(rows), mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="{row.number}-trail.csv"'
    return response


COLUMNS = (
    N_("No."), N_("True time"), N_("The time rests on"), N_("Place"), N_("Latitude"), N_("Longitude"),
    N_("Who or what"), N_("What is seen"), N_("Tip"), N_("File"), N_("Moment in the film"),
    N_("From the one before"),
)  # fmt: skip


def gather(tx: Transaction, case: Case) -> dict[str, Any]:
    """The trail in order, what stands apart, and the filter."""
    marked = trails.list_of_case(tx, case)
    chosen = _chosen()
    wanted = [one for one in marked if chosen is None or one[0].subject_id == chosen]
    views = _views(tx, wanted)
    cuts = sightings.cuts_of(tx, [one[0] for one in wanted])
    stops = [trails.stop(one, current.zone(), views[one[1].id].media if one[1] else None) for one in wanted]
    found = trails.in_order(stops)
    on_way = [_shown(stop, leg, views, cuts) for stop, leg in zip(found.stops, found.legs, strict=True)]
    return {
        "stops": on_way,
        "apart": [_shown(stop, None, views, cuts) for stop in found.apart],
        "chosen": chosen,
        "all_count": len(marked),
        "drawn": source.drawn(_points(on_way), path=True),
        "too_fast": [one for one in found.legs if one and one.way == trails.NEVER],
    }


def _values(tx: Transaction, case: Case) -> dict[str, Any]:
    listed = exhibits.list_exhibits(tx, case, limit=MOST_FILES)
    return {
        **gather(tx, case),
        "subjects": subjects.list_of(tx, case),
        "sighted": subjects.count_sightings(tx, case),
        "files": [one for one in listed.exhibits if one.file.arrived and one.file.purpose == "footage"],
        "local_input": _local_input,
    }


def _local_input(moment: datetime | None) -> str:
    """As a field for day and time holds it."""
    return current.local(moment).replace(tzinfo=None).isoformat(timespec="seconds") if moment else ""


def _chosen() -> int | None:
    typed = request.args.get("subject", "")
    return int(typed) if typed.isdecimal() and len(typed) < 18 else None


def _views(tx: Transaction, marked: list[trails.Marked]) -> dict[str, FileView]:
    rows = {file.id: (file, tip) for _sighting, file, tip, _subject in marked if file}
    pictures = renditions.list_of_many(tx, list(rows))
    return {key: FileView(file, pictures[key], None, tip) for key, (file, tip) in rows.items()}


def _shown(stop: Stop, leg: Leg | None, views: dict[str, FileView], cuts: dict[int, str]) -> Shown:
    """With the very frame that was marked, where it has been cut; until then with the nearest keyframe."""
    view = views.get(stop.sighting.evidence_id or "")
    picture = _cut(view, cuts.get(stop.sighting.id)) or _nearest(view, stop.sighting.t)
    return Shown(stop, _travelled(leg) if leg else None, view, picture)


def _cut(view: FileView | None, name: str | None) -> Frame | None:
    found = next((one for one in view.pictures if one.name == name), None) if view else None
    return Frame(found, found, found) if found else None


def _nearest(view: FileView | None, t: float | None) -> Frame | None:
    """The keyframe closest to the moment."""
    frames = view.frames if view else []
    return min(frames, key=lambda one: abs((one.t or 0.0) - (t or 0.0)), default=None)


def _travelled(leg: Leg) -> Travelled:
    way, length = WAYS[leg.way], filters.lasting(leg.seconds)
    if leg.way == trails.HERE:
        return Travelled(gettext("%(length)s later", length=length), way)
    return Travelled(gettext("%(distance)s in %(length)s", distance=distance(leg.metres), length=length), way)


def distance(metres: float) -> str:
    return f"{metres / 1000:.1f} km" if metres >= 950 else f"{max(10, round(metres, -1)):.0f} m"


def _points(shown: list[Shown]) -> list[Point]:
    return [
        Point(one.key, *one.stop.position, one.title, "stop", str(one.stop.number))
        for one in shown
        if one.stop.position
    ]


def _cells(one: Shown) -> list[str]:
    sighting, subject = one.stop.sighting, one.stop.subject
    at = current.local(one.stop.at).isoformat(sep=" ", timespec="seconds") if one.stop.at else ""
    leg = f"{one.leg.text} · {gettext(one.leg.way.text)}" if one.leg else ""
    lat, lon = ("", "") if one.stop.position is None else (f"{axis:.6f}" for axis in one.stop.position)
    return [
        str(one.stop.number or ""), at, gettext(one.known.text), sighting.place, lat, lon,
        subject.label if subject else "", sighting.text, one.stop.tip.reference if one.stop.tip else "",
        one.view.row.filename if one.view else "",
        filters.position(sighting.t) if sighting.t is not None else "", leg,
    ]  # fmt: skip

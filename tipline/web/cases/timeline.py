"""One true timeline of all clips of a case: drawn by a script, told as a table, both from the same rows."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date, datetime, timedelta
from typing import Any

from flask import jsonify, request
from flask.typing import ResponseReturnValue

from tipline.db import Transaction
from tipline.domain import clips, renditions
from tipline.domain.cases import Case
from tipline.domain.clips import Clip
from tipline.errors import TiplineError
from tipline.web import current, guard
from tipline.web.cases import blueprint, frame, timeline_shapes
from tipline.web.review import looking, truth

# More clips than this are folded by day.
FOLD = 300
MOST_AT_ONCE = 40
SHOWN = 60  # gaps and overlaps in words


@blueprint.get("/desk/cases/<number>/timeline")
@guard.staff("case:read")
def timeline(number: str) -> ResponseReturnValue:
    return frame.show(number, "timeline", "cases/timeline.html", gather)


@blueprint.get("/desk/cases/<number>/timeline/data")
@guard.staff("case:read")
def timeline_data(number: str) -> ResponseReturnValue:
    """The same for a page that stands open, if anything has changed since."""
    with current.services().database.reading() as tx:
        row = frame.read(tx, number)
        if clips.version(tx, row) == request.args.get("version"):
            return "", 204
        return jsonify(json.loads(gather(tx, row)["data"]))


@blueprint.get("/desk/cases/<number>/timeline/clips")
@guard.staff("case:read")
def timeline_clips(number: str) -> ResponseReturnValue:
    """What plays some clips, their small pictures and how much moves in them when."""
    wanted = request.args.get("ids", "").split(",")[:MOST_AT_ONCE]
    with current.services().database.reading() as tx:
        row = frame.read(tx, number)
        found = clips.list_some(tx, row, wanted)
        pictures = renditions.list_of_many(tx, [one.id for one, _tip in found])
        views = [looking.FileView(one, pictures[one.id], tip=tip) for one, tip in found]
        return jsonify({one.row.id: timeline_shapes.insides(one) for one in views})


def gather(tx: Transaction, row: Case) -> dict[str, Any]:
    zone = current.zone()
    found = clips.list_of(tx, row, zone)
    placed = [one for one in found if one.placement.starts_at]
    days = Counter(day for one in placed for day in clips.days_of(one, zone))
    day = _day(days, folded=len(placed) > FOLD)
    shown = [one for one in placed if day is None or day in clips.days_of(one, zone)]
    shown.sort(key=lambda one: (one.placement.starts_at, one.number))
    names = timeline_shapes.lane_names(shown)
    spans = clips.spans(shown, names)
    together = clips.together(spans)
    seen = [one for one in clips.list_seen(tx, row, found) if day is None or _local(one.at) == day]
    return {
        "clips": [(one, truth.Truth(one.placement, one.file.duration_s or 0.0)) for one in shown],
        "unplaced": [one for one in found if not one.placement.starts_at],
        "names": names,
        "timeline_words": timeline_shapes.words,
        "seen": seen,
        "days": sorted(days.items()) if day else [],
        "day": day,
        "before": max((one for one in days if day and one < day), default=None),
        "after": min((one for one in days if day and one > day), default=None),
        "gaps": clips.gaps(spans)[:SHOWN],
        "together": together[:SHOWN],
        "more_together": max(0, len(together) - SHOWN),
        "data": json.dumps(_data(tx, row, shown, names, seen, day), ensure_ascii=False),
    }


def _data(
    tx: Transaction, row: Case, shown: list[Clip], names: dict[tuple[str, str], str],
    seen: list[clips.Seen], day: date | None,
) -> dict[str, Any]:  # fmt: skip
    lanes = list(dict.fromkeys(names[one.lane] for one in shown))
    return {
        "version": clips.version(tx, row),
        "zone": current.settings().timezone,
        "lanes": lanes,
        "clips": [timeline_shapes.clip(one, lanes.index(names[one.lane])) for one in shown],
        "seen": [timeline_shapes.seen(one) for one in seen],
        "day": _bounds(day) if day else None,
    }


def _day(days: Counter[date], *, folded: bool) -> date | None:
    """The day asked for; of very many clips one day at a time, at first the fullest."""
    asked = request.args.get("day", "")
    if asked:
        try:
            day = date.fromisoformat(asked)
            _bounds(day)
        except (ValueError, OverflowError):
            raise TiplineError("request:invalid", fields={"day": "request:field-unclear"}) from None
        return day
    return min(days, key=lambda one: (-days[one], one)) if folded and days else None


def _bounds(day: date) -> list[int]:
    """Begin and end of a day at the station; it may have 23 or 25 hours."""
    zone = current.zone()
    edges = [datetime.combine(one, datetime.min.time(), zone) for one in (day, day + timedelta(days=1))]
    return [round(one.timestamp() * 1000) for one in edges]


def _local(at: datetime | None) -> date | None:
    return current.local(at).date() if at else None

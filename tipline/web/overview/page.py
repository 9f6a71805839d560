"""The page itself: figures of the span beside those of the span before, drawings, and a table for each."""

from __future__ import annotations

from typing import Any

from flask import make_response, render_template, request
from flask.typing import ResponseReturnValue

from tipline.db import Transaction
from tipline.domain import beats, categories
from tipline.domain.figures import Figures, Wanted
from tipline.errors import TiplineError
from tipline.web import current, errors, guard
from tipline.web.overview import asking, blueprint, drawing, tables


@blueprint.get("/desk/overview")
@guard.staff("figures:read")
def show_overview() -> ResponseReturnValue:
    """What came, how it was answered, what waits."""
    fault: TiplineError | None = None
    try:
        wanted = asking.of_request()
    except TiplineError as refused:
        fault, wanted = refused, asking.usual()
    with current.services().database.reading() as tx:
        page = render_template("overview/page.html", **_shown(tx, wanted), **_asked(wanted, fault))
        return make_response(page, errors.status_of(fault) if fault else 200)


def _shown(tx: Transaction, wanted: Wanted) -> dict[str, Any]:
    now, before = Figures(tx, wanted), Figures(tx, wanted.before)
    found = tables.every(now)
    return {
        "now": now.totals,
        "before": before.totals,
        "spread": now.answered,
        "spread_before": before.answered,
        "waiting": now.backlog,
        "tables": found,
        "days": [drawing.columns(found["days"], width) for width in (drawing.WIDTH, drawing.NARROW)],
        "hours": [drawing.columns(found["hours"], width) for width in (drawing.WIDTH, drawing.NARROW)],
        "beats": beats.list_beats(tx),
    }


def _asked(wanted: Wanted, fault: TiplineError | None) -> dict[str, Any]:
    return {
        "wanted": wanted,
        "kinds": categories.CATEGORIES,
        "groups": categories.GROUPS,
        "spans": asking.SPANS,
        "span": asking.span(),
        "address": asking.address,
        "share": tables.share,
        "change": change,
        "fault": errors.sentence(fault) if fault else None,
        "typed": request.args,
    }


def change(now: int, before: int) -> int | None:
    """In whole per cent; None where there was nothing to compare with."""
    return round(100 * (now - before) / before) if before else None

"""What an open page of a case says by itself: the counts of its tabs, and that there is more to show.

Nothing that somebody reads moves: what is new is told in a line, and shown once it is asked for.
"""

from __future__ import annotations

from flask import render_template, request
from flask.typing import ResponseReturnValue

from tipline.domain import case_news, holdings
from tipline.web import current, guard
from tipline.web.cases import asking, blueprint, frame
from tipline.web.cases.asking import COUNTED


@blueprint.get("/desk/cases/<number>/live")
@guard.staff("case:read")
def live(number: str) -> ResponseReturnValue:
    """Nothing (204) while the case stands as it did when the page was drawn."""
    with current.services().database.reading() as tx:
        row = frame.read(tx, number)
        mark = case_news.mark(tx, row)
        if mark == request.args.get("mark"):
            return "", 204
        counts, shown = holdings.of(tx, row), _shown()
        tab, here = request.args.get("tab", ""), request.args.get("here", "")[: asking.LONGEST_QUERY]
        return render_template(
            "cases/live.html",
            **frame.bar(row, tab, counts),
            more={name: max(0, getattr(counts, name) - shown[name]) for name in COUNTED},
            again=f"/desk/cases/{row.number}{_path(tab)}" + (f"?{here}" if here else ""),
            live=asking.question(row, tab, mark, shown, here),
        )


def _shown() -> dict[str, int]:
    said = {name: request.args.get(name, "") for name in COUNTED}
    return {name: int(one) if one.isdecimal() and len(one) < 10 else 0 for name, one in said.items()}


def _path(tab: str) -> str:
    """Only a tab that there is: what was asked comes from a browser."""
    return next((one.path for one in frame.TABS if one.code == tab), "")

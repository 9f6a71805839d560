"""A table of the page for a spreadsheet. Saving it stands in the log."""

from __future__ import annotations

from flask import Response
from flask.typing import ResponseReturnValue

from tipline.domain import custody
from tipline.domain.figures import Figures
from tipline.errors import TiplineError
from tipline.web import current, guard
from tipline.web.cases import tables as sheets
from tipline.web.overview import asking, blueprint, tables


@blueprint.get("/desk/overview/<name>.csv")
@guard.staff("figures:read")
def save_table(name: str) -> ResponseReturnValue:
    """One of the tables, as it is narrowed now."""
    make = tables.TABLES.get(name)
    if make is None:
        raise TiplineError("request:not-found")
    wanted = asking.of_request()
    with current.services().database.transaction() as tx:
        made = make(Figures(tx, wanted))
        custody.append(
            tx, current.actor(), "figures:save", "figures", table=name, first=wanted.first.isoformat(),
            last=wanted.last.isoformat(), beat=wanted.beat or None, category=wanted.category or None,
        )  # fmt: skip
    text = sheets.csv(
        [made.head, *[["" if cell is None else str(cell) for cell in row] for row in made.rows]]
    )
    response = Response(text, mimetype="text/csv")
    response.headers["Content-Disposition"] = (
        f'attachment; filename="{name}-{wanted.first}-{wanted.last}.csv"'
    )
    return response

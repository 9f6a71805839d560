"""Figures and lists of tips for other systems: as JSON, or as a table that is safe in spreadsheets."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from apiflask import APIBlueprint
from flask import Response
from pydantic import BaseModel, Field

from tipline.db import Database
from tipline.domain import custody, listing, policy
from tipline.domain.actors import Actor
from tipline.domain.figures import Figures, Wanted
from tipline.domain.listing import COLUMNS, Told
from tipline.web import current, guard
from tipline.web.cases import tables as sheets
from tipline.web.overview import tables

blueprint = APIBlueprint("api_figures", __name__, url_prefix="/api/v1", tag="Figures")


class SpanQuery(BaseModel):
    first: date = Field(description="First day of the station's calendar.")
    last: date = Field(description="Last day, included.")
    beat: str = Field("", description="Code of a beat; empty for all.")
    category: str = Field("", description="A category, or a group of them: tip, now, question, request.")

    def wanted(self) -> Wanted:
        return Wanted(self.first, self.last, current.zone(), self.beat, self.category).checked()


class ListQuery(SpanQuery):
    format: str = Field("json", pattern="^(json|csv)$", description="json: one object a line; or csv.")


class FiguresOut(BaseModel):
    totals: dict[str, int]
    answered: dict[str, float] | None = Field(description="number, p50, p90 and p95, in seconds.")
    backlog: dict[str, int]
    tables: dict[str, list[dict[str, Any]]] = Field(
        description="Each table of the page, row by row. Columns and rows are called the same in every "
        "language; `name` is what the page says in the asker's. A weekday is 1 for Monday to 7."
    )


@blueprint.get("/figures")
@guard.staff("figures:read")
@blueprint.input(SpanQuery, location="query")
@blueprint.output(FiguresOut)
def get_figures(query_data: SpanQuery) -> dict[str, Any]:
    """What the commander's page shows."""
    wanted = query_data.wanted()
    with current.services().database.reading() as tx:
        found = Figures(tx, wanted)
        return {
            "totals": found.totals._asdict(),
            "answered": found.answered._asdict() if found.answered else None,
            "backlog": found.backlog,
            "tables": {name: one.told for name, one in tables.every(found).items()},
        }


@blueprint.get("/exports/tips")
@guard.staff("figures:read")
@blueprint.input(ListQuery, location="query")
def export_tips(query_data: ListQuery) -> Response:
    """Tips of a span, one a line, without what their reporters wrote and without how to reach them."""
    wanted, as_table = query_data.wanted(), query_data.format == "csv"
    database = current.services().database
    with database.transaction() as tx:
        custody.append(
            tx, current.actor(), "figures:export", "figures", first=wanted.first.isoformat(),
            last=wanted.last.isoformat(), beat=wanted.beat or None, category=wanted.category or None,
        )  # fmt: skip
    pages = _pages(database, current.actor(), wanted)
    name = f"tips-{wanted.first}-{wanted.last}.{'csv' if as_table else 'jsonl'}"
    lines = _table(pages) if as_table else ("".join(map(_line, page)) for page in pages)
    response = Response(lines, mimetype="text/csv" if as_table else "application/jsonl")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _pages(database: Database, viewer: Actor, wanted: Wanted) -> Iterator[list[Told]]:
    """Read while the answer is sent, none held longer than it takes to send it: after the view has ended, so
    each page says anew who reads it."""
    after = None
    while True:
        with policy.viewing(viewer), database.reading() as tx:
            page, after = listing.list_told(tx, wanted, after)
        if page:
            yield page
        if after is None:
            return


def _table(pages: Iterable[list[Told]]) -> Iterator[str]:
    yield sheets.csv([list(COLUMNS)])
    for page in pages:
        yield sheets.lines(
            [["" if one[name] is None else str(one[name]) for name in COLUMNS] for one in page]
        )


def _line(one: Told) -> str:
    return json.dumps(one, ensure_ascii=False) + "\n"

"""Filters kept under a name: keep, rename, move, delete. They are their owner's own affair."""

from __future__ import annotations

from collections.abc import Callable

from flask import redirect, render_template, request
from flask.typing import ResponseReturnValue

from tipline.db import Transaction
from tipline.domain import saved_filters, shops, tallies
from tipline.domain.saved_filters import SavedFilter
from tipline.errors import TiplineError
from tipline.web import current, errors, guard
from tipline.web.review import blueprint, notices, wanted
from tipline.web.review.notices import Notice, offered
from tipline.web.review.saying import gettext

LONGEST_QUERY = 2000
OFFERED = 12  # shops offered while somebody types
STEPS = {"-1": -1, "1": 1}


@blueprint.post("/desk/filters")
@guard.staff("tip:read")
def keep_filter() -> ResponseReturnValue:
    """Keep the filter of the page this was sent from."""
    chosen = wanted.filter_of(request.form.get("query", "")[:LONGEST_QUERY])

    def do(tx: Transaction) -> tuple[str, Notice]:
        tallies.count(tx, chosen)  # raises what the queue would say of it
        query, name = wanted.query_of(chosen), request.form.get("name", "")
        row = saved_filters.keep(tx, current.staff().id, name, query)
        return row.query, Notice(gettext("Kept as “%(name)s”.", name=row.name))

    return _answer(do, wanted.query_of(chosen))


@blueprint.post("/desk/filters/<int:filter_id>/name")
@guard.staff("tip:read")
def rename_filter(filter_id: int) -> ResponseReturnValue:
    def do(tx: Transaction, row: SavedFilter) -> Notice:
        saved_filters.rename(tx, row, request.form.get("name", ""))
        return Notice(gettext("Kept as “%(name)s”.", name=row.name))

    return _change(filter_id, do)


@blueprint.post("/desk/filters/<int:filter_id>/move")
@guard.staff("tip:read")
def move_filter(filter_id: int) -> ResponseReturnValue:
    def do(tx: Transaction, row: SavedFilter) -> Notice:
        saved_filters.move(tx, row, STEPS.get(request.form.get("step", ""), 0))
        return Notice(gettext("“%(name)s” moved.", name=row.name))

    return _change(filter_id, do)


@blueprint.post("/desk/filters/<int:filter_id>/remove")
@guard.staff("tip:read")
def remove_filter(filter_id: int) -> ResponseReturnValue:
    """The tips stay on the page, the tab goes."""

    def do(tx: Transaction, row: SavedFilter) -> Notice:
        name = row.name
        saved_filters.remove(tx, current.actor(), row)
        return offered(tx, Notice(gettext("Filter “%(name)s” deleted.", name=name)))

    return _change(filter_id, do)


@blueprint.get("/desk/shop-choices")
@guard.staff("tip:read")
def shop_choices() -> ResponseReturnValue:
    """Shops that fit what is typed, as choices of the filter's field."""
    words = request.args.get("shop", "").strip()[:60]
    with current.services().database.reading() as tx:
        found = shops.list_shops(tx, words=words, limit=OFFERED) if words else []
        return render_template("review/shop_choices.html", shops=found)


def _change(filter_id: int, do: Callable[[Transaction, SavedFilter], Notice]) -> ResponseReturnValue:
    def found(tx: Transaction) -> tuple[str, Notice]:
        row = saved_filters.read_filter(tx, current.staff().id, filter_id)
        return row.query, do(tx, row)

    return _answer(found, "")


def _answer(do: Callable[[Transaction], tuple[str, Notice]], query: str) -> ResponseReturnValue:
    """The queue under the filter, with what was done or why it was not."""
    try:
        with current.services().database.transaction() as tx:
            query, notice = do(tx)
    except TiplineError as fault:
        if not fault.code.startswith("filter:"):
            raise
        notice = Notice(errors.sentence(fault), is_fault=True)
    notices.keep(notice)
    return redirect(f"/desk/queue?{query}" if query else "/desk/queue", 303)

"""Within how many minutes tips of each kind should be acknowledged, and who is told if nobody does: looked at
first, then set.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any, NamedTuple

from flask import Response, redirect, request
from flask.typing import ResponseReturnValue

from tipline.db import Transaction
from tipline.domain import accounts, categories, clock, figures, ladder, targets
from tipline.domain.figures import Wanted
from tipline.domain.ladder import Ladder
from tipline.errors import TiplineError
from tipline.web import current, guard
from tipline.web.admin import blueprint, ladder_form, tabs
from tipline.web.review import notices
from tipline.web.review.notices import Notice, offered
from tipline.web.review.saying import gettext

HERE = "/desk/admin/targets"
LOOKED_BACK = timedelta(days=30)


class Line(NamedTuple):
    """A kind, what holds for it, and what the last thirty days would have been with `wanted`."""

    category: categories.Category
    minutes: int
    row: targets.Target | None
    by: str
    number: int
    late: int
    wanted: int | None = None
    would_be_late: int = 0


@blueprint.get("/targets")
@guard.staff("target:manage")
def show_targets() -> ResponseReturnValue:
    return _page()


@blueprint.post("/targets/<category>")
@guard.staff("target:manage")
def set_target(category: str) -> ResponseReturnValue:
    """With `look` only what it would touch is shown; nothing is changed."""
    try:
        wanted = _minutes()
        if "look" in request.form:
            return _page(category=category, wanted=wanted or current.settings().ack_minutes)
        with current.services().database.transaction() as tx:
            changed = targets.set_target(
                tx, current.actor(), category, wanted, current.settings().ack_minutes
            )
            said = gettext("The target is set. It holds for tips that come from now on.")
            notice = offered(tx, Notice(said if changed else gettext("Nothing had to be changed.")))
    except TiplineError as fault:
        return _page(fault, category=category)
    notices.keep(notice)
    return redirect(HERE, 303)


@blueprint.post("/targets/ladder")
@guard.staff("target:manage")
def set_ladder() -> ResponseReturnValue:
    """The same for the steps of the ladder."""
    try:
        wanted = ladder_form.read(request.form)
        if "look" in request.form:
            return _page(steps=wanted)
        with current.services().database.transaction() as tx:
            changed = ladder.set_ladder(tx, current.actor(), wanted)
            said = gettext("The steps are set. They hold for tips that come from now on.")
            notice = offered(tx, Notice(said if changed else gettext("Nothing had to be changed.")))
    except TiplineError as fault:
        return _page(fault)
    notices.keep(notice)
    return redirect(HERE, 303)


def _minutes() -> int | None:
    """Empty: by the setting of the station."""
    typed = request.form.get("minutes", "").strip()
    if not typed:
        return None
    if not (typed.isascii() and typed.isdecimal() and len(typed) < 7):
        fields = {"minutes": "target:minutes-unclear"}
        raise TiplineError("target:minutes-unclear", fields=fields, most=targets.MOST)
    targets.require_minutes(int(typed))
    return int(typed)


def _page(
    fault: TiplineError | None = None, *, category: str = "", wanted: int | None = None,
    steps: Ladder | None = None,
) -> Response:  # fmt: skip
    with current.services().database.reading() as tx:
        kept = targets.list_targets(tx)
        names = {one.username: one.display_name for one in accounts.list_accounts(tx)}
        lines = [
            _line(tx, one, kept.get(one.code), names, wanted if one.code == category else None)
            for one in categories.CATEGORIES
        ]
        return tabs.show(
            "targets", fault=fault, lines=lines, of=category, typed=request.form, most=targets.MOST,
            default=current.settings().ack_minutes, notice=notices.take(),
            ladder=ladder_form.form(tx, request.form, steps),
        )  # fmt: skip


def _line(
    tx: Transaction, one: categories.Category, row: targets.Target | None, names: dict[str, str],
    wanted: int | None,
) -> Line:  # fmt: skip
    minutes = row.minutes if row else current.settings().ack_minutes
    today = current.local(clock.now()).date()
    span = Wanted(today - LOOKED_BACK, today, current.zone(), category=one.code)
    number, late = figures.count_over(tx, span, minutes)
    values: dict[str, Any] = {}
    if wanted is not None:
        values = {"wanted": wanted, "would_be_late": figures.count_over(tx, span, wanted)[1]}
    return Line(
        one, minutes, row, names.get(row.changed_by, row.changed_by) if row else "", number, late, **values
    )

"""Beats: the areas that reporters and officers choose from. Their borders come in by `borders`."""

from __future__ import annotations

from flask import Response, redirect, request
from flask.typing import ResponseReturnValue

from tipline.domain import accounts, beats, clock, duties, positions, rights
from tipline.errors import TiplineError
from tipline.web import current, guard
from tipline.web.admin import blueprint, tabs
from tipline.web.review import notices, words


@blueprint.get("/beats")
@guard.staff("duty:manage")
def list_beats() -> ResponseReturnValue:
    return page()


@blueprint.post("/beats")
@guard.staff("beat:manage")
def add_beat() -> ResponseReturnValue:
    try:
        with current.services().database.transaction() as tx:
            beats.add(tx, current.actor(), request.form.get("code", "").strip(), request.form.get("name", ""))
    except TiplineError as fault:
        return page(fault)
    return redirect("/desk/admin/beats", 303)


def page(fault: TiplineError | None = None) -> Response:
    """The list, the map, and the forms; with a fault, beside the field it is about."""
    with current.services().database.reading() as tx:
        return tabs.show(
            "beats", fault=fault, beats=beats.list_drawn(tx), typed=request.form, notice=notices.take(),
            systems=positions.SYSTEMS, rota=duties.list_all(tx),
            chains=duties.chains(tx, clock.now(), current.zone()),
            people={one.id: one for one in accounts.list_accounts(tx)},
            parts=words.DUTY, may_change=rights.may(current.actor(), "beat:manage"),
        )  # fmt: skip

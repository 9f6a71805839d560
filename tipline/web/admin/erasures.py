"""What was asked for, is about to go, was never opened, is gone: and the second person's word."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from flask import Response, redirect, request
from flask.typing import ResponseReturnValue

from tipline.db import Transaction
from tipline.domain import erasures, forecasting, holds, messages
from tipline.domain.actors import Actor
from tipline.domain.erasures import Erasure
from tipline.domain.tips import Tip
from tipline.errors import TiplineError
from tipline.web import current, guard
from tipline.web.admin import blueprint, tabs
from tipline.web.review import notices
from tipline.web.review.notices import Notice
from tipline.web.review.saying import gettext

HERE = "/desk/admin/erasures"


class Line(NamedTuple):
    """One erasure with its tip; `mine` was asked for by whoever looks, who cannot decide it."""

    row: Erasure
    tip: Tip
    held: bool
    mine: bool


@blueprint.get("/erasures")
@guard.staff("retention:read")
def list_erasures() -> ResponseReturnValue:
    return _page()


@blueprint.post("/erasures/<int:number>/approve")
@guard.staff("erasure:approve")
@guard.fresh
def approve_erasure(number: int) -> ResponseReturnValue:
    return _decide(
        number, erasures.approve, gettext("Approved. Until the day it goes it can be called off here.")
    )


@blueprint.post("/erasures/<int:number>/refuse")
@guard.staff("erasure:approve")
def refuse_erasure(number: int) -> ResponseReturnValue:
    """A tip provider who asked reads the reason as a message."""
    return _decide(number, refuse, gettext("Not erased. Whoever asked can read why."))


@blueprint.post("/erasures/<int:number>/cancel")
@guard.staff("erasure:approve")
def cancel_erasure(number: int) -> ResponseReturnValue:
    def call_off(tx: Transaction, actor: Actor, row: Erasure) -> None:
        erasures.call_off(tx, actor, row, request.form.get("reason", ""))

    return _decide(number, call_off, gettext("Called off. Nothing was deleted."))


def refuse(tx: Transaction, actor: Actor, row: Erasure) -> None:
    """With the answer to a tip provider in the same moment."""
    words = request.form.get("reason", "")
    erasures.refuse(tx, actor, row, words)
    if row.is_of_reporter:
        messages.write(tx, actor, tx.get_one(Tip, row.tip_id), words, kind="message")


def _decide(
    number: int, act: Callable[[Transaction, Actor, Erasure], object], said: str
) -> ResponseReturnValue:
    services, actor = current.services(), current.actor()
    try:
        with services.database.reading() as tx:
            reference = tx.get_one(Tip, erasures.read_erasure(tx, number).tip_id).reference
        with (
            erasures.told_when_held(services.database, actor, reference),
            services.database.transaction() as tx,
        ):
            act(tx, actor, erasures.read_erasure(tx, number))
    except TiplineError as fault:
        return _page(fault)
    notices.keep(Notice(f"{reference}: {said}"))
    return redirect(HERE, 303)


def _page(fault: TiplineError | None = None) -> Response:
    with current.services().database.reading() as tx:
        asked, going = erasures.list_in(tx, "asked"), erasures.list_in(tx, "approved", "running")
        ended = erasures.list_latest(tx, ("done", "cancelled", "refused"))
        labels = {one for row in (*asked, *going, *ended) for one in _people(row)}
        return tabs.show(
            "erasures", fault=fault, asked=_lines(tx, asked), going=_lines(tx, going),
            ended=_lines(tx, ended), unseen=forecasting.list_unseen(tx), names=erasures.names(tx, labels),
            notice=notices.take(), window=erasures.WINDOW.days, spared=erasures.SPARED.days,
        )  # fmt: skip


def _people(row: Erasure) -> list[str]:
    return [one for one in (row.asked_by, row.approved_by, row.ended_by) if one]


def _lines(tx: Transaction, rows: list[Erasure]) -> list[Line]:
    held, me = holds.held_of(tx, [one.tip_id for one in rows]), current.actor()
    tips = {one.tip_id: tx.get_one(Tip, one.tip_id) for one in rows}
    return [
        Line(
            one, tips[one.tip_id], one.tip_id in held,
            one.asked_by == me.label
            or (one.is_of_reporter and tips[one.tip_id].taken_by_id == me.user_id),
        )
        for one in rows
    ]  # fmt: skip

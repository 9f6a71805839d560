"""Doors of other systems that hear of events; the secret of each is shown once."""

from __future__ import annotations

from typing import Any

from flask import Response, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue

from tipline.db import Transaction
from tipline.domain import addresses, events, notices, webhooks
from tipline.errors import TiplineError
from tipline.notice_faults import sentence_of
from tipline.web import channel_pages, current, guard
from tipline.web.admin import blueprint, tabs
from tipline.web.review import notices as said
from tipline.web.review.notices import Notice, offered
from tipline.web.review.saying import gettext

HERE = "/desk/admin/webhooks"


@blueprint.get("/webhooks")
@guard.staff("webhook:manage")
def list_webhooks() -> ResponseReturnValue:
    return _page()


@blueprint.get("/webhooks/live")
@guard.staff("webhook:manage")
def live_webhooks() -> ResponseReturnValue:
    with current.services().database.reading() as tx:
        return make_response(render_template("admin/webhook_rows.html", of=0, faults={}, **_values(tx)))


@blueprint.post("/webhooks")
@guard.staff("webhook:manage")
@guard.fresh
def add_webhook() -> ResponseReturnValue:
    form, services = request.form, current.services()
    try:
        inside = bool(services.settings.notice_networks)
        address = addresses.web(form.get("address", ""), inside=inside)
        with services.database.transaction() as tx:
            _row, secret = webhooks.add(
                tx, services.key, current.actor(), address, label=form.get("label", ""),
                events=form.getlist("event"),
            )  # fmt: skip
    except TiplineError as fault:
        return _page(fault)
    return _page(secret=secret)


@blueprint.post("/webhooks/<int:number>")
@guard.staff("webhook:manage")
def act_on_webhook(number: int) -> ResponseReturnValue:
    try:
        notice = _act(number)
    except TiplineError as fault:
        return _page(fault, of=number)
    said.keep(notice)
    return redirect(f"{HERE}#webhook-{number}", 303)


@blueprint.post("/webhooks/<int:number>/secret")
@guard.staff("webhook:manage")
@guard.fresh
def rotate_webhook(number: int) -> ResponseReturnValue:
    """A new secret; for a day the old one signs beside it."""
    services = current.services()
    try:
        with services.database.transaction() as tx:
            row = webhooks.read_webhook(tx, number)
            secret = webhooks.rotate(tx, services.key, current.actor(), row)
    except TiplineError as fault:
        return _page(fault)
    return _page(secret=secret)


def _act(number: int) -> Notice:
    form = request.form
    with current.services().database.transaction() as tx:
        row = webhooks.read_webhook(tx, number)
        told = channel_pages.press(tx, row)
        if told is None:
            webhooks.change(
                tx, current.actor(), row, label=form.get("label", ""), events=form.getlist("event")
            )
        return offered(tx, Notice(told or gettext("Saved.")))


def _page(fault: TiplineError | None = None, *, of: int = 0, secret: str = "") -> Response:
    with current.services().database.reading() as tx:
        values = _values(tx)
    return tabs.show(
        "webhooks", fault=fault, of=of, secret=secret, notice=said.take(), typed=request.form, **values
    )


def _values(tx: Transaction) -> dict[str, Any]:
    counts = notices.counts(tx, "webhook")
    rows: list[dict[str, Any]] = []
    for one in webhooks.list_webhooks(tx):
        mine = counts.get(one.id, {})
        rows.append({
            "row": one, "state": channel_pages.state_of(one), "events": webhooks.events_of(one),
            "cause": gettext(sentence_of(one.failure)) if one.failure else "",
            "waiting": mine.get("waiting", 0), "failed": mine.get("failed", 0),
            "trial": channel_pages.trial_of(notices.newest_test(tx, "webhook", one.id)),
        })  # fmt: skip
    return {
        "hooks": rows, "is_trying": any(one["trial"] and one["trial"]["is_waiting"] for one in rows),
        "events": {code: one.sentence for code, one in events.EVENTS.items()},
    }  # fmt: skip

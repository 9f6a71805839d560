"""Where the station tells its news: group robots, mail; and which channels of anybody fail."""

from __future__ import annotations

from flask import Response, make_response, redirect, render_template
from flask.typing import ResponseReturnValue

from tipline.errors import TiplineError
from tipline.web import channel_pages, current, guard
from tipline.web.admin import blueprint, tabs
from tipline.web.review import notices
from tipline.web.review.notices import Notice

HERE = "/desk/admin/channels"


@blueprint.get("/channels")
@guard.staff("channel:manage")
def list_channels() -> ResponseReturnValue:
    return _page()


@blueprint.get("/channels/live")
@guard.staff("channel:manage")
def live_channels() -> ResponseReturnValue:
    with current.services().database.reading() as tx:
        values = channel_pages.values(tx, None)
    return make_response(render_template("channels/rows.html", base=HERE, of=0, faults={}, **values))


@blueprint.post("/channels")
@guard.staff("channel:manage")
def add_channel() -> ResponseReturnValue:
    try:
        notices.keep(Notice(channel_pages.add(None)))
    except TiplineError as fault:
        return _page(fault)
    return redirect(HERE, 303)


@blueprint.post("/channels/<int:number>")
@guard.staff("channel:manage")
def act_on_channel(number: int) -> ResponseReturnValue:
    try:
        notices.keep(channel_pages.act(None, number))
    except TiplineError as fault:
        return _page(fault, of=number)
    return redirect(f"{HERE}#channel-{number}", 303)


def _page(fault: TiplineError | None = None, *, of: int = 0) -> Response:
    with current.services().database.reading() as tx:
        values = channel_pages.values(tx, None)
    return tabs.show("channels", fault=fault, base=HERE, of=of, notice=notices.take(), **values)

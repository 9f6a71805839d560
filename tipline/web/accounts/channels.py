"""Where I hear of news when the desk is not before me."""

from __future__ import annotations

from flask import Response, make_response, redirect, render_template
from flask.typing import ResponseReturnValue

from tipline.errors import TiplineError
from tipline.web import channel_pages, current, errors, guard
from tipline.web.accounts import blueprint
from tipline.web.review import notices
from tipline.web.review.notices import Notice

HERE = "/desk/preferences/channels"


@blueprint.get(HERE)
@guard.staff("channel:self")
def my_channels() -> ResponseReturnValue:
    return _page()


@blueprint.get(f"{HERE}/live")
@guard.staff("channel:self")
def my_channels_live() -> ResponseReturnValue:
    """The list alone, while a trial is on its way."""
    return _page(part=True)


@blueprint.post(HERE)
@guard.staff("channel:self")
def add_my_channel() -> ResponseReturnValue:
    try:
        notices.keep(Notice(channel_pages.add(current.staff().id)))
    except TiplineError as fault:
        return _page(fault)
    return redirect(HERE, 303)


@blueprint.post(f"{HERE}/<int:number>")
@guard.staff("channel:self")
def act_on_my_channel(number: int) -> ResponseReturnValue:
    try:
        notices.keep(channel_pages.act(current.staff().id, number))
    except TiplineError as fault:
        return _page(fault, of=number)
    return redirect(f"{HERE}#channel-{number}", 303)


def _page(fault: TiplineError | None = None, *, of: int = 0, part: bool = False) -> Response:
    with current.services().database.reading() as tx:
        values = channel_pages.values(tx, current.staff().id)
    faults = (
        {name: errors.field_sentence(code, fault) for name, code in fault.fields.items()} if fault else {}
    )
    page = render_template(
        "channels/rows.html" if part else "accounts/channels.html", base=HERE, of=of, faults=faults,
        message=errors.sentence(fault) if fault else "", notice=None if part else notices.take(), **values,
    )  # fmt: skip
    return make_response(page, errors.status_of(fault) if fault else 200)

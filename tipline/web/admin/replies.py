"""Sentences kept ready for answers: added, corrected, put in order, removed; each of it can be taken back."""

from __future__ import annotations

from flask import Response, redirect, request
from flask.typing import ResponseReturnValue

from tipline import i18n
from tipline.domain import replies
from tipline.errors import TiplineError
from tipline.web import current, guard
from tipline.web.admin import blueprint, tabs
from tipline.web.review import notices
from tipline.web.review.notices import Notice, offered
from tipline.web.review.saying import gettext

HERE = "/desk/admin/replies"


@blueprint.get("/replies")
@guard.staff("reply:manage")
def list_replies() -> ResponseReturnValue:
    return page()


@blueprint.post("/replies")
@guard.staff("reply:manage")
def add_reply() -> ResponseReturnValue:
    form = request.form
    try:
        with current.services().database.transaction() as tx:
            row = replies.add(
                tx, current.actor(), title=form.get("title", ""), text=form.get("text", ""),
                language=form.get("language", ""), kind=form.get("kind", ""),
            )  # fmt: skip
            notice = offered(tx, Notice(gettext("Template “%(title)s” added.", title=row.title)))
    except TiplineError as fault:
        return page(fault)
    return _after(notice)


@blueprint.post("/replies/<int:reply_id>")
@guard.staff("reply:manage")
def change_reply(reply_id: int) -> ResponseReturnValue:
    """Correct it, or with `move` and `remove` put it elsewhere or away."""
    form = request.form
    try:
        with current.services().database.transaction() as tx:
            row, actor = replies.read_reply(tx, reply_id), current.actor()
            if "move" in form:
                replies.move(tx, actor, row, -1 if form["move"] == "up" else 1)
                said = gettext("Template “%(title)s” moved.", title=row.title)
            elif "remove" in form:
                replies.remove(tx, actor, row)
                said = gettext("Template “%(title)s” removed.", title=row.title)
            else:
                replies.change(
                    tx, actor, row, title=form.get("title", ""), text=form.get("text", ""),
                    kind=form.get("kind", ""),
                )  # fmt: skip
                said = gettext("Template “%(title)s” saved.", title=row.title)
            notice = offered(tx, Notice(said))
    except TiplineError as fault:
        return page(fault, reply_id)
    return _after(notice)


def page(fault: TiplineError | None = None, of: int = 0) -> Response:
    """The list and the forms; `of` is the template whose form was refused, 0 the one that adds."""
    with current.services().database.reading() as tx:
        return tabs.show(
            "replies", fault=fault, replies=replies.list_of(tx), of=of if fault else -1, typed=request.form,
            languages={one: i18n.NAMES[one] for one in replies.LANGUAGES}, kinds=replies.KINDS,
            notice=notices.take(),
        )  # fmt: skip


def _after(notice: Notice) -> ResponseReturnValue:
    notices.keep(notice)
    return redirect(HERE, 303)

"""The thread with the reporter: a look at it as the reporter reads it, and the notes that name one."""

from __future__ import annotations

from typing import Any

from flask import g, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import force_locale

from tipline import i18n
from tipline.domain import clock, mentions, messages
from tipline.domain.messages import Told
from tipline.domain.tips import Tip
from tipline.web import current, guard
from tipline.web.review import blueprint, notices, pages
from tipline.web.review.saying import gettext


@blueprint.post("/desk/tips/<reference>/preview")
@guard.staff("tip:act")
def preview(reference: str) -> ResponseReturnValue:
    """The thread as the reporter would read it, with what is typed at its end. Nothing is sent or kept."""
    text, kind = request.form.get("text", "").strip(), request.form.get("kind", "message")
    with current.services().database.reading() as tx:
        tip = pages.read(tx, reference)
        lines = messages.list_public(tx, tip)
        if text and kind in messages.PUBLIC:
            lines.append(Told(0, kind, False, text, clock.now(), None, None, None))
    title = gettext("As the tip provider reads it, in %(language)s", language=i18n.NAMES[tip.language])
    if kind == "note":
        title = gettext("The tip provider does not see an internal note. Without it, the thread reads:")
    template = "preview_part" if request.headers.get("HX-Request") else "preview"
    return make_response(_in_language(tip, template, lines=lines[-6:], title=title))


@blueprint.get("/desk/mentions")
@guard.staff("tip:read")
def named() -> ResponseReturnValue:
    """Notes that name me, the unseen first seen by their mark."""
    with current.services().database.reading() as tx:
        found = mentions.list_of(tx, current.staff().id)
        people = {one.username: one.display_name for one in mentions.list_people(tx)}
        return render_template("review/mentions.html", found=found, people=people, notice=notices.take())


@blueprint.post("/desk/mentions/seen")
@guard.staff("tip:read")
def all_seen() -> ResponseReturnValue:
    with current.services().database.transaction() as tx:
        mentions.see(tx, current.staff().id)
    return redirect("/desk/mentions", 303)


def _in_language(tip: Tip, template: str, **values: Any) -> str:
    """The reporter's own rendering of the thread, in the reporter's language."""
    mine, g.locale = current.locale(), tip.language
    try:
        with force_locale(tip.language):
            return render_template(f"review/{template}.html", tip=tip, **values)
    finally:
        g.locale = mine

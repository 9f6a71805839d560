"""The page on which an officer says how he likes the desk."""

from __future__ import annotations

from flask import Response, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue

from tipline.domain import preferences
from tipline.errors import TiplineError
from tipline.web import current, errors, guard
from tipline.web.review import blueprint, keys, notices
from tipline.web.review.notices import Notice
from tipline.web.review.saying import gettext


@blueprint.get("/desk/preferences")
@guard.staff("account:self")
def preferences_page() -> ResponseReturnValue:
    return show()


@blueprint.post("/desk/preferences")
@guard.staff("account:self")
def choose() -> ResponseReturnValue:
    """All of the page at once, or with `reset` the keys as they come."""
    form = request.form
    typed = {one.name: _key(form.get(f"key-{one.name}", one.key)) for one in keys.TABLE}
    if form.get("reset"):
        typed = {one.name: one.key for one in keys.TABLE}
    try:
        _require_no_clash(typed)
        own = {one.name: typed[one.name] for one in keys.TABLE if typed[one.name] != one.key}
        _keep(
            theme=form.get("theme", "system"), density=form.get("density", "comfortable"),
            advance="advance" in form, keys_off="keys_off" in form, keys=own,
        )  # fmt: skip
    except TiplineError as fault:
        return show(typed, Notice(errors.sentence(fault), is_fault=True), errors.status_of(fault))
    notices.keep(Notice(gettext("Saved. It holds wherever you sign in.")))
    return redirect("/desk/preferences", 303)


@blueprint.post("/desk/preferences/keys")
@guard.staff("account:self")
def switch_keys() -> ResponseReturnValue:
    """Single keys on or off, from the list of keys on any page."""
    _keep(keys_off=request.form.get("off") == "1")
    return "", 204


def show(typed: dict[str, str] | None = None, notice: Notice | None = None, status: int = 200) -> Response:
    chosen = preferences.of(current.staff())
    page = render_template(
        "review/preferences.html", chosen=chosen, keys=typed or keys.bound(chosen), table=keys.TABLE,
        groups=keys.GROUPS, themes=preferences.THEMES, densities=preferences.DENSITIES,
        notice=notice or notices.take(), typed=request.form,
    )  # fmt: skip
    return make_response(page, status)


def _keep(**chosen: object) -> None:
    with current.services().database.transaction() as tx:
        preferences.choose(tx, current.staff(), **chosen)


def _key(typed: str) -> str:
    """A key as somebody typed its sign or its name."""
    typed = typed if typed == " " else typed.strip()
    if typed in (" ", ""):
        return "Space" if typed == " " else ""
    return typed.lower() if len(typed) == 1 else typed[:1].upper() + typed[1:]


def _require_no_clash(typed: dict[str, str]) -> None:
    for one in keys.TABLE:
        if not preferences.KEY.fullmatch(typed[one.name]):
            raise TiplineError("preference:key-unclear", what=gettext(one.what))
    found = keys.clash(typed)
    if found:
        first, second = (gettext(key.what) for key in found)
        raise TiplineError("preference:key-clash", one=first, other=second, key=typed[found[0].name])

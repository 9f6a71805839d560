"""Texts that were begun and not sent: saved a moment after typing, offered again, gone once they are sent.

A field with a name of its own (`data-unsent`) is offered by its template. All other fields of text on the
pages below are kept under the address their form is sent to, and offered by the page's script.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import cast

import structlog
from flask import Response, g, request
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import SQLAlchemyError

from tipline.db import Transaction
from tipline.domain import unsent
from tipline.domain.unsent import Unsent
from tipline.web import current, guard
from tipline.web.review import blueprint, layout

log = structlog.get_logger(__name__)
blueprint.record_once(lambda state: state.app.jinja_env.globals.update(drafts_here=drafts_here))
# Pages on which every field of text is kept. Not those of passwords, settings, or a resident's contact data.
KEPT_ON = ("/desk/cases", "/desk/tips", "/desk/queue", "/desk/incidents", "/desk/topics", "/desk/bulletins")
# What lies below one of these belongs to one case, tip, topic or bulletin, not to the list.
LISTS = ("/desk/cases", "/desk/tips", "/desk/topics", "/desk/bulletins")
# A page whose form is sent to the list.
BEGINS = {"/desk/bulletins/new": "/desk/bulletins"}


@blueprint.post("/desk/unsent")
@guard.staff("tip:act")
def keep() -> ResponseReturnValue:
    """What stands in one field at this moment; an empty text forgets it."""
    with current.services().database.transaction() as tx:
        unsent.keep(tx, current.staff().id, request.form.get("field", ""), request.form.get("text", ""))
    return "", 204


def of(tx: Transaction, subject: str) -> dict[str, Unsent]:
    """What I left in the fields of a tip or a case. What its page asks for next is found on the way."""
    me, is_kept = current.staff(), request.path.startswith(KEPT_ON)
    places = [f"{subject}/", *(_places(request.path) if is_kept else ())]
    found = unsent.list_under(tx, me.id, *places)
    here = {one.place: one for one in found if one.field.startswith(places[0])}
    if is_kept:
        g.drafts = {one.field: one for one in found if not one.field.startswith(places[0])}
    return here


def sent(tx: Transaction, subject: str, form: str) -> None:
    """A form was carried out: what was saved of it is not offered any more."""
    kind = request.form.get("kind", "")
    for place in {form, f"{form}:{kind}"}:
        unsent.drop(tx, current.staff().id, f"{subject}/{place}")


def keep_all() -> None:
    """What this request carried is looked at and not carried out: its texts stay begun."""
    g.begun_stays = True


def drafts_here() -> dict[str, Unsent] | None:
    """What I left in forms of this page, by field; None where fields are not kept."""
    me = layout.me()
    if me is None or not request.path.startswith(KEPT_ON):
        return None
    if "drafts" not in g:
        with current.reading() as tx:
            g.drafts = {one.field: one for one in unsent.list_under(tx, me.id, *_places(request.path))}
    return cast(dict[str, Unsent], g.drafts)


def _places(path: str) -> list[str]:
    """How fields of a page, and of all pages of the same case, tip, incident … begin."""
    page = BEGINS.get(path, "/".join(path.split("/")[:4]))
    return [f"{page}#"] if page in LISTS else [f"{page}#", f"{page}/"]


@blueprint.after_app_request
def forget_sent(response: Response) -> Response:
    """What a form carried that was accepted is not begun any more; who has to sign in first keeps it."""
    is_ours = request.method == "POST" and request.path.startswith(KEPT_ON) and "begun_stays" not in g
    me = layout.me() if is_ours and response.status_code < HTTPStatus.BAD_REQUEST else None
    if me is None or (response.location or "").startswith(("/desk/sign-in", "/desk/prove")):
        return response
    try:
        _forget(me.id)
    except SQLAlchemyError as fault:
        # What was asked for is done: the answer must not say otherwise.
        log.warning("begun.left", fault=type(fault).__name__)
    return response


def _forget(account_id: int) -> None:
    sent = {f"{request.path}#{name}" for name in request.form} | {f"{request.path}{unsent.CHOICES}"}
    with current.services().database.reading() as tx:
        left = sent & {one.field for one in unsent.list_under(tx, account_id, f"{request.path}#")}
    if left:
        with current.services().database.transaction() as tx:
            for field in left:
                unsent.drop(tx, account_id, field)

"""The page outside: who has the link enters, looks for an hour at most, and is asked nothing.

The secret of a link stands behind its #, which no browser sends: so it lies in no log and no Referer, and a
program that looks at links in a chat opens nothing. A small script hands it to the form; without one the code
is typed. Only sending that form begins a visit and counts a view.
"""

from __future__ import annotations

from flask import Response, g, make_response, redirect, render_template, request, session
from flask.typing import ResponseReturnValue

from tipline.db import Transaction
from tipline.domain import categories, shares, sharing
from tipline.domain.shares import OVER, Share
from tipline.errors import CATALOGUE, TiplineError
from tipline.web import counting, current, errors, guard, limiting, media
from tipline.web.intake import language
from tipline.web.limiting import Budget
from tipline.web.media_links import VISITS
from tipline.web.sharing import blueprint

OPENINGS = Budget("share-openings", 60, "request:too-many")
WRONG_CODES, WRONG_WITHIN_S = 20, 3600
MOST_VISITS = 8
PAUSES = {"share:making": 15, "share:tried-often": WRONG_WITHIN_S}
ENDINGS = {"video/mp4": "mp4", "image/jpeg": "jpg"}


@blueprint.get("/share/<share_id>")
@guard.public
def door(share_id: str) -> ResponseReturnValue:
    """Asks for the code; a share that is over says so at once. Who is looking already goes on, uncounted."""
    with current.services().database.reading() as tx:
        share = shares.read_share(tx, share_id)
        if _is_visiting(tx, share):
            return make_response(_door(share, goes_on=True))
        over = OVER.get(shares.state_of(share, shares.copy_of(tx, share)))
    return _over(share, over) if over else make_response(_door(share))


@blueprint.post("/share/<share_id>")
@guard.public
def enter(share_id: str) -> ResponseReturnValue:
    """The right codes begin a visit."""
    limiting.spend(OPENINGS)
    services, form = current.services(), request.form
    try:
        with services.database.transaction() as tx:
            share = shares.read_share(tx, share_id)
            _require_patience(share)
            view = sharing.open_share(tx, services.key, share, form.get("code", ""), form.get("second", ""))
    except TiplineError as fault:
        if fault.code == "share:not-found":
            raise
        return _refused(share_id, fault)
    visits = {**session.get(VISITS, {}), share.id: view.id}
    session[VISITS] = dict(list(visits.items())[-MOST_VISITS:])
    return redirect(f"/share/{share.id}/look", 303)


@blueprint.get("/share/<share_id>/look")
@guard.public
def look(share_id: str) -> ResponseReturnValue:
    """The picture or film, and what the officer let stand beside it."""
    try:
        with current.services().database.reading() as tx:
            share, view = _visit(tx, share_id)
            made = sharing.file_of(tx, share)
    except TiplineError as fault:
        return _refused(share_id, fault)
    facts = share.facts
    category = facts.get(sharing.CATEGORY)
    page = render_template(
        "sharing/look.html",
        share=share,
        view=view,
        made=made,
        facts=facts,
        category=categories.read_category(category).short if category in categories.CODES else "",
        left=None if share.most_views is None else share.most_views - share.views,
        other_languages=language.others(f"/share/{share.id}/look"),
    )
    return make_response(page)


@blueprint.get("/share/<share_id>/file")
@guard.public
def share_file(share_id: str) -> Response:
    """The bytes, in pieces where the player asks for pieces: all of a visit is one view."""
    with current.services().database.reading() as tx:
        share, _view = _visit(tx, share_id)
        made = sharing.file_of(tx, share)
    response = media.send_rendition(made)
    name = f"{share.number}.{ENDINGS.get(made.mime, 'bin')}"
    response.headers["Content-Disposition"] = media.disposition(name, inline=made.mime in ENDINGS)
    response.headers["Cache-Control"] = "no-store"
    return response


def _visit(tx: Transaction, share_id: str) -> tuple[Share, int]:
    """The share and the visit of this browser to it; each request looks whether both still hold."""
    share = shares.read_share(tx, share_id)
    view = g.get("share_view") or session.get(VISITS, {}).get(share.id)
    if not isinstance(view, int):
        raise TiplineError("share:visit-over")
    return share, shares.read_visit(tx, share, view).id


def _is_visiting(tx: Transaction, share: Share) -> bool:
    try:
        _visit(tx, share.id)
    except TiplineError:
        return False
    return True


def _require_patience(share: Share) -> None:
    """Wrong codes of one share are counted whoever enters them: addresses are cheap."""
    if int(counting.ask("get", _counter(share.id))) >= WRONG_CODES:
        raise TiplineError("share:tried-often")


def _counter(share_id: str) -> str:
    return f"share-codes/{share_id}"


def _refused(share_id: str, fault: TiplineError) -> Response:
    """The door again with the sentence, or the page that says that it is over."""
    if fault.code == "share:code-wrong":
        counting.hit(_counter(share_id), WRONG_CODES, WRONG_WITHIN_S)
    with current.services().database.reading() as tx:
        share = shares.read_share(tx, share_id)
    if fault.code in OVER.values():
        return _over(share, fault.code)
    response = make_response(_door(share, fault), errors.status_of(fault))
    if fault.code in PAUSES:
        response.headers["Retry-After"] = str(PAUSES[fault.code])
    return response


def _door(share: Share, fault: TiplineError | None = None, *, goes_on: bool = False) -> str:
    return render_template(
        "sharing/door.html",
        share=share,
        goes_on=goes_on,
        fault=errors.sentence(fault) if fault else "",
        is_wrong=fault is not None and fault.code == "share:code-wrong",
        other_languages=language.others(f"/share/{share.id}"),
    )


def _over(share: Share, code: str) -> Response:
    """410, in a sentence; who came too late stands in the log, once in a while."""
    with current.services().database.transaction() as tx:
        sharing.note_late(tx, shares.read_share(tx, share.id), code)
    page = render_template(
        "sharing/over.html",
        sentence=CATALOGUE[code].sentence,
        code=code,
        share=share,
        other_languages=language.others(f"/share/{share.id}"),
    )
    return make_response(page, 410)

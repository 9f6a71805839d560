"""A beat: its rota week by week, what its page for residents says, the photo on it, the way to its border."""

from __future__ import annotations

import hashlib

from flask import Response, redirect, request
from flask.typing import ResponseReturnValue

import storage
from storage import keys
from tipline import portraits
from tipline.db import Transaction
from tipline.domain import accounts, acts, beats, clock, duties, rights
from tipline.domain.beats import Beat, Described
from tipline.errors import TiplineError
from tipline.web import current, guard
from tipline.web.admin import blueprint, rota, tabs
from tipline.web.review import notices, words
from tipline.web.review.notices import Notice
from tipline.web.review.saying import gettext


@blueprint.get("/beats/<code>")
@guard.staff("duty:manage")
def show_beat(code: str) -> ResponseReturnValue:
    """`?week=` shows the week of another day."""
    return page(code)


@blueprint.post("/beats/<code>")
@guard.staff("beat:manage")
def describe_beat(code: str) -> ResponseReturnValue:
    """What its page for residents says."""
    form = request.form
    said = Described(
        form.get("name", ""), form.get("officer_name", ""), form.get("greeting", ""), form.get("reach", ""),
        form.get("listed") == "1",
    )  # fmt: skip
    try:
        with current.services().database.transaction() as tx:
            beats.describe(tx, current.actor(), read_beat(tx, code), said)
            act = acts.recorded(tx)
    except TiplineError as fault:
        return page(code, fault, failed="page")
    notices.keep(Notice(gettext("The page of the beat is saved."), act=act.id if act else None))
    return redirect(f"/desk/admin/beats/{code}", 303)


@blueprint.post("/beats/<code>/photo")
@guard.staff("beat:manage")
def set_photo(code: str) -> ResponseReturnValue:
    """A picture that is drawn anew before it is kept; without one the present photo is taken off."""
    file, store = request.files.get("photo"), current.services().store
    try:
        key = None
        if request.form.get("what") != "remove":
            data = file.read(portraits.LARGEST + 1) if file else b""
            shown = portraits.draw_anew(data, current.settings())
            key = keys.portrait(hashlib.sha256(shown).hexdigest())
            store.put(key, shown, content_type="image/jpeg")
        with current.services().database.transaction() as tx:
            gone = beats.set_photo(tx, current.actor(), read_beat(tx, code), key)
    except TiplineError as fault:
        return page(code, fault, failed="photo")
    if gone:
        store.delete(gone)
    said = gettext("The photo is shown now.") if key else gettext("The photo is deleted.")
    notices.keep(Notice(said))
    return redirect(f"/desk/admin/beats/{code}", 303)


@blueprint.get("/beats/<code>/photo")
@guard.staff("duty:manage")
def show_photo(code: str) -> Response:
    with current.services().database.reading() as tx:
        key = read_beat(tx, code).photo
    if key is None:
        raise TiplineError("request:not-found")
    try:
        with storage.awaited(), current.services().store.open(key) as source:
            response = Response(source.read(), mimetype="image/jpeg")
    except storage.Missing:
        raise TiplineError("request:not-found") from None
    response.headers["Cache-Control"] = "private, no-cache"
    return response


def page(code: str, fault: TiplineError | None = None, *, failed: str = "") -> Response:
    """`failed` names the form a fault is about: `new`, the number of a line, `page`, `photo`."""
    with current.services().database.reading() as tx:
        beat = read_beat(tx, code)
        lines = duties.list_of(tx, code)
        shown = rota.week(tx, lines)
        return tabs.show(
            "beat", here="beats", fault=fault, failed=failed, typed=request.form, notice=notices.take(),
            beat=beat, lines=lines, week=shown, heads=rota.heads(shown), around=rota.around(shown),
            able=rota.able(tx), rota=rota, parts=words.DUTY, has_border=beats.has_border(tx, code),
            chain=duties.chain(tx, code, clock.now(), current.zone()),
            people={one.id: one for one in accounts.list_accounts(tx)},
            may_change=rights.may(current.actor(), "beat:manage"),
        )  # fmt: skip


def read_beat(tx: Transaction, code: str) -> Beat:
    """The beat of this address; raises request:not-found."""
    try:
        return beats.read_beat(tx, code)
    except TiplineError:
        raise TiplineError("request:not-found") from None

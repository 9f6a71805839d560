"""Taking acts back: from a notice, with the key U, or from the list of one's own acts."""

from __future__ import annotations

import re
from datetime import timedelta
from urllib.parse import urlsplit

from flask import Response, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue

from tipline.db import Transaction
from tipline.domain import accounts, acts, clock, tips, undoing
from tipline.domain.acts import Act
from tipline.domain.cases import Case
from tipline.domain.tips import Tip
from tipline.errors import TiplineError
from tipline.web import current, errors, guard
from tipline.web.accounts import places
from tipline.web.review import acted, blueprint, notices, pages
from tipline.web.review.notices import Notice
from tipline.web.review.saying import gettext, ngettext

# The key U reaches this far back; older acts are taken back from the list, where one sees what they were.
AT_HAND = timedelta(minutes=30)
SHOWN = 100
ON_A_TIP = re.compile(r"/desk/tips/([A-Za-z0-9-]{1,20})(?:/.*)?")


@blueprint.get("/desk/acts")
@guard.staff("tip:act")
def my_acts() -> ResponseReturnValue:
    """What I did last, and what of it can still be taken back."""
    return show()


@blueprint.post("/desk/acts/<int:act_id>/undo")
@guard.staff("tip:read")
def undo(act_id: int) -> ResponseReturnValue:
    """Each kind asks for a right of its own (domain/undoing): an auditor has a channel, too."""
    return _take_back(act_id)


@blueprint.post("/desk/acts/last/undo")
@guard.staff("tip:act")
def undo_last() -> ResponseReturnValue:
    """The last thing I did that still stands: on a tip's page what I did to it, and else only once I know
    where it was done."""
    with current.services().database.reading() as tx:
        act, tip = _last(tx, _tip_here(tx))
        if act is not None and tip is not None and act.tip_id != tip.id:
            return _answer("", _asked(tx, act), 200)
    return _take_back(act.id if act is not None else None)


def show(notice: Notice | None = None, status: int = 200) -> Response:
    with current.services().database.reading() as tx:
        mine = acts.list_latest(tx, current.staff().id, limit=SHOWN)
        page = render_template(
            "review/acts.html", acts=acted.list_of(tx, mine), notice=notice or notices.take()
        )
    return make_response(page, status)


def _take_back(act_id: int | None) -> ResponseReturnValue:
    tip = ""
    try:
        with current.services().database.transaction() as tx:
            if act_id is None:
                raise TiplineError("act:nothing")
            act = acts.read_act(tx, act_id)
            if act.tip_id:
                row = tx.get(Tip, act.tip_id)
                if row is None:  # it does not exist for this person
                    raise TiplineError("act:not-found")
                tip = row.reference
            notice = _told(tx, act, undoing.undo(tx, current.actor(), act.id))
    except TiplineError as fault:
        # Of an act that does not exist for this person nobody learns which tip it was done to.
        tip = "" if fault.code == "act:not-found" else tip
        return _answer(tip, Notice(errors.sentence(fault), is_fault=True), errors.status_of(fault))
    return _answer(tip, notice, 200)


def _tip_here(tx: Transaction) -> Tip | None:
    """The tip on whose page somebody stands, or on a page below it."""
    found = ON_A_TIP.fullmatch(urlsplit(places.safe(request.form.get("here", ""))).path)
    return tips.find_tip(tx, found[1]) if found else None


def _last(tx: Transaction, tip: Tip | None) -> tuple[Act | None, Tip | None]:
    me, since = current.staff().id, clock.now() - AT_HAND
    here = undoing.find_last(tx, me, since=since, tip_id=tip.id) if tip else None
    return here or undoing.find_last(tx, me, since=since), tip


def _asked(tx: Transaction, act: Act) -> Notice:
    """What was done last was done elsewhere: said, with its way back at hand."""
    people = {one.id: one.display_name for one in accounts.list_accounts(tx)}
    place, url = _place_of(tx, act)
    what = acted.name(act.kind, act.became, people)
    where = f" ({place})" if place else ""
    text = gettext("Your last act was elsewhere: %(what)s. Press U again to take it back.", what=what + where)
    return Notice(text, act=act.id, link=url)


def _place_of(tx: Transaction, act: Act) -> tuple[str, str]:
    """Where it was done, in words and as an address."""
    place, url = acted.place_of(
        tx.get(Tip, act.tip_id) if act.tip_id else None, tx.get(Case, act.case_id) if act.case_id else None
    )
    return (place, url) if place else acted.elsewhere_of(tx, act)


def _told(tx: Transaction, act: Act, undone: undoing.Undone) -> Notice:
    """What was taken back, where, and what of it the reporter may have read meanwhile."""
    people = {one.id: one.display_name for one in accounts.list_accounts(tx)}
    place, url = _place_of(tx, act)
    number = len({one.tip_id for one in undone.done})  # one command may have done several things to a tip
    if number > 1 or undone.left:
        text = ngettext("Taken back on %(num)s tip.", "Taken back on %(num)s tips.", number)
        if undone.left:
            number = len(undone.left)
            text += " " + ngettext(
                "On %(num)s other something else was decided since; it stays.",
                "On %(num)s others something else was decided since; they stay.",
                number,
            )
        return Notice(text)
    first = undone.done[-1]
    what = acted.name(first.kind, first.became, people)
    text = (
        gettext("Taken back: %(what)s (%(place)s).", what=what, place=place)
        if place
        else gettext("Taken back: %(what)s.", what=what)
    )
    read = dict.fromkeys(acted.already_read(tx, one) for one in reversed(undone.done))
    return Notice(" ".join([text, *read]).strip(), link=url)


def _answer(tip: str, notice: Notice, status: int) -> ResponseReturnValue:
    """The page one stands on; for a script on the tip's own page its parts, elsewhere the notice alone."""
    here = places.safe(request.form.get("here", ""))
    is_own_page = bool(tip) and urlsplit(here).path == f"/desk/tips/{tip}"
    if request.headers.get("HX-Request"):
        if is_own_page:
            return pages.show(tip, notice=notice, status=status)
        return make_response(render_template("review/flash.html", notice=notice), status)
    if is_own_page:
        notice.link = ""
    notices.keep(notice)
    return redirect(here, 303)

"""«This is one thing», or «not the same thing»: by one tap, from the queue or the page of a tip."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import redirect, request
from flask.typing import ResponseReturnValue

from tipline.db import Transaction
from tipline.domain import acts, apart, incidents
from tipline.domain.incidents import Incident
from tipline.domain.tips import Tip, read_tip
from tipline.errors import TiplineError
from tipline.web import current, errors, guard
from tipline.web.accounts import places
from tipline.web.review import begun, gist, notices
from tipline.web.review.notices import Notice, offered
from tipline.web.review.saying import gettext, ngettext
from tipline.web.service import blueprint

MOST = 500


@blueprint.post("/desk/incidents")
@guard.staff("incident:act")
def gather() -> ResponseReturnValue:
    """Open an incident of these tips, or put them into one there is."""
    try:
        with current.services().database.transaction() as tx:
            chosen = [read_tip(tx, one) for one in request.form.getlist("tip")[:MOST]]
            if not chosen:
                raise TiplineError("incident:tip-needed", fields={"tip": "incident:tip-needed"})
            with acts.together(tx):
                row = _gather(tx, chosen, request.form.get("into", ""), request.form.get("title"))
            for one in chosen:
                begun.sent(tx, f"tip:{one.reference}", "incident")
            notice = offered(tx, Notice(_told(tx, row)))
    except TiplineError as fault:
        notices.keep(Notice(errors.sentence(fault), is_fault=True))
        return redirect(_back(), 303)
    notices.keep(notice)
    return redirect(f"/desk/incidents/{row.reference}", 303)


@blueprint.post("/desk/tips/<reference>/apart")
@guard.staff("incident:act")
def keep_apart(reference: str) -> ResponseReturnValue:
    """The tip is not the same thing as the incident or the tips that were offered with it."""
    return _answer(
        reference, apart.say, gettext("Noted for everybody: it is not offered as the same thing again.")
    )


@blueprint.post("/desk/tips/<reference>/again")
@guard.staff("incident:act")
def offer_again(reference: str) -> ResponseReturnValue:
    """It may be the same thing after all."""
    return _answer(reference, apart.unsay, gettext("It is offered again as far as it looks alike."))


def _answer(reference: str, do: Callable[..., int], said: str) -> ResponseReturnValue:
    try:
        with current.services().database.transaction() as tx:
            tip = read_tip(tx, reference)
            than: list[Tip | Incident] = [read_tip(tx, one) for one in request.form.getlist("other")[:MOST]]
            than += [incidents.read_incident(tx, one) for one in request.form.getlist("incident")[:MOST]]
            changed = do(tx, current.actor(), tip, than)
            notice = offered(tx, Notice(said if changed else gettext("Nothing had to be changed.")))
    except TiplineError as fault:
        if fault.code in ("tip:not-found", "tip:erased"):
            raise
        notice = Notice(errors.sentence(fault), is_fault=True)
    notices.keep(notice)
    return redirect(f"/desk/tips/{reference.upper()}#same", 303)


def _gather(tx: Transaction, chosen: list[Tip], into: str, title: str | None) -> Incident:
    actor = current.actor()
    if into:
        row = incidents.read_incident(tx, into)
        if len(chosen) == 1:
            incidents.attach(tx, actor, row, chosen[0])
        else:
            incidents.attach_all(tx, actor, row, chosen)
        return row
    # Somebody was faster with some of them: the rest is not lost, and goes where those are.
    row_of = next((incidents.incident_of(tx, one) for one in chosen if one.incident_id), None)
    if row_of is not None and row_of.state == incidents.OPEN:
        incidents.attach_all(tx, actor, row_of, chosen)
        return row_of
    row = incidents.open_incident(
        tx, actor, chosen[0], title=gist.title_of(tx, chosen[0]) if title is None else title
    )
    incidents.attach_all(tx, actor, row, chosen[1:])
    return row


def _told(tx: Transaction, row: Incident) -> str:
    number = incidents.count_tips(tx, [row.id]).get(row.id, 0)
    told: dict[str, Any] = {"incident": row.reference}
    one = gettext("%(incident)s: one person reports it.", **told)
    many = ngettext("%(num)s person reports the same.", "%(num)s people report the same.", number)
    return one if number == 1 else f"{row.reference}: {many}"


def _back() -> str:
    """The page the form stood on, if it is one of the desk."""
    return places.safe(request.form.get("here", ""))

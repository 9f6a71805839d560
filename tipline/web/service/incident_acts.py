"""What staff do to an incident: plain forms, each answered by the page or, for a script, by its parts."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from flask import Response, redirect, request
from flask.typing import ResponseReturnValue

from tipline.db import Transaction
from tipline.domain import accounts, apart, concluding, incidents, progress, tips
from tipline.domain.incidents import Incident
from tipline.errors import TiplineError
from tipline.web import current, guard
from tipline.web.review import gathered, notices
from tipline.web.review.notices import Notice, offered
from tipline.web.review.saying import gettext, ngettext
from tipline.web.service import blueprint, incident_page

P = ParamSpec("P")
Do = Callable[Concatenate[Transaction, Incident, P], Notice]
BASE = "/desk/incidents/<reference>"


def act(form: str) -> Callable[[Do[P]], Callable[..., ResponseReturnValue]]:
    """One transaction on the incident; a refusal shows the page with what was typed."""

    def decorate(do: Do[P]) -> Callable[..., ResponseReturnValue]:
        @wraps(do)
        def wrapped(reference: str, *args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
            try:
                with current.services().database.transaction() as tx:
                    row = incidents.read_incident(tx, reference)
                    notice = offered(tx, do(tx, row, *args, **kwargs))
            except TiplineError as fault:
                if fault.code == "incident:not-found":
                    raise
                return incident_page.refuse(reference, form, fault)
            return _done(reference, notice)

        return wrapped

    return decorate


def _done(reference: str, notice: Notice) -> Response:
    if request.headers.get("HX-Request"):
        return incident_page.show(reference, notice=notice)
    notices.keep(notice)
    return redirect(f"/desk/incidents/{reference.upper()}", 303)  # type: ignore[return-value]


@blueprint.post(f"{BASE}/acknowledge")
@guard.staff("incident:act")
@act("acknowledge")
def acknowledge(tx: Transaction, row: Incident) -> Notice:
    return gathered.acknowledged(incidents.acknowledge(tx, current.actor(), row))


@blueprint.post(f"{BASE}/progress")
@guard.staff("incident:act")
@act("progress")
def post_progress(tx: Transaction, row: Incident) -> Notice:
    """A ready phrase, or words of one's own."""
    chosen = request.form.get("phrase", "")
    is_ready = chosen.isdecimal() and len(chosen) < 3 and int(chosen) < len(progress.PHRASES)
    text = gettext(progress.PHRASES[int(chosen)]) if is_ready else request.form.get("text", "")
    progress.post(tx, current.actor(), row, text)
    return gathered.posted(incidents.count_tips(tx, [row.id]).get(row.id, 0))


@blueprint.post(f"{BASE}/progress/<int:note_id>/withdraw")
@guard.staff("incident:act")
@act("withdraw")
def withdraw_progress(tx: Transaction, row: Incident, note_id: int) -> Notice:
    progress.withdraw(tx, current.actor(), row, progress.read_note(tx, row, note_id))
    return Notice(gettext("Withdrawn. Whoever looks now reads only that there was a message."))


@blueprint.post(f"{BASE}/tips")
@guard.staff("incident:act")
@act("tips")
def attach(tx: Transaction, row: Incident) -> Notice:
    typed = request.form.get("tip", "").strip().upper()
    if not typed:
        raise TiplineError("incident:tip-needed", fields={"tip": "incident:tip-needed"})
    tip = tips.read_tip(tx, f"T-{typed}" if typed.isdecimal() else typed)
    incidents.attach(tx, current.actor(), row, tip)
    return Notice(gettext("%(tip)s now belongs to this incident.", tip=tip.reference))


@blueprint.post(f"{BASE}/tips/<tip>/remove")
@guard.staff("incident:act")
@act("detach")
def detach(tx: Transaction, row: Incident, tip: str) -> Notice:
    found = tips.read_tip(tx, tip)
    apart.detach(tx, current.actor(), row, found)
    return Notice(gettext("%(tip)s stands by itself again.", tip=found.reference))


@blueprint.post(f"{BASE}/lead")
@guard.staff("incident:act")
@act("lead")
def hand_to(tx: Transaction, row: Incident) -> Notice:
    """To one person, or to nobody with an empty name."""
    name = request.form.get("lead", "").strip()
    person = accounts.read_assignable(tx, name) if name else None
    incidents.hand_to(tx, current.actor(), row, person.id if person else None, name or None)
    if person:
        return Notice(gettext("%(name)s handles it from now on.", name=person.display_name))
    return Notice(gettext("Nobody handles it now."))


@blueprint.post(f"{BASE}/change")
@guard.staff("incident:act")
@act("change")
def change(tx: Transaction, row: Incident) -> Notice:
    form = request.form
    incidents.change(
        tx, current.actor(), row, title=form.get("title", ""), place=form.get("place", row.place).strip()
    )
    return Notice(gettext("Corrections saved."))


@blueprint.post(f"{BASE}/close")
@guard.staff("incident:act")
@act("close")
def close(tx: Transaction, row: Incident) -> Notice:
    form = request.form
    number = concluding.close(tx, current.actor(), row, form.get("outcome", ""), form.get("words", ""))
    told = ngettext("Closed, with %(num)s tip.", "Closed, with %(num)s tips.", number)
    return Notice(" ".join([told, gettext("Everyone who reported it reads how it ended.")]))


@blueprint.post(f"{BASE}/reopen")
@guard.staff("incident:act")
@act("reopen")
def reopen(tx: Transaction, row: Incident) -> Notice:
    concluding.reopen(tx, current.actor(), row)
    return Notice(gettext("Opened again. Its tips wait for an officer."))


@blueprint.post(f"{BASE}/merge")
@guard.staff("incident:act")
def merge(reference: str) -> ResponseReturnValue:
    """Tips and course go on in the other one, whose page follows."""
    try:
        with current.services().database.transaction() as tx:
            row = incidents.read_incident(tx, reference)
            into = incidents.read_incident(tx, request.form.get("into", ""))
            concluding.merge(tx, current.actor(), row, into)
            told = gettext("%(incident)s was merged into this one.", incident=row.reference)
            notices.keep(offered(tx, Notice(told)))
            return redirect(f"/desk/incidents/{into.reference}", 303)
    except TiplineError as fault:
        return incident_page.refuse(reference, "merge", fault)

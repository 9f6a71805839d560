"""What staff do to a tip: plain forms, each answered by the page, or by its changed parts for a script.

Every act goes through the domain, which writes custody and keeps the way back.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Concatenate, ParamSpec

from flask import Response, redirect, request
from flask.typing import ResponseReturnValue

from tipline.db import Transaction
from tipline.domain import (
    accounts,
    acknowledging,
    alerts,
    comparing,
    contacts,
    duplicates,
    evidence,
    incidents,
    links,
    mentions,
    messages,
    progress,
    tips,
)
from tipline.domain.tips import Tip
from tipline.errors import TiplineError
from tipline.web import current, guard, purposes
from tipline.web.accounts import contact_door
from tipline.web.review import (
    advancing,
    begun,
    blueprint,
    gathered,
    notices,
    pages,
    refusing,
    snoozing,
    stance,
    words,
)
from tipline.web.review.notices import Notice
from tipline.web.review.saying import gettext

P = ParamSpec("P")
Act = Callable[Concatenate[Transaction, Tip, P], Notice]
Check = Callable[[Transaction, Tip], None]
# Kinds of message an officer may write.
KINDS = ("message", "question", "progress", "note")
OFFSET_S = 10 * 366 * 86_400
DIGITS = re.compile(r"[0-9]{1,9}")


def act(form: str, *, first: Check | None = None) -> Callable[[Act[P]], Callable[..., Response]]:
    """One transaction on the tip as the person saw it; a refusal shows the page with what was typed.

    `first` may refuse with a better reason than that the tip has changed.
    """

    def decorate(do: Act[P]) -> Callable[..., Response]:
        @wraps(do)
        def wrapped(reference: str, *args: P.args, **kwargs: P.kwargs) -> Response:
            try:
                with current.services().database.transaction() as tx:
                    tip = pages.read(tx, reference)
                    if first is not None:
                        first(tx, tip)
                    stance.require(
                        request.form.get("seen"), tip, links.list_cases_of(tx, tip, current.actor())
                    )
                    notice = notices.offered(tx, do(tx, tip, *args, **kwargs))
                    begun.sent(tx, f"tip:{tip.reference}", form)
            except TiplineError as fault:
                if fault.code == "tip:not-found":
                    raise
                return pages.refuse(reference, form, fault)
            return done(reference, notice)

        return wrapped

    return decorate


def done(reference: str, notice: Notice) -> Response:
    """Answer an act that was carried out."""
    if (ahead := advancing.instead(reference, notice)) is not None:
        return ahead
    if request.headers.get("HX-Request"):
        return pages.show(reference, notice=notice)
    notices.keep(notice)
    return redirect(f"/desk/tips/{reference.upper()}{_query()}", 303)  # type: ignore[return-value]


@blueprint.post("/desk/tips/<reference>/acknowledge")
@guard.staff("tip:act")
@act("acknowledge", first=acknowledging.require_open)
def acknowledge(tx: Transaction, tip: Tip) -> Notice:
    """With a ready sentence for the reporter, or without a word."""
    text = _sentence()
    number = acknowledging.acknowledge(tx, current.actor(), tip, text)
    if text.strip() and number == 1:
        return Notice(gettext("Acknowledged. The tip provider reads: “%(text)s”", text=text.strip()))
    return gathered.acknowledged(number)


@blueprint.post("/desk/tips/<reference>/assign")
@guard.staff("tip:act")
@act("assign")
def assign(tx: Transaction, tip: Tip) -> Notice:
    """To one person, or to nobody with an empty name."""
    name = request.form.get("assignee", "").strip()
    person = accounts.read_assignable(tx, name) if name else None
    tips.assign(tx, current.actor(), tip, person.id if person else None, person.username if person else None)
    if person:
        return Notice(gettext("Assigned to %(name)s.", name=person.display_name))
    return Notice(gettext("Assigned to nobody."))


@blueprint.post("/desk/tips/<reference>/state")
@guard.staff("tip:act")
@act("state")
def move(tx: Transaction, tip: Tip) -> Notice:
    state, of = request.form.get("state", ""), request.form.get("of", "").strip()
    if state == "duplicate" and of:
        target = duplicates.read_target(tx, of)
        root = duplicates.mark(tx, current.actor(), tip, target, request.form.get("reason", ""))
        return Notice(
            gettext("Marked as a duplicate of %(other)s. Both pages show it.", other=root.reference)
        )
    reason = request.form.get("reason", "")
    if state == "not_used":
        refusing.not_use_alone(tx, tip, reason.strip(), is_told="tell" in request.form)
    else:
        tips.move(tx, current.actor(), tip, state, reason=reason, until=_until(state))
    return Notice(gettext("State: %(state)s.", state=gettext(words.TIP[tip.state].text)))


@blueprint.post("/desk/tips/<reference>/change")
@guard.staff("tip:act")
@act("change")
def change(tx: Transaction, tip: Tip) -> Notice:
    """Correct category, beat and clock offset."""
    tips.change(
        tx, current.actor(), tip, category=request.form.get("category", tip.category),
        beat=request.form.get("beat", tip.beat) or None, clock_offset_s=_offset(tip),
    )  # fmt: skip
    return Notice(gettext("Corrections saved."))


@blueprint.post("/desk/tips/<reference>/clock")
@guard.staff("tip:act")
@act("clock")
def compare(tx: Transaction, tip: Tip) -> Notice:
    """Accept what a photo of both clocks says of the recorder's."""
    file = evidence.read_evidence(tx, request.form.get("evidence", ""))
    proposal = comparing.propose(file, current.zone()) if file.tip_id == tip.id else None
    if proposal is None:
        raise TiplineError("tip:offset-unclear", fields={"clock": "tip:offset-unclear"})
    comparing.accept(tx, current.actor(), tip, proposal)
    return Notice(gettext("The camera clock is set from the photo."))


@blueprint.post("/desk/tips/<reference>/messages")
@guard.staff("tip:act")
@act("messages")
def write(tx: Transaction, tip: Tip) -> Notice:
    kind = request.form.get("kind", "message")
    if kind not in KINDS:
        raise TiplineError("request:invalid", fields={"kind": "request:invalid"})
    shared = incidents.incident_of(tx, tip) if kind == "progress" else None
    if shared is not None and shared.state == incidents.OPEN:
        progress.post(tx, current.actor(), shared, request.form.get("text", ""))
        return gathered.posted(incidents.count_tips(tx, [shared.id]).get(shared.id, 0))
    message = messages.write(tx, current.actor(), tip, request.form.get("text", ""), kind=kind)
    if kind == "note":
        named = gettext(", ").join(one.display_name for one in mentions.keep(tx, message))
        told = gettext("Told: %(names)s.", names=named) if named else ""
        return Notice(
            " ".join([gettext("Internal note saved. The tip provider does not see it."), told]).strip()
        )
    return Notice(gettext("Sent. The tip provider reads it with the receipt code."))


@blueprint.post("/desk/tips/<reference>/contact")
@guard.staff("contact:read")
def contact(reference: str) -> ResponseReturnValue:
    """Show the contact once, in this answer alone; the look stands in the log with its reason."""
    reference = reference.upper()
    contact_door.require_person()
    try:
        contact_door.unlock()
        with (
            purposes.recorded("contact:read", f"tip:{reference}", reference),
            current.services().database.transaction() as tx,
        ):
            tip = pages.read(tx, reference)
            purpose, keys = purposes.of_form(tx), contact_door.keys(tx)
            text = contacts.show_contact(tx, current.actor(), tip.id, tip.reference, purpose, keys)
            alerts.noticed(tx, current.services().key, current.actor(), "contact:read", tip.reference)
    except TiplineError as fault:
        if not fault.code.startswith(("purpose:", "contact:", "account:proof", "account:wait")):
            raise
        return pages.refuse(reference, "contact", fault)
    return pages.show(reference, contact=text)


@blueprint.post("/desk/tips/<reference>/evidence/<evidence_id>/retry")
@guard.staff("evidence:retry")
def retry(reference: str, evidence_id: str) -> ResponseReturnValue:
    """Have a file examined once more."""
    services = current.services()
    try:
        with services.database.transaction() as tx:
            tip, row = pages.read(tx, reference), evidence.read_evidence(tx, evidence_id)
            if row.tip_id != tip.id:
                raise TiplineError("evidence:not-found")
            evidence.retry(tx, services.bell, current.actor(), row)
    except TiplineError as fault:
        if fault.code.endswith(":not-found"):
            raise
        return pages.refuse(reference, "retry", fault)
    return done(reference, Notice(gettext("File %(number)s is examined once more.", number=row.number)))


def _sentence() -> str:
    """The ready sentence whose button was pressed, or else what was typed beside it."""
    return request.form.get("text", "") or (request.form.get("own", "") if "text" in request.form else "")


def _until(state: str) -> datetime | None:
    """Snoozed until the morning of a day, in the station's zone."""
    return snoozing.morning_of(request.form.get("until", "")) if state == "snoozed" else None


def _offset(tip: Tip) -> float | None:
    """Camera minus true time in seconds, of two numbers and a direction."""
    form = request.form
    if "offset" not in form:
        return tip.clock_offset_s
    if form["offset"] not in ("ahead", "behind"):
        return None
    minutes, seconds = form.get("offset_min", "").strip() or "0", form.get("offset_sec", "").strip() or "0"
    if not (DIGITS.fullmatch(minutes) and DIGITS.fullmatch(seconds)):
        raise TiplineError("tip:offset-unclear", fields={"offset": "tip:offset-unclear"})
    if int(minutes) * 60 + int(seconds) > OFFSET_S:
        raise TiplineError("tip:offset-unclear", fields={"offset": "tip:offset-unclear"})
    total = float(int(minutes) * 60 + int(seconds))
    return total if form["offset"] == "ahead" else -total


def _query() -> str:
    """The filter of the queue goes along, so that next and previous stay what they were."""
    return f"?{request.query_string.decode()}" if request.query_string else ""

"""The way back: the receipt code opens the tip's progress, the thread with the officers, a place for files.

What the reporter sent is listed, never played: a leaked code must not leak footage.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from flask import Response, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from tipline.domain import clock, contacts, incidents, messages, tips, withdrawing
from tipline.domain.actors import reporter
from tipline.domain.tips import Tip
from tipline.errors import TiplineError
from tipline.web import current, guard, limiting
from tipline.web.intake import (
    blueprint,
    guessing,
    keeping,
    news,
    pages,
    responding,
    slips,
    steps,
    telling,
    visit,
)


@blueprint.get("/status")
@guard.public
def show_status() -> ResponseReturnValue:
    """The tip of this browser, or the place to enter the code."""
    tip = visit.find_tip()
    if tip is None:
        faults = {"": pages.sentence("receipt:expired")} if current.access_token() else {}
        return pages.render("code", typed="", faults=faults)
    if tip.state == "draft":
        return redirect(url_for("intake.show_what"), 303)
    return keeping.gone(tip) if tip.erased_at else status_page(tip, {})


@blueprint.get("/status/<reference>")
@guard.public
def show_status_of(reference: str) -> ResponseReturnValue:
    """The same under the address a receipt names; asks for the code if the tip is another's."""
    tip = visit.find_tip()
    if tip is None or tip.reference != reference.upper():
        return pages.render("code", typed="", faults={})
    return show_status()


@blueprint.post("/status")
@guard.public
def enter_code() -> ResponseReturnValue:
    """Of a tip. A code of an appointment or a question goes on, as it was sent, to the page for those."""
    typed = request.form.get("receipt_code", "")
    try:
        entered = guessing.enter_any(typed)
    except TiplineError as fault:
        page = pages.render("code", typed=typed[:100], faults=pages.faults_of(fault))
        return pages.refusal(page, fault)
    if entered is None:
        return redirect(url_for("community.enter"), 307)
    visit.begin(entered[1])
    return redirect(url_for("intake.show_status"), 303)


@blueprint.get("/status/messages/<int:message_id>/pictures/<int:number>")
@guard.reporter
def show_picture(message_id: int, number: int) -> Response:
    """A picture that an officer let stand under a message: drawn by us, never a file that somebody sent."""
    return pages.passed_on(current.reporter_tip(), message_id, number)


@blueprint.get("/status/live")
@guard.reporter
def show_live() -> ResponseReturnValue:
    """The part of the page that changes, for a script that asks every few seconds."""
    # A thousand people may watch one incident: who knows the newest state is answered from two numbers.
    tip = current.reporter_tip()
    etag = _stand(tip)
    # What was sent in a small form bears the name of that form behind its tag.
    known = {one.partition(":")[0] for one in request.if_none_match.as_set(include_weak=True)}
    if etag in known:
        response = Response(status=304)
    else:
        told = telling.tell(tip)
        telling.note_read(told)
        etag = _stand(told.tip, told.shared.revision if told.shared else 0)
        response = make_response(pages.render("status_live", told=told))
    response.set_etag(etag)
    response.headers["Cache-Control"] = "private, no-cache"
    return response


def _stand(tip: Tip, revision: int | None = None) -> str:
    """What the page shows, in a few signs: versions of the tip and of its incident, and what the clock alone
    changes: what the response clock says, days that are left."""
    if revision is None:
        with current.services().database.reading() as tx:
            revision = incidents.revision_of(tx, tip)
    left = (tip.overwrites_at - clock.now()).days if tip.overwrites_at else ""
    words = hashlib.sha256(responding.key(tip).encode()).hexdigest()[:8]
    return f"{tip.revision}-{revision}-{words}-{left}-{current.locale()}"


@blueprint.post("/status/messages")
@guard.reporter
def send_message() -> ResponseReturnValue:
    """Write to the officers, or answer their question."""
    tip = current.reporter_tip()
    text = request.form.get("text", "")
    try:
        limiting.spend(limiting.MESSAGES)
        with current.services().database.transaction() as tx:
            messages.write(tx, reporter(tip.reference), tips.read_tip(tx, tip.reference), text)
    except TiplineError as fault:
        return pages.refusal(status_page(tip, pages.faults_of(fault), typed=text), fault)
    return redirect(url_for("intake.show_status", _anchor="messages"), 303)


@blueprint.post("/status/files")
@guard.reporter
def add_files() -> ResponseReturnValue:
    """More files without JavaScript."""
    return steps.receive_form(status_page, "intake.show_status")


@blueprint.get("/status/slip")
@guard.reporter
def show_slip() -> Response:
    """The signed receipt, to print or to keep as a picture."""
    return make_response(slips.page(current.reporter_tip()))


@blueprint.get("/status/slip.pdf")
@guard.reporter
def show_slip_pdf() -> Response:
    return slips.pdf(current.reporter_tip())


@blueprint.get("/status/slip.json")
@guard.reporter
def show_slip_json() -> Response:
    return slips.document(current.reporter_tip())


@blueprint.post("/status/withdraw")
@guard.reporter
def withdraw() -> ResponseReturnValue:
    """Take the tip back, or with `contact` only how to be reached."""
    tip = current.reporter_tip()
    actor = reporter(tip.reference)
    try:
        with current.services().database.transaction() as tx:
            fresh = tips.read_tip(tx, tip.reference)
            if request.form.get("what") == "contact":
                if contacts.withdraw(tx, actor, fresh.id, fresh.reference):
                    fresh.anonymous = True
                    tips.touch(fresh)
            else:
                withdrawing.withdraw(tx, actor, fresh)
    except TiplineError as fault:
        return status_page(tip, pages.faults_of(fault)), 409
    return redirect(url_for("intake.show_status"), 303)


@blueprint.post("/status/leave")
@guard.public
def leave() -> ResponseReturnValue:
    """End the visit on this device."""
    visit.leave()
    return redirect(url_for("intake.show_status"), 303)


def status_page(
    tip: Tip, faults: pages.Faults, said: Mapping[str, str] | None = None, typed: str = ""
) -> str:
    """How the tip stands, with what was typed and not taken."""
    values = steps.files_of(tip)
    telling.note_read(values["told"])
    with current.services().database.reading() as tx:
        values["has_contact"] = contacts.is_given(tx, tip.id)
        values["kept"] = keeping.tell(tx, tip)
        values["news"] = news.tell(tx, tip)
    return pages.render("status", faults=faults, said=said or {}, typed=typed, **values)

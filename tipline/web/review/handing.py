"""Handing a tip over at the desk: to a colleague, to another beat, or kindly on to another service."""

from __future__ import annotations

from flask import request

from tipline.db import Transaction
from tipline.domain import accounts, beats, handover, partners
from tipline.domain.tips import Tip
from tipline.errors import TiplineError
from tipline.web import current, guard
from tipline.web.review import blueprint, handed
from tipline.web.review.acts import act
from tipline.web.review.notices import Notice
from tipline.web.review.saying import gettext

OTHER = "other"


@blueprint.post("/desk/tips/<reference>/delegate")
@guard.staff("tip:act")
@act("delegate")
def delegate(tx: Transaction, tip: Tip) -> Notice:
    """To a colleague, with a note."""
    name = request.form.get("to", "").strip()
    if not name:
        raise TiplineError("handover:person-needed", fields={"to": "handover:person-needed"})
    person = accounts.read_assignable(tx, name)
    handover.delegate(tx, current.actor(), tip, person, request.form.get("words", ""))
    return Notice(
        gettext(
            "Handed to %(name)s with your note. The tip provider reads that another officer goes on with it.",
            name=person.display_name,
        )
    )


@blueprint.post("/desk/tips/<reference>/transfer")
@guard.staff("tip:act")
@act("transfer")
def transfer(tx: Transaction, tip: Tip) -> Notice:
    """To whoever has duty on another beat, with a note."""
    code = request.form.get("beat", "").strip()
    handover.transfer(tx, current.actor(), tip, code, request.form.get("words", ""), current.zone())
    return Notice(
        gettext(
            "Handed to %(beat)s with your note. The response clock goes on; the tip provider reads of it.",
            beat=beats.read_beat(tx, code).name,
        )
    )


@blueprint.post("/desk/tips/<reference>/send-on")
@guard.staff("tip:act")
@act("send-on")
def send_on(tx: Transaction, tip: Tip) -> Notice:
    """Close it with the sentence that says where to go."""
    name, phone = _service(tx)
    text = handed.send_on_words(tip.language, name, phone, request.form.get("words", ""))
    handover.send_on(tx, current.actor(), tip, text, name)
    return Notice(gettext("Closed. The tip provider reads where to go: %(name)s.", name=name))


def _service(tx: Transaction) -> tuple[str, str]:
    """Name and number of whoever can help: one of the list, or typed."""
    chosen = request.form.get("service", "")
    if chosen.isdecimal() and len(chosen) < 10:
        found = partners.read_service(tx, int(chosen))
        return found.name, found.phone
    if chosen != OTHER:
        return "", ""
    return handed.service_name(request.form.get("service_name", "")), ""

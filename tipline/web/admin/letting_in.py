"""Letting a colleague open contact details, and sealing older ones to the present key."""

from __future__ import annotations

from flask import redirect
from flask.typing import ResponseReturnValue

from tipline.domain import accounts, contacts, grants
from tipline.errors import N_, TiplineError
from tipline.web import current, guard
from tipline.web.accounts import contact_door
from tipline.web.admin import blueprint, people

HERE = f"{people.HERE}#contact-keys"
people.DONE |= {
    "let-in": N_("%(name)s can open contact details now."),
    "resealed": N_("All contact details that you can open are sealed to the present key."),
}


@blueprint.post("/accounts/<username>/contacts")
@guard.staff("account:manage")
def let_in(username: str) -> ResponseReturnValue:
    """A holder lets a colleague open contact details."""
    contact_door.require_person()
    try:
        contact_door.unlock()
        with current.services().database.transaction() as tx:
            keys = contact_door.keys(tx)
            grants.give(tx, current.actor(), accounts.read_account(tx, username), keys)
    except TiplineError as fault:
        return people.page(fault)
    return people.done("let-in", username)


@blueprint.post("/contacts/reseal")
@guard.staff("account:manage")
def reseal() -> ResponseReturnValue:
    """Seal to the present key what this holder can open of older ones."""
    contact_door.require_person()
    try:
        contact_door.unlock()
        with current.services().database.transaction() as tx:
            keys = contact_door.keys(tx)
            if not keys:
                raise TiplineError("contact:locked")
            contacts.reseal(tx, current.actor(), keys)
    except TiplineError as fault:
        return people.page(fault)
    return redirect(HERE, 303)

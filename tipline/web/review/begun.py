"""Texts that were begun and not sent: saved a moment after typing, offered again, gone once they are sent."""

from __future__ import annotations

from flask import request
from flask.typing import ResponseReturnValue

from tipline.db import Transaction
from tipline.domain import unsent
from tipline.domain.unsent import Unsent
from tipline.web import current, guard
from tipline.web.review import blueprint


@blueprint.post("/desk/unsent")
@guard.staff("tip:act")
def keep() -> ResponseReturnValue:
    """What stands in one field at this moment; an empty text forgets it."""
    with current.services().database.transaction() as tx:
        unsent.keep(tx, current.staff().id, request.form.get("field", ""), request.form.get("text", ""))
    return "", 204


def of(tx: Transaction, subject: str) -> dict[str, Unsent]:
    """What I left in the fields of a tip or a case."""
    return unsent.list_of(tx, current.staff().id, subject)


def sent(tx: Transaction, subject: str, form: str) -> None:
    """A form was carried out: what was saved of it is not offered any more."""
    kind = request.form.get("kind", "")
    for place in {form, f"{form}:{kind}"}:
        unsent.drop(tx, current.staff().id, f"{subject}/{place}")

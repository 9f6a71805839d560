"""A reporter's visit: which tip this browser may see, and the receipt code until it has been kept safe.

The code lies in the signed session of the browser it was shown to, nowhere else, and only until the reporter
says it is kept.
"""

from __future__ import annotations

from flask import session
from flask_wtf.csrf import validate_csrf
from wtforms import ValidationError

from tipline.domain import receipts
from tipline.domain.tips import Tip
from tipline.errors import TiplineError
from tipline.web import current

CODE = "receipt_code"


def begin(token: str, code: str | None = None) -> None:
    """This browser now visits the tip of the token."""
    session[current.ACCESS] = token
    if code:
        session[CODE] = code
    else:
        session.pop(CODE, None)


def find_tip() -> Tip | None:
    """The tip this browser may see, if any."""
    if not current.access_token():
        return None
    try:
        return current.reporter_tip()
    except TiplineError as fault:
        if fault.code != "receipt:expired":
            raise
        return None


def code() -> str | None:
    """The receipt code, as long as the reporter has not said that it is kept."""
    found = session.get(CODE)
    return str(found) if found else None


def forget_code() -> None:
    session.pop(CODE, None)


def leave() -> None:
    """End the visit: the token opens nothing any more."""
    token = session.pop(current.ACCESS, None)
    session.pop(CODE, None)
    if token:
        services = current.services()
        with services.database.transaction() as tx:
            receipts.close_access(tx, services.key, token)


def is_own_form(csrf_token: str | None) -> bool:
    """Whether a form comes from a page this browser was shown."""
    try:
        validate_csrf(csrf_token)
    except ValidationError:
        return False
    return True


def require_own_form(csrf_token: str | None) -> None:
    if not is_own_form(csrf_token):
        raise TiplineError("request:expired")

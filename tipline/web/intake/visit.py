"""A reporter's visit: which tip this browser may see, and the receipt code until it has been kept safe.

The code lies in the signed session of the browser it was shown to, nowhere else, and only until the reporter
says it is kept.
"""

from __future__ import annotations

import hmac
import secrets
from base64 import b64encode

from flask import session
from flask_wtf.csrf import validate_csrf
from wtforms import ValidationError

from tipline.domain import receipts
from tipline.domain.tips import Tip
from tipline.errors import TiplineError
from tipline.web import current

CODE = "receipt_code"
TYPED = "typed"


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


def typed_key() -> str:
    """What seals words that are typed and not sent yet, on a device that keeps them: 32 bytes in base64.

    It ends with the visit, and the session alone, which a browser may write to its disk, does not give it.
    """
    of = session.setdefault(TYPED, secrets.token_urlsafe(16))
    made = hmac.digest(current.services().key.encode(), f"typed {of}".encode(), "sha256")
    return b64encode(made).decode()


def leave() -> None:
    """End the visit: the token opens nothing any more."""
    token = session.pop(current.ACCESS, None)
    session.pop(CODE, None)
    session.pop(TYPED, None)
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

"""The way to contact details for whoever asks: whether this visit may open them, and with which keys."""

from __future__ import annotations

from flask import g, request

from tipline import keyring
from tipline.db import Transaction
from tipline.domain import grants, unlocking
from tipline.domain.accounts import Account
from tipline.errors import TiplineError
from tipline.web import current
from tipline.web.accounts import proving


def state(tx: Transaction) -> str:
    """`open`, `locked` until the password is typed once more, `waiting` until a colleague lets them in."""
    if not current.bearer() and not grants.holds(tx, current.staff()):
        return "waiting"
    return "open" if keys(tx) else "locked"


def keys(tx: Transaction) -> grants.Keys:
    """The contact keys that this visit has open."""
    visit = None if current.bearer() else current.visit()
    return unlocking.read(tx, visit.token_hash, current.visit_token()) if visit else {}


def require_person() -> None:
    """A program cannot type a password, so its token opens nothing that is sealed."""
    if current.bearer():
        raise TiplineError("contact:desk-only")


def unlock() -> None:
    """Take the password that came with the form, if one did; raises account:proof-wrong or account:wait.

    Asked for beside the act itself: a fresh visit that proved itself by a second factor still lacks the key.
    """
    if not request.form.get(proving.PASSWORD):
        return
    try:
        proving.accept()
    except TiplineError as fault:
        g.proving = False  # answered on this very page
        raise TiplineError(fault.code, fields={proving.PASSWORD: fault.code}, **fault.values) from fault


def _on_password(account: Account, password: str, token: str) -> None:
    keyring.on_password(current.services(), account, password, token)


proving.on_password.append(_on_password)

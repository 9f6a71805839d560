"""Which member of staff a session cookie belongs to. Flask-Security asks here at each request."""

from __future__ import annotations

from typing import Any

from flask import g, request, session
from flask_security import UserMixin, login_user, logout_user
from sqlalchemy.exc import SQLAlchemyError

from tipline.domain import sessions
from tipline.domain.accounts import Account
from tipline.domain.sessions import DeskSession
from tipline.web import current
from tipline.web.accounts import devices

# What tipline.web.intake keeps in the same cookie.
OF_REPORTERS = (current.ACCESS, "receipt_code")


class DeskUser(UserMixin):
    """An account as Flask-Security wants to see it."""

    def __init__(self, account: Account, visit: DeskSession | None = None) -> None:
        self.account, self.visit = account, visit

    def __getattr__(self, name: str) -> Any:
        """The rest of the account, for templates."""
        if name.startswith("_") or name in ("account", "visit"):
            raise AttributeError(name)
        return getattr(self.account, name)

    # Flask-Security declares these as plain attributes.
    fs_uniquifier = property(lambda self: self.account.fs_uniquifier)
    active = property(lambda self: self.account.active)
    password = property(lambda self: self.account.password)
    # Rights come from tipline.domain.rights alone.
    roles = property(lambda _self: [])


def load(_user_id: str) -> DeskUser | None:
    """The account of the visit that the session names; Flask-Login's own note of the user is not trusted."""
    token = session.get(current.DESK)
    services = current.services()
    if not token or "visit_unknown" in g:
        return None
    try:
        with services.database.reading() as tx:
            found = sessions.find_account(tx, services.key, token)
    except SQLAlchemyError:
        # The page that says so asks again who reads it, and must come out all the same.
        g.visit_unknown = True
        raise
    if found is None:
        g.visit_ended = True
        return None
    account, visit = found
    if _is_act() and sessions.is_worth_noting(visit):
        with services.database.transaction() as tx:
            sessions.note(tx, visit)
    return DeskUser(account, visit)


def _is_act() -> bool:
    """Whether a person caused this; a page that keeps itself fresh must not keep its owner signed in."""
    if request.method not in ("GET", "HEAD"):
        return True
    if request.headers.get("HX-Request"):
        return False
    return request.headers.get("Sec-Fetch-Dest", "document") in ("document", "video", "audio")


def begin(account: Account, factor: str = "") -> None:
    """Sign in: everything in the cookie is new from here on. A half visit waits for its second factor."""
    services = current.services()
    with services.database.transaction() as tx:
        token = sessions.begin(tx, services.key, account, device=devices.words(), factor=factor)
    _enter(account, token, whole=factor not in sessions.HALF)


def complete(account: Account, factor: str) -> None:
    """The half visit is whole now, and once more everything in the cookie is new."""
    services = current.services()
    with services.database.transaction() as tx:
        token = sessions.complete(tx, services.key, current.visit_token(), factor)
    _enter(account, token, whole=True)


def _enter(account: Account, token: str, *, whole: bool) -> None:
    _forget()
    session[current.DESK] = token
    for name in ("staff", "half"):
        g.pop(name, None)
    if whole:
        login_user(DeskUser(account), remember=False)


def end() -> None:
    """Sign out, here and for every copy of the cookie."""
    services = current.services()
    token = session.get(current.DESK)
    if token:
        with services.database.transaction() as tx:
            sessions.end(tx, services.key, token)
    logout_user()
    _forget()


def _forget() -> None:
    """Nothing of an earlier visit stays, its form token neither; a reporter's visit is another matter."""
    for name in [name for name in session if name not in OF_REPORTERS]:
        session.pop(name)
    g.pop("csrf_token", None)

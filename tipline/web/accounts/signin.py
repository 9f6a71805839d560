"""Signing in and out, and one's own password. No registration, no mail: an administrator makes accounts.

Of Flask-Security we take the session of a signed-in user; its own routes stay off, so every route is ours and
says who may call it.
"""

from __future__ import annotations

from typing import Any

import structlog
from flask import Flask, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_security import Security, UserDatastore
from flask_security.datastore import Datastore

from tipline import keyring, passwords
from tipline.domain import accounts, factors, sessions
from tipline.domain.accounts import Account
from tipline.errors import TiplineError
from tipline.web import current, errors, guard
from tipline.web.accounts import arriving, asking, blueprint, delays, places, proving, visits

log = structlog.get_logger(__name__)


class StaffDatastore(Datastore, UserDatastore):
    """Flask-Security's view of the accounts; it only ever reads."""

    def __init__(self) -> None:
        Datastore.__init__(self, None)  # type: ignore[no-untyped-call]
        UserDatastore.__init__(self, visits.DeskUser, type("Role", (), {}))

    def find_user(self, case_insensitive: bool = False, **wanted: Any) -> visits.DeskUser | None:
        account = find(str(wanted.get("username", "")))
        return visits.DeskUser(account) if account else None


def init(app: Flask) -> None:
    app.config.update(
        SECURITY_PASSWORD_HASH="argon2",  # noqa: S106 - the name of a scheme
        SECURITY_PASSWORD_SCHEMES=["argon2"],
        # The hash is Argon2id's own, so that the command line makes the same one.
        SECURITY_PASSWORD_SINGLE_HASH=True,
        SECURITY_USER_IDENTITY_ATTRIBUTES=[{"username": {"mapper": str, "case_insensitive": False}}],
        SECURITY_CLI_USERS_NAME=None,
        SECURITY_CLI_ROLES_NAME=None,
    )
    security = Security(app, StaffDatastore(), register_blueprint=False)
    security.login_manager.user_loader(visits.load)
    # Programs have tokens of our own (current.staff); Flask-Security would look for its in the query too.
    security.login_manager.request_loader(_nobody)


def _nobody(_request: object) -> None:
    return None


def find(username: str) -> Account | None:
    with current.services().database.reading() as tx:
        return accounts.find_account(tx, username)


@blueprint.get("/desk/sign-in")
@guard.public
def form() -> ResponseReturnValue:
    then = places.safe(request.args.get("next"))
    if current.is_signed_in():
        return redirect(then, 303)
    ended = TiplineError("account:session-ended") if request.args.get("ended") else None
    return asking.page(ended, then=then)


@blueprint.post("/desk/sign-in")
@guard.public
def sign_in() -> ResponseReturnValue:
    username, password = request.form.get("username", "").strip(), request.form.get("password", "")
    try:
        account = _authenticate(username, password)
    except TiplineError as fault:
        log.warning("account.refused", code=fault.code, ref=errors.reference())
        page = asking.page(
            fault, username=username, then=places.safe(request.form.get("next")), kept=asking.kept_fields(),
            kept_to=request.form.get("kept_to", ""),
        )  # fmt: skip
        return make_response(page, errors.status_of(fault))
    visits.begin(account, _outstanding(account))
    proving.password_typed(account, password, current.visit_token())
    return arriving.go_on(account)


def _outstanding(account: Account) -> str:
    """What still stands between the right password and the desk."""
    with current.services().database.reading() as tx:
        if factors.kinds(tx, account):
            return sessions.WANTED
    return sessions.ENROL if factors.is_forced(account) else ""


def _authenticate(username: str, password: str) -> Account:
    """The account; one answer, after the same work, for unknown name, closed account and wrong password."""
    delays.require_none(username)
    delays.add(username)
    account = find(username)
    if not passwords.is_right(account.password if account else None, password):
        raise TiplineError("account:wrong-password")
    if account is None or not account.active:
        raise TiplineError("account:wrong-password")
    delays.forget(username)
    if account.is_partner:
        # Told only to whoever knows the password: nobody else learns which names are partners'.
        raise TiplineError("account:programs-only")
    return account


@blueprint.post("/desk/sign-out")
@guard.public
def sign_out() -> ResponseReturnValue:
    visits.end()
    response = make_response(redirect(asking.SIGN_IN, 303))
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


@blueprint.get("/desk/password")
@guard.staff("account:self")
def password_form() -> ResponseReturnValue:
    return _password_page(done="done" in request.args, faults={})


def _password_page(**told: Any) -> str:
    return render_template("accounts/password.html", shortest=_shortest(current.staff()), **told)


def _shortest(account: Account) -> int:
    with current.services().database.reading() as tx:
        has_factor = bool(factors.kinds(tx, account))
    return accounts.shortest_password(account.role, has_factor=has_factor)


@blueprint.post("/desk/password")
@guard.staff("account:self")
def change_password() -> ResponseReturnValue:
    try:
        _change_password(request.form)
    except TiplineError as fault:
        faults = {name: errors.field_sentence(code, fault) for name, code in fault.fields.items()}
        page = _password_page(faults=faults, message=errors.sentence(fault))
        # A wrong old password is no reason to ask for the sign-in again.
        return make_response(page, 422 if fault.code == "account:wrong-password" else errors.status_of(fault))
    return redirect("/desk/password?done", 303)


def _change_password(typed: Any) -> None:
    me, visit, new = current.staff(), current.visit(), typed.get("new", "")
    if visit is None:
        raise TiplineError("account:in-person")  # a token shows no second factor, and what follows is a visit
    delays.require_none(me.username)
    delays.add(me.username)
    if not passwords.is_right(me.password, typed.get("current", "")):
        raise TiplineError("account:wrong-password", fields={"current": "account:wrong-password"})
    delays.forget(me.username)
    if new != typed.get("again", ""):
        raise TiplineError("account:password-differs", fields={"again": "account:password-differs"})
    accounts.require_good_password(new, me.username, me.display_name, shortest=_shortest(me), field="new")
    carried = keyring.carry(current.services(), me, typed.get("current", ""), new)
    with current.services().database.transaction() as tx:
        account = accounts.read_account(tx, me.username)
        accounts.set_password(tx, me.actor, account, passwords.make_hash(new), keeps_pair=carried is not None)
        if carried is not None:
            carried.settle(account)
    # All visits ended with the old password; this one begins anew.
    visits.begin(account, visit.factor)
    proving.password_typed(account, new, current.visit_token())

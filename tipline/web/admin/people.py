"""Accounts: who may work at the desk, and partners. Passwords are set here, never shown."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple
from urllib.parse import urlencode

from flask import Response, make_response, redirect, request
from flask.typing import ResponseReturnValue

from tipline import passwords
from tipline.db import Transaction
from tipline.domain import accounts, factors, sessions
from tipline.domain import tokens as api_tokens
from tipline.domain.accounts import Account
from tipline.domain.rights import PARTNER, SECOND_FACTOR
from tipline.errors import N_, TiplineError
from tipline.web import current, guard
from tipline.web.admin import blueprint, contact_keys, tabs


class Role(NamedTuple):
    """A role's name, and what it may do."""

    name: str
    does: str


HERE = "/desk/admin/accounts"
ROLES = {
    "investigator": Role(N_("Investigator"), N_("reviews tips, works on cases")),
    "supervisor": Role(N_("Supervisor"), N_("the same, and sees the state of the system")),
    "admin": Role(N_("Administrator"), N_("everything, accounts too")),
    "auditor": Role(N_("Auditor"), N_("reads everything, changes nothing")),
    "partner": Role(N_("Partner"), N_("a program of another house: hands tips in, sees its own alone")),
}
DONE = {
    "added": N_("%(name)s can sign in now."),
    "partner": N_("%(name)s is known now. Its program needs a token: tipline token create --user %(name)s"),
    "closed": N_("The account of %(name)s is closed; visits and tokens ended at once."),
    "opened": N_("The account of %(name)s is open again."),
    "password": N_("%(name)s has a new password and has been signed out everywhere."),
    "role": N_("%(name)s has another role and has been signed out everywhere."),
    "factors": N_("%(name)s has no second factor any more; a new one is set up at the next sign-in."),
    "visits": N_("%(name)s has been signed out everywhere."),
    "tokens": N_("No API token of %(name)s opens anything any more."),
}


@blueprint.get("/accounts")
@guard.staff("account:manage")
def list_people() -> ResponseReturnValue:
    return page()


@blueprint.post("/accounts")
@guard.staff("account:manage")
@guard.fresh
def add_person() -> ResponseReturnValue:
    name, password = request.form.get("username", "").strip(), request.form.get("password", "")
    is_program = request.form.get("role") == PARTNER and not password
    try:
        accounts.require_good_name(name)
        if not is_program:
            shortest = accounts.shortest_password(request.form.get("role", ""), has_factor=False)
            accounts.require_good_password(
                password, name, request.form.get("display_name", ""), shortest=shortest
            )
        password_hash = accounts.NO_PASSWORD if is_program else passwords.make_hash(password)
        with current.services().database.transaction() as tx:
            made = accounts.add(
                tx, current.actor(), name, role=request.form.get("role", ""),
                password_hash=password_hash,
                display_name=request.form.get("display_name", ""),
            )  # fmt: skip
    except TiplineError as fault:
        return page(fault)
    contact_keys.welcome(made, password)
    return done("partner" if request.form.get("role") == PARTNER else "added", name)


@blueprint.post("/accounts/<username>/close")
@guard.staff("account:manage")
@guard.fresh
def close_person(username: str) -> ResponseReturnValue:
    return _act(
        username, "closed", lambda tx, account: accounts.set_active(tx, current.actor(), account, False)
    )


@blueprint.post("/accounts/<username>/open")
@guard.staff("account:manage")
@guard.fresh
def open_person(username: str) -> ResponseReturnValue:
    return _act(
        username, "opened", lambda tx, account: accounts.set_active(tx, current.actor(), account, True)
    )


@blueprint.post("/accounts/<username>/password")
@guard.staff("account:manage")
@guard.fresh
def give_password(username: str) -> ResponseReturnValue:
    password = request.form.get("password", "")
    try:
        with current.services().database.reading() as tx:
            account = accounts.read_account(tx, username)
            shortest = accounts.shortest_password(account.role, has_factor=bool(factors.kinds(tx, account)))
        accounts.require_good_password(password, username, account.display_name, shortest=shortest)
    except TiplineError as fault:
        # The page has many password fields; this one belongs to the row.
        return page(TiplineError(fault.code, fields={f"password-{username}": fault.code}, **fault.values))
    password_hash = passwords.make_hash(password)
    return _act(
        username,
        "password",
        lambda tx, account: accounts.set_password(tx, current.actor(), account, password_hash),
    )


@blueprint.post("/accounts/<username>/tokens")
@guard.staff("account:manage")
@guard.fresh
def withdraw_tokens(username: str) -> ResponseReturnValue:
    return _act(username, "tokens", lambda tx, account: accounts.end_tokens(tx, current.actor(), account))


@blueprint.post("/accounts/<username>/role")
@guard.staff("account:manage")
@guard.fresh
def give_role(username: str) -> ResponseReturnValue:
    role = request.form.get("role", "")
    return _act(username, "role", lambda tx, account: accounts.set_role(tx, current.actor(), account, role))


@blueprint.post("/accounts/<username>/factors")
@guard.staff("account:manage")
@guard.fresh
def reset_factors(username: str) -> ResponseReturnValue:
    """Taken away, never set up for somebody: that only their owner can do."""
    reason = request.form.get("reason", "")
    return _act(username, "factors", lambda tx, one: factors.reset(tx, current.actor(), one, reason))


@blueprint.post("/accounts/<username>/visits")
@guard.staff("account:manage")
@guard.fresh
def end_visits(username: str) -> ResponseReturnValue:
    return _act(username, "visits", lambda tx, account: sessions.end_others(tx, current.actor(), account))


def _act(username: str, what: str, act: Callable[[Transaction, Account], object]) -> ResponseReturnValue:
    try:
        with current.services().database.transaction() as tx:
            act(tx, accounts.read_account(tx, username))
    except TiplineError as fault:
        return page(fault)
    return done(what, username)


def done(what: str, name: str) -> Response:
    return make_response(redirect(f"{HERE}?{urlencode({'done': what, 'name': name})}", 303))


def page(fault: TiplineError | None = None) -> Response:
    with current.services().database.reading() as tx:
        people, tokens = accounts.list_accounts(tx), api_tokens.count(tx)
        second, visits, held = factors.overview(tx), sessions.count_all(tx), contact_keys.told(tx)
    # Only a name that exists is told back: the address of a page is anybody's to write.
    name = request.args.get("name", "")
    said = DONE.get(request.args.get("done", "")) if any(one.username == name for one in people) else None
    return tabs.show(
        "accounts", fault=fault, people=people, tokens=tokens, roles=ROLES, second=second, visits=visits,
        needs_factor=SECOND_FACTOR, done=said, name=name, held=held, typed=request.form,
    )  # fmt: skip

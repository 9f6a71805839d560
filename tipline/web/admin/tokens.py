"""API tokens of any account, partners' too: listed, and withdrawn one by one."""

from __future__ import annotations

from flask import redirect
from flask.typing import ResponseReturnValue

from tipline.domain import accounts, tokens
from tipline.errors import TiplineError
from tipline.web import current, guard
from tipline.web.accounts import programs
from tipline.web.admin import blueprint, tabs


@blueprint.get("/accounts/<username>/tokens")
@guard.staff("account:manage")
def list_tokens(username: str) -> ResponseReturnValue:
    with current.services().database.reading() as tx:
        account = accounts.read_account(tx, username)
        rows = programs.rows_of(tx, account)
    return tabs.show("tokens", here="accounts", whose=account, rows=rows)


@blueprint.post("/accounts/<username>/tokens/<handle>/withdraw")
@guard.staff("account:manage")
def withdraw_token(username: str, handle: str) -> ResponseReturnValue:
    if current.program() is not None:
        raise TiplineError("token:person-needed")
    with current.services().database.transaction() as tx:
        account = accounts.read_account(tx, username)
        tokens.withdraw(tx, current.actor(), account, handle)
    return redirect(f"/desk/admin/accounts/{username}/tokens", 303)

"""One's own API tokens: made, shown once, listed, withdrawn. Only a person at the desk makes one."""

from __future__ import annotations

from typing import Any

from flask import Response, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue

from tipline.db import Transaction
from tipline.domain import accounts, clock, rights, tokens
from tipline.domain.accounts import Account, ApiToken
from tipline.errors import N_, TiplineError
from tipline.web import current, errors, guard
from tipline.web.accounts import blueprint

HERE = "/desk/tokens"
GROUPS = {
    "read": N_("read tips, files and cases"),
    "work": N_("read and act: decide, write, link"),
    "originals": N_("save originals"),
    "log": N_("the custody log"),
}
DAYS = {30: N_("a month"), 90: N_("three months"), 365: N_("a year")}


@blueprint.get(HERE)
@guard.staff("account:self")
def list_tokens() -> ResponseReturnValue:
    return _page()


@blueprint.post(HERE)
@guard.staff("account:self")
@guard.fresh
def make_token() -> ResponseReturnValue:
    """The answer shows it, this once."""
    form, services = request.form, current.services()
    try:
        if not form.get("label", "").strip():
            raise TiplineError("token:label-needed", fields={"label": "token:label-needed"})
        typed = form.get("days", "365")
        days = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 6 else 0
        scopes = [one for one in form.getlist("scope") if one]
        with services.database.transaction() as tx:
            me = accounts.read_account(tx, current.staff().username)
            made = tokens.create(
                tx, services.key, current.actor(), me, label=form["label"], scopes=scopes, days=days
            )
    except TiplineError as fault:
        return _page(fault)
    return _page(made=made)


@blueprint.post(f"{HERE}/<handle>/withdraw")
@guard.staff("account:self")
def withdraw_token(handle: str) -> ResponseReturnValue:
    if current.program() is not None:
        raise TiplineError("token:person-needed")
    with current.services().database.transaction() as tx:
        me = accounts.read_account(tx, current.staff().username)
        tokens.withdraw(tx, current.actor(), me, handle)
    return redirect(f"{HERE}?done=1", 303)


def rows_of(tx: Transaction, account: Account) -> list[dict[str, Any]]:
    """Tokens as a page lists them."""
    return [_row(one) for one in tokens.list_of(tx, account)]


def _row(token: ApiToken) -> dict[str, Any]:
    whole, beside = tokens.groups_of(token)
    is_over = token.expires_at is not None and token.expires_at <= clock.now()
    return {"token": token, "groups": [GROUPS[one] for one in whole if one in GROUPS], "rights": beside,
            "is_over": is_over}  # fmt: skip


def _page(fault: TiplineError | None = None, *, made: str = "") -> Response:
    actor = current.staff().actor
    with current.services().database.reading() as tx:
        rows = rows_of(tx, current.staff())
    offered = {
        name: words
        for name, words in GROUPS.items()
        if any(rights.may(actor, right) for right in tokens.GROUPS[name])
    }
    faults = (
        {name: errors.field_sentence(code, fault) for name, code in fault.fields.items()} if fault else {}
    )
    page = render_template(
        "accounts/tokens.html", rows=rows, groups=offered, days=DAYS, made=made, faults=faults,
        message=errors.sentence(fault) if fault else "", typed=request.form, done="done" in request.args,
    )  # fmt: skip
    return make_response(page, errors.status_of(fault) if fault else 200)

"""«Your sign-in»: one's own password, second factors, recovery codes and visits, and what became of them.

Every act here is on the account of the visit itself; no field and no address names another one.
"""

from __future__ import annotations

from collections.abc import Callable

from flask import Response, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue

from tipline.db import Transaction
from tipline.domain import account_news, custody, factors, sessions
from tipline.domain.accounts import Account
from tipline.errors import N_, TiplineError
from tipline.web import current, errors, guard
from tipline.web.accounts import blueprint, sites

HERE = "/desk/me"
DONE = {
    "totp": N_("The codes of this app count from now on."),
    "passkey": N_("The passkey is set up."),
    "removed": N_("The factor is removed."),
    "ended": N_("The visit is over. Whoever sat there has to sign in again."),
    "others": N_("All other visits are over."),
}
FACTORS = {
    "": N_("password alone"),
    "totp": N_("code of an app"),
    "passkey": N_("passkey"),
    "recovery": N_("recovery code"),
}
# What the owner of an account should know of it, newest first.
TOLD = {
    "account:add": N_("Account added"),
    "account:close": N_("Account closed"),
    "account:open": N_("Account opened again"),
    "account:password": N_("New password given"),
    "account:role": N_("Role changed"),
    "account:sign-in": N_("Signed in"),
    "factor:add": N_("Second factor set up"),
    "factor:remove": N_("Second factor removed"),
    "factor:codes": N_("New recovery codes made"),
    "factor:code-used": N_("Recovery code used"),
    "factor:refused": N_("Right password, wrong second factor"),
    "factor:reset": N_("Second factors reset"),
    "visit:end": N_("Visits ended"),
    "token:create": N_("API token made"),
    "token:withdraw": N_("API tokens withdrawn"),
}
LINES = 12


@blueprint.get(HERE)
@guard.staff("account:self")
def me() -> ResponseReturnValue:
    return page()


def page(fault: TiplineError | None = None) -> Response:
    account, visit, is_news = current.staff(), current.visit(), "news" in request.args
    with current.services().database.reading() as tx:
        shown = render_template(
            "accounts/me.html",
            account=account,
            passkeys=factors.list_passkeys(tx, account),
            codes_left=factors.count_codes(tx, account),
            few=factors.FEW_CODES,
            is_forced=factors.is_forced(account),
            has_site=sites.here() is not None,
            visits=sessions.list_of(tx, account),
            handle=sessions.handle,
            this=sessions.handle(visit) if visit else "",
            shown_as=FACTORS,
            told=[one for one in custody.list_latest(
                tx, about=f"account:{account.username}", limit=4 * LINES
            ) if one.action in TOLD][:LINES],
            told_words=TOLD,
            news=account_news.since_last_sign_in(tx, account, signed_in=True) if is_news else [],
            done=DONE.get(request.args.get("done", "")),
            message=errors.sentence(fault) if fault else "",
        )  # fmt: skip
    return make_response(shown, errors.status_of(fault) if fault else 200)


@blueprint.post("/desk/me/code/remove")
@guard.staff("account:self")
@guard.fresh
def remove_app() -> ResponseReturnValue:
    return _act("removed", lambda tx, own: factors.remove_totp(tx, own.actor, own))


@blueprint.post("/desk/me/passkeys/<int:passkey_id>/remove")
@guard.staff("account:self")
@guard.fresh
def remove_passkey(passkey_id: int) -> ResponseReturnValue:
    return _act("removed", lambda tx, own: factors.remove_passkey(tx, own.actor, own, passkey_id))


@blueprint.post("/desk/me/recovery")
@guard.staff("account:self")
@guard.fresh
def renew_codes() -> ResponseReturnValue:
    from tipline.web.accounts import enrolling  # which leads back to this page

    account, services = current.staff(), current.services()
    with services.database.transaction() as tx:
        own = tx.get_one(Account, account.id)
        if not factors.kinds(tx, own):
            return redirect(HERE, 303)
        codes = factors.new_codes(tx, services.key, own.actor, own)
    return enrolling.codes_page(codes)


@blueprint.post("/desk/me/visits/<name>/end")
@guard.staff("account:self")
def end_visit(name: str) -> ResponseReturnValue:
    return _act("ended", lambda tx, own: sessions.end_one(tx, own.actor, own, name))


@blueprint.post("/desk/me/visits/end-others")
@guard.staff("account:self")
def end_other_visits() -> ResponseReturnValue:
    visit = current.visit()
    return _act("others", lambda tx, own: sessions.end_others(tx, own.actor, own, visit))


def _act(done: str, act: Callable[[Transaction, Account], object]) -> ResponseReturnValue:
    """On the account of the visit, and no other."""
    try:
        with current.services().database.transaction() as tx:
            act(tx, tx.get_one(Account, current.staff().id))
    except TiplineError as fault:
        return page(fault)
    return redirect(f"{HERE}?done={done}", 303)

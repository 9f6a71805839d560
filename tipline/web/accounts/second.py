"""The second step of signing in: a code of the app, a passkey, or a recovery code."""

from __future__ import annotations

from typing import Any

import structlog
from flask import make_response, redirect, request
from flask.typing import ResponseReturnValue

from tipline.domain import factors, sessions
from tipline.domain.accounts import Account
from tipline.errors import TiplineError
from tipline.web import current, errors, guard
from tipline.web.accounts import arriving, asking, blueprint, delays, keyed, places, visits

log = structlog.get_logger(__name__)


@blueprint.get(asking.SECOND)
@guard.public
def factor_form() -> ResponseReturnValue:
    found, then = current.half(), places.safe(request.args.get("next"))
    if found is None:
        return redirect(then if current.is_signed_in() else asking.SIGN_IN, 303)
    if found[1].factor == sessions.ENROL:
        return redirect(asking.ENROL, 303)
    return asking.page_of_factor(then=then)


@blueprint.post(asking.SECOND)
@guard.public
def show_factor() -> ResponseReturnValue:
    found = current.half()
    if found is None or found[1].factor != sessions.WANTED:
        return make_response(asking.page(TiplineError("account:session-ended"), **_carried()), 401)
    try:
        kind = shown(found[0])
    except TiplineError as fault:
        log.warning("account.refused", code=fault.code, ref=errors.reference())
        return make_response(asking.page_of_factor(fault, **_carried()), errors.status_of(fault))
    visits.complete(found[0], kind)
    return arriving.go_on(found[0])


def shown(account: Account, prefix: str = "") -> str:
    """Which factor the form shows, checked and used up; raises what is wrong with it, and account:wait."""
    code = request.form.get(f"{prefix}code", "")
    recovery = request.form.get(f"{prefix}recovery", "")
    if answer := request.form.get(f"{prefix}passkey", ""):
        keyed.show(account, answer)
        return factors.PASSKEY
    delays.require_none(account.username, delays.CODE)
    delays.add(account.username, delays.CODE)
    services, kind = current.services(), factors.RECOVERY if recovery else factors.TOTP
    with services.database.transaction() as tx:
        mine = tx.get_one(Account, account.id)
        if recovery:
            is_right = factors.use_code(tx, services.key, mine, recovery)
        else:
            is_right = factors.use_totp(tx, services.key, mine, code)
        if not is_right:
            factors.refused(tx, mine, kind)
    if not is_right:
        raise TiplineError("factor:recovery-wrong" if recovery else "factor:wrong")
    delays.forget(account.username, delays.CODE)
    return kind


def _carried() -> dict[str, Any]:
    return {
        "then": places.safe(request.form.get("next")),
        "kept": asking.kept_fields(),
        "kept_to": request.form.get("kept_to", ""),
    }

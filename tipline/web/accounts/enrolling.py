"""Setting up a second factor. Whose it is comes from the visit alone: nothing in a form or address names it.

The secret of an app lies in the session, sealed to this visit, until a first code shows that the app has it.
"""

from __future__ import annotations

from base64 import b64encode
from typing import Any

import segno
from flask import Response, make_response, redirect, render_template, request, session
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from tipline.db import Transaction
from tipline.domain import account_news, clock, factors, onetime, sealing
from tipline.domain.accounts import Account
from tipline.errors import TiplineError
from tipline.web import current, errors, guard
from tipline.web.accounts import asking, blueprint, delays, devices, keyed, mine, sites, visits

PENDING = "enrolling"


@blueprint.get(asking.ENROL)
@guard.staff("account:self", enrolling=True)
def enrol() -> ResponseReturnValue:
    """Where an account lands whose role needs a second factor and that has none yet."""
    if current.half() is None:
        return redirect(mine.HERE, 303)
    return enrol_page()


@blueprint.get("/desk/me/code")
@guard.staff("account:self", enrolling=True)
@guard.fresh
def app_form() -> ResponseReturnValue:
    return _app_page(_pending() or _begin())


@blueprint.post("/desk/me/code")
@guard.staff("account:self", enrolling=True)
@guard.fresh
def add_app() -> ResponseReturnValue:
    me, secret = current.staff(), _pending()
    if secret is None:
        return _app_page(_begin(), TiplineError("factor:expired"))
    try:
        step = _step_shown(me, secret)
    except TiplineError as fault:
        return _app_page(secret, fault)

    def add(tx: Transaction, own: Account) -> None:
        factors.set_totp(tx, current.services().key, me.actor, own, secret, step)

    return added(factors.TOTP, add)


@blueprint.post("/desk/me/passkeys")
@guard.staff("account:self", enrolling=True)
@guard.fresh
def add_passkey() -> ResponseReturnValue:
    me, name = current.staff(), request.form.get("name", "").strip() or devices.words()
    try:
        made = keyed.make(request.form.get("passkey", ""))

        def add(tx: Transaction, own: Account) -> None:
            factors.add_passkey(tx, me.actor, own, name=name, **made._asdict())

        return added(factors.PASSKEY, add)
    except TiplineError as fault:
        return enrol_page(fault) if current.half() else mine.page(fault)


def enrol_page(fault: TiplineError | None = None) -> Response:
    with current.services().database.reading() as tx:
        news = account_news.since_last_sign_in(tx, current.staff(), signed_in=False)
    page = render_template(
        "accounts/enrol.html",
        message=errors.sentence(fault) if fault else "",
        has_site=sites.here() is not None,
        news=news,
        told_words=mine.TOLD,
    )
    return make_response(page, errors.status_of(fault) if fault else 200)


def _step_shown(me: Account, secret: bytes) -> int:
    delays.require_none(me.username, delays.CODE)
    delays.add(me.username, delays.CODE)
    step = onetime.matching_step(secret, request.form.get("code", ""), clock.now())
    if step is None:
        raise TiplineError("factor:wrong")
    delays.forget(me.username, delays.CODE)
    return step


def added(kind: str, add: Any) -> Response:
    """Keep a factor that was shown; whoever had to set one up is in, and a first set of codes is shown."""
    me, services = current.staff(), current.services()
    is_first = current.half() is not None
    with services.database.transaction() as tx:
        own = tx.get_one(Account, me.id)
        add(tx, own)
        codes = [] if factors.count_codes(tx, own) else factors.new_codes(tx, services.key, me.actor, own)
    session.pop(PENDING, None)
    if is_first:
        visits.complete(me, kind)
    if codes:
        return codes_page(codes, is_first=is_first)
    return make_response(redirect(f"{mine.HERE}?done={kind}", 303))


def codes_page(codes: list[str], *, is_first: bool = False) -> Response:
    """The codes, this once; the file to save is made of the page itself, so no second request has them."""
    text = "\r\n".join([gettext("Recovery codes, each opens once"), current.staff().username, *codes, ""])
    data = b64encode(b"\xef\xbb\xbf" + text.encode()).decode()
    page = render_template(
        "accounts/codes.html", codes=codes, is_first=is_first,
        saved=f"data:text/plain;charset=utf-8;base64,{data}",
    )  # fmt: skip
    return make_response(page)


def _app_page(secret: bytes, fault: TiplineError | None = None) -> Response:
    me, station = current.staff(), current.settings().station or "Tipline"
    address = onetime.address(secret, me.username, station)
    spelt = onetime.spelt(secret)
    page = render_template(
        "accounts/app.html",
        picture=segno.make(address, error="m", micro=False).svg_data_uri(border=3, scale=4),
        address=address,
        spelt=" ".join(spelt[at : at + 4] for at in range(0, len(spelt), 4)),
        message=errors.sentence(fault) if fault else "",
        replaces=me.totp_sealed is not None,
        enrolling=current.half() is not None,
    )
    return make_response(page, errors.status_of(fault) if fault else 200)


def _begin() -> bytes:
    secret = onetime.new_secret()
    session[PENDING] = sealing.seal(current.services().key, PENDING, secret, of=current.visit_token())
    return secret


def _pending() -> bytes | None:
    """The secret that this very visit began with."""
    sealed = session.get(PENDING, "")
    try:
        return sealing.open_sealed(current.services().key, PENDING, sealed, of=current.visit_token())
    except sealing.Unopened:
        return None

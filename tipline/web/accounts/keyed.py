"""Passkeys on the pages: what the browser is asked, by whom, and whether its answer is taken.

A challenge lies in the signed session and counts once: the counters that all web hosts share remember which
ones were used.
"""

from __future__ import annotations

import hashlib
import secrets
import time
from base64 import b64decode, b64encode
from collections.abc import Callable
from functools import wraps

from flask import jsonify, make_response, session
from flask.typing import ResponseReturnValue

from tipline import passkeys
from tipline.db import Transaction
from tipline.domain import factors, ids, sessions
from tipline.domain.accounts import Account
from tipline.errors import TiplineError
from tipline.web import counting, current, errors, guard
from tipline.web.accounts import blueprint, delays, sites

CHALLENGE = "challenge"
LASTS_S = 300
MAKE, SHOW = "make", "show"


def _said(view: Callable[[], ResponseReturnValue]) -> Callable[[], ResponseReturnValue]:
    """The script that asks reads a sentence where it does not get what it asked for."""

    @wraps(view)
    def told() -> ResponseReturnValue:
        try:
            return view()
        except TiplineError as fault:
            response = make_response(errors.sentence(fault), errors.status_of(fault))
            response.headers["Content-Type"] = "text/plain; charset=utf-8"
            return response

    return told


@blueprint.post("/desk/me/passkeys/options")
@guard.staff("account:self", enrolling=True)
@guard.fresh
@_said
def ask_to_make() -> ResponseReturnValue:
    me, where = current.staff(), sites.require()
    with current.services().database.reading() as tx:
        factors.require_room(tx, me)
        have = [one.credential for one in factors.list_passkeys(tx, me)]
    # The browser shows names; what the key holds of its owner says nothing.
    user = bytes.fromhex(ids.keyed_hash(current.services().key, "passkey", str(me.id)))[:32]
    station = current.settings().station or "Tipline"
    return jsonify(
        passkeys.asked_to_make(where, station, me.username, me.display_name, user, _challenge(MAKE), have)
    )


@blueprint.post("/desk/sign-in/passkey")
@guard.public
@_said
def ask_to_show() -> ResponseReturnValue:
    found = current.half()
    if found is None or found[1].factor != sessions.WANTED:
        raise TiplineError("account:session-ended")
    return _asked(found[0])


@blueprint.post("/desk/prove/passkey")
@guard.staff("account:self")
@_said
def ask_to_prove() -> ResponseReturnValue:
    return _asked(current.staff())


def _asked(account: Account) -> ResponseReturnValue:
    with current.services().database.reading() as tx:
        have = [(one.credential, one.transports) for one in factors.list_passkeys(tx, account)]
    return jsonify(passkeys.asked_to_show(sites.require(), _challenge(SHOW), have))


def make(answer: str) -> passkeys.Credential:
    """The key that the browser made for whoever is at the desk; raises factor:passkey-wrong."""
    try:
        return passkeys.made(sites.require(), _take(MAKE), answer)
    except passkeys.Refused as fault:
        raise TiplineError("factor:passkey-wrong") from fault


def show(account: Account, answer: str) -> None:
    """Take the key that the browser shows as this account's; raises factor:passkey-wrong, factor:copied."""
    delays.require_none(account.username, delays.KEY)
    delays.add(account.username, delays.KEY)
    challenge, where, fault = _take(SHOW), sites.require(), ""
    with current.services().database.transaction() as tx:
        mine = tx.get_one(Account, account.id)
        fault = _fault(tx, mine, where, challenge, answer)
        if fault:
            factors.refused(tx, mine, factors.PASSKEY)
    if fault:
        raise TiplineError(fault)
    delays.forget(account.username, delays.KEY)


def _fault(tx: Transaction, account: Account, where: passkeys.Site, challenge: bytes, answer: str) -> str:
    try:
        found = factors.find_passkey(tx, account, passkeys.named(answer))
        if found is None:
            return "factor:passkey-wrong"
        count = passkeys.shown(where, challenge, answer, found.public_key)
    except passkeys.Refused:
        return "factor:passkey-wrong"
    return "" if factors.use_passkey(tx, found, count) else "factor:copied"


def _challenge(purpose: str) -> bytes:
    challenge = secrets.token_bytes(32)
    session[CHALLENGE] = [purpose, b64encode(challenge).decode(), int(time.time())]
    return challenge


def _take(purpose: str) -> bytes:
    """The challenge that was asked last for this purpose; it counts once, and not for long."""
    kind, encoded, at = session.pop(CHALLENGE, None) or ("", "", 0)
    challenge = b64decode(encoded)
    name = hashlib.sha256(challenge).hexdigest()[:32]
    is_late = not 0 <= time.time() - at <= LASTS_S
    if kind != purpose or is_late or counting.hit(f"challenge/{name}", 1, 2 * LASTS_S):
        raise TiplineError("factor:passkey-wrong")
    return challenge

"""Asked once more who it is, before an act that is worth it: the form goes on where it was held up.

A form that was held up is sent again from the page that asks, with the proof beside its own fields: nothing
typed is lost, and no address but the one that asked ever sees it.
"""

from __future__ import annotations

from collections.abc import Callable

import structlog
from flask import Response, g, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue

from tipline import passwords
from tipline.domain import factors, sessions
from tipline.domain.accounts import Account
from tipline.errors import TiplineError
from tipline.web import current, errors, guard
from tipline.web.accounts import asking, blueprint, delays, places, second, sites

log = structlog.get_logger(__name__)
HERE = "/desk/prove"
PASSWORD = "proof"  # noqa: S105 - the name of a field
PREFIX = "proof_"
FIELDS = (PASSWORD, f"{PREFIX}code", f"{PREFIX}passkey")
ASKS = ("account:proof-needed", "account:proof-wrong")

# Called whenever the right password was typed: at sign-in, in a proof, when it is changed. The token is the
# visit's, to which `sessions.entrust` seals what the password opens.
on_password: list[Callable[[Account, str, str], None]] = []


def password_typed(account: Account, password: str, token: str) -> None:
    """Tell everybody who waits for it."""
    for told in on_password:
        told(account, password, token)


def require() -> None:
    """Raise account:proof-needed unless the visit proved itself lately, or this very form does."""
    if current.bearer():
        raise TiplineError("account:in-person")
    current.staff()
    visit = current.visit()
    if visit is not None and sessions.is_fresh(visit):
        return
    if request.method == "POST" and any(request.form.get(name) for name in FIELDS):
        accept()
        return
    raise TiplineError("account:proof-needed")


def accept() -> None:
    """Check the proof that the form carries; raises account:proof-wrong or account:wait.

    Who proves and whose visit it is must be one: a token beside the cookie would tell of somebody else.
    """
    if current.bearer():
        raise TiplineError("account:in-person")
    g.proving = True  # a «no» from here is answered by the page that asks
    me, password, services = current.staff(), request.form.get(PASSWORD, ""), current.services()
    token = current.visit_token()
    if password:
        _check_password(me, password)
    else:
        second.shown(me, PREFIX)
    with services.database.transaction() as tx:
        sessions.prove(tx, services.key, token)
    if password:
        password_typed(me, password, token)
    g.proving = False


def _check_password(me: Account, password: str) -> None:
    delays.require_none(me.username)
    delays.add(me.username)
    if not passwords.is_right(me.password, password):
        log.warning("account.unproved", ref=errors.reference())
        raise TiplineError("account:proof-wrong")
    delays.forget(me.username)


def wants_proof(fault: TiplineError) -> bool:
    """Whether this «no» is best answered by asking who it is."""
    is_ours = fault.code in ASKS or g.get("proving", False)
    return is_ours and request.path.startswith("/desk")


def answer(fault: TiplineError) -> Response:
    """A page leads to the question and back; a form is kept on it; a script is told where to go."""
    if asking.is_script():
        return asking.for_script(fault, HERE)
    status = errors.status_of(fault)
    if request.method in ("GET", "HEAD"):
        return make_response(page(fault, then=request.full_path.rstrip("?")), status)
    if request.path == HERE:
        return make_response(page(fault, then=request.form.get("next", "")), status)
    return make_response(page(fault, kept=_kept(), kept_to=request.full_path.rstrip("?")), status)


def page(
    fault: TiplineError | None = None,
    *,
    then: str = "",
    kept: list[tuple[str, str]] | None = None,
    kept_to: str = "",
) -> str:
    """The question. Secrets of a form are not put on a page: their fields are filled in once more."""
    with current.services().database.reading() as tx:
        kinds = factors.kinds(tx, current.staff())
    secrets = [name for name in asking.NOT_KEPT if name != "csrf_token" and request.form.get(name)]
    return render_template(
        "accounts/prove.html",
        message=errors.sentence(fault) if fault else "",
        kinds=kinds,
        has_site=sites.here() is not None,
        calm=fault is None or fault.code == "account:proof-needed",
        then=places.safe(then),
        kept=kept or [],
        kept_to=kept_to if places.is_at_desk(kept_to) else HERE,
        secrets=secrets if kept_to else [],
    )


def _kept() -> list[tuple[str, str]]:
    return [(name, text) for name, text in asking.fields() if name not in FIELDS]


@blueprint.get(HERE)
@guard.staff("account:self", enrolling=True)
def ask() -> ResponseReturnValue:
    """Where a script is sent that was held up."""
    return page(TiplineError("account:proof-needed"), then=request.args.get("next", ""))


@blueprint.post(HERE)
@guard.staff("account:self", enrolling=True)
def prove() -> ResponseReturnValue:
    accept()
    return redirect(places.safe(request.form.get("next")), 303)

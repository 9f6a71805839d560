"""What somebody who is not signed in gets instead of a page of the desk; nothing they typed is lost."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import Response, make_response, redirect, render_template, request

from tipline.domain import factors
from tipline.errors import TiplineError
from tipline.web import current, errors
from tipline.web.accounts import places, sites

SIGN_IN = "/desk/sign-in"
SECOND = "/desk/sign-in/factor"
ENROL = "/desk/me/enrol"
# Which page answers which «no».
PAGES = {
    "account:sign-in-needed": SIGN_IN,
    "account:session-ended": SIGN_IN,
    "account:factor-needed": SECOND,
    "account:enrol-needed": ENROL,
}
NOT_KEPT = ("csrf_token", "password", "current", "new", "again", "proof", "proof_code", "proof_passkey")
MOST_KEPT = 400  # as many as a form may have: one that is cut would say something else


def wants_sign_in(fault: TiplineError) -> bool:
    """Whether this «no» is best answered by the sign-in page, or the one after it."""
    return fault.code in PAGES and request.path.startswith("/desk")


def answer(fault: TiplineError) -> Response:
    """A page leads to the sign-in page and back; a form is kept on it; a script is told where to go."""
    if is_script():
        return for_script(fault)
    path = request.full_path.rstrip("?")
    if request.method in ("GET", "HEAD"):
        return make_response(redirect(address(path, fault), 303))
    if PAGES[fault.code] == ENROL:
        return make_response(redirect(ENROL, 303))
    ask = page if PAGES[fault.code] == SIGN_IN else page_of_factor
    return make_response(ask(fault, kept=fields(), kept_to=path), 401)


def address(path: str, fault: TiplineError, page: str = "") -> str:
    """Address of the page that asks and leads back to `path`."""
    query = {"next": places.safe(path)}
    if fault.code == "account:session-ended":
        query["ended"] = "1"
    return f"{page or PAGES[fault.code]}?{urlencode(query)}"


def page(
    fault: TiplineError | None = None,
    *,
    username: str = "",
    then: str = "",
    kept: list[tuple[str, str]] | None = None,
    kept_to: str = "",
) -> str:
    """The sign-in page."""
    return render_template(
        "accounts/sign_in.html",
        message=errors.sentence(fault) if fault else "",
        calm=fault is None or fault.code in ("account:sign-in-needed", "account:session-ended"),
        username=username,
        then=then,
        kept=kept or [],
        kept_to=kept_to if places.is_at_desk(kept_to) else "",
    )


def page_of_factor(
    fault: TiplineError | None = None,
    *,
    then: str = "",
    kept: list[tuple[str, str]] | None = None,
    kept_to: str = "",
) -> str:
    """The page after it, which asks for the second factor."""
    found = current.half()
    with current.services().database.reading() as tx:
        kinds = factors.kinds(tx, found[0]) if found else []
    return render_template(
        "accounts/factor.html",
        message=errors.sentence(fault) if fault else "",
        calm=fault is None or fault.code == "account:factor-needed",
        of_recovery=fault is not None and fault.code == "factor:recovery-wrong",
        kinds=kinds,
        has_site=sites.here() is not None,
        then=then,
        kept=kept or [],
        kept_to=kept_to if places.is_at_desk(kept_to) else "",
    )


def kept_fields() -> list[tuple[str, str]]:
    """Fields of the form that was sent when the visit had ended, carried along by the pages of sign-in."""
    names, texts = request.form.getlist("kept_name"), request.form.getlist("kept_text")
    return list(zip(names, texts, strict=False))[:MOST_KEPT]


def fields() -> list[tuple[str, str]]:
    """What the form held, but secrets."""
    typed = [(name, text) for name, text in request.form.items(multi=True) if name not in NOT_KEPT]
    return typed[:MOST_KEPT]


def is_script() -> bool:
    """Whether a script of a page asks, not a person who goes to another one."""
    return bool(request.headers.get("HX-Request")) or request.headers.get("Sec-Fetch-Dest") == "empty"


def for_script(fault: TiplineError, page: str = "") -> Response:
    """The sentence, and the page to which the script leads its person."""
    path = places.path_of(request.headers.get("HX-Current-URL", ""))
    response = make_response(errors.sentence(fault), 401)
    response.headers["Content-Type"] = "text/plain; charset=utf-8"
    response.headers["HX-Redirect"] = address(path, fault, page)
    return response

"""What somebody who is not signed in gets instead of a page of the desk; nothing they typed is lost."""

from __future__ import annotations

from urllib.parse import urlencode, urlsplit

from flask import Response, make_response, redirect, render_template, request

from tipline.errors import TiplineError
from tipline.web import errors
from tipline.web.accounts import places

SIGN_IN = "/desk/sign-in"
NOT_KEPT = ("csrf_token", "password", "current", "new", "again")
MOST_KEPT = 400  # as many as a form may have: one that is cut would say something else


def wants_sign_in(fault: TiplineError) -> bool:
    """Whether this «no» is best answered by the sign-in page."""
    return fault.code in ("account:sign-in-needed", "account:session-ended") and request.path.startswith(
        "/desk"
    )


def answer(fault: TiplineError) -> Response:
    """A page leads to the sign-in page and back; a form is kept on it; a script is told where to go."""
    if is_script():
        return for_script(fault)
    if request.method in ("GET", "HEAD"):
        return make_response(redirect(address(request.full_path.rstrip("?"), fault), 303))
    return make_response(page(fault, kept=fields(), kept_to=request.full_path.rstrip("?")), 401)


def address(path: str, fault: TiplineError, page: str = SIGN_IN) -> str:
    """Address of the page that asks and leads back to `path`."""
    query = {"next": places.safe(path)}
    if fault.code == "account:session-ended":
        query["ended"] = "1"
    return f"{page}?{urlencode(query)}"


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


def fields() -> list[tuple[str, str]]:
    """What the form held, but secrets."""
    typed = [(name, text) for name, text in request.form.items(multi=True) if name not in NOT_KEPT]
    return typed[:MOST_KEPT]


def is_script() -> bool:
    """Whether a script of a page asks, not a person who goes to another one."""
    return bool(request.headers.get("HX-Request")) or request.headers.get("Sec-Fetch-Dest") == "empty"


def for_script(fault: TiplineError, page: str = SIGN_IN) -> Response:
    """The sentence, and the page to which the script leads its person."""
    shown = urlsplit(request.headers.get("HX-Current-URL", ""))
    path = shown.path + (f"?{shown.query}" if shown.query else "")
    response = make_response(errors.sentence(fault), 401)
    response.headers["Content-Type"] = "text/plain; charset=utf-8"
    response.headers["HX-Redirect"] = address(path, fault, page)
    return response

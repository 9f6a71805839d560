"""What every answer carries so that a browser does nothing we did not ask for, and who may send forms."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Flask, Response, current_app, g, request

from tipline.errors import TiplineError
from tipline.web import crowd, current
from tipline.web.requests import FILES_AT_THE_COUNTER

_COMMON = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; "
    "media-src 'self' blob:; connect-src 'self'; font-src 'self'; manifest-src 'self'; form-action 'self'; "
    "base-uri 'none'; object-src 'none'; frame-ancestors 'none'"
)
MEDIA = "sandbox; default-src 'none'"
SAFE = ("GET", "HEAD", "OPTIONS")
# Anonymous doors: they act with nothing the browser adds by itself, so a token would protect nothing.
OPEN_DOORS = {
    "POST /report", "POST /verify", "POST /api/v1/public/tips", "POST /api/v1/public/sessions",
    "POST /api/v1/public/receipts/verify",
}  # fmt: skip
# Their views look at the token themselves: it stands before the files in a body that is read only once, or
# the form must come back filled in when the token is too old.
OWN_CHECK = {"POST /report/what", "POST /report/files", "POST /status/files"}


def init(app: Flask) -> None:
    app.before_request(refuse_crowd)
    app.before_request(refuse_foreign)
    app.after_request(add_headers)


def refuse_crowd() -> None:
    """So many bodies are under way that others might find no thread."""
    if code := request.environ.get(crowd.REFUSED):
        raise TiplineError(code)


def refuse_foreign() -> None:
    """State changes only from our own pages (token and origin) or with a token in the header."""
    if request.method in SAFE:
        return
    if request.headers.get("Sec-Fetch-Site") in ("cross-site", "same-site"):
        raise TiplineError("request:foreign")
    origin = request.headers.get("Origin")
    if origin and origin != "null" and not _is_ours(origin):
        raise TiplineError("request:foreign")
    if current.bearer() or f"{request.method} {request.path.rstrip('/')}" in OPEN_DOORS | OWN_CHECK:
        return
    if request.method == "POST" and FILES_AT_THE_COUNTER.fullmatch(request.path.rstrip("/")):
        return  # As with the reporter's: the view looks at the token that stands before the files.
    if request.wants_json and not request.cookies:  # type: ignore[attr-defined]
        return  # Nothing here that a browser added by itself; the guard of the view asks for the token.
    current_app.extensions["csrf_protect"].protect()


def _is_ours(origin: str) -> bool:
    try:
        return urlsplit(origin).netloc == request.host
    except ValueError:  # no address at all
        return False


def _policy() -> str:
    """The same for every page; one that shows a map may load its pictures from the station's map server."""
    server = g.get("pictures_from")
    return _COMMON.replace("img-src 'self'", f"img-src 'self' {server}") if server else _COMMON


def add_headers(response: Response) -> Response:
    headers = response.headers
    headers.setdefault("Content-Security-Policy", _policy())
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Referrer-Policy"] = "no-referrer"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
    headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=(self), payment=(), usb=()"
    headers.setdefault("Cache-Control", "no-store")
    if current.settings().secure:
        headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
    return response

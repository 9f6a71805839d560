"""What every answer carries so that a browser does nothing we did not ask for, and who may send forms."""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import quote, urlsplit

from flask import Flask, Response, current_app, g, request

from tipline.errors import TiplineError
from tipline.web import crowd, current, media_links
from tipline.web.requests import FILES_AT_THE_COUNTER

# Every answer belongs to an area by its address; each area has a policy of its own, and this is all of them.
_NOTHING = "default-src 'none'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'"
_OWN = f"{_NOTHING}; script-src 'self'; style-src 'self'; form-action 'self'; manifest-src 'self'"
MEDIA = "sandbox; default-src 'none'"
REPORTS = "/csp-reports"
_OFF = (
    "accelerometer", "camera", "display-capture", "encrypted-media", "geolocation", "gyroscope",
    "hid", "magnetometer", "microphone", "midi", "payment", "screen-wake-lock", "serial", "usb",
    "xr-spatial-tracking",
)  # fmt: skip


class Area(NamedTuple):
    """`policy` is its Content-Security-Policy, where {media} stands for the host of media; `allowed` names
    what pages of it may ask a browser for; `reports` says whether broken rules are told to us."""

    policy: str
    allowed: frozenset[str] = frozenset()
    reports: bool = False

    @property
    def permissions(self) -> str:
        """All off but what the area uses."""
        return ", ".join(f"{one}=({'self' if one in self.allowed else ''})" for one in _OFF)


INTAKE = Area(
    f"{_OWN}; img-src 'self' blob: data:; media-src 'self' blob:; connect-src 'self'",
    # A voice note, and the beat one stands in: asked for at a tap. A page changes in place, so all have both.
    frozenset({"screen-wake-lock", "microphone", "geolocation"}),
    reports=True,
)
DESK = Area(
    f"{_OWN}; img-src 'self' blob: data:{{media}}; media-src 'self' blob:{{media}}; "
    "connect-src 'self'{media}",
    reports=True,
)
# No script of it writes markup, so none may.
OUTSIDE = Area(
    f"{_OWN}; img-src 'self'{{media}}; media-src 'self'{{media}}; require-trusted-types-for 'script'; "
    "trusted-types 'none'",
    reports=True,
)
PROGRAMS, PARTS = Area(_NOTHING), Area(_NOTHING)
AREAS: tuple[tuple[str, Area], ...] = (
    ("/share/", OUTSIDE),
    ("/refer/", OUTSIDE),
    ("/desk", DESK),
    ("/api/", PROGRAMS),
    ("/static/", PARTS),
    ("/favicon.ico", PARTS),
    ("/.well-known/", PARTS),
    ("/healthz", PARTS),
    ("/readyz", PARTS),
    ("/metrics", PARTS),
    ("/robots.txt", PARTS),
    (REPORTS, PARTS),
    ("/", INTAKE),
)
SAFE = ("GET", "HEAD", "OPTIONS")
END_OF_NEWS = re.compile(r"/news/[^/]+/[^/]+")
# Anonymous doors: they act with nothing the browser adds by itself, so a token would protect nothing.
OPEN_DOORS = {
    "POST /report", "POST /verify", "POST /api/v1/public/tips", "POST /api/v1/public/sessions",
    "POST /api/v1/public/receipts/verify", f"POST {REPORTS}",
    "POST /write/now", "POST /write/question", "POST /write/request",
}  # fmt: skip
# Their views look at the token themselves: it stands before the files in a body that is read only once, or
# the form must come back filled in when the token is too old.
# Leaving in a hurry asks none: it only ends, and a page of another site was turned away before.
OWN_CHECK = {"POST /report/what", "POST /report/files", "POST /status/files", "POST /exit"}
# The link of a referral is itself the secret that a token would be.
BY_LINK = re.compile(r"/refer/[A-Za-z0-9]{26}(/reply)?")


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
    if request.method == "POST" and BY_LINK.fullmatch(request.path.rstrip("/")):
        return
    if request.method == "POST" and FILES_AT_THE_COUNTER.fullmatch(request.path.rstrip("/")):
        return  # As with the reporter's: the view looks at the token that stands before the files.
    if request.method == "POST" and END_OF_NEWS.fullmatch(request.path):
        return  # Pressed by mail programs, too (RFC 8058): its link opens that and nothing else.
    if request.wants_json and not request.cookies:  # type: ignore[attr-defined]
        return  # Nothing here that a browser added by itself; the guard of the view asks for the token.
    current_app.extensions["csrf_protect"].protect()


def _is_ours(origin: str) -> bool:
    try:
        return urlsplit(origin).netloc == request.host
    except ValueError:  # no address at all
        return False


def area_of(path: str) -> Area:
    """The first that begins so."""
    return next(area for begin, area in AREAS if path.startswith(begin))


def _policy(area: Area) -> str:
    """That of the area; a page that shows a map may load its pictures from the station's map server."""
    media = current.settings().media_url
    policy = area.policy.format(media=f" {media}" if media else "")
    server = g.get("pictures_from")
    policy = policy.replace("img-src 'self'", f"img-src 'self' {server}") if server else policy
    return f"{policy}; report-uri {REPORTS}" if area.reports else policy


def _open_to_pages(response: Response) -> None:
    """At the host of media: nothing of it is active, and our own pages may read it."""
    pages, headers = urlsplit(current.settings().base_url), response.headers
    headers["Content-Security-Policy"] = MEDIA
    headers["Cross-Origin-Resource-Policy"] = "same-site"
    headers["Access-Control-Allow-Origin"] = f"{pages.scheme}://{pages.netloc}"
    headers["Access-Control-Expose-Headers"] = "Accept-Ranges, Content-Range, ETag"
    response.vary.add("Origin")


def add_headers(response: Response) -> Response:
    headers, area = response.headers, area_of(request.path)
    headers.setdefault("Content-Security-Policy", _policy(area))
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Referrer-Policy"] = "no-referrer"
    if media_links.at_media_host():
        _open_to_pages(response)
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
    headers["Permissions-Policy"] = area.permissions
    headers.setdefault("Cache-Control", "no-store")
    is_onion = request.host.partition(":")[0].endswith(".onion")
    # A name of an onion service is its key: there is no certificate to insist on.
    if current.settings().secure and not is_onion:
        headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
    onion = current.settings().onion_url
    if onion and not is_onion and response.mimetype == "text/html" and not request.path.startswith("/desk"):
        headers["Onion-Location"] = onion + quote(request.path)
    return response

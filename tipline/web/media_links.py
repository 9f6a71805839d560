"""Media on a host of their own, where the station has one: short-lived signed links, and no cookie read.

What a stranger sent is then never served from the host whose cookies open the desk. A link is bound to its
address, to one visit and to a few minutes; the visit and the right are looked at again when it is used. Pages
draw such links; a media address on the desk's host sends a browser on to a fresh one, which is how a page
renews what has run out.
"""

from __future__ import annotations

import hmac
import time
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, g, has_request_context, redirect, request, session
from flask.typing import ResponseReturnValue

from tipline.domain import ids, sessions
from tipline.errors import TiplineError
from tipline.web import current

WINDOW_S = (
    600  # a link lasts one to two of these, and stays the same within one, so that browsers keep pictures
)
OF_SHARES = "sharing.share_file"
VISITS = "shares"  # share → number of the view, in the session of a browser outside
ENDPOINTS = frozenset(
    {
        "api_evidence.get_original", "api_evidence.get_rendition", "api_derivatives.get_derivative_file",
        "api_derivatives.get_derivative_sidecar", OF_SHARES,
    }
)  # fmt: skip
DESK, SHARE = "d", "s"
MARK_LENGTH = 24
Start = Callable[..., Any]


def init(app: Flask) -> None:
    app.before_request(keep_apart)


def address(path: str, share_view: int | None = None) -> str:
    """The address as a page gives it to its browser: the path itself, or a signed link to the other host."""
    base = current.settings().media_url if has_request_context() else ""
    if not base or current.bearer():
        return path
    reader = f"{SHARE}.{share_view}" if share_view is not None else _reader()
    until = (int(time.time()) // WINDOW_S + 2) * WINDOW_S
    plain, _, query = path.partition("?")
    more = f"{query}&" if query else ""
    return f"{base}{plain}?{more}for={reader}&until={until}&sig={_signed(plain, reader, str(until))}"


def at_media_host() -> bool:
    """Whether this request came to the host of media."""
    base = current.settings().media_url
    return bool(base) and request.host == urlsplit(base).netloc


def keep_apart() -> ResponseReturnValue | None:
    """Media answer on their host alone, and nothing else does there."""
    if not current.settings().media_url:
        return None
    is_media = request.endpoint in ENDPOINTS
    if at_media_host():
        if not is_media or request.method not in ("GET", "HEAD"):
            raise TiplineError("request:not-found")
        _admit()
        return None
    if not is_media or current.bearer():
        return None
    query = request.query_string.decode("ascii", "ignore")
    return redirect(address(request.path + (f"?{query}" if query else ""), _view_here()), 303)


def _view_here() -> int | None:
    """Of a browser outside: which visit it is at."""
    if request.endpoint != OF_SHARES:
        return None
    view = session.get(VISITS, {}).get((request.view_args or {}).get("share_id"))
    if not isinstance(view, int):
        raise TiplineError("share:visit-over")
    return view


def _reader() -> str:
    """The visit to the desk for which a link is drawn."""
    current.staff()
    visit = current.visit()
    if visit is None:
        raise TiplineError("account:sign-in-needed")
    return f"{DESK}.{visit.token_hash[:MARK_LENGTH]}"


def _admit() -> None:
    """Whoever holds a good link of a visit that still stands. A wrong one leads nowhere."""
    given = [request.args.get(name, "") for name in ("for", "until", "sig")]
    reader, until, signature = given
    if not hmac.compare_digest(_signed(request.path, reader, until).encode(), signature.encode()):
        raise TiplineError("request:not-found")
    if int(until) <= time.time():
        raise TiplineError("media:link-over")
    kind, _, mark = reader.partition(".")
    if (kind == SHARE) is not (request.endpoint == OF_SHARES):
        raise TiplineError("request:not-found")
    if kind == SHARE:
        g.share_view = int(mark)
        return
    with current.services().database.reading() as tx:
        account = sessions.find_marked(tx, mark)
    if account is None:
        raise TiplineError("media:link-over")
    g.staff = account


def _signed(path: str, reader: str, until: str) -> str:
    return ids.keyed_hash(current.services().key, "media-link", f"{path}\n{reader}\n{until}")[:40]


class CookielessHost:
    """Takes cookies off what comes to this host and off what leaves it. Cookies know no ports, so one of the
    desk's would else come along where media have only a port of their own."""

    def __init__(self, application: Callable[..., Iterable[bytes]], host: str) -> None:
        self._application, self._host = application, host

    def __call__(self, environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        """One request."""
        if environ.get("HTTP_HOST", "") != self._host:
            return self._application(environ, start)
        environ.pop("HTTP_COOKIE", None)

        def bare(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
            return start(status, [one for one in headers if one[0].lower() != "set-cookie"], *more)

        return self._application(environ, bare)

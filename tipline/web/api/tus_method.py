"""X-HTTP-Method-Override: what tus 1.0 offers to senders whose network knows no PATCH and no DELETE.

The method is exchanged before anything looks at it, so every check sees the one that is carried out.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from flask.sansio.blueprints import BlueprintSetupState

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


def honour(state: BlueprintSetupState) -> None:
    """Hook for the application that the blueprint of uploads is mounted on."""
    state.app.wsgi_app = overriding(state.app.wsgi_app, state.url_prefix or "/")  # type: ignore[attr-defined]


def overriding(application: WSGIApplication, prefix: str) -> WSGIApplication:
    """The application, which under this prefix is told the method that a request's header names."""

    def call(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        wanted = environ.get("HTTP_X_HTTP_METHOD_OVERRIDE", "").strip().upper()
        path = environ.get("PATH_INFO", "")
        if wanted and (path == prefix or path.startswith(f"{prefix}/")):
            environ["REQUEST_METHOD"] = wanted
        return application(environ, start_response)

    return call

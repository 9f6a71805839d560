"""The one place that turns a «no» into an answer: a page, JSON, or plain text for an upload client."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any

import structlog
from apiflask import HTTPError
from flask import Flask, Response, g, jsonify, make_response, render_template, request
from flask_babel import gettext
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import (
    DataError,
    DBAPIError,
    InterfaceError,
    NoResultFound,
    OperationalError,
    StatementError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException

from storage import Silent, StoreError
from tipline.domain import accounts, limits
from tipline.errors import CATALOGUE, Kind, TiplineError
from tipline.web import current, filters

log = structlog.get_logger(__name__)

STATUS: dict[Kind, int] = {
    Kind.INVALID: 422,
    Kind.UNAUTHENTICATED: 401,
    Kind.FORBIDDEN: 403,
    Kind.NOT_FOUND: 404,
    Kind.CONFLICT: 409,
    Kind.STALE: 412,
    Kind.GONE: 410,
    Kind.TOO_LARGE: 413,
    Kind.UNSUPPORTED: 415,
    Kind.TOO_MANY: 429,
    Kind.FULL: 507,
    Kind.UNAVAILABLE: 503,
    Kind.CHECKSUM: 460,
}
_OF_HTTP = {
    400: "request:invalid", 404: "request:not-found", 405: "request:method", 413: "request:too-large",
    415: "request:invalid", 429: "request:too-many",
}  # fmt: skip
# A protocol or a client expects another number for these.
_OWN_STATUS = {
    "request:failed": 500,
    "request:method": 405,
    "upload:length-needed": 400,
    "upload:offset-unclear": 400,
    "upload:metadata-unclear": 400,
    "upload:checksum-unknown": 400,
    "upload:extension": 400,
    "upload:version": 412,
    "upload:busy": 423,
    "tip:version-needed": 428,
    "clock:version-needed": 428,
}
RETRY_S = {
    "upload:busy": 2,
    "upload:crowded": 120,
    "service:busy": 5,
    "print:busy": 5,
    "service:database-down": 10,
    "service:store-down": 10,
    "service:store-silent": 5,
    "request:crowded": 5,
    "service:crowded": 5,
    "request:too-many": 60,
}
# What a field's sentence names when several fields are wrong, so that the fault as a whole names no limit.
_LIMITS = {
    "tip:text-too-long": limits.TEXT,
    "tip:field-too-long": limits.SHORT,
    "message:too-long": limits.MESSAGE,
    "case:title-needed": limits.SHORT,
    "account:password-weak": accounts.SHORTEST_PASSWORD,
}


def init(app: Flask) -> None:
    app.register_error_handler(TiplineError, answer)
    app.register_error_handler(CSRFError, _expired)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(HTTPError, _input)
    app.register_error_handler(OperationalError, _database)
    app.register_error_handler(InterfaceError, _database)
    app.register_error_handler(PoolTimeout, _database)
    app.register_error_handler(DataError, _unstorable)
    app.register_error_handler(StatementError, _beyond)
    app.register_error_handler(OverflowError, _beyond)
    app.register_error_handler(UnicodeEncodeError, _unstorable)
    app.register_error_handler(NoResultFound, _nothing)
    app.register_error_handler(StoreError, _store)
    app.register_error_handler(Exception, _unknown)


def _expired(_fault: CSRFError) -> Response:
    """The token of a form is gone with its session: at the desk that means to sign in again."""
    signed_out = request.path.startswith("/desk/") and not request.path.startswith("/desk/sign-")
    if signed_out and not current.is_signed_in():
        return answer(TiplineError("account:session-ended"))
    return answer(TiplineError("request:expired"))


def answer(fault: TiplineError) -> Response:
    """The right status and form for a fault of the catalogue."""
    from tipline.web.accounts import asking, proving  # they write their own sentences with this module

    if asking.wants_sign_in(fault):
        return asking.answer(fault)
    if proving.wants_proof(fault):
        return proving.answer(fault)
    status = status_of(fault)
    message = sentence(fault)
    if request.is_upload:  # type: ignore[attr-defined]
        response = make_response(message + "\n", status)
        response.headers["Content-Type"] = "text/plain; charset=utf-8"
        response.headers["Tipline-Error"] = fault.code
    elif request.wants_json:  # type: ignore[attr-defined]
        response = jsonify(body(fault, message))
        response.status_code = status
    else:
        response = make_response(
            render_template("error.html", code=fault.code, message=message, status=status, ref=reference()),
            status,
        )
    say_when(response, fault)
    if status == 401 and request.wants_json:  # type: ignore[attr-defined]
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def say_when(response: Response, fault: TiplineError) -> None:
    """When it is worth trying again, if that is known."""
    seconds = fault.values.get("seconds") or RETRY_S.get(fault.code)
    if seconds:
        response.headers["Retry-After"] = str(seconds)


def body(fault: TiplineError, message: str) -> dict[str, Any]:
    """The one JSON shape of an error."""
    shape: dict[str, Any] = {"code": fault.code, "message": message, "ref": reference()}
    if fault.fields:
        shape["fields"] = {
            name: {"code": code, "message": field_sentence(code, fault)}
            for name, code in fault.fields.items()
        }
    if fault.present is not None:
        shape["present"] = fault.present
    return shape


def status_of(fault: TiplineError) -> int:
    return _OWN_STATUS.get(fault.code, STATUS[fault.kind])


def sentence(fault: TiplineError) -> str:
    """The fault's sentence in the asker's language."""
    return str(gettext(fault.sentence, **_shown(fault)) if fault.values else gettext(fault.sentence))


def _shown(fault: TiplineError) -> dict[str, object]:
    """A moment as people write it."""
    return {
        name: filters.plain_time(value) if isinstance(value, datetime) else value
        for name, value in fault.values.items()
    }


def field_sentence(code: str, fault: TiplineError) -> str:
    """The sentence beside one field of a form."""
    values = {"limit": _LIMITS.get(code), **fault.values}
    sentence = CATALOGUE[code].sentence
    return str(gettext(sentence, **values) if "%(" in sentence else gettext(sentence))


def reference() -> str:
    """A short name for this request, shown to the asker and written in the log."""
    if "reference" not in g:
        g.reference = secrets.token_hex(4)
    return str(g.reference)


def _http(fault: HTTPException) -> Any:
    if fault.code is None or fault.code < 400:
        return fault
    code = _OF_HTTP.get(fault.code, "request:failed" if fault.code >= 500 else "request:invalid")
    response = answer(TiplineError(code))
    response.status_code = fault.code
    if fault.code == 405 and getattr(fault, "valid_methods", None):
        response.headers["Allow"] = ", ".join(fault.valid_methods)  # type: ignore[attr-defined]
    return response


def _input(fault: HTTPError) -> Response:
    """JSON that does not fit its model: every faulty field with a sentence, in our own shape."""
    found: dict[str, list[str]] = {}
    for part in fault.detail.values() if isinstance(fault.detail, dict) else ():
        found.update(part)
    fields = {
        name: "request:field-needed" if "Field required" in messages else "request:field-unclear"
        for name, messages in found.items()
        if name != "_schema"
    }
    return answer(TiplineError("request:invalid", fields=fields))


def _database(fault: DBAPIError) -> Response:
    log.error("database.unreachable", ref=reference(), fault=type(fault).__name__)
    return answer(TiplineError("service:database-down"))


def _unstorable(fault: Exception) -> Response:
    """A name looked for holds signs no database knows, such as NUL or half of a surrogate pair."""
    log.warning("request.unstorable", ref=reference(), fault=type(fault).__name__)
    return answer(TiplineError("request:invalid"))


def _beyond(fault: Exception) -> Response:
    """A number or a day that no column holds, and no calendar: the last evening there is, west of here."""
    cause = fault.orig if isinstance(fault, StatementError) else fault
    return _unstorable(cause) if isinstance(cause, OverflowError) else _unknown(fault)


def _nothing(fault: NoResultFound) -> Response:
    """A row that does not exist for whoever asks (`tipline.domain.policy`)."""
    log.warning("request.nothing", ref=reference(), route=_route())
    return answer(TiplineError("request:not-found"))


def _store(fault: StoreError) -> Response:
    log.error("store.unreachable", ref=reference(), fault=type(fault).__name__)
    is_shown = isinstance(fault, Silent) and request.method == "GET"
    return answer(TiplineError("service:store-silent" if is_shown else "service:store-down"))


def _unknown(fault: Exception) -> Response:
    log.error("request.failed", ref=reference(), route=_route(), exc_info=fault)
    return answer(TiplineError("request:failed"))


def _route() -> str:
    """Which kind of address, without what stood in it: that may be a link's secret or a code."""
    return str(request.url_rule or "")

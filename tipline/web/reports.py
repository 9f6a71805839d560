"""What browsers tell of rules of a page that were broken: bounded, counted, logged without who it was."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import urlsplit

import structlog
from flask import Blueprint, Response, request

from tipline.web import guard, limiting, security
from tipline.web.limiting import Budget

blueprint = Blueprint("reports", __name__)
log = structlog.get_logger(__name__)
MANY = Budget("csp-reports", 30, "request:too-many")
MOST_BYTES, LONGEST = 16 * 1024, 120
RULE = re.compile(r"[a-z]+(-[a-z]+)*")


@blueprint.post(security.REPORTS)
@guard.public
def take() -> Response:
    """One report; what is none is answered all the same, and nothing of it is kept."""
    limiting.spend(MANY)
    told = _read(request.get_data(cache=False)) if (request.content_length or 0) <= MOST_BYTES else None
    if told is not None:
        log.warning(
            "csp.report",
            page=host_and_path(told.get("document-uri")),
            directive=name_of_rule(told.get("effective-directive") or told.get("violated-directive")),
            blocked=host_and_path(told.get("blocked-uri")),
        )
    return Response(status=204)


def _read(body: bytes) -> dict[str, Any] | None:
    try:
        told = json.loads(body).get("csp-report")
    except (ValueError, AttributeError, RecursionError):
        return None
    return told if isinstance(told, dict) else None


def host_and_path(value: Any) -> str:
    """Host and path alone: what stands behind ? and # may be a secret."""
    try:
        parts = urlsplit(_text(value))
    except ValueError:
        return ""
    return f"{parts.netloc.rpartition('@')[2]}{parts.path}" or parts.scheme


def name_of_rule(value: Any) -> str:
    """Name of a rule of the policy; nothing else that somebody put in its place."""
    name = _text(value)
    return name if RULE.fullmatch(name) else ""


def _text(value: Any) -> str:
    return "".join(one for one in value if one.isprintable())[:LONGEST] if isinstance(value, str) else ""

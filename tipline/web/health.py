"""Whether the service lives and can do its work, for supervisors and monitors; and what robots may see."""

from __future__ import annotations

from ipaddress import ip_address

from flask import Blueprint, Response, abort, jsonify, make_response, request, send_from_directory
from flask.typing import ResponseReturnValue
from prometheus_client import CONTENT_TYPE_LATEST

from tipline import checks
from tipline.web import assets, current, guard, metrics

blueprint = Blueprint("health", __name__)
ROBOTS = "User-agent: *\nDisallow: /api/\nDisallow: /desk\nDisallow: /report\nDisallow: /status\n"
FORWARDED = ("X-Forwarded-For", "X-Real-IP", "Forwarded", "Via")
DAY_S = 86_400


@blueprint.get("/healthz")
@guard.public
def healthz() -> ResponseReturnValue:
    """This process answers; nothing else is asked."""
    return jsonify(status="alive")


@blueprint.get("/readyz")
@guard.public
def readyz() -> ResponseReturnValue:
    """Whether database, broker and store can be reached; 503 and which one not, otherwise."""
    faults = checks.run(current.services())
    ready = not any(faults.values())
    shown = {name: fault or "ok" for name, fault in faults.items()}
    return make_response(jsonify(status="ready" if ready else "not ready", **shown), 200 if ready else 503)


@blueprint.get("/metrics")
@guard.public
def show_metrics() -> ResponseReturnValue:
    """Prometheus text, for addresses of this machine and of private networks only."""
    if not _is_near():
        abort(404)
    return Response(metrics.text(), content_type=CONTENT_TYPE_LATEST)


def _is_near() -> bool:
    """Whether the asker sits in our own network; behind a proxy we were not told of, nobody can say."""
    if not current.settings().behind_proxy and any(name in request.headers for name in FORWARDED):
        return False
    try:
        address = ip_address(request.remote_addr or "")
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None) or address
    return bool(mapped.is_loopback or mapped.is_private)


@blueprint.get("/robots.txt")
@guard.public
def robots() -> ResponseReturnValue:
    return Response(ROBOTS, mimetype="text/plain", headers={"Cache-Control": f"public, max-age={DAY_S}"})


@blueprint.get("/favicon.ico")
@guard.public
def favicon() -> ResponseReturnValue:
    return send_from_directory(assets.STATIC, "favicon.ico", mimetype="image/x-icon", max_age=DAY_S)

"""The OpenAPI description: who may call what, and the one shape of every error; made from the routes."""

from __future__ import annotations

from typing import Any, cast

from apiflask import APIFlask
from flask.sansio.blueprints import BlueprintSetupState

from tipline.domain import rights
from tipline.web import guard
from tipline.web.api import headers_described, tus_described
from tipline.web.api.desk_models import ErrorOut

SCHEMES = {
    "token": {
        "type": "http",
        "scheme": "bearer",
        "description": "An API token: `tipline token create --user NAME`.",
    },
    "session": {"type": "apiKey", "in": "cookie", "name": "tipline", "description": "A signed-in browser."},
    "access": {"type": "http", "scheme": "bearer", "description": "A reporter's `access_token`."},
}
DESCRIPTION = (
    "Reporters hand in tips with footage without an account; the desk reviews them and links them to cases. "
    "Times are RFC 3339 in UTC, sizes bytes, positions WGS-84 degrees, media times seconds."
)
ERROR = {"$ref": "#/components/schemas/Error"}


def describe(state: BlueprintSetupState) -> None:
    """Hook for the application that a blueprint of ours is mounted on."""
    app = cast(APIFlask, state.app)
    app.config.update(
        SECURITY_SCHEMES=SCHEMES,
        DESCRIPTION=DESCRIPTION,
        AUTO_404_RESPONSE=False,
        AUTO_VALIDATION_ERROR_RESPONSE=False,
        AUTO_SERVERS=False,
    )
    app.spec_processor(lambda spec: _complete(app, cast(dict[str, Any], spec)))


def _complete(app: APIFlask, spec: dict[str, Any]) -> dict[str, Any]:
    spec.setdefault("components", {}).setdefault("schemas", {})["Error"] = ErrorOut.model_json_schema()
    spec["paths"][f"{tus_described.UPLOADS}/{{upload_id}}"]["head"] = tus_described.look()
    for path, method, who in _routes(app):
        operation = spec["paths"].get(path, {}).get(method.lower())
        if operation:
            _secure(operation, who)
            headers_described.complete(f"{method.lower()} {path}", operation, _error)
            operation["responses"]["default"] = _error("Any other «no».")
    tus_described.complete(spec["paths"])
    spec["paths"] = {path: item for path, item in spec["paths"].items() if path.startswith("/api/")}
    # Several blueprints speak of one noun, and APIFlask names it once for each: the standard wants it once.
    spec["tags"] = [{"name": name} for name in dict.fromkeys(tag["name"] for tag in spec.get("tags", ()))]
    return spec


def _routes(app: APIFlask) -> list[tuple[str, str, str | None]]:
    """Path as OpenAPI writes it, method, who may call it."""
    found = []
    for rule in app.url_map.iter_rules():
        path = "".join(f"{{{part}}}" if dynamic else part for dynamic, part in rule._trace)  # noqa: SLF001
        who = guard.declared(app.view_functions[rule.endpoint])
        found += [(path.lstrip("|"), method, who) for method in rule.methods or ()]
    return found


def _secure(operation: dict[str, Any], who: str | None) -> None:
    if who == "public":
        operation["security"] = []
        return
    operation["responses"]["401"] = _error("Not signed in, or the token is unknown.")
    if who in ("reporter", "sender"):
        operation["security"] = [{"access": []}]
        return
    operation["security"] = [{"token": []}, {"session": []}]
    operation["responses"]["403"] = _error("Signed in, but the role does not allow it.")
    operation["x-roles"] = sorted(rights.RIGHTS[who]) if who in rights.RIGHTS else []


def _error(description: str) -> dict[str, Any]:
    return {"description": description, "content": {"application/json": {"schema": ERROR}}}

"""Built front-end files under names that change with their content, so browsers may keep them forever."""

from __future__ import annotations

import json
from mimetypes import guess_type
from pathlib import Path

from flask import Flask, abort, request, send_from_directory, url_for
from flask.typing import ResponseReturnValue

from tipline.web import guard

STATIC = Path(__file__).resolve().parent.parent / "static"
BUILT = STATIC / "built"


def init(app: Flask) -> None:
    manifest_path = BUILT / "manifest.json"
    manifest: dict[str, str] = json.loads(manifest_path.read_text()) if manifest_path.exists() else {}

    def asset(name: str) -> str:
        """Address of a built file by its plain name, such as report.js."""
        return url_for("asset", name=manifest[name])

    app.jinja_env.globals["asset"] = asset
    app.add_url_rule("/static/<path:name>", "asset", serve)


@guard.public
def serve(name: str) -> ResponseReturnValue:
    if "/" in name or name == "manifest.json":
        abort(404)
    ending, form = _smallest(name)
    response = send_from_directory(BUILT, name + ending, max_age=31_536_000, mimetype=guess_type(name)[0])
    if form:
        response.content_encoding = form
    response.vary.add("Accept-Encoding")
    response.cache_control.public = True
    response.cache_control.immutable = True
    return response


def _smallest(name: str) -> tuple[str, str]:
    """Ending and coding of the smallest form the build made that this browser reads."""
    for ending, form in ((".br", "br"), (".gz", "gzip")):
        if request.accept_encodings[form] and (BUILT / (name + ending)).is_file():
            return ending, form
    return "", ""

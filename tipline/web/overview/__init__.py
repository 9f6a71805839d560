"""The commander's page: how the station answers, what comes in, and what becomes of it."""

from __future__ import annotations

from apiflask import APIBlueprint

from tipline.web.intake import language

blueprint = APIBlueprint("overview", __name__, enable_openapi=False)
blueprint.after_request(language.remember)

from tipline.web.overview import page, saving  # noqa: E402, F401 - they add their routes

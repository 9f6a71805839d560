"""Cases: the list, one case with its tips and evidence, and every act on it."""

from __future__ import annotations

from apiflask import APIBlueprint

from tipline.web.intake import language

blueprint = APIBlueprint("cases", __name__, enable_openapi=False)
blueprint.after_request(language.remember)

from tipline.web.cases import acts, pages  # noqa: E402, F401 - they add their routes

"""The counter: staff take a tip on somebody's behalf and hand the receipt back."""

from __future__ import annotations

from apiflask import APIBlueprint

from tipline.web.intake import language

blueprint = APIBlueprint("counter", __name__, url_prefix="/desk/intake", enable_openapi=False)
blueprint.after_request(language.remember)

from tipline.web.counter import handing, pages  # noqa: E402, F401 - they add their routes

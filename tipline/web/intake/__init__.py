"""The reporter's pages: report in four steps, and the way back with the receipt code.

Every page works without JavaScript; scripts only add that files go on uploading while one reads on.
"""

from __future__ import annotations

from apiflask import APIBlueprint

from tipline.web.intake import language

blueprint = APIBlueprint("intake", __name__, enable_openapi=False)
blueprint.after_request(language.remember)

# Views register themselves on the blueprint.
from tipline.web.intake import (  # noqa: E402, F401
    exporting,
    leaving,
    news,
    oneshot,
    rating,
    recorder,
    status,
    steps,
    verify,
)

"""The reporter's pages: report in four steps, and the way back with the receipt code.

Every page works without JavaScript; scripts only add that files go on uploading while one reads on.
"""

from __future__ import annotations

from apiflask import APIBlueprint

from tipline.web.intake import language, visit

blueprint = APIBlueprint("intake", __name__, enable_openapi=False)
blueprint.after_request(language.remember)
blueprint.record_once(lambda state: state.app.jinja_env.globals.update(typed_key=visit.typed_key))

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

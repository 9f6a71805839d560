"""The evidence desk: the queue, and one tip with its evidence and every act on it."""

from __future__ import annotations

from apiflask import APIBlueprint

from tipline.web.intake import language
from tipline.web.review import layout

blueprint = APIBlueprint("review", __name__, enable_openapi=False)
blueprint.after_request(language.remember)
layout.init(blueprint)

from tipline.web.review import (  # noqa: E402, F401 - they add their routes
    acts,
    batch,
    begun,
    clocks,
    decoys,
    exports,
    handing,
    hint_acts,
    holding,
    keeping,
    linking,
    marks,
    news,
    opened,
    pages,
    pinning,
    preferring,
    queue,
    redacting,
    referred,
    saving,
    sheets,
    side_by_side,
    takeback,
    thread,
    unfolding,
    waiting,
)

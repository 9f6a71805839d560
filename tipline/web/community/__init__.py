"""What residents read and use of the neighbourhood service: pages for a phone that need no script."""

from __future__ import annotations

from apiflask import APIBlueprint

from tipline.web.intake import language

blueprint = APIBlueprint("community", __name__, enable_openapi=False)
blueprint.after_request(language.remember)

# Views register themselves on the blueprint.
from tipline.web.community import (  # noqa: E402, F401
    beats,
    bulletin_poster,
    bulletins,
    feed,
    helping,
    writing,
)

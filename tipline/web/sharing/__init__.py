"""Shares: what staff make for somebody outside, and the page on which that person looks at it.

The page outside works in any browser of a phone and without a script; its one cookie is that of its visit.
"""

from __future__ import annotations

from apiflask import APIBlueprint

from tipline.web.intake import language

blueprint = APIBlueprint("sharing", __name__, enable_openapi=False)
blueprint.after_request(language.remember)

# Views register themselves on the blueprint.
from tipline.web.sharing import listing, offering, visiting  # noqa: E402, F401

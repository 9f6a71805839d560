"""Cases: the list, the tabs of one case, and every act on it."""

from __future__ import annotations

from apiflask import APIBlueprint

from tipline.web.intake import language

blueprint = APIBlueprint("cases", __name__, enable_openapi=False)
blueprint.after_request(language.remember)

from tipline.web.cases import (  # noqa: E402, F401 - they add their routes
    acts,
    crew,
    exhibits,
    holding,
    listing,
    live,
    merging,
    packages,
    pages,
    sheets,
    sighted,
    splitting,
    subjects,
    tasks,
    thanks,
    timeline,
    trail,
)

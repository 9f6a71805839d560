"""The map of the district: which one the station has, its file, the borders of beats, how to add one."""

from __future__ import annotations

from apiflask import APIBlueprint

blueprint = APIBlueprint("maps", __name__, enable_openapi=False)

from tipline.web.maps import files, source  # noqa: E402, F401 - they add their routes and names

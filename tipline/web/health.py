"""Whether the service lives and can do its work."""

from __future__ import annotations

from apiflask import APIBlueprint

blueprint = APIBlueprint("health", __name__, enable_openapi=False)

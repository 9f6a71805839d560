"""The reporter's door for programs."""

from __future__ import annotations

from apiflask import APIBlueprint

blueprint = APIBlueprint("public", __name__, url_prefix="/api/v1/public")

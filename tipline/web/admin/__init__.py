"""What keeps a station running: accounts, beats, the state of the system, the log."""

from __future__ import annotations

from apiflask import APIBlueprint

blueprint = APIBlueprint("admin", __name__, url_prefix="/desk/admin", enable_openapi=False)

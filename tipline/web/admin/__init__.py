"""What keeps a station running: accounts, beats, shops and posters, the state of the system, the log."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("admin", __name__, url_prefix="/desk/admin")

from tipline.web.admin import (  # noqa: E402, F401 - they add their routes
    alerts,
    beat_pages,
    beat_posters,
    border_drawing,
    borders,
    channels,
    duties,
    erasures,
    holds,
    letting_in,
    log,
    log_saved,
    people,
    places,
    posters,
    replies,
    retention,
    shops,
    system,
    targets,
    tokens,
    webhooks,
)

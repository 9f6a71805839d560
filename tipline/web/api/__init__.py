"""The JSON doors: `public` and `tus` for reporters, the others for the desk. All live under /api/v1."""

from __future__ import annotations

from tipline.web.api.public import blueprint as public
from tipline.web.api.tus import blueprint as tus

blueprints = (public, tus)

"""Uploads that can be resumed, by tus 1.0."""

from __future__ import annotations

from apiflask import APIBlueprint

blueprint = APIBlueprint("tus", __name__, url_prefix="/api/v1/public/uploads")

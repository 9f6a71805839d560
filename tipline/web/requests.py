"""How a request is read: bounded, and uploads never held in memory."""

from __future__ import annotations

from flask import Request


class TiplineRequest(Request):
    """JSON and forms are bounded; a body that is streamed (an upload) is bounded by its reader."""

    @property
    def wants_json(self) -> bool:
        """Whether a program asks: the API answers in JSON, pages in HTML."""
        return self.path.startswith("/api/")

    @property
    def is_upload(self) -> bool:
        """Whether the tus protocol is spoken, whose errors are plain text."""
        return self.path.startswith("/api/v1/public/uploads")

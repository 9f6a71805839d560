"""Uploads in the OpenAPI description: the call by HEAD, and refusals in plain text."""

from __future__ import annotations

from typing import Any

UPLOADS = "/api/v1/public/uploads"
_WORDS: dict[str, Any] = {"type": "string"}
_NUMBER: dict[str, Any] = {"type": "integer", "minimum": 0}
_REFUSED: dict[str, Any] = {
    "content": {"text/plain": {"schema": {**_WORDS, "description": "What happened and what to do now."}}},
    "headers": {"Tipline-Error": {"schema": _WORDS, "description": "The code of the error, noun:reason."}},
}
_STANDS: dict[str, Any] = {
    "200": {
        "description": "Go on from Upload-Offset.",
        "headers": {
            "Upload-Offset": {"schema": _NUMBER},
            "Upload-Length": {"schema": _NUMBER},
            "Upload-Metadata": {"schema": _WORDS, "description": "As it was given, word for word."},
            "Upload-Expires": {"schema": _WORDS, "description": "While bytes are missing."},
            "Tipline-Sha256": {"schema": _WORDS, "description": "Of the whole file, once it is here."},
        },
    },
    "404": {"description": "There is no such upload of this tip, or it was taken back: begin a new one."},
    "410": {"description": "It was not finished in time and is gone: begin a new one."},
    "412": {"description": "Another version of the protocol; Tus-Version names ours."},
    "415": {"description": "It is complete and was refused, for it is no footage."},
    "423": {"description": "It cannot be told at the moment; ask again after Retry-After. Nothing is lost."},
}


def look() -> dict[str, Any]:
    """Asking by HEAD, which the framework leaves out."""
    return {
        "summary": "Where an upload stands.",
        "description": "Whoever asks takes over: a connection that still sends for this upload is stopped.",
        "tags": ["Uploads"],
        "parameters": [{"name": "upload_id", "in": "path", "required": True, "schema": _WORDS}],
        "responses": {status: dict(answer) for status, answer in _STANDS.items()},
    }


def complete(paths: dict[str, Any]) -> None:
    """Refusals of uploads alone are not JSON: upload clients show the body as it comes."""
    for path in (UPLOADS, f"{UPLOADS}/{{upload_id}}", f"{UPLOADS}/{{upload_id}}/tail"):
        for operation in paths[path].values():
            for status, answer in operation["responses"].items():
                if status == "default" or int(status) >= 400:
                    answer.update(_REFUSED)

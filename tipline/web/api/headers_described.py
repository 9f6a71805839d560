"""What calls take and give beside their JSON, for OpenAPI: headers of versions and of tus, raw bodies, forms.

The framework reads models from the views; of headers it knows nothing.
"""

from __future__ import annotations

from typing import Any

_WORDS: dict[str, Any] = {"type": "string"}
_NUMBER: dict[str, Any] = {"type": "integer", "minimum": 0}
_TUS = ("Tus-Resumable", _WORDS, True, "The protocol's version, 1.0.0.")
_CHECKSUM = ("Upload-Checksum", _WORDS, False, "`sha256` or `sha1`, and in base64 what these bytes come to.")
_OFFSET = ("Upload-Offset", _NUMBER, True, "Where these bytes belong.")
_LENGTH = ("Upload-Length", _NUMBER, True, "Length of the whole file.")
_METADATA = ("Upload-Metadata", _WORDS, False, "`filename`, `filetype`, `sha256`, each with a base64 value.")
_VERSION = ("If-Match", _WORDS, True, "The ETag of the tip as it was read; `*` overrides.")
_VERSION_IF_ANY = ("If-Match", _WORDS, False, "The ETag of the case as it was read.")
_TARGETS = ("If-Match", _WORDS, False, "The ETag of the targets as they were read.")
_AGAIN = ("Idempotency-Key", _WORDS, False, "Any words of yours; the same key answers the same tip again.")
_UPLOADS = "/api/v1/public/uploads"

HEADERS = {
    "post /api/v1/partner/tips": (_AGAIN,),
    f"post {_UPLOADS}": (_TUS, _LENGTH, _METADATA, _CHECKSUM),
    f"head {_UPLOADS}/{{upload_id}}": (_TUS,),
    f"patch {_UPLOADS}/{{upload_id}}": (_TUS, _OFFSET, _CHECKSUM),
    f"delete {_UPLOADS}/{{upload_id}}": (_TUS,),
    f"put {_UPLOADS}/{{upload_id}}/tail": (_TUS, _OFFSET),
    "patch /api/v1/tips/{reference}": (_VERSION,),
    "patch /api/v1/cases/{number}": (_VERSION_IF_ANY,),
    "put /api/v1/targets": (_TARGETS,),
}
BYTES: dict[str, Any] = {"content": {"application/offset+octet-stream": {}}}
BODIES = {f"post {_UPLOADS}": False, f"patch {_UPLOADS}/{{upload_id}}": True}  # whether it must be sent
BODIES[f"put {_UPLOADS}/{{upload_id}}/tail"] = True
# A receipt comes in three forms, and goes back to be checked as the very bytes that came.
RECEIPT = "get /api/v1/public/tips/{reference}/receipt"
FORMS = {RECEIPT: ("application/pdf", "text/html")}
OWN_BODIES: dict[str, dict[str, Any]] = {
    "post /api/v1/public/receipts/verify": {
        "description": "The receipt as it was downloaded, JSON or PDF. A name that stands twice is a fault.",
        "required": True,
        "content": {
            "application/json": {"schema": {"$ref": "#/components/schemas/ReceiptOut"}},
            "application/pdf": {},
        },
    }
}
QUERIES = {RECEIPT: ("format", {"type": "string", "enum": ["json", "pdf", "html"]}, "Instead of `Accept`.")}
STALE = {"412": "It was changed since that ETag was read."}
ANSWERS = {
    "post /api/v1/partner/tips": {"409": "Another report was sent under this number or key."},
    "patch /api/v1/tips/{reference}": {**STALE, "428": "If-Match is missing."},
    "patch /api/v1/cases/{number}": STALE,
    "put /api/v1/targets": STALE,
    "post /api/v1/public/topics/{handle}/bookings": {"409": "The time is full or over, or so many are held."},
    "post /api/v1/public/topics/{handle}/questions": {"409": "So many wait already, or the topic is closed."},
    "post /api/v1/cases/{number}/links": {"409": "The tip is linked already, or the case is closed."},
}


def complete(name: str, operation: dict[str, Any], refusal: Any) -> None:
    """Add to the operation of this name what the framework could not know; `refusal` describes a «no»."""
    for header, schema, required, words in HEADERS.get(name, ()):
        told = {"name": header, "in": "header", "required": required, "schema": schema, "description": words}
        operation.setdefault("parameters", []).append(told)
    if name in BODIES:
        operation["requestBody"] = {**BYTES, "required": BODIES[name]}
    if name in OWN_BODIES:
        operation["requestBody"] = OWN_BODIES[name]
    if name in QUERIES:
        query, schema, words = QUERIES[name]
        told = {"name": query, "in": "query", "required": False, "schema": schema, "description": words}
        operation.setdefault("parameters", []).append(told)
    for form in FORMS.get(name, ()):
        operation["responses"]["200"]["content"][form] = {}
    for status, description in ANSWERS.get(name, {}).items():
        operation["responses"][status] = refusal(description)

"""The headers of tus 1.0, read and written. Everything a sender says here is bounded and untrusted."""

from __future__ import annotations

import base64
import binascii
import re

from flask import request

from tipline.domain.uploads import Announced, Checksum
from tipline.errors import TiplineError

LONGEST = 8 * 1024
_KEY = re.compile(r"[\x21-\x2b\x2d-\x7e]+")
_NUMBER = re.compile(r"[0-9]{1,18}")
# The protocol wants SHA-1 of everybody, and against a bad line it is good enough.
CHECKSUMS = ("sha256", "sha1")


def announced() -> Announced:
    """The file that a creation announces."""
    if "Upload-Concat" in request.headers or "Upload-Defer-Length" in request.headers:
        # A part taken for a whole file would be false evidence.
        raise TiplineError("upload:extension")
    length = number("Upload-Length", "upload:length-needed")
    header = request.headers.get("Upload-Metadata", "")
    said = metadata(header)
    return Announced(
        length,
        filename=said.get("filename") or said.get("name", ""),
        filetype=said.get("filetype") or said.get("type", ""),
        sha256=said.get("sha256") or None,
        said=header.strip() if said else None,
        purpose=said.get("purpose", "footage"),
    )


def number(header: str, otherwise: str) -> int:
    value = request.headers.get(header, "").strip()
    if not _NUMBER.fullmatch(value):
        raise TiplineError(otherwise)
    return int(value)


def checksum() -> Checksum | None:
    """What this request's bytes come to, if the sender says so."""
    if "upload-checksum" in request.headers.get("Trailer", "").lower():
        # We never see what comes after a body; to take the bytes unchecked would break the sender's wish.
        raise TiplineError("upload:checksum-unknown")
    value = request.headers.get("Upload-Checksum", "").strip()
    if not value:
        return None
    name, _, encoded = value.partition(" ")
    algorithm, digest = name.lower(), _decoded(encoded.strip())
    if algorithm not in CHECKSUMS or not digest:
        raise TiplineError("upload:checksum-unknown")
    return Checksum(algorithm, digest)


def metadata(header: str) -> dict[str, str]:
    """`key base64,key base64,key`; some send it empty. Text that is no UTF-8 keeps what can be read."""
    if len(header) > LONGEST:
        raise TiplineError("upload:metadata-unclear")
    said: dict[str, str] = {}
    for pair in header.split(","):
        key, _, encoded = pair.strip().partition(" ")
        if not key and not header.strip(" ,"):
            continue
        value = _decoded(encoded.strip())
        if not _KEY.fullmatch(key) or value is None or key in said:
            raise TiplineError("upload:metadata-unclear")
        said[key] = value.decode("utf-8", "replace")
    return said


def _decoded(encoded: str) -> bytes | None:
    try:
        return base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        return None

"""The headers of tus 1.0, read and written. Everything a sender says here is bounded and untrusted."""

from __future__ import annotations

import base64
import binascii
import re

from flask import request

from tipline.domain.uploads import Announced
from tipline.errors import TiplineError

LONGEST = 8 * 1024
_KEY = re.compile(r"[\x21-\x2b\x2d-\x7e]+")
_NUMBER = re.compile(r"[0-9]{1,18}")
_SHA256_BYTES = 32


def announced() -> Announced:
    """The file that a creation announces."""
    length = number("Upload-Length", "upload:length-needed")
    said = metadata(request.headers.get("Upload-Metadata", ""))
    return Announced(
        length,
        filename=said.get("filename") or said.get("name", ""),
        filetype=said.get("filetype") or said.get("type", ""),
        sha256=said.get("sha256") or None,
    )


def number(header: str, otherwise: str) -> int:
    value = request.headers.get(header, "").strip()
    if not _NUMBER.fullmatch(value):
        raise TiplineError(otherwise)
    return int(value)


def checksum() -> bytes | None:
    """The SHA-256 of this request's bytes, if the sender gives one."""
    value = request.headers.get("Upload-Checksum", "").strip()
    if not value:
        return None
    algorithm, _, encoded = value.partition(" ")
    digest = _decoded(encoded.strip())
    if algorithm.lower() != "sha256" or digest is None or len(digest) != _SHA256_BYTES:
        raise TiplineError("upload:checksum-unknown")
    return digest


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


def written(values: dict[str, str]) -> str:
    """The header for these values; empty ones are left out."""
    pairs = ((key, base64.b64encode(value.encode()).decode()) for key, value in values.items() if value)
    return ",".join(f"{key} {encoded}" for key, encoded in pairs)


def _decoded(encoded: str) -> bytes | None:
    try:
        return base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        return None

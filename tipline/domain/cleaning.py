"""What a sender says of a file, made fit to be kept and shown: its name, its type, its digest."""

from __future__ import annotations

import re

from tipline.errors import TiplineError

LONGEST_NAME, LONGEST_TYPE = 200, 100
_SHA256 = re.compile(r"[0-9a-f]{64}")
# Control characters, and the marks that turn the direction of writing so that a name reads as another.
_HARMFUL = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufff9-\ufffb\ud800-\udfff]"
)


def clean_name(untrusted_name: str) -> str:
    """A file name fit to be shown and stored as data: no folders, no control or direction marks, bounded.

    It never becomes a path or a key.
    """
    name = re.split(r"[\\/]", untrusted_name)[-1]
    name = _HARMFUL.sub("�", name).strip()
    if len(name) > LONGEST_NAME:
        stem, dot, ending = name.rpartition(".")
        ending = f".{ending}" if dot and stem and len(ending) <= 10 else ""
        name = name[: LONGEST_NAME - len(ending) - 1] + "…" + ending
    return name or "file"


def clean_digest(untrusted_digest: str | None) -> str | None:
    """A SHA-256 in lower-case hex; raises evidence:digest-unclear."""
    if not untrusted_digest:
        return None
    digest = untrusted_digest.strip().lower()
    if not _SHA256.fullmatch(digest):
        raise TiplineError("evidence:digest-unclear", fields={"sha256": "evidence:digest-unclear"})
    return digest


def clean_type(untrusted_type: str) -> str:
    """A media type as the sender told it, as data."""
    return _HARMFUL.sub("", untrusted_type)[:LONGEST_TYPE]

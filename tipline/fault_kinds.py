"""What an entry of the catalogue of errors is made of; the catalogue itself is `tipline.errors`."""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple


class Kind(Enum):
    """What sort of «no» it is."""

    INVALID = "invalid"
    UNAUTHENTICATED = "unauthenticated"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not found"
    CONFLICT = "conflict"
    STALE = "stale"
    GONE = "gone"
    TOO_LARGE = "too large"
    UNSUPPORTED = "unsupported"
    TOO_MANY = "too many"
    FULL = "full"
    UNAVAILABLE = "unavailable"
    CHECKSUM = "checksum"


class Entry(NamedTuple):
    kind: Kind
    sentence: str


def N_(sentence: str) -> str:  # noqa: N802 - the name that gettext's extractor looks for
    """Mark a sentence for the catalogue of translations."""
    return sentence

"""Which part of a file somebody asks for: one range, or the whole (RFC 9110, 14). Pure."""

from __future__ import annotations

import re
from typing import NamedTuple

_ONE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")


class Part(NamedTuple):
    """From where, how many bytes, and the status that says so: 200 whole, 206 a part, 416 beyond the end."""

    start: int
    length: int
    status: int


def asked_for(header: str, if_range: str | None, etag: str, size: int) -> Part:
    """More than one range, one that cannot be read, or one of another version gets the whole."""
    whole = Part(0, size, 200)
    asked = _ONE.fullmatch(header.strip())
    if asked is None or not any(asked.groups()):
        return whole
    # A weak tag or a date does not prove that the pieces fit together (RFC 9110, 13.1.5).
    if if_range is not None and if_range.strip() != etag:
        return whole
    first, last = (int(one) if one else None for one in asked.groups())
    if first is None:
        first, last = max(size - (last or 0), 0), size - 1
    elif last is not None and last < first:
        return whole
    stop = size if last is None else min(last + 1, size)
    return Part(0, 0, 416) if first >= stop else Part(first, stop - first, 206)

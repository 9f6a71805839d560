"""JSON of a package, read strictly: no name twice, no number that two readers could take differently."""

from __future__ import annotations

import json
from typing import Any

LARGEST_WHOLE = 2**53 - 1


class Unclear(Exception):
    """Why a text is not to be taken for JSON of ours."""


def read_object(untrusted: bytes, *, whole_numbers: bool = False) -> dict[str, Any]:
    """An object; raises Unclear. What is signed holds whole numbers alone."""
    try:
        value = json.loads(
            untrusted.decode("utf-8"),
            object_pairs_hook=once,
            parse_int=whole,
            parse_float=no_number if whole_numbers else float,
            parse_constant=no_number,
        )
    except RecursionError:
        raise Unclear("nested") from None
    except ValueError as fault:
        raise Unclear(str(fault)[:60]) from None
    if not isinstance(value, dict):
        raise Unclear("no object")
    return value


def canonical(value: Any) -> bytes:
    """The exact bytes that are signed (RFC 8785 for what our statements hold)."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return text.encode("utf-8", "surrogatepass")


def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise ValueError("a name stands twice")
        found[name] = value
    return found


def whole(text: str) -> int:
    if len(text) > 17 or abs(int(text)) > LARGEST_WHOLE:
        raise ValueError("a number is too large")
    return int(text)


def no_number(text: str) -> Any:
    raise ValueError("not a number")


def text_of(value: dict[str, Any], name: str) -> str:
    """A text under this name; raises Unclear."""
    found = value.get(name)
    if not isinstance(found, str):
        raise Unclear(name)
    return found

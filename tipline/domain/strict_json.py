"""JSON from strangers that is to be compared bit for bit: strict and bounded.

A text in which a name stands twice, a number is written in another form, or brackets nest without end says so
instead of failing or of being read in two ways by two readers. Codes are those of `verifying.FAULTS`.
"""

from __future__ import annotations

import json
from typing import Any

LARGEST = 4 * 1024 * 1024
DEEPEST = 16
LARGEST_NUMBER = 2**53 - 1


class Refused(Exception):
    """Why something is no receipt; `values` fill the places of the code's sentence."""

    def __init__(self, code: str, **values: object) -> None:
        super().__init__(code)
        self.code = code
        self.values = {name: str(value)[:100] for name, value in values.items()}


def read(untrusted: bytes) -> dict[str, Any]:
    """An object; raises Refused with the code of what is wrong."""
    if len(untrusted) > LARGEST:
        raise Refused("proof:too-large")
    try:
        receipt = json.loads(
            untrusted.decode("utf-8-sig"), object_pairs_hook=_once, parse_float=_no_number,
            parse_int=_whole, parse_constant=_no_number,
        )  # fmt: skip
    except RecursionError as fault:
        raise Refused("proof:nested") from fault
    except ValueError as fault:
        raise Refused("proof:not-json") from fault
    if not isinstance(receipt, dict):
        raise Refused("proof:not-json")
    if _depth(receipt) > DEEPEST:
        raise Refused("proof:nested")
    return receipt


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise Refused("proof:twice", name=name)
        found[name] = value
    return found


def _whole(text: str) -> int:
    # Signed numbers are whole, not negative, and small enough for every reader of JSON.
    if len(text) > 16 or not 0 <= int(text) <= LARGEST_NUMBER or text == "-0":
        raise Refused("proof:number", number=text)
    return int(text)


def _no_number(text: str) -> Any:
    raise Refused("proof:number", number=text)


def _depth(value: Any) -> int:
    """How deep brackets nest; without recursion, for that is what is being measured."""
    deepest, level = 0, [value]
    while level and deepest <= DEEPEST:
        deepest += 1
        inside = (
            one.values() if isinstance(one, dict) else one for one in level if isinstance(one, dict | list)
        )
        level = [inner for one in inside for inner in one]
    return deepest

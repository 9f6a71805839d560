"""What a browser at the counter may still hand back: receipt codes, and access to send files with.

As with a reporter's own browser the code lies in the signed session alone, until it has been handed over.
"""

from __future__ import annotations

from typing import NamedTuple

from flask import session

KEY = "counter"
# Somebody may be interrupted by the next visitor; more than these are not kept, for a cookie is small.
MOST = 4


class Kept(NamedTuple):
    """`code` is empty once it was handed over."""

    code: str
    token: str


def keep(reference: str, kept: Kept) -> None:
    """What can be spared goes first: access alone is made anew at any time, a code never."""
    held = [one for one in session.get(KEY) or [] if one[0] != reference]
    held.append([reference, *kept])
    while len(held) > MOST:
        held.remove(next((one for one in held if not one[1]), held[0]))
    session[KEY] = held


def find(reference: str) -> Kept | None:
    return next((Kept(*one[1:]) for one in session.get(KEY) or [] if one[0] == reference), None)


def forget_code(reference: str) -> None:
    found = find(reference)
    if found:
        keep(reference, found._replace(code=""))

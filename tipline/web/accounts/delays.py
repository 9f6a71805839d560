"""Wrong passwords cost time, and more each time; nobody is ever locked out.

Counted for a name from one address, so that nobody can keep its owner out from elsewhere, and for an address
over all names. A broker that is down does not open the door: this process then counts by itself.
"""

from __future__ import annotations

import time
from typing import NamedTuple

from tipline.domain import ids
from tipline.errors import TiplineError
from tipline.web import counting, current
from tipline.web.limiting import asker

REMEMBERED_S = 3600
LONGEST_S = 60


class Count(NamedTuple):
    """What is counted under which name, and how many tries cost nothing."""

    name: str
    free: int


def require_none(username: str) -> None:
    """Raise account:wait while a delay runs."""
    for count in _counts(username):
        until = (
            counting.ask("get_expiry", f"{count.name}/wait")
            if counting.ask("get", f"{count.name}/wait")
            else 0
        )
        seconds = int(until - time.time()) + 1
        if until and seconds > 0:
            raise TiplineError("account:wait", seconds=seconds)


def add(username: str) -> None:
    """Another try. It is counted before the password is looked at, so tries side by side gain nothing."""
    for count in _counts(username):
        over = counting.ask("incr", f"{count.name}/tries", REMEMBERED_S) - count.free
        if over > 0:
            counting.ask("incr", f"{count.name}/wait", min(2**over, LONGEST_S))


def forget(username: str) -> None:
    """The password was right: this name starts afresh from here; for the address the try does not count."""
    of_name, of_address = _counts(username)
    counting.ask("clear", f"{of_name.name}/tries")
    counting.ask("clear", f"{of_name.name}/wait")
    counting.ask("incr", f"{of_address.name}/tries", REMEMBERED_S, -1)


def _counts(username: str) -> tuple[Count, Count]:
    where = asker()
    who = ids.keyed_hash(current.services().key, "sign-in", f"{where}\0{username.strip().casefold()}")
    return Count(f"sign-in/{who[:32]}", 4), Count(f"sign-in/{where}", 50)
